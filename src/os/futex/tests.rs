use super::*;
use std::sync::Arc;

fn word(memory: &AtomicU32) -> Word {
    // SAFETY: the tests keep the atomic alive while they use the word.
    unsafe { Word::new(NonNull::from(memory).cast()) }
}

#[test]
fn wait_ends_in_each_way() {
    let memory = AtomicU32::new(7);
    let word = word(&memory);
    assert_eq!(
        word.wait(word, 8, Duration::from_secs(60)).unwrap(),
        Wakeup::NotEqual
    );
    assert_eq!(
        word.wait(word, 7, Duration::from_millis(1)).unwrap(),
        Wakeup::TimedOut
    );
    let never = Cancellation::default();
    assert_eq!(word.wait_unless(&never, 8, None).unwrap(), Wakeup::NotEqual);
    assert_eq!(
        word.wait_unless(&never, 7, Some(Duration::from_millis(1)))
            .unwrap(),
        Wakeup::TimedOut
    );
    assert_eq!(word.wake(u32::MAX).unwrap(), 0);
}

#[test]
fn wait_for_a_quick_answer_sees_it_without_a_wake() {
    let memory = Arc::new(AtomicU32::new(0));
    let theirs = memory.clone();
    // Each thread adds one to the other's number as soon as it sees it.
    let other = std::thread::spawn(move || {
        for round in 0..100 {
            while theirs.load(Ordering::Acquire) != 2 * round + 1 {
                std::hint::spin_loop();
            }
            theirs.store(2 * round + 2, Ordering::Release);
            word(&theirs).wake(1).unwrap();
        }
    });
    for round in 0..100 {
        memory.store(2 * round + 1, Ordering::Release);
        let ours = word(&memory);
        while memory.load(Ordering::Acquire) == 2 * round + 1 {
            let outcome = ours.wait(ours, 2 * round + 1, Duration::from_secs(60)).unwrap();
            assert!(matches!(outcome, Wakeup::Woken | Wakeup::NotEqual), "{outcome:?}");
        }
    }
    other.join().unwrap();
    let began = Instant::now();
    let ours = word(&memory);
    assert!(
        !ours.changes_within(199, began, Duration::from_secs(60)),
        "it was another to begin with"
    );
    assert!(!ours.changes_within(200, began, Duration::ZERO));
    // Repeated until the other thread stores after the first read.
    loop {
        memory.store(200, Ordering::Release);
        let theirs = memory.clone();
        let other = std::thread::spawn(move || theirs.store(7, Ordering::Release));
        let heard = ours.changes_within(200, Instant::now(), Duration::from_secs(60));
        other.join().unwrap();
        if heard {
            break;
        }
    }
}

#[test]
fn wait_by_a_call_that_the_system_refuses_ends_in_each_way() {
    for refusal in [Errno::NOSYS, Errno::PERM, Errno::INVAL] {
        let wait = |memory: &AtomicU32, cancellation: &Cancellation, expected, timeout| {
            let refuse = |_: &_, _, _: &_, _: Option<&_>| Err(refusal);
            word(memory)
                .wait_by(refuse, cancellation, expected, timeout)
                .unwrap()
        };
        let memory = AtomicU32::new(7);
        let (never, cancelled) = (Cancellation::default(), Cancellation::default());
        assert_eq!(wait(&memory, &never, 8, None), Wakeup::NotEqual);
        let soon = Some(Duration::from_millis(1));
        assert_eq!(wait(&memory, &never, 7, soon), Wakeup::TimedOut);
        std::thread::scope(|scope| {
            let sleeper = scope.spawn(|| wait(&memory, &never, 7, None));
            while word(&memory).wake(1).unwrap() == 0 {
                std::thread::yield_now();
            }
            assert_eq!(sleeper.join().unwrap(), Wakeup::Woken);
            let sleeper = scope.spawn(|| wait(&memory, &cancelled, 7, None));
            cancelled.cancel();
            assert_eq!(sleeper.join().unwrap(), Wakeup::Cancelled);
        });
    }
}

#[test]
fn wait_by_of_a_word_that_changed_between_two_sleeps_is_woken() {
    let memory = AtomicU32::new(7);
    let interrupted = std::cell::Cell::new(false);
    let outcome = word(&memory).wait_by(
        |word, expected, _, _| {
            if interrupted.replace(true) {
                return Err(if word.load(Ordering::Relaxed) == expected {
                    Errno::TIMEDOUT
                } else {
                    Errno::AGAIN
                });
            }
            word.store(8, Ordering::Relaxed);
            Err(Errno::INTR)
        },
        &Cancellation::default(),
        7,
        None,
    );
    assert_eq!(outcome.unwrap(), Wakeup::Woken);
}

#[test]
fn wait_unless_ends_by_a_wake_or_a_cancel() {
    let memory = Arc::new(AtomicU32::new(0));
    for cancel in [false, true] {
        let cancellation = Arc::new(Cancellation::default());
        let (sleeper, theirs) = (memory.clone(), cancellation.clone());
        let thread = std::thread::spawn(move || word(&sleeper).wait_unless(&theirs, 0, None).unwrap());
        if cancel {
            cancellation.cancel();
            assert_eq!(thread.join().unwrap(), Wakeup::Cancelled);
        } else {
            while word(&memory).wake(1).unwrap() == 0 {
                std::thread::yield_now();
            }
            assert_eq!(thread.join().unwrap(), Wakeup::Woken);
        }
    }
    assert_eq!(memory.load(Ordering::Relaxed), 0);
}

/// Starts a thread that sleeps for at most a minute, and waits until it does.
#[cfg(target_os = "linux")]
fn sleeper(memory: &Arc<AtomicU32>, cancellation: &Arc<Cancellation>) -> std::thread::JoinHandle<Wakeup> {
    let (memory, cancellation) = (memory.clone(), cancellation.clone());
    let (sender, receiver) = std::sync::mpsc::channel();
    let thread = std::thread::spawn(move || {
        sender.send(rustix::thread::gettid()).unwrap();
        let minute = Some(Duration::from_secs(60));
        word(&memory).wait_unless(&cancellation, 0, minute).unwrap()
    });
    let number = receiver.recv().unwrap().as_raw_nonzero();
    let is_asleep = || {
        let state = std::fs::read_to_string(format!("/proc/self/task/{number}/stat"));
        state.is_ok_and(|text| {
            text.rsplit_once(')')
                .is_some_and(|(_, rest)| rest.starts_with(" S"))
        })
    };
    while !is_asleep() {
        std::thread::yield_now();
    }
    thread
}

// What broke: a wake at the moment of the cancel was lost.
#[cfg(target_os = "linux")]
#[test]
fn cancel_of_a_sleeper_that_was_just_woken_passes_the_wake_on() {
    let memory = Arc::new(AtomicU32::new(0));
    for _ in 0..300 {
        let (cancelled, other) = (Arc::default(), Arc::default());
        let (first, second) = (sleeper(&memory, &cancelled), sleeper(&memory, &other));
        cancelled.cancel();
        assert_eq!(word(&memory).wake(1).unwrap(), 1);
        let outcome = first.join().unwrap();
        if outcome == Wakeup::Cancelled {
            assert_eq!(second.join().unwrap(), Wakeup::Woken);
        } else {
            other.cancel();
            assert_eq!(second.join().unwrap(), Wakeup::Cancelled);
        }
    }
}
