//! The few numbers that the core and the JavaScript layer both read, in native memory.

use std::sync::atomic::{AtomicU64, Ordering};

/// Laid out for JavaScript as a `Float64Array`: length and capacity, in elements, then 1 where elements may be written,
/// else 0. One thread uses it while it runs JavaScript; the end of the process may read it from another, hence the atomics.
#[derive(Debug, Default)]
#[repr(C)]
pub struct State {
    length: AtomicU64,
    capacity: AtomicU64,
    /// Only told, never asked for here.
    writable: AtomicU64,
}

impl State {
    /// Bytes of it that JavaScript sees.
    pub const BYTES: usize = size_of::<State>();

    /// Of an array without elements.
    pub fn new(writable: bool) -> State {
        State {
            writable: AtomicU64::new(f64::from(u8::from(writable)).to_bits()),
            ..State::default()
        }
    }

    pub fn capacity(&self) -> u64 {
        f64::from_bits(self.capacity.load(Ordering::Relaxed)) as u64
    }

    /// Never more than the capacity, whatever JavaScript wrote; a NaN is 0.
    pub fn length(&self) -> u64 {
        (f64::from_bits(self.length.load(Ordering::Relaxed)) as u64).min(self.capacity())
    }

    pub fn set(&self, length: u64, capacity: u64) {
        self.capacity
            .store((capacity as f64).to_bits(), Ordering::Relaxed);
        self.length.store((length as f64).to_bits(), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_javascript_wrote_is_not_trusted() {
        let state = State::default();
        state.set(3, 5);
        assert_eq!((state.length(), state.capacity()), (3, 5));
        for (wrote, seen) in [(9.0, 5), (-1.0, 0), (f64::NAN, 0), (f64::INFINITY, 5), (4.0, 4)] {
            state.length.store(f64::to_bits(wrote), Ordering::Relaxed);
            assert_eq!(state.length(), seen);
        }
    }
}
