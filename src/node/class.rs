//! The class `MmapArray` as the addon exports it, its beginning and its end. Its methods take values that `lib/` has
//! checked, and check them again in fewer words; they are in `array_module`, `storage` and `sharing`.

use std::ops::Deref;
use std::rc::Rc;

use napi::{Env, Unknown};
use napi_derive::napi;

use super::errors::throw_on_error;
use super::open_options::{OpenOptions, RareOptions};
use super::wrapped_array::WrappedArray;

#[napi]
pub struct MmapArray {
    held: Rc<WrappedArray>,
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
        rare: Option<RareOptions>,
    ) -> napi::Result<Self> {
        let options = OpenOptions::new(&env, typecode, path, flags, format, rare)?;
        let array = throw_on_error(&env, || options.open())?;
        let held = Rc::new(WrappedArray::new(&env, array));
        Ok(MmapArray { held })
    }

    /// Gives everything back; a second call does nothing.
    #[napi]
    pub fn close(&self, env: Env) -> napi::Result<()> {
        throw_on_error(&env, || self.held.close(false))
    }
}

impl MmapArray {
    /// What the array holds, whose calls have the names of the class's.
    pub fn held(&self) -> &WrappedArray {
        &self.held
    }

    /// A share of what the array holds, which may outlive its object.
    pub fn share(&self) -> Rc<WrappedArray> {
        self.held.clone()
    }
}

impl Deref for MmapArray {
    type Target = WrappedArray;

    fn deref(&self) -> &WrappedArray {
        self.held()
    }
}
