//! Functions bound to one array, for the calls that take less time than Node-API spends on finding the object of a method:
//! 250 to 400 ns.

use std::rc::Rc;

use napi::bindgen_prelude::{BigInt, Either, FunctionCallContext, ToNapiValue};
use napi::{Env, Status, Unknown};
use napi_derive::napi;

use super::MmapArray;
use super::sharing::outcome_number;
use crate::error::Error;
use crate::kernels::bisect::Side;
use crate::node::errors::throw_on_error;
use crate::node::values::{Decoded, RawNumber, duration, index, sought};
use crate::node::wrapped_array::WrappedArray;

#[napi]
impl MmapArray {
    /// A function for the method of a name, bound to the array, whose object in `lib/` keeps both. Arguments were checked by `lib/`,
    /// but are not trusted. No function has more than four: napi-rs is slower then.
    #[napi(ts_return_type = "(...values: unknown[]) => any")]
    pub fn bound<'env>(&self, env: &'env Env, name: String) -> napi::Result<Unknown<'env>> {
        match name.as_str() {
            "append" => self.bind(env, &name, append),
            "bisectLeft" => self.bind(env, &name, |array, call| bisect(array, call, Side::Left)),
            "bisectRight" => self.bind(env, &name, |array, call| bisect(array, call, Side::Right)),
            "notify" => self.bind(env, &name, notify),
            "pop" => self.bind(env, &name, pop),
            "wait" => self.bind(env, &name, wait),
            _ => Err(napi::Error::new(Status::InvalidArg, "There is no such function")),
        }
    }

    fn bind<'env, T: ToNapiValue>(
        &self,
        env: &'env Env,
        name: &str,
        function: impl Fn(&WrappedArray, &FunctionCallContext) -> napi::Result<T> + 'static,
    ) -> napi::Result<Unknown<'env>> {
        // Weak: napi-rs leaks the closure if the worker is terminated while it makes the function.
        let array = Rc::downgrade(&self.array);
        let call = move |call: FunctionCallContext| match array.upgrade() {
            Some(array) => function(&array, &call),
            None => throw_on_error(call.env, || Err(Error::Closed)),
        };
        env.create_function_from_closure::<(), T, _>(name, call)?
            .into_unknown(env)
    }
}

/// A number, or a bigint. Number first: asking for the type takes as long as the conversion.
fn raw_number(call: &FunctionCallContext, at: usize) -> napi::Result<RawNumber> {
    call.get::<f64>(at)
        .map(Either::A)
        .or_else(|_| call.get::<BigInt>(at).map(Either::B))
}

fn append(array: &WrappedArray, call: &FunctionCallContext) -> napi::Result<()> {
    array.append(call.env, &call.get::<Unknown<'_>>(0)?)
}

fn pop(array: &WrappedArray, call: &FunctionCallContext) -> napi::Result<Decoded> {
    array.pop(call.env, call.get(0)?)
}

/// The index at which a value belongs between two bounds. The second argument is 1 or -1 if the value is above or below the
/// double that stands for it, else 0.
fn bisect(array: &WrappedArray, call: &FunctionCallContext, side: Side) -> napi::Result<f64> {
    let value = sought(&raw_number(call, 0)?, call.get(1)?);
    let lo = index(call.get(2)?).max(0) as u64;
    let hi = index(call.get(3)?).max(0) as u64;
    let found = array.read(call.env, |array| array.bisect(value, lo, hi, side, None))?;
    Ok(found as f64)
}

/// Sleeps while an element has the expected bits, for at most so many milliseconds. Returns a number of `outcome_number`: a
/// string would take as long as the call.
fn wait(array: &WrappedArray, call: &FunctionCallContext) -> napi::Result<u32> {
    let (at, expected) = (index(call.get(0)?), call.get::<f64>(1)? as u32);
    let time = duration(call.get(2)?);
    let outcome = array.read(call.env, |array| array.wait(at, expected, time))?;
    Ok(outcome_number(outcome))
}

/// Wakes at most so many sleepers on an element. Returns how many it woke.
fn notify(array: &WrappedArray, call: &FunctionCallContext) -> napi::Result<u32> {
    let (at, count) = (index(call.get(0)?), call.get::<f64>(1)? as u32);
    array.read(call.env, |array| array.notify(at, count))
}
