//! The class `MmapArray` as the addon exports it, its beginning and its end. Its methods take values that `lib/` has
//! checked, and check them again in fewer words; they are in `array_module`, `storage` and `sharing`.

use std::ops::Deref;
use std::rc::Rc;

use napi::{Env, Unknown};
use napi_derive::napi;

use super::errors::guard;
use super::held::Held;
use super::origin::{Details, Origin};

#[napi]
pub struct MmapArray {
    held: Rc<Held>,
}

#[napi]
impl MmapArray {
    #[napi(constructor)]
    pub fn new(
        env: Env,
        typecode: Option<String>,
        path: Option<Unknown<'_>>,
        flags: Option<String>,
        format: Option<String>,
        details: Option<Details>,
    ) -> napi::Result<Self> {
        let origin = Origin::new(&env, typecode, path, flags, format, details)?;
        let array = guard(&env, || origin.open())?;
        let held = Rc::new(Held::new(&env, array));
        Ok(MmapArray { held })
    }

    /// Gives everything back; a second call does nothing.
    #[napi]
    pub fn close(&self, env: Env) -> napi::Result<()> {
        guard(&env, || self.held.close(false))
    }
}

impl MmapArray {
    /// What the array holds, whose calls have the names of the class's.
    pub fn held(&self) -> &Held {
        &self.held
    }

    /// A share of what the array holds, which may outlive its object.
    pub fn share(&self) -> Rc<Held> {
        self.held.clone()
    }
}

impl Deref for MmapArray {
    type Target = Held;

    fn deref(&self) -> &Held {
        self.held()
    }
}
