//! Pipes.

use std::time::{Duration, Instant};

use workers::shared::{Batch, End, Event, ReceiveError, SendError, SharedError};

use crate::family::{PATIENCE, Role, start, start_and_wait};
use crate::opened;

pub const ROLES: &[Role] = &[
    ("echo", echo),
    ("say and stay", say_and_stay),
    ("say and go", say_and_go),
];

crate::trials! {
    messages_go_both_ways_whole_and_in_order,
    the_end_of_the_other_is_seen_after_what_it_sent,
    the_death_of_the_other_is_seen_by_who_waits,
    who_waits_for_room_hears_of_the_others_death,
    times_and_sizes_have_limits,
    an_end_is_opened_once,
    a_message_can_be_polled_for,
    an_end_that_was_handed_over_can_be_handed_on,
}

fn echo(arguments: &[String]) {
    let end: End = opened!(arguments[0]);
    let mut batch = Batch::new();
    while end.receive_batch(&mut batch, 100, None).is_ok() {
        for message in batch.iter() {
            end.send(message).expect("somebody who receives");
        }
    }
}

fn messages_go_both_ways_whole_and_in_order() {
    let (here, there) = End::pair(8 * 1024).unwrap();
    let child = start("echo", &[&there.hand_over()]);
    let message = |number: usize| vec![number as u8; number % 777];
    std::thread::scope(|scope| {
        scope.spawn(|| (0..20_000).for_each(|number| here.send(&message(number)).unwrap()));
        for number in 0..20_000 {
            assert_eq!(here.receive_timeout(PATIENCE).unwrap(), message(number));
        }
    });
    drop(here);
    child.succeeds();
}

fn say_and_go(arguments: &[String]) {
    let end: End = opened!(arguments[0]);
    end.send_value(&"the last words").expect("room");
}

fn say_and_stay(arguments: &[String]) {
    let ready: Event = opened!(arguments[0]);
    let end: End = opened!(arguments[1]);
    end.send(b"alive").expect("room");
    ready.set();
    std::thread::sleep(PATIENCE);
}

fn the_end_of_the_other_is_seen_after_what_it_sent() {
    let (here, there) = End::pair(1024).unwrap();
    let child = start("say and go", &[&there.hand_over()]);
    // Until somebody opened it, the other end is not missed.
    assert_eq!(here.receive_value::<String>().unwrap(), "the last words");
    assert_eq!(here.receive(), Err(ReceiveError::Ended));
    assert_eq!(here.try_receive(), Err(ReceiveError::Ended));
    assert_eq!(here.send(b"too late"), Err(SendError::Ended));
    child.succeeds();
}

fn the_death_of_the_other_is_seen_by_who_waits() {
    let (here, there) = End::pair(1024).unwrap();
    let mut child = start_and_wait("say and stay", &[&there.hand_over()]);
    std::thread::scope(|scope| {
        let waiter = scope.spawn(|| (here.receive(), here.receive()));
        std::thread::sleep(Duration::from_millis(50));
        assert!(!waiter.is_finished());
        child.kill();
        let killed = Instant::now();
        let (first, second) = waiter.join().unwrap();
        assert!(killed.elapsed() < Duration::from_secs(1));
        assert_eq!(first.unwrap(), b"alive");
        assert_eq!(second, Err(ReceiveError::Ended));
    });
    assert_eq!(here.try_send(b"too late"), Err(SendError::Ended));
}

fn who_waits_for_room_hears_of_the_others_death() {
    let (here, there) = End::pair(64).unwrap();
    let mut child = start_and_wait("say and stay", &[&there.hand_over()]);
    here.send(&[0; 50]).unwrap();
    assert_eq!(
        here.send_timeout(&[0; 50], Duration::from_millis(20)),
        Err(SendError::Full)
    );
    std::thread::scope(|scope| {
        let waiter = scope.spawn(|| here.send(&[0; 50]));
        std::thread::sleep(Duration::from_millis(50));
        assert!(!waiter.is_finished());
        child.kill();
        assert_eq!(waiter.join().unwrap(), Err(SendError::Ended));
    });
}

fn times_and_sizes_have_limits() {
    let (here, there) = End::pair(100).unwrap();
    let limit = Duration::from_millis(30);
    let asked = Instant::now();
    assert_eq!(here.receive_timeout(limit), Err(ReceiveError::Empty));
    assert!(asked.elapsed() >= limit);
    assert_eq!(there.try_receive(), Err(ReceiveError::Empty));
    let most = here.longest_message();
    let bytes = most + 1;
    assert_eq!(
        here.send(&vec![0; bytes]),
        Err(SendError::TooLarge { bytes, most })
    );
    here.try_send(&vec![1; most]).unwrap();
    assert_eq!(here.try_send(b""), Err(SendError::Full));
    assert_eq!(there.receive().unwrap(), vec![1; most]);
    there.send(b"back").unwrap();
    assert_eq!(here.receive().unwrap(), b"back");
}

fn an_end_is_opened_once() {
    let (here, there) = End::pair(100).unwrap();
    let token = there.hand_over();
    let there = token.open().unwrap();
    assert!(matches!(token.open(), Err(SharedError::Taken)));
    drop(there);
    assert!(matches!(token.open(), Err(SharedError::Taken)));
    assert_eq!(here.receive(), Err(ReceiveError::Ended));
}

fn a_message_can_be_polled_for() {
    let (here, there) = End::pair(100).unwrap();
    assert!(!here.poll(Duration::ZERO));
    assert!(!here.poll(Duration::from_millis(20)));
    there.send(b"something").unwrap();
    assert!(here.poll(PATIENCE));
    // It only looks.
    assert!(here.poll(Duration::ZERO));
    assert_eq!(here.try_receive().unwrap(), b"something");
    std::thread::scope(|scope| {
        let waiter = scope.spawn(|| here.poll(PATIENCE));
        drop(there);
        assert!(waiter.join().unwrap());
    });
    assert_eq!(here.try_receive(), Err(ReceiveError::Ended));
}

fn an_end_that_was_handed_over_can_be_handed_on() {
    let (here, there) = End::pair(100).unwrap();
    let first = there.hand_over().open().unwrap();
    let child = start("say and go", &[&first.hand_over()]);
    assert_eq!(here.receive_value::<String>().unwrap(), "the last words");
    child.succeeds();
}
