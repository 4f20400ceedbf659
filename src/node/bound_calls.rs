//! The calls whose cost counts, as functions that are bound to one array: what a method of the class does about its
//! receiver and arguments takes several times as long as these do altogether.
#![allow(
    unsafe_code,
    reason = "defines functions and reads their arguments through Node-API"
)]

use std::ffi::c_void;
use std::ptr;
use std::rc::Rc;

use napi::bindgen_prelude::{Either, FromNapiValue, ToNapiValue};
use napi::{Env, JsError, Status, Unknown, sys};
use napi_derive::napi;

use super::class::MmapArray;
use super::held::Held;
use super::numbers::side;
use super::values::{self, RawNumber, duration, index};
use super::wait::outcome_number;
use crate::kernels::bisect::Value;

/// Arguments a call takes at most.
const MOST: usize = 5;

/// A call on an array. What comes in was checked by `lib/`, but is not trusted.
type Call = fn(&Env, &Held, [sys::napi_value; MOST]) -> napi::Result<sys::napi_value>;

struct Bound {
    call: Call,
    held: Rc<Held>,
}

/// A call of a name as a function bound to an array, of which it keeps a share.
#[napi(ts_return_type = "(...values: unknown[]) => any")]
pub fn bound_call(env: Env, array: &MmapArray, name: String) -> napi::Result<Unknown<'static>> {
    let call: Call = match name.as_str() {
        "append" => append,
        "pop" => pop,
        "place" => place,
        "wait" => wait,
        "notify" => notify,
        _ => return Err(napi::Error::new(Status::InvalidArg, "There is no such call")),
    };
    let held = array.share();
    let bound = Box::into_raw(Box::new(Bound { call, held }));
    let mut function = ptr::null_mut();
    let (text, length) = (name.as_ptr().cast(), name.len() as isize);
    // SAFETY: the name is as long as is said; `bound` is alive until the function's finalizer drops it.
    let made = unsafe {
        sys::napi_create_function(env.raw(), text, length, Some(enter), bound.cast(), &mut function)
    };
    napi::check_status!(made).inspect_err(|_| {
        // SAFETY: no function has it.
        drop(unsafe { Box::from_raw(bound) });
    })?;
    // SAFETY: the value belongs to this environment; the finalizer drops the box once, when nobody can call any more.
    let owned = unsafe {
        sys::napi_add_finalizer(
            env.raw(),
            function,
            bound.cast(),
            Some(drop_bound),
            ptr::null_mut(),
            ptr::null_mut(),
        )
    };
    // Where that failed the box is leaked: the function is there.
    napi::check_status!(owned)?;
    // SAFETY: just made, in this environment.
    Ok(unsafe { Unknown::from_raw_unchecked(env.raw(), function) })
}

unsafe extern "C" fn drop_bound(_: sys::napi_env, bound: *mut c_void, _: *mut c_void) {
    // SAFETY: Node-API calls a finalizer once, with the box that `bound_call` gave.
    drop(unsafe { Box::from_raw(bound.cast::<Bound>()) });
}

unsafe extern "C" fn enter(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    let (mut count, mut arguments, mut data) = (MOST, [ptr::null_mut(); MOST], ptr::null_mut());
    // SAFETY: there is room for as many arguments as is said; those not given become undefined.
    let status = unsafe {
        sys::napi_get_cb_info(
            env,
            info,
            &mut count,
            arguments.as_mut_ptr(),
            ptr::null_mut(),
            &mut data,
        )
    };
    if status != sys::Status::napi_ok {
        return ptr::null_mut();
    }
    // SAFETY: the runtime gave the data of a function of `bound_call`, which is alive while it is called.
    let bound = unsafe { &*data.cast::<Bound>() };
    match (bound.call)(&Env::from_raw(env), &bound.held, arguments) {
        Ok(value) => value,
        Err(error) => {
            if error.status != Status::PendingException {
                // SAFETY: the environment is the running call's.
                unsafe { JsError::from(error).throw_into(env) };
            }
            ptr::null_mut()
        }
    }
}

fn number(env: &Env, value: sys::napi_value) -> napi::Result<f64> {
    let mut number = 0.0;
    // SAFETY: an argument of the running call.
    let status = unsafe { sys::napi_get_value_double(env.raw(), value, &mut number) };
    napi::check_status!(status)?;
    Ok(number)
}

/// A number, or a bigint: the first is tried first, since to ask which it is costs as much.
fn raw_number(env: &Env, value: sys::napi_value) -> napi::Result<RawNumber> {
    number(env, value).map(Either::A).or_else(|_| {
        // SAFETY: an argument of the running call.
        unsafe { FromNapiValue::from_napi_value(env.raw(), value) }.map(Either::B)
    })
}

fn give<T: ToNapiValue>(env: &Env, value: T) -> napi::Result<sys::napi_value> {
    // SAFETY: the environment is the running call's.
    unsafe { T::to_napi_value(env.raw(), value) }
}

fn append(env: &Env, held: &Held, [value, ..]: [sys::napi_value; MOST]) -> napi::Result<sys::napi_value> {
    held.append(env, raw_number(env, value)?)?;
    Ok(ptr::null_mut())
}

fn pop(env: &Env, held: &Held, [at, ..]: [sys::napi_value; MOST]) -> napi::Result<sys::napi_value> {
    let value = held.pop(env, number(env, at)?)?;
    give(env, value)
}

/// Where a value belongs between two bounds, behind its equals where the last number is not 0. `excess` is what the value has
/// above the double, or below it: 1, -1 or 0.
fn place(
    env: &Env,
    held: &Held,
    [value, excess, lo, hi, right]: [sys::napi_value; MOST],
) -> napi::Result<sys::napi_value> {
    let value = Value {
        number: values::number(&raw_number(env, value)?),
        excess: number(env, excess)?.clamp(-1.0, 1.0) as i8,
    };
    let lo = index(number(env, lo)?).max(0) as u64;
    let hi = index(number(env, hi)?).max(0) as u64;
    let side = side(number(env, right)? != 0.0);
    let place = held.read(env, |array| Ok(array.place(value, lo, hi, side)))?;
    give(env, place as f64)
}

/// Sleeps while an element has the bits expected, at most for so many milliseconds; gives 0 for a wake, 1 for an element
/// that is another, 2 for the end of the time. Numbers: a string would cost as much as the call.
fn wait(
    env: &Env,
    held: &Held,
    [at, expected, milliseconds, ..]: [sys::napi_value; MOST],
) -> napi::Result<sys::napi_value> {
    let (at, expected) = (index(number(env, at)?), number(env, expected)? as u32);
    let time = duration(number(env, milliseconds)?);
    let outcome = held.read(env, |array| array.wait(at, expected, time))?;
    give(env, outcome_number(outcome))
}

/// Wakes so many of those who sleep on an element, at most; gives how many there were.
fn notify(env: &Env, held: &Held, [at, count, ..]: [sys::napi_value; MOST]) -> napi::Result<sys::napi_value> {
    let (at, count) = (index(number(env, at)?), number(env, count)? as u32);
    let woken = held.read(env, |array| array.notify(at, count))?;
    give(env, woken)
}
