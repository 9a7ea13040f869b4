//! Queues.

use std::time::{Duration, Instant};

use workers::shared::{Batch, GetError, PutError, Queue, SharedError, Value};

use crate::family::{Kin, PATIENCE, Role, start, wait_until};
use crate::opened;

pub const ROLES: &[Role] = &[
    ("put numbered", put_numbered),
    ("put for ever", put_for_ever),
    ("get for ever", get_for_ever),
    ("do tasks", do_tasks),
];

crate::trials! {
    messages_come_in_order_and_whole,
    messages_of_several_putters_come_once_and_in_the_order_of_each,
    a_full_queue_takes_nothing_and_an_empty_one_gives_nothing,
    who_waits_for_room_gets_it_when_something_is_taken,
    a_queue_of_so_many_messages_holds_no_more,
    it_never_seems_to_hold_more_than_it_can,
    what_is_longer_than_the_queue_is_refused,
    every_length_fits_at_every_place_of_the_ring,
    putters_that_are_killed_midway_leave_whole_messages_and_a_queue_that_works,
    getters_that_are_killed_midway_leave_the_rest_in_order,
    join_waits_until_all_is_done_by_whoever_does_it,
    more_done_than_put_is_an_error,
    values_travel_as_serde_has_them,
}

const MANY: u64 = 30_000;

/// Messages of different lengths, which say their number, and whose bytes follow from it.
fn message(number: u64) -> Vec<u8> {
    let mut bytes = number.to_le_bytes().to_vec();
    bytes.resize(8 + (number % 301) as usize, number as u8);
    bytes
}

/// The number of a message that is whole.
fn number(message: &[u8]) -> u64 {
    let number = u64::from_le_bytes(message[..8].try_into().expect("eight bytes"));
    assert_eq!(message.len(), 8 + (number % 301) as usize);
    assert!(message[8..].iter().all(|&byte| byte == number as u8));
    number
}

fn put_numbered(arguments: &[String]) {
    let queue: Queue = opened!(arguments[0]);
    let first: u64 = arguments[1].parse().expect("a number");
    for step in 0..MANY {
        queue.put(&message(first + step)).expect("room for it");
    }
}

fn messages_come_in_order_and_whole() {
    let queue = Queue::new(8 * 1024).unwrap();
    let child = start("put numbered", &[&queue.token(), &0]);
    let mut batch = Batch::new();
    let mut next = 0;
    while next < MANY {
        if next % 3 == 0 {
            queue.get_batch(&mut batch, 7, Some(PATIENCE)).unwrap();
            for message in batch.iter() {
                assert_eq!(number(message), next);
                next += 1;
            }
        } else {
            assert_eq!(number(&queue.get_timeout(PATIENCE).unwrap()), next);
            next += 1;
        }
    }
    child.succeeds();
    assert!(queue.is_empty());
}

fn messages_of_several_putters_come_once_and_in_the_order_of_each() {
    let queue = Queue::new(4 * 1024).unwrap();
    let token = queue.token();
    let putters = [0_u64, 1, 2].map(|putter| start("put numbered", &[&token, &(putter << 32)]));
    let mut next = [0_u64; 3];
    for _ in 0..3 * MANY {
        let number = number(&queue.get_timeout(PATIENCE).unwrap());
        let next = &mut next[(number >> 32) as usize];
        assert_eq!(number & 0xffff_ffff, *next);
        *next += 1;
    }
    assert_eq!(next, [MANY; 3]);
    putters.into_iter().for_each(Kin::succeeds);
}

fn a_full_queue_takes_nothing_and_an_empty_one_gives_nothing() {
    let queue = Queue::new(1024).unwrap();
    let limit = Duration::from_millis(40);
    assert_eq!(queue.try_get(), Err(GetError::Empty));
    let asked = Instant::now();
    assert_eq!(queue.get_timeout(limit), Err(GetError::Empty));
    assert!(asked.elapsed() >= limit);

    let mut put = 0;
    while queue.try_put(&[7; 100]).is_ok() {
        put += 1;
    }
    assert_eq!((put, queue.len()), (1024 / 104, 9));
    let asked = Instant::now();
    assert_eq!(queue.put_timeout(&[7; 100], limit), Err(PutError::Full));
    assert!(asked.elapsed() >= limit);
    assert_eq!(queue.get().unwrap(), [7; 100]);
    queue.try_put(&[8; 100]).unwrap();
}

fn who_waits_for_room_gets_it_when_something_is_taken() {
    let queue = Queue::with_most(1024, 1).unwrap();
    queue.put(b"first").unwrap();
    std::thread::scope(|scope| {
        let putter = scope.spawn(|| queue.put(b"second"));
        std::thread::sleep(Duration::from_millis(30));
        assert!(!putter.is_finished());
        assert_eq!(queue.get().unwrap(), b"first");
        assert_eq!(queue.get_timeout(PATIENCE).unwrap(), b"second");
        putter.join().unwrap().unwrap();
    });
}

fn a_queue_of_so_many_messages_holds_no_more() {
    let queue = Queue::with_most(64 * 1024, 3).unwrap();
    for _ in 0..3 {
        queue.try_put(b"").unwrap();
    }
    assert_eq!(queue.try_put(b""), Err(PutError::Full));
    assert_eq!(queue.get().unwrap(), b"");
    queue.try_put(b"").unwrap();
    assert!(matches!(
        Queue::with_most(1024, 0),
        Err(SharedError::BadSize(_))
    ));
    assert!(matches!(Queue::new(1 << 40), Err(SharedError::BadSize(_))));
}

fn what_is_longer_than_the_queue_is_refused() {
    let queue = Queue::new(1000).unwrap();
    let most = queue.longest_message();
    assert!(most >= 1000);
    let bytes = most + 1;
    assert_eq!(
        queue.put(&vec![0; bytes]),
        Err(PutError::TooLarge { bytes, most })
    );
    queue.put(&vec![5; most]).unwrap();
    assert_eq!(queue.get().unwrap(), vec![5; most]);
}

fn every_length_fits_at_every_place_of_the_ring() {
    let queue = Queue::new(64).unwrap();
    for length in (0..=queue.longest_message()).chain((0..=queue.longest_message()).rev()) {
        for step in 0..20_u8 {
            let message: Vec<u8> = (0..length).map(|byte| byte as u8 ^ step).collect();
            queue.try_put(&message).unwrap();
            assert_eq!(queue.try_get().unwrap(), message);
        }
    }
}

fn put_for_ever(arguments: &[String]) {
    let queue: Queue = opened!(arguments[0]);
    let began: Value<u64> = opened!(arguments[1]);
    // Each begins where its first number says who it is.
    let first = began.fetch_add(1) << 32;
    for step in 0.. {
        queue.put(&message(first + step)).expect("room for it");
    }
}

/// Some random number, the same in each run; the moments it leads to are not.
fn random(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

fn putters_that_are_killed_midway_leave_whole_messages_and_a_queue_that_works() {
    let queue = Queue::new(2 * 1024).unwrap();
    let began = Value::new(0_u64).unwrap();
    let (queue_token, began_token) = (queue.token(), began.token());
    let mut state = 88_172_645_463_325_252;
    let mut last: Vec<u64> = Vec::new();
    let mut take = |message: &[u8]| {
        let number = number(message);
        let putter = (number >> 32) as usize;
        if putter >= last.len() {
            last.resize(putter + 1, 0);
        }
        // None is missing in between, none comes twice.
        assert_eq!(number & 0xffff_ffff, last[putter]);
        last[putter] += 1;
    };
    for _ in 0..60 {
        let mut children = [(); 2].map(|()| start("put for ever", &[&queue_token, &began_token]));
        for _ in 0..200 + random(&mut state) % 500 {
            take(&queue.get_timeout(PATIENCE).unwrap());
        }
        std::thread::sleep(Duration::from_micros(random(&mut state) % 300));
        children.iter_mut().for_each(Kin::kill);
        drop(children);
        while let Ok(message) = queue.try_get() {
            take(&message);
        }
        // It works for those who are left.
        queue
            .put_timeout(&message(u64::from(u32::MAX)), PATIENCE)
            .unwrap();
        let kept = queue.get_timeout(PATIENCE).unwrap();
        assert_eq!(number(&kept), u64::from(u32::MAX));
    }
    assert!(last.iter().sum::<u64>() >= 60 * 200);
}

fn get_for_ever(arguments: &[String]) {
    let queue: Queue = opened!(arguments[0]);
    let taken: Value<u64> = opened!(arguments[1]);
    loop {
        number(&queue.get().expect("a message"));
        taken.fetch_add(1);
    }
}

fn getters_that_are_killed_midway_leave_the_rest_in_order() {
    let queue = Queue::new(4 * 1024).unwrap();
    let taken = Value::new(0_u64).unwrap();
    let (queue_token, taken_token) = (queue.token(), taken.token());
    let mut state = 4_101_842_887_655_102_017;
    let mut next = 0;
    for _ in 0..30 {
        let mut child = start("get for ever", &[&queue_token, &taken_token]);
        let before = taken.load();
        while taken.load() < before + 100 {
            if queue.put_timeout(&message(next), PATIENCE).is_ok() {
                next += 1;
            }
        }
        std::thread::sleep(Duration::from_micros(random(&mut state) % 200));
        child.kill();
        drop(child);
        let mut expected = None;
        while let Ok(message) = queue.try_get() {
            let found = number(&message);
            assert!(expected.is_none_or(|expected| found == expected));
            expected = Some(found + 1);
        }
        assert!(expected.is_none_or(|expected| expected == next));
    }
}

fn do_tasks(arguments: &[String]) {
    let queue: Queue = opened!(arguments[0]);
    let sum: Value<u64> = opened!(arguments[1]);
    while let Ok(number) = queue.get_value::<u64>() {
        if number == 0 {
            queue.task_done().expect("one that was put");
            return;
        }
        sum.fetch_add(number);
        queue.task_done().expect("one that was put");
    }
}

fn join_waits_until_all_is_done_by_whoever_does_it() {
    let queue = Queue::new(16 * 1024).unwrap();
    let sum = Value::new(0_u64).unwrap();
    for number in 1..=1000_u64 {
        queue.put_value(&number).unwrap();
    }
    assert!(!queue.join_timeout(Duration::from_millis(30)));
    let (queue_token, sum_token) = (queue.token(), sum.token());
    let children = [(); 3].map(|()| start("do tasks", &[&queue_token, &sum_token]));
    assert!(queue.join_timeout(PATIENCE));
    assert_eq!(sum.load(), 500_500);
    for _ in 0..3 {
        queue.put_value(&0_u64).unwrap();
    }
    queue.join();
    children.into_iter().for_each(Kin::succeeds);
}

fn more_done_than_put_is_an_error() {
    let queue = Queue::new(1024).unwrap();
    queue.join();
    assert!(queue.task_done().is_err());
    queue.put(b"one").unwrap();
    assert_eq!(queue.not_done(), 1);
    queue.get().unwrap();
    assert_eq!(queue.not_done(), 1);
    queue.task_done().unwrap();
    assert!(queue.task_done().is_err());
    queue.join();
}

fn values_travel_as_serde_has_them() {
    let queue = Queue::new(1024).unwrap();
    let value = (Some("text".to_owned()), vec![1.5, f64::MAX], Duration::MAX);
    queue.put_value(&value).unwrap();
    assert_eq!(queue.get_value().as_ref(), Ok(&value));
    queue.put(b"\xff").unwrap();
    assert!(matches!(
        queue.get_value::<String>(),
        Err(GetError::Decode(_))
    ));
    wait_until(|| queue.is_empty());
}

fn it_never_seems_to_hold_more_than_it_can() {
    const MESSAGES: u32 = 50_000;
    let queue = Queue::with_most(1024, 2).expect("shared memory");
    std::thread::scope(|scope| {
        let taker = scope.spawn(|| {
            for _ in 0..MESSAGES {
                queue.get().expect("a message");
            }
        });
        scope.spawn(|| {
            for _ in 0..MESSAGES {
                queue.put(b"x").expect("room");
            }
        });
        while !taker.is_finished() {
            assert!(queue.len() <= 2);
        }
    });
    assert!(queue.is_empty());
}
