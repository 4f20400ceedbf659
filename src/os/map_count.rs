//! The number of mappings of the process. The system limits it, and a runtime that reaches the limit crashes.

use std::fs::{File, read_to_string};
use std::io::{ErrorKind, Read};
use std::sync::{Mutex, PoisonError};

use rustix::io::Errno;

use super::portable;
use crate::error::{Error, Result};

/// The default limit of Linux. A higher limit is not used in full, because counting takes time.
const USUAL_LIMIT: u64 = 65_530;
/// A hint for a range in the middle of a mapping splits the mapping into three.
const ADDED_BY_A_HINT: u64 = 2;

/// How many hints may be given before the mappings are counted again. To count some thousands takes milliseconds.
static UNCOUNTED: Mutex<u64> = Mutex::new(0);

/// Checks that a hint may split a mapping. Hints may use half of the mappings that the system allows; the rest is for the runtime and
/// for files.
///
/// # Errors
/// `ENOMEM`, which is also what `mmap` answers if there are too many mappings.
pub fn require_room_for_hint() -> Result<()> {
    let mut uncounted = UNCOUNTED.lock().unwrap_or_else(PoisonError::into_inner);
    if *uncounted == 0 {
        // If the system does not tell, it will refuse by itself.
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

/// The number of lines in the system's list, which has one line for each mapping.
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
    fn count_of_this_process_is_below_the_limit() {
        if portable::skips("/proc tells the number") {
            return;
        }
        let used = count().unwrap();
        assert!(used > 10);
        assert!(limit() > used);
        require_room_for_hint().unwrap();
    }
}
