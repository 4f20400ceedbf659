//! The registry: the mappings of this process that have a handle, by number.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError, Weak};

use crate::mapping::Mapping;

static MAPPINGS: LazyLock<Mutex<HashMap<u64, Weak<Mapping>>>> = LazyLock::new(Mutex::default);

/// The number of a mapping, which is the same at each call. The registry does not keep the mapping alive.
pub fn number_of(mapping: &Arc<Mapping>) -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    *mapping.number.get_or_init(|| {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let mut mappings = MAPPINGS.lock().unwrap_or_else(PoisonError::into_inner);
        if mappings.len() == mappings.capacity() {
            mappings.retain(|_, mapping| mapping.strong_count() > 0);
        }
        mappings.insert(number, Arc::downgrade(mapping));
        number
    })
}

/// The mapping with a number, if somebody still holds it.
pub fn find(number: u64) -> Option<Arc<Mapping>> {
    MAPPINGS
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .get(&number)
        .and_then(Weak::upgrade)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::{Access, Storage};

    #[test]
    fn find_of_a_number_gives_the_mapping_until_it_is_dropped() {
        let mapping = Mapping::new(Arc::new(Storage::anonymous().unwrap()), 0, Access::ReadWrite);
        let number = number_of(&mapping);
        assert_eq!(number_of(&mapping), number);
        assert!(Arc::ptr_eq(&find(number).unwrap(), &mapping));
        drop(mapping);
        assert!(find(number).is_none());
    }

    #[test]
    fn find_after_a_thread_panicked_with_the_lock_works() {
        let panicked = std::thread::spawn(|| {
            let _held = MAPPINGS.lock();
            panic!("on purpose");
        });
        assert!(panicked.join().is_err());
        assert!(MAPPINGS.is_poisoned());
        let mapping = Mapping::new(Arc::new(Storage::anonymous().unwrap()), 0, Access::ReadWrite);
        let number = number_of(&mapping);
        assert!(Arc::ptr_eq(&find(number).unwrap(), &mapping));
    }
}
