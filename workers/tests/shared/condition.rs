//! Conditions.

use std::time::{Duration, Instant};

use workers::shared::{Condition, LockedArray, LockedValue, Value};

use crate::family::{Kin, PATIENCE, Role, start, wait_until};
use crate::opened;

pub const ROLES: &[Role] = &[("take one", take_one), ("pass on", pass_on)];

crate::trials! {
    each_waits_until_there_is_something_for_it,
    waiters_that_are_killed_take_no_notification_along,
    two_pass_a_ball_by_one_condition,
    a_wait_ends_when_its_time_does_and_holds_the_lock_again,
}

/// Waits until there is one of what is counted, and takes it.
fn take_one(arguments: &[String]) {
    let waiting: Value<u32> = opened!(arguments[0]);
    let stock: LockedValue<i64> = opened!(arguments[1]);
    let changed: Condition = opened!(arguments[2]);
    let held = stock.acquire().into_guard();
    waiting.fetch_add(1);
    let mut held = changed.wait_while(held, |stock| *stock == 0).into_guard();
    *held -= 1;
}

struct Shop {
    waiting: Value<u32>,
    stock: LockedValue<i64>,
    changed: Condition,
}

impl Shop {
    fn new() -> Self {
        Self {
            waiting: Value::new(0).unwrap(),
            stock: LockedValue::new(0).unwrap(),
            changed: Condition::new().unwrap(),
        }
    }

    fn customers(&self, count: u32) -> Vec<Kin> {
        let before = self.waiting.load();
        let tokens = (
            self.waiting.token(),
            self.stock.token(),
            self.changed.token(),
        );
        let children = (0..count)
            .map(|_| start("take one", &[&tokens.0, &tokens.1, &tokens.2]))
            .collect();
        wait_until(|| self.waiting.load() == before + count);
        children
    }

    fn left(&self) -> i64 {
        *self.stock.acquire().into_guard()
    }
}

fn each_waits_until_there_is_something_for_it() {
    let shop = Shop::new();
    let customers = shop.customers(4);
    for _ in 0..4 {
        *shop.stock.acquire().into_guard() += 1;
        shop.changed.notify_one();
    }
    customers.into_iter().for_each(Kin::succeeds);
    assert_eq!(shop.left(), 0);

    let customers = shop.customers(3);
    *shop.stock.acquire().into_guard() += 3;
    shop.changed.notify_all();
    customers.into_iter().for_each(Kin::succeeds);
    assert_eq!(shop.left(), 0);
}

fn waiters_that_are_killed_take_no_notification_along() {
    for _ in 0..5 {
        let shop = Shop::new();
        let doomed = shop.customers(3);
        let lucky = shop.customers(1);
        // While the lock is held nobody it wakes can take anything.
        let mut held = shop.stock.acquire().into_guard();
        *held = 1;
        shop.changed.notify_one();
        doomed.into_iter().for_each(Kin::kill_and_reap);
        drop(held);
        lucky.into_iter().for_each(Kin::succeeds);
        assert_eq!(shop.left(), 0);
    }
}

const PASSES: u64 = 2_000;

/// Adds one whenever it is its turn: when the number is even, or when it is odd.
fn pass_on(arguments: &[String]) {
    let ball: LockedArray<u64> = opened!(arguments[0]);
    let changed: Condition = opened!(arguments[1]);
    let mine: u64 = arguments[2].parse().expect("a number");
    loop {
        let held = ball.acquire().into_guard();
        let mut held = changed
            .wait_while(held, |ball| ball[0] % 2 != mine && ball[0] < PASSES)
            .into_guard();
        if held[0] >= PASSES {
            return;
        }
        held[0] += 1;
        held[1 + mine as usize] += 1;
        changed.notify_one();
    }
}

fn two_pass_a_ball_by_one_condition() {
    let ball = LockedArray::<u64>::zeroed(3).unwrap();
    let changed = Condition::new().unwrap();
    let (ball_token, changed_token) = (ball.token(), changed.token());
    let began = Instant::now();
    let players = [0, 1].map(|mine| start("pass on", &[&ball_token, &changed_token, &mine]));
    players.into_iter().for_each(Kin::succeeds);
    assert_eq!(
        *ball.acquire().into_guard(),
        [PASSES, PASSES / 2, PASSES / 2]
    );
    // A tenth of a second each, if notifications were lost and only found by looking.
    assert!(began.elapsed() < Duration::from_secs(30));
}

fn a_wait_ends_when_its_time_does_and_holds_the_lock_again() {
    let stock = LockedValue::new(7_u8).unwrap();
    let changed = Condition::new().unwrap();
    let limit = Duration::from_millis(50);

    let began = Instant::now();
    let held = stock.acquire().into_guard();
    let (held, notified) = changed.wait_timeout(held, limit);
    assert!(!notified);
    assert!(began.elapsed() >= limit);
    assert!(stock.try_acquire().is_none());

    let (held, came) = changed.wait_while_timeout(held.into_guard(), |stock| *stock == 7, limit);
    assert!(!came);
    assert_eq!(*held.into_guard(), 7);

    let held = stock.acquire().into_guard();
    let (held, came) = changed.wait_while_timeout(held, |stock| *stock != 7, PATIENCE);
    assert!(came);
    drop(held);
}
