//! Elements sorted by moving them about: in place, or in a copy that is written back.

use super::lanes::Compiled;
use super::{Place, Terms, quick};
use crate::kernels::Region;
use crate::kernels::rows::Rows;

/// Sorts a region. What is in order of a copy is written back while it is at hand; where the sort may be called off, only
/// when all is.
pub fn sort<L: Compiled>(lanes: L, region: Region<'_>, scratch: &mut [u64], terms: Terms<'_>) -> bool {
    let count = region.len() / size_of::<L::Element>();
    let depth = quick::patience(count);
    if terms.place == Place::Anywhere {
        let is_read = (terms.is_read)();
        if is_read {
            quick::sort(lanes, region.rows(0..count), depth, &mut Nobody);
        }
        return is_read;
    }

    let copy = Region::of_mut(scratch).part(0, region.len());
    copy.copy_from(0, region);
    if terms.is_off() {
        return false;
    }
    let mut writer = Writer {
        region,
        done: 0,
        terms,
    };
    quick::sort(lanes, copy.rows(0..count), depth, &mut writer);
    match terms.is_called_off {
        Some(_) => !terms.is_called_off() && (terms.write)(&mut || region.copy_from(0, copy)),
        None => true,
    }
}

/// Sorts what only the caller has, unless it is called off.
pub fn sort_own<L: Compiled>(lanes: L, elements: &mut [L::Element], is_called_off: impl Fn() -> bool) {
    let depth = quick::patience(elements.len());
    quick::sort(lanes, Rows::of_mut(elements), depth, &mut Asked(is_called_off));
}

/// Takes nothing, and waits to the end.
struct Nobody;

impl<T> quick::Customer<T> for Nobody {
    fn take(&mut self, _: Rows<'_, T>) {}

    fn is_gone(&self) -> bool {
        false
    }
}

/// Takes nothing, and may not want it any more.
struct Asked<F>(F);

impl<T, F: Fn() -> bool> quick::Customer<T> for Asked<F> {
    fn take(&mut self, _: Rows<'_, T>) {}

    fn is_gone(&self) -> bool {
        (self.0)()
    }
}

/// Writes elements that are in order.
struct Writer<'a> {
    region: Region<'a>,
    /// Bytes.
    done: usize,
    terms: Terms<'a>,
}

impl<T: bytemuck::Pod> quick::Customer<T> for Writer<'_> {
    fn take(&mut self, elements: Rows<'_, T>) {
        if self.terms.is_called_off.is_none() {
            let bytes = elements.region();
            self.region.copy_from(self.done, bytes);
            self.done += bytes.len();
        }
    }

    fn is_gone(&self) -> bool {
        self.terms.is_called_off()
    }
}
