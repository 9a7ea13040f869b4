//! Locks, and what becomes of them when their holders do not.

use std::time::{Duration, Instant};

use workers::shared::{
    Acquired, Event, Guard, Lock, LockedArray, LockedValue, ReentrantLock, Value,
};

use crate::family::{PATIENCE, Role, start, start_and_wait, wait_until};
use crate::opened;

pub const ROLES: &[Role] = &[
    ("hold", hold),
    ("hold reentrant", hold_reentrant),
    ("take turns", take_turns),
    ("add under lock", add_under_lock),
    ("add reentrantly", add_reentrantly),
    ("half sort", half_sort),
];

crate::trials! {
    a_lock_whose_holder_was_killed_goes_to_the_next_and_says_so,
    even_one_that_does_not_wait_gets_the_lock_of_the_dead,
    a_lock_of_the_dead_wakes_who_already_waits,
    a_reentrant_lock_of_the_dead_is_free_however_deep_it_was,
    a_lock_that_is_held_elsewhere_is_waited_for_no_longer_than_asked,
    four_processes_lose_nothing_under_a_lock,
    four_processes_lose_nothing_under_a_reentrant_lock,
    waiters_that_are_killed_leave_the_lock_to_the_others,
    a_panic_abandons_the_lock,
    a_forgotten_guard_is_abandoned_with_its_thread,
    one_thread_does_not_get_a_lock_twice_and_a_reentrant_one_as_often_as_it_likes,
    what_was_half_written_is_seen_as_abandoned,
}

fn hold(arguments: &[String]) {
    let ready: Event = opened!(arguments[0]);
    let lock: Lock = opened!(arguments[1]);
    let _held = lock.acquire();
    ready.set();
    std::thread::sleep(PATIENCE);
}

fn hold_reentrant(arguments: &[String]) {
    let ready: Event = opened!(arguments[0]);
    let lock: ReentrantLock = opened!(arguments[1]);
    let _held = (lock.acquire(), lock.acquire(), lock.acquire());
    ready.set();
    std::thread::sleep(PATIENCE);
}

fn a_lock_whose_holder_was_killed_goes_to_the_next_and_says_so() {
    let lock = Lock::new().unwrap();
    let mut child = start_and_wait("hold", &[&lock.token()]);
    assert!(lock.acquire_timeout(Duration::from_millis(30)).is_none());

    // Not reaped: one that is dead is dead, whether its parent looked or not.
    child.kill();
    let killed = Instant::now();
    let held = lock.acquire_timeout(PATIENCE).expect("the lock");
    assert!(killed.elapsed() < Duration::from_secs(1));
    assert!(held.is_abandoned());
    drop(held);
    assert!(!lock.acquire().is_abandoned());
}

fn even_one_that_does_not_wait_gets_the_lock_of_the_dead() {
    let lock = Lock::new().unwrap();
    start_and_wait("hold", &[&lock.token()]).kill_and_reap();
    let held = lock.try_acquire().expect("the lock");
    assert!(held.is_abandoned());
}

fn a_lock_of_the_dead_wakes_who_already_waits() {
    let lock = Lock::new().unwrap();
    let mut child = start_and_wait("hold", &[&lock.token()]);
    std::thread::scope(|scope| {
        let waiter = scope.spawn(|| lock.acquire().is_abandoned());
        // Long enough that its looks have become rare.
        std::thread::sleep(Duration::from_millis(300));
        assert!(!waiter.is_finished());
        child.kill();
        let killed = Instant::now();
        assert!(waiter.join().unwrap());
        assert!(killed.elapsed() < Duration::from_secs(1));
    });
}

fn a_reentrant_lock_of_the_dead_is_free_however_deep_it_was() {
    let lock = ReentrantLock::new().unwrap();
    start_and_wait("hold reentrant", &[&lock.token()]).kill_and_reap();
    let held = lock.acquire();
    assert!(held.is_abandoned());
    assert_eq!(held.into_guard().depth(), 1);
    assert!(!lock.acquire().is_abandoned());
}

fn a_lock_that_is_held_elsewhere_is_waited_for_no_longer_than_asked() {
    let lock = Lock::new().unwrap();
    let _child = start_and_wait("hold", &[&lock.token()]);
    for limit in [0, 1, 40, 250].map(Duration::from_millis) {
        let asked = Instant::now();
        assert!(lock.acquire_timeout(limit).is_none());
        assert!(asked.elapsed() >= limit);
        assert!(asked.elapsed() < limit + Duration::from_secs(5));
    }
    assert!(lock.try_acquire().is_none());
}

const EACH: u64 = 50_000;

fn add_under_lock(arguments: &[String]) {
    let sum: LockedValue<u64> = opened!(arguments[0]);
    for _ in 0..EACH {
        let mut held = sum.acquire().into_guard();
        // Read, changed and written in three steps: this is what loses without a lock.
        let before = *held;
        *held = std::hint::black_box(before) + 1;
    }
}

fn four_processes_lose_nothing_under_a_lock() {
    let sum = LockedValue::new(0_u64).unwrap();
    let token = sum.token();
    let children = [(); 4].map(|()| start("add under lock", &[&token]));
    children.into_iter().for_each(crate::family::Kin::succeeds);
    assert_eq!(*sum.acquire().into_guard(), 4 * EACH);
}

fn add_reentrantly(arguments: &[String]) {
    let lock: ReentrantLock = opened!(arguments[0]);
    let sum: Value<u64> = opened!(arguments[1]);
    for _ in 0..EACH {
        let _outer = lock.acquire();
        let _inner = lock.acquire();
        sum.store(sum.load() + 1);
    }
}

fn four_processes_lose_nothing_under_a_reentrant_lock() {
    let lock = ReentrantLock::new().unwrap();
    let sum = Value::new(0_u64).unwrap();
    let (lock_token, sum_token) = (lock.token(), sum.token());
    let children = [(); 4].map(|()| start("add reentrantly", &[&lock_token, &sum_token]));
    children.into_iter().for_each(crate::family::Kin::succeeds);
    assert_eq!(sum.load(), 4 * EACH);
}

fn take_turns(arguments: &[String]) {
    let lock: Lock = opened!(arguments[0]);
    let turns: Value<u64> = opened!(arguments[1]);
    loop {
        let _held = lock.acquire();
        turns.store(turns.load() + 1);
    }
}

fn waiters_that_are_killed_leave_the_lock_to_the_others() {
    let lock = Lock::new().unwrap();
    let turns = Value::new(0_u64).unwrap();
    let (lock_token, turns_token) = (lock.token(), turns.token());
    let begin = || start("take turns", &[&lock_token, &turns_token]);
    let mut children: Vec<_> = (0..4).map(|_| begin()).collect();
    for round in 0..40 {
        let before = turns.load();
        wait_until(|| turns.load() > before);
        // Some hold the lock, some wait, some are just waking up.
        children[round % 4] = begin();
    }
    children.clear();
    assert!(lock.acquire_timeout(Duration::from_secs(1)).is_some());
}

fn a_panic_abandons_the_lock() {
    let lock = Lock::new().unwrap();
    let panicked = std::thread::scope(|scope| {
        scope
            .spawn(|| {
                let _held = lock.acquire();
                std::panic::resume_unwind(Box::new("on purpose"));
            })
            .join()
    });
    assert!(panicked.is_err());
    assert!(matches!(lock.acquire(), Acquired::Abandoned(_)));
    assert!(matches!(lock.acquire(), Acquired::Clean(_)));
}

fn a_forgotten_guard_is_abandoned_with_its_thread() {
    let lock = Lock::new().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| std::mem::forget(lock.acquire()));
    });
    if cfg!(any(target_os = "linux", target_os = "windows")) {
        let held = lock.acquire_timeout(PATIENCE).expect("the lock");
        assert!(held.is_abandoned());
    } else {
        // Holders are known by their process there, as documented, and this one lives.
        assert!(lock.acquire_timeout(Duration::from_millis(300)).is_none());
    }
}

fn one_thread_does_not_get_a_lock_twice_and_a_reentrant_one_as_often_as_it_likes() {
    let lock = Lock::new().unwrap();
    let _held = lock.acquire();
    assert!(lock.try_acquire().is_none());
    assert!(lock.acquire_timeout(Duration::from_millis(50)).is_none());

    let lock = ReentrantLock::new().unwrap();
    let same = lock.token().open().unwrap();
    let held = [(); 100].map(|()| lock.acquire());
    // The other way in is the same lock.
    assert_eq!(same.try_acquire().expect("it").into_guard().depth(), 101);
    drop(held);
    std::thread::scope(|scope| {
        scope.spawn(|| assert!(same.try_acquire().is_some()));
    });
}

fn half_sort(arguments: &[String]) {
    let ready: Event = opened!(arguments[0]);
    let numbers: LockedArray<i64> = opened!(arguments[1]);
    let mut held: Guard<'_, [i64]> = numbers.acquire().into_guard();
    held[0] = 9;
    ready.set();
    std::thread::sleep(PATIENCE);
}

fn what_was_half_written_is_seen_as_abandoned() {
    let numbers = LockedArray::new(&[3_i64, 2, 1]).unwrap();
    start_and_wait("half sort", &[&numbers.token()]).kill_and_reap();
    let held = numbers.acquire();
    assert!(held.is_abandoned());
    let mut held = held.into_guard();
    assert_eq!(*held, [9, 2, 1]);
    held.sort_unstable();
    drop(held);
    assert_eq!(*numbers.acquire().into_guard(), [1, 2, 9]);
}
