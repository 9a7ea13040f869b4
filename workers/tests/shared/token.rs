//! Passing objects on, and what becomes of their tokens.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use workers::pool::{Context, Failure, Kind, Pool, Processes, Task};
use workers::shared::{
    Array, Event, Lock, LockedArray, LockedValue, Queue, Semaphore, SharedError, Token, Value,
};

use crate::family::{PATIENCE, Role, start_and_wait};
use crate::opened;

pub const ROLES: &[Role] = &[("lend", lend), ("pass on token", pass_on_token)];
pub const KINDS: &[Kind] = &[Kind::of::<Use>()];

crate::trials! {
    a_task_of_a_pool_opens_what_its_request_names,
    the_token_of_a_dead_owner_is_an_error,
    the_token_of_what_was_dropped_is_an_error,
    who_opened_an_object_can_pass_it_on,
    a_token_of_another_kind_is_an_error,
    a_token_with_another_size_is_an_error,
    text_that_is_no_token_is_an_error,
    what_is_not_of_this_program_is_an_error,
    opening_and_closing_leaves_nothing_open,
}

/// What a worker does with objects that all workers share.
#[derive(Serialize, Deserialize)]
struct Use {
    sum: Token<LockedValue<u64>>,
    doors: Token<Semaphore>,
    results: Token<Queue>,
    number: u64,
}

impl Task for Use {
    type Output = u64;
    fn run(self, _: &Context<'_, Self>) -> Result<u64, Failure> {
        let doors = self.doors.open()?;
        let _permit = doors.acquire();
        *self.sum.open()?.acquire().into_guard() += self.number;
        self.results.open()?.put_value(&self.number)?;
        Ok(std::process::id().into())
    }
}

fn a_task_of_a_pool_opens_what_its_request_names() {
    let sum = LockedValue::new(0_u64).unwrap();
    let doors = Semaphore::bounded(1).unwrap();
    let results = Queue::new(4096).unwrap();
    let pool: Pool<Use, Processes> = Pool::builder().workers(2).build().unwrap();
    let tasks: Vec<_> = (1..=20)
        .map(|number| {
            pool.submit(Use {
                sum: sum.token(),
                doors: doors.token(),
                results: results.token(),
                number,
            })
            .unwrap()
        })
        .collect();
    for task in tasks {
        assert_ne!(task.wait().unwrap(), u64::from(std::process::id()));
    }
    assert_eq!(*sum.acquire().into_guard(), 210);
    let put: u64 = (0..20).map(|_| results.get_value::<u64>().unwrap()).sum();
    assert_eq!(put, 210);
}

/// Makes objects and tells their tokens.
fn lend(arguments: &[String]) {
    let ready: Event = opened!(arguments[0]);
    let told: Queue = opened!(arguments[1]);
    let value = Value::new(42_u32).expect("a value");
    told.put_value(&value.token()).expect("room");
    ready.set();
    std::thread::sleep(PATIENCE);
}

/// Memory is found by a file there, which outlives a process that is killed.
const HAS_FILES: bool = !cfg!(any(target_os = "linux", target_os = "windows"));

fn the_token_of_a_dead_owner_is_an_error() {
    let told = Queue::new(1024).unwrap();
    let child = start_and_wait("lend", &[&told.token()]);
    let token: Token<Value<u32>> = told.get_value().unwrap();
    let value = token.open().unwrap();
    child.kill_and_reap();
    // What is open stays open.
    assert_eq!(value.load(), 42);
    drop(value);
    let gone = matches!(token.open(), Err(SharedError::Gone));
    assert_eq!(gone, !HAS_FILES);
}

fn the_token_of_what_was_dropped_is_an_error() {
    let lock = Lock::new().unwrap();
    let token = lock.token();
    drop(lock);
    assert!(matches!(token.open(), Err(SharedError::Gone)));
    // Where the number of its descriptor is given out again, to something of the same kind.
    let _others = [(); 8].map(|()| Lock::new().unwrap());
    assert!(matches!(token.open(), Err(SharedError::Gone)));
}

/// Makes an object, lets the first process open it, and tells what that passes on.
fn pass_on_token(arguments: &[String]) {
    let ready: Event = opened!(arguments[0]);
    let value: Value<u32> = opened!(arguments[1]);
    let told: Queue = opened!(arguments[2]);
    told.put_value(&value.token()).expect("room");
    ready.set();
    std::thread::sleep(PATIENCE);
}

fn who_opened_an_object_can_pass_it_on() {
    let value = Value::new(5_u32).unwrap();
    let told = Queue::new(1024).unwrap();
    let child = start_and_wait("pass on token", &[&value.token(), &told.token()]);
    let token: Token<Value<u32>> = told.get_value().unwrap();
    drop(value);
    if HAS_FILES {
        // Who made the file removes it.
        assert!(matches!(token.open(), Err(SharedError::Gone)));
    } else {
        assert_eq!(token.open().unwrap().load(), 5);
    }
    child.kill_and_reap();
}

/// The same bytes as a token of another type.
fn as_another<T>(token: &impl Serialize) -> Token<T>
where
    Token<T>: DeserializeOwned,
{
    let json = serde_json::to_string(token).unwrap();
    serde_json::from_str(&json).unwrap()
}

fn a_token_of_another_kind_is_an_error() {
    let lock = Lock::new().unwrap();
    let wrong: Token<Event> = as_another(&lock.token());
    let error = wrong.open().unwrap_err();
    assert!(matches!(error, SharedError::Kind { .. }));
    assert_eq!(
        error.to_string(),
        "the token is for a lock, not for an event"
    );

    let numbers = Array::new(&[1.0_f32]).unwrap();
    let wrong: Token<Array<u32>> = as_another(&numbers.token());
    assert_eq!(
        wrong.open().unwrap_err().to_string(),
        "the token is for an array of f32, not for an array of u32"
    );
    // Also one that says what it is not: the memory knows better.
    let mut forged = serde_json::to_value(numbers.token()).unwrap();
    let locked = LockedArray::new(&[1.0_f32]).unwrap();
    forged["kind"] = serde_json::to_value(locked.token()).unwrap()["kind"].take();
    let forged: Token<LockedArray<f32>> = serde_json::from_value(forged).unwrap();
    assert!(matches!(forged.open(), Err(SharedError::Kind { .. })));
}

fn a_token_with_another_size_is_an_error() {
    let queue = Queue::new(1 << 16).unwrap();
    for bytes in [200_u64, 1 << 30] {
        let mut forged = serde_json::to_value(queue.token()).unwrap();
        forged["bytes"] = bytes.into();
        let forged: Token<Queue> = serde_json::from_value(forged).unwrap();
        let error = forged.open().unwrap_err();
        assert!(matches!(error, SharedError::Size { .. }), "{error:?}");
    }
    for bytes in [0_u64, 1, u64::MAX] {
        let mut forged = serde_json::to_value(queue.token()).unwrap();
        forged["bytes"] = bytes.into();
        let forged: Token<Queue> = serde_json::from_value(forged).unwrap();
        assert!(matches!(forged.open(), Err(SharedError::Foreign)));
    }
}

fn text_that_is_no_token_is_an_error() {
    let good = Lock::new().unwrap().token().to_string();
    let long = format!("{good}00");
    for text in [
        "",
        "0",
        "zz",
        "é",
        &good[1..],
        &good[2..],
        &long,
        &good[..20],
    ] {
        assert!(text.parse::<Token<Lock>>().is_err(), "{text}");
    }
    good.parse::<Token<Lock>>().unwrap();
}

/// What opening a lock's token says if the lock's memory is changed by `change`, and in a file
/// that is not the one which the token was made for but is named by it.
#[cfg(target_os = "linux")]
fn opened_after(change: impl FnOnce(&mut [u8])) -> Result<Lock, SharedError> {
    use std::io::Write as _;
    use std::os::fd::AsRawFd as _;
    use std::os::unix::fs::MetadataExt as _;

    let lock = Lock::new().unwrap();
    let mut forged = serde_json::to_value(lock.token()).unwrap();
    let descriptor = &forged["place"]["descriptor"];
    let mut bytes = std::fs::read(format!("/proc/self/fd/{descriptor}")).unwrap();
    change(&mut bytes);
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(&bytes).unwrap();

    forged["place"]["descriptor"] = file.as_raw_fd().into();
    let token: Token<Lock> = serde_json::from_value(forged.clone()).unwrap();
    // The number is of another file than the token speaks of.
    assert!(matches!(token.open(), Err(SharedError::Gone)));

    let found = file.metadata().unwrap();
    forged["place"]["device"] = found.dev().into();
    forged["place"]["inode"] = found.ino().into();
    let token: Token<Lock> = serde_json::from_value(forged).unwrap();
    token.open()
}

#[cfg(target_os = "linux")]
fn what_is_not_of_this_program_is_an_error() {
    opened_after(|_| ()).unwrap();
    let error = opened_after(|bytes| bytes.fill(b'x')).unwrap_err();
    assert!(matches!(error, SharedError::Foreign), "{error:?}");
    // The header begins with the magic number, then the version, kind, size and cookie.
    let error = opened_after(|bytes| bytes[8] += 1).unwrap_err();
    assert!(matches!(error, SharedError::Version { .. }), "{error:?}");
    let error = opened_after(|bytes| bytes[12] += 1).unwrap_err();
    assert!(matches!(error, SharedError::Kind { .. }), "{error:?}");
    let error = opened_after(|bytes| bytes[16] ^= 1).unwrap_err();
    assert!(matches!(error, SharedError::Size { .. }), "{error:?}");
    let error = opened_after(|bytes| bytes[24] ^= 1).unwrap_err();
    assert!(matches!(error, SharedError::Gone), "{error:?}");
}

/// Elsewhere a token has no numbers that could lead to something else.
#[cfg(not(target_os = "linux"))]
fn what_is_not_of_this_program_is_an_error() {
    let lock = Lock::new().unwrap();
    let mut forged = serde_json::to_value(lock.token()).unwrap();
    forged["cookie"][0] = 1.into();
    let token: Token<Lock> = serde_json::from_value(forged).unwrap();
    assert!(matches!(token.open(), Err(SharedError::Gone)));
}

/// Descriptors and mappings of this process, or nothing where they cannot be counted. Under wine
/// there is a /proc too, of wine's own descriptors.
fn open_here() -> (usize, usize) {
    if !cfg!(target_os = "linux") {
        return (0, 0);
    }
    let descriptors = std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count);
    let mappings = std::fs::read_to_string("/proc/self/maps").map_or(0, |maps| {
        maps.lines().filter(|line| line.contains("thawsum")).count()
    });
    (descriptors, mappings)
}

fn opening_and_closing_leaves_nothing_open() {
    let kept = Queue::new(4096).unwrap();
    let before = open_here();
    for round in 0..10_000_u32 {
        match round % 3 {
            0 => drop(kept.token().open().unwrap()),
            1 => drop(LockedValue::new(round).unwrap().token().open().unwrap()),
            _ => drop(workers::shared::End::pair(100).unwrap().1.hand_over()),
        }
    }
    assert_eq!(open_here(), before);
}
