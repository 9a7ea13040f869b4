//! Semaphores, events, and numbers without a lock.

use std::time::Duration;

use workers::shared::{Array, Event, Semaphore, Value};

use crate::family::{Kin, PATIENCE, Role, start, wait_until};
use crate::opened;

pub const ROLES: &[Role] = &[
    ("come in", come_in),
    ("wait for permit", wait_for_permit),
    ("wait for event", wait_for_event),
    ("add", add),
];

crate::trials! {
    of_twenty_with_a_semaphore_of_five_never_more_than_five_are_inside,
    a_permit_reaches_a_waiter_though_another_was_killed,
    a_bounded_semaphore_takes_no_more_than_it_gave,
    an_event_releases_all_who_wait,
    an_event_that_is_cleared_at_once_still_releases_who_waited,
    numbers_are_added_to_in_one_step,
    numbers_of_every_type_come_back_as_they_were,
}

fn come_in(arguments: &[String]) {
    let doors: Semaphore = opened!(arguments[0]);
    let inside: Value<i32> = opened!(arguments[1]);
    let most: Value<i32> = opened!(arguments[2]);
    for _ in 0..50 {
        let _permit = doors.acquire();
        let now = inside.fetch_add(1) + 1;
        most.update(|most| most.max(now));
        std::thread::yield_now();
        inside.fetch_add(-1);
    }
}

fn of_twenty_with_a_semaphore_of_five_never_more_than_five_are_inside() {
    let doors = Semaphore::bounded(5).unwrap();
    let inside = Value::new(0).unwrap();
    let most = Value::new(0).unwrap();
    let tokens = (doors.token(), inside.token(), most.token());
    let children: Vec<Kin> = (0..20)
        .map(|_| start("come in", &[&tokens.0, &tokens.1, &tokens.2]))
        .collect();
    children.into_iter().for_each(Kin::succeeds);
    assert!((1..=5).contains(&most.load()), "{}", most.load());
    assert_eq!(inside.load(), 0);
    assert_eq!(doors.permits(), 5);
}

fn wait_for_permit(arguments: &[String]) {
    let waiting: Value<u32> = opened!(arguments[0]);
    let doors: Semaphore = opened!(arguments[1]);
    waiting.fetch_add(1);
    doors.acquire().forget();
    waiting.fetch_add(100);
}

fn a_permit_reaches_a_waiter_though_another_was_killed() {
    for _ in 0..10 {
        let waiting = Value::new(0_u32).unwrap();
        let doors = Semaphore::new(0).unwrap();
        let (waiting_token, doors_token) = (waiting.token(), doors.token());
        let begin = || start("wait for permit", &[&waiting_token, &doors_token]);
        let (mut one, other) = (begin(), begin());
        wait_until(|| waiting.load() == 2);
        std::thread::sleep(Duration::from_millis(5));
        doors.release(1).unwrap();
        // The permit may have woken this one, which may or may not have taken it.
        one.kill();
        drop(one);
        if doors.permits() == 0 {
            // Taken: if by the one that is dead, it is lost with it, as documented.
            doors.release(1).unwrap();
        }
        other.succeeds();
    }
}

fn a_bounded_semaphore_takes_no_more_than_it_gave() {
    let doors = Semaphore::bounded(2).unwrap();
    assert!(doors.release(1).is_err());
    let permit = doors.acquire();
    doors.release(1).unwrap();
    assert!(doors.release(1).is_err());
    // This one comes too late, and is not given back a second time.
    drop(permit);
    assert_eq!(doors.permits(), 2);

    let open = Semaphore::new(0).unwrap();
    assert!(open.acquire_timeout(Duration::from_millis(20)).is_none());
    open.release(3).unwrap();
    assert_eq!(open.permits(), 3);
}

fn wait_for_event(arguments: &[String]) {
    let waiting: Value<u32> = opened!(arguments[0]);
    let event: Event = opened!(arguments[1]);
    waiting.fetch_add(1);
    assert!(event.wait_timeout(PATIENCE));
}

fn waiting_for(event: &Event, count: u32) -> Vec<Kin> {
    let waiting = Value::new(0_u32).unwrap();
    let (waiting_token, event_token) = (waiting.token(), event.token());
    let children = (0..count)
        .map(|_| start("wait for event", &[&waiting_token, &event_token]))
        .collect();
    wait_until(|| waiting.load() == count);
    children
}

fn an_event_releases_all_who_wait() {
    let event = Event::new().unwrap();
    let children = waiting_for(&event, 5);
    event.set();
    children.into_iter().for_each(Kin::succeeds);
    event.wait();
    event.clear();
    assert!(!event.wait_timeout(Duration::from_millis(20)));
}

fn an_event_that_is_cleared_at_once_still_releases_who_waited() {
    let event = Event::new().unwrap();
    let children = waiting_for(&event, 3);
    // They have said that they will wait; now they do.
    std::thread::sleep(Duration::from_millis(200));
    event.set();
    event.clear();
    children.into_iter().for_each(Kin::succeeds);
}

fn add(arguments: &[String]) {
    let whole: Value<u64> = opened!(arguments[0]);
    let parts: Array<f64> = opened!(arguments[1]);
    for step in 0..20_000 {
        whole.fetch_add(1);
        parts.fetch_add(step % parts.len(), 0.5);
    }
}

fn numbers_are_added_to_in_one_step() {
    let whole = Value::new(0_u64).unwrap();
    let parts = Array::<f64>::zeroed(4).unwrap();
    let (whole_token, parts_token) = (whole.token(), parts.token());
    let children = [(); 4].map(|()| start("add", &[&whole_token, &parts_token]));
    children.into_iter().for_each(Kin::succeeds);
    assert_eq!(whole.load(), 80_000);
    assert_eq!(parts.to_vec(), [10_000.0; 4]);
}

fn numbers_of_every_type_come_back_as_they_were() {
    fn check<T: workers::shared::Plain>(values: &[T]) {
        let one = Value::new(values[0]).unwrap();
        let array = Array::new(values).unwrap();
        assert_eq!(one.token().open().unwrap().load(), values[0]);
        let same = array.token().open().unwrap();
        assert_eq!(same.to_vec(), values);
        assert_eq!(same.swap(1, values[0]), values[1]);
        assert_eq!(array.load(1), values[0]);
        array.store(1, values[1]);
        assert_eq!(same.load(1), values[1]);
    }
    check(&[u8::MAX, 1]);
    check(&[u16::MAX, 1]);
    check(&[u32::MAX, 1]);
    check(&[u64::MAX, 1]);
    check(&[i8::MIN, 1]);
    check(&[i16::MIN, 1]);
    check(&[i32::MIN, 1]);
    check(&[i64::MIN, 1]);
    check(&[f32::MIN_POSITIVE, -0.5]);
    check(&[f64::INFINITY, -0.5]);
    assert!(Array::<u8>::zeroed(0).unwrap().to_vec().is_empty());
}
