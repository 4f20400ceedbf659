//! How much memory is available: on the machine, and in the control groups of the process, such as a container.

use std::fs::read_to_string;
use std::path::Path;

use rustix::io::Errno;

use super::memory::{installed, round_up_to_pages};
use super::portable;
use crate::error::{Error, Result};
use crate::kernels::Region;

/// Where version 2 of control groups is mounted.
const GROUPS: &str = "/sys/fs/cgroup";

/// Bytes that can be used without swapping others out. If the system does not tell, the memory that is installed.
pub fn available() -> u64 {
    let read = |path| {
        let text = (!portable::is_forced()).then(|| read_to_string(path));
        text.and_then(|text| text.ok())
    };
    let of_machine = read("/proc/meminfo").and_then(|text| of_machine(&text));
    let of_groups = read("/proc/self/cgroup").and_then(|text| of_groups(&text, Path::new(GROUPS)));
    [of_machine, of_groups]
        .into_iter()
        .flatten()
        .min()
        .unwrap_or_else(|| round_up_to_pages(installed()))
}

/// Smaller amounts are not checked, because a check takes 0.1 ms.
pub const LARGE: u64 = 64 << 20;

/// Checks that so many bytes are available. The system itself would promise more, and end the process once they are used.
///
/// # Errors
/// `ENOMEM`
pub fn require_available(bytes: u64, call: &'static str) -> Result<()> {
    if bytes >= LARGE && bytes > available() {
        return Err(Error::system(Errno::NOMEM, call));
    }
    Ok(())
}

/// Checks that so many bytes can be allocated on the heap of this process or of its runtime.
///
/// # Errors
/// `ENOMEM`
pub fn require_allocatable(length: usize) -> Result<()> {
    require_available(length as u64, "malloc")?;
    Vec::<u8>::new()
        .try_reserve_exact(length)
        .map_err(|_| Error::system(Errno::NOMEM, "malloc"))
}

/// Copies bytes.
///
/// # Errors
/// `ENOMEM`
pub fn copied(bytes: Region<'_>) -> Result<Vec<u8>> {
    require_available(bytes.len() as u64, "malloc")?;
    bytes.to_vec()
}

fn of_machine(meminfo: &str) -> Option<u64> {
    Some((value_of(meminfo, "MemAvailable:")? + value_of(meminfo, "SwapFree:")?) * 1024)
}

/// The number that follows a name at the start of a line.
fn value_of(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

/// The least that a group and those above it have left. `None` if none of them has a limit.
fn of_groups(own: &str, mounted: &Path) -> Option<u64> {
    let path = own.lines().find_map(|line| line.strip_prefix("0::/"))?;
    Path::new(path)
        .ancestors()
        .filter_map(|group| of_group(&mounted.join(group)))
        .min()
}

fn of_group(group: &Path) -> Option<u64> {
    let read = |name: &str| read_to_string(group.join(name)).ok();
    let limit: u64 = read("memory.max")?.trim().parse().ok()?;
    let used: u64 = read("memory.current")?.trim().parse().ok()?;
    let stat = read("memory.stat")?;
    // The system drops cached files when it needs memory, except for those of tmpfs, which exist in memory only.
    let cached = value_of(&stat, "file ")?.saturating_sub(value_of(&stat, "shmem ")?);
    Some(limit.saturating_sub(used.saturating_sub(cached)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn available_is_some_and_at_most_what_is_installed() {
        assert!(available() > 0);
        assert!(available() <= installed() + (1 << 40));
    }

    #[test]
    fn of_machine_is_the_available_memory_and_the_free_swap() {
        let text = "MemTotal: 100 kB\nMemAvailable:      60 kB\nSwapFree:  4 kB\n";
        assert_eq!(of_machine(text), Some(64 * 1024));
        assert_eq!(of_machine("MemTotal: 100 kB\n"), None);
    }

    #[test]
    fn of_groups_is_what_the_narrowest_group_has_left() {
        let root = std::env::temp_dir().join(format!("mmap-array-groups-{}", std::process::id()));
        let group = |path: &str, limit: &str, used: &str, file: u64, shmem: u64| {
            let path = root.join(path);
            fs::create_dir_all(&path).unwrap();
            fs::write(path.join("memory.max"), limit).unwrap();
            fs::write(path.join("memory.current"), used).unwrap();
            fs::write(
                path.join("memory.stat"),
                format!("anon 5\nfile {file}\nshmem {shmem}\n"),
            )
            .unwrap();
        };
        group("a", "1000\n", "900\n", 300, 100);
        group("a/b", "5000\n", "10\n", 0, 0);
        group("c", "max\n", "10\n", 0, 0);
        group("d", "100\n", "200\n", 0, 0);
        for (own, left) in [
            ("0::/a/b\n", Some(300)),
            ("1:name=x:/y\n0::/a\n", Some(300)),
            ("0::/c\n", None),
            ("0::/d\n", Some(0)),
            ("0::/none\n", None),
            ("4:memory:/a\n", None),
        ] {
            assert_eq!(of_groups(own, &root), left, "{own}");
        }
        fs::remove_dir_all(&root).unwrap();
    }
}
