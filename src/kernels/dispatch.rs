//! Runs a loop compiled for the vectors that the processor has. Each loop is written once, and compiled once for each level.
#![allow(
    unsafe_code,
    reason = "calls functions compiled for more than every processor of the target has"
)]

use std::sync::OnceLock;

/// The environment variable that limits the vectors: `none`, `avx2`, or anything else for no limit. Read once in each process.
const VARIABLE: &str = "MMAP_ARRAY_VECTORS";

fn most_of(value: Option<&str>) -> Level {
    match value {
        Some("none") => Level::Portable,
        Some("avx2") => Level::Avx2,
        _ => Level::Avx512,
    }
}

/// The instruction sets that loops are compiled for, the smallest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// What every processor of the target has.
    Portable,
    /// x86-64 with 32-byte vectors.
    Avx2,
    /// x86-64 with 64-byte vectors and masks.
    Avx512,
}

impl Level {
    /// The levels that this processor has.
    pub fn available() -> impl Iterator<Item = Level> {
        [Level::Portable, Level::Avx2, Level::Avx512]
            .into_iter()
            .filter(|level| level.is_available())
    }

    /// The highest level that this processor has and the environment variable [`VARIABLE`] allows.
    pub fn best() -> Level {
        static BEST: OnceLock<Level> = OnceLock::new();
        *BEST.get_or_init(|| {
            let most = most_of(std::env::var(VARIABLE).ok().as_deref());
            let levels = Level::available().filter(|level| *level <= most);
            levels.last().unwrap_or(Level::Portable)
        })
    }

    #[cfg(target_arch = "x86_64")]
    pub fn is_available(self) -> bool {
        match self {
            Level::Portable => true,
            Level::Avx2 => {
                is_x86_feature_detected!("avx2")
                    && is_x86_feature_detected!("bmi1")
                    && is_x86_feature_detected!("bmi2")
                    && is_x86_feature_detected!("popcnt")
            }
            Level::Avx512 => {
                Level::Avx2.is_available()
                    && is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512bw")
                    && is_x86_feature_detected!("avx512dq")
                    && is_x86_feature_detected!("avx512vl")
            }
        }
    }

    #[cfg(not(target_arch = "x86_64"))]
    pub fn is_available(self) -> bool {
        self == Level::Portable
    }

    /// Runs a loop compiled for this level. The closure and what it calls must be `#[inline(always)]`; otherwise they are compiled
    /// for every processor.
    ///
    /// # Panics
    /// If the processor lacks it.
    #[inline(always)]
    pub fn run<R>(self, work: impl FnOnce() -> R) -> R {
        match self {
            Level::Portable => work(),
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => {
                assert!(self.is_available(), "this processor has no {self:?}");
                // SAFETY: the processor has what the function is compiled for.
                unsafe { run_avx2(work) }
            }
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => {
                assert!(self.is_available(), "this processor has no {self:?}");
                // SAFETY: as above.
                unsafe { run_avx512(work) }
            }
            #[cfg(not(target_arch = "x86_64"))]
            _ => panic!("this processor has no {self:?}"),
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
fn run_avx2<R>(work: impl FnOnce() -> R) -> R {
    work()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,bmi2,popcnt,avx512f,avx512bw,avx512dq,avx512vl")]
fn run_avx512<R>(work: impl FnOnce() -> R) -> R {
    work()
}

/// Runs an expression with `$T` bound to the unsigned integer of a scalar's size. The form with `else` also has a type of 16 bytes,
/// and runs the other expression for any other size.
macro_rules! for_size {
    ($itemsize:expr, $T:ident => $body:expr) => {
        match $itemsize {
            1 => for_size!(@ $T = u8, $body),
            2 => for_size!(@ $T = u16, $body),
            4 => for_size!(@ $T = u32, $body),
            8 => for_size!(@ $T = u64, $body),
            other => panic!("no scalar has {other} bytes"),
        }
    };
    ($itemsize:expr, $T:ident => $body:expr, else $other:expr) => {
        match $itemsize {
            1 => for_size!(@ $T = u8, $body),
            2 => for_size!(@ $T = u16, $body),
            4 => for_size!(@ $T = u32, $body),
            8 => for_size!(@ $T = u64, $body),
            16 => for_size!(@ $T = [u64; 2], $body),
            _ => $other,
        }
    };
    (@ $T:ident = $Type:ty, $body:expr) => {{
        type $T = $Type;
        $body
    }};
}
pub(super) use for_size;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variable_limits_the_level() {
        assert_eq!(most_of(Some("none")), Level::Portable);
        assert_eq!(most_of(Some("avx2")), Level::Avx2);
        assert_eq!(most_of(Some("avx512")), Level::Avx512);
        assert_eq!(most_of(None), Level::Avx512);
    }

    #[test]
    fn the_best_is_available_and_every_level_runs_the_same() {
        let levels: Vec<Level> = Level::available().collect();
        assert_eq!(levels[0], Level::Portable);
        let most = most_of(std::env::var(VARIABLE).ok().as_deref());
        assert_eq!(Level::best(), most.min(*levels.last().unwrap()));
        for level in levels {
            assert_eq!(level.run(|| (0..1000u32).map(|n| n ^ 5).sum::<u32>()), 499500);
        }
    }
}
