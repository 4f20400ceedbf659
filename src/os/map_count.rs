//! How many mappings the process has: the system allows so many, and a runtime that gets no more of them ends.

use std::fs::{File, read_to_string};
use std::io::{ErrorKind, Read};
use std::sync::{Mutex, PoisonError};

use rustix::io::Errno;

use super::portable;
use crate::error::{Error, Result};

/// What Linux allows where an administrator has not changed it; no more is used where it is more, since counting takes time.
const USUAL_LIMIT: u64 = 65_530;
/// A hint for a range in the middle of a mapping makes three of it.
const ADDED_BY_A_HINT: u64 = 2;

/// Hints that may be given before the mappings are counted again: to count some thousands takes milliseconds.
static UNCOUNTED: Mutex<u64> = Mutex::new(0);

/// Refuses a hint for a part of a mapping where half of the mappings that the system allows are in use. The rest is for the
/// runtime and for files.
///
/// # Errors
/// `ENOMEM`, as `mmap` says where there are too many.
pub fn require_room_for_hint() -> Result<()> {
    let mut uncounted = UNCOUNTED.lock().unwrap_or_else(PoisonError::into_inner);
    if *uncounted == 0 {
        // Where the system does not say, it is left to refuse.
        let used = count().unwrap_or(0);
        *uncounted = (limit().min(USUAL_LIMIT) / 2).saturating_sub(used) / ADDED_BY_A_HINT;
    }
    *uncounted = uncounted
        .checked_sub(1)
        .ok_or_else(|| Error::system(Errno::NOMEM, "madvise"))?;
    Ok(())
}

fn limit() -> u64 {
    read_to_string("/proc/sys/vm/max_map_count")
        .ok()
        .and_then(|text| text.trim().parse().ok())
        .unwrap_or(USUAL_LIMIT)
}

/// The lines of the list that the system keeps, a line a mapping.
fn count() -> std::io::Result<u64> {
    if portable::is_forced() {
        return Err(ErrorKind::NotFound.into());
    }
    let mut list = File::open("/proc/self/maps")?;
    let mut part = [0; 16 << 10];
    let mut lines = 0;
    loop {
        match list.read(&mut part)? {
            0 => return Ok(lines),
            length => lines += part[..length].iter().filter(|byte| **byte == b'\n').count() as u64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_has_some_mappings_and_may_have_more() {
        if portable::skips("/proc tells the number") {
            return;
        }
        let used = count().unwrap();
        assert!(used > 10);
        assert!(limit() > used);
        require_room_for_hint().unwrap();
    }
}
