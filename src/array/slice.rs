//! Python's rules for indices and for `start:stop:step`.

use crate::error::{Error, Result};
use crate::kernels::gather::Stride;

/// The bounds of a slice as the user gave them; `None` is 'not given'. Far bounds clamp.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    pub start: Option<i64>,
    pub stop: Option<i64>,
    pub step: Option<i64>,
}

impl Bounds {
    /// The elements that they select in an array of a length.
    ///
    /// # Errors
    /// `OutOfRange` for a step of zero.
    pub fn resolve(self, length: u64) -> Result<Stride> {
        let step = self.step.unwrap_or(1);
        if step == 0 {
            return Err(Error::OutOfRange {
                name: "step",
                requirement: String::from("an integer other than 0"),
                received: String::from("0"),
            });
        }
        let length = i64::try_from(length).unwrap_or(i64::MAX);
        // With a negative step, -1 stands for 'before the first element'.
        let (lowest, highest) = if step > 0 { (0, length) } else { (-1, length - 1) };
        let bound = |given: Option<i64>, default: i64| match given {
            None => default,
            Some(at) if at < 0 => at.saturating_add(length).max(lowest),
            Some(at) => at.min(highest),
        };
        let start = bound(self.start, if step > 0 { lowest } else { highest });
        let stop = bound(self.stop, if step > 0 { highest } else { lowest });
        let distance = if step > 0 { stop - start } else { start - stop };
        let count = if distance <= 0 {
            0
        } else {
            (distance as u64).div_ceil(step.unsigned_abs())
        };
        // An empty slice with a negative step may start before element 0, where nothing is read.
        Ok(Stride {
            start: start.max(0) as usize,
            step: step as isize,
            count: count as usize,
        })
    }
}

/// The same elements, the lowest index first.
pub fn rising(stride: Stride) -> Stride {
    match stride.count.checked_sub(1) {
        Some(steps) if stride.step < 0 => Stride {
            start: stride.start - steps * stride.step.unsigned_abs(),
            // With one element the step has no effect.
            step: if steps == 0 { 1 } else { -stride.step },
            count: stride.count,
        },
        _ => stride,
    }
}

/// The element that an index means. A negative index counts from the end.
pub fn element_index(index: i64, length: u64) -> Result<u64> {
    let at = if index < 0 {
        index.checked_add_unsigned(length)
    } else {
        Some(index)
    };
    at.and_then(|at| u64::try_from(at).ok())
        .filter(|at| *at < length)
        .ok_or_else(|| Error::IndexOutOfRange {
            index: index.to_string(),
            length,
        })
}

/// Where an element is inserted before an index. An index beyond either end means that end.
pub fn insertion_index(index: i64, length: u64) -> u64 {
    let from_end = if index < 0 {
        index.saturating_add_unsigned(length)
    } else {
        index
    };
    u64::try_from(from_end).unwrap_or(0).min(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picked(length: u64, start: Option<i64>, stop: Option<i64>, step: i64) -> Vec<usize> {
        let stride = Bounds {
            start,
            stop,
            step: Some(step),
        }
        .resolve(length)
        .unwrap();
        (0..stride.count)
            .map(|n| (stride.start as isize + n as isize * stride.step) as usize)
            .collect()
    }

    /// Python's own words: indices start, start+step, … that stay before stop, after both were brought inside.
    fn by_walking(length: u64, start: Option<i64>, stop: Option<i64>, step: i64) -> Vec<usize> {
        let length = length as i128;
        let inside = |at: i128| {
            let at = if at < 0 { at + length } else { at };
            if step > 0 {
                at.clamp(0, length)
            } else {
                at.clamp(-1, length - 1)
            }
        };
        let mut at = start.map_or(if step > 0 { 0 } else { length - 1 }, |at| inside(at.into()));
        let stop = stop.map_or(if step > 0 { length } else { -1 }, |at| inside(at.into()));
        let mut indices = vec![];
        while if step > 0 { at < stop } else { at > stop } {
            indices.push(at as usize);
            at += i128::from(step);
        }
        indices
    }

    #[test]
    fn resolve_selects_the_elements_that_python_selects() {
        let bounds = [
            None,
            Some(i64::MIN),
            Some(-7),
            Some(-3),
            Some(-1),
            Some(0),
            Some(1),
            Some(4),
            Some(i64::MAX),
        ];
        for length in 0..6 {
            for start in bounds {
                for stop in bounds {
                    for step in [i64::MIN, -3, -2, -1, 1, 2, 3, i64::MAX] {
                        assert_eq!(
                            picked(length, start, stop, step),
                            by_walking(length, start, stop, step),
                            "{length} [{start:?}:{stop:?}:{step}]"
                        );
                    }
                }
            }
        }
        assert!(
            Bounds {
                step: Some(0),
                ..Bounds::default()
            }
            .resolve(3)
            .is_err()
        );
    }

    #[test]
    fn rising_of_a_negative_step_selects_the_same_elements() {
        let falling = Stride {
            start: 9,
            step: -4,
            count: 3,
        };
        assert_eq!(
            rising(falling),
            Stride {
                start: 1,
                step: 4,
                count: 3
            }
        );
        let single = Stride {
            start: 9,
            step: isize::MIN,
            count: 1,
        };
        assert_eq!(
            rising(single),
            Stride {
                start: 9,
                step: 1,
                count: 1
            }
        );
        let empty = Stride {
            start: 0,
            step: -1,
            count: 0,
        };
        assert_eq!(rising(empty), empty);
    }

    #[test]
    fn element_index_and_insertion_index_count_from_either_end() {
        assert_eq!(element_index(-1, 3).unwrap(), 2);
        assert_eq!(element_index(2, 3).unwrap(), 2);
        for outside in [3, -4, i64::MAX, i64::MIN] {
            assert_eq!(
                element_index(outside, 3).unwrap_err().code(),
                "ERR_INDEX_OUT_OF_RANGE"
            );
        }
        for (index, expected) in [
            (0, 0),
            (3, 3),
            (9, 3),
            (-1, 2),
            (-9, 0),
            (i64::MIN, 0),
            (i64::MAX, 3),
        ] {
            assert_eq!(insertion_index(index, 3), expected);
        }
    }
}
