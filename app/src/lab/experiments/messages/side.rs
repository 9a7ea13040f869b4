//! What is measured: the two sides of each row, one or both of them in a child process.
#![expect(
    clippy::disallowed_methods,
    reason = "a child process of the experiment, where waiting is what is measured"
)]

use std::hint::black_box;
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crossbeam_channel::bounded;
use serde::{Deserialize, Serialize};
use workers::shared::{
    Array, Condition, End, GetError, Lock, LockedArray, LockedValue, PutError, Queue, ReceiveError,
    ReentrantLock, SendError, Token, Value,
};

use super::managed::{self, Managed};
use super::rows::Work;

type Result<T> = std::result::Result<T, String>;
type Message = [u8; 256];

/// What a queue or pipe holds on its way: a thousand messages.
const ROOM: usize = 256 * 1024;
pub(super) const MESSAGES: usize = ROOM / size_of::<Message>();
pub(super) const NUMBERS: usize = 1000;

/// How those who wait do so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Waiting {
    Asleep,
    /// Looking again and again.
    Spinning,
}

/// What the first side has made for both.
pub(super) enum Made {
    Nothing,
    Queue(Queue),
    Pipe(End),
    Number(LockedValue<u64>),
    Turns(LockedValue<u64>, Condition),
    Word(Value<u64>),
    Managed(Managed),
}

/// The same, for the second side.
#[derive(Serialize, Deserialize)]
pub(super) enum Offer {
    Queue(Token<Queue>),
    Pipe(Token<End>),
    Number(Token<LockedValue<u64>>),
    Turns(Token<LockedValue<u64>>, Token<Condition>),
    Word(Token<Value<u64>>),
    Managed(managed::Offer),
}

/// Why there is nothing to measure with.
type CannotMake = Box<dyn std::error::Error>;

/// Makes what both sides need.
pub(super) fn make(
    work: Work,
    waiting: Waiting,
) -> std::result::Result<(Made, Option<Offer>), CannotMake> {
    if let Some((managed, offer)) = managed::make(work, waiting)? {
        return Ok((Made::Managed(managed), offer.map(Offer::Managed)));
    }
    Ok(match (work, waiting) {
        (Work::QueueProcesses, _) => {
            let queue = Queue::new(ROOM)?;
            let offer = Offer::Queue(queue.token());
            (Made::Queue(queue), Some(offer))
        }
        (Work::Pipe, _) => {
            let (here, there) = End::pair(ROOM)?;
            (Made::Pipe(here), Some(Offer::Pipe(there.hand_over())))
        }
        (Work::LockProcessesBoth, _) => {
            let number = LockedValue::new(0)?;
            let offer = Offer::Number(number.token());
            (Made::Number(number), Some(offer))
        }
        (Work::ConditionProcesses, Waiting::Asleep) => {
            let (turn, bell) = (LockedValue::new(0)?, Condition::new()?);
            let offer = Offer::Turns(turn.token(), bell.token());
            (Made::Turns(turn, bell), Some(offer))
        }
        (Work::ConditionProcesses, Waiting::Spinning) => {
            let word = Value::new(0)?;
            let offer = Offer::Word(word.token());
            (Made::Word(word), Some(offer))
        }
        _ => (Made::Nothing, None),
    })
}

impl Offer {
    pub(super) fn open(&self) -> std::result::Result<Made, CannotMake> {
        Ok(match self {
            Self::Queue(queue) => Made::Queue(queue.open()?),
            Self::Pipe(end) => Made::Pipe(end.open()?),
            Self::Number(number) => Made::Number(number.open()?),
            Self::Turns(turn, bell) => Made::Turns(turn.open()?, bell.open()?),
            Self::Word(word) => Made::Word(word.open()?),
            Self::Managed(managed) => Made::Managed(managed.open()?),
        })
    }
}

/// Does the first side's part; an error says what went wrong, or arrived wrong.
pub(super) fn first(work: Work, waiting: Waiting, made: &Made, count: u64) -> Result<()> {
    match (work, made) {
        (Work::QueueThreads, _) => queue_of_threads(count, waiting),
        (Work::QueueProcesses, Made::Queue(queue)) => {
            for number in 0..count {
                let message = match waiting {
                    Waiting::Asleep => queue.get().map_err(|error| error.to_string())?,
                    Waiting::Spinning => spin(|| match queue.try_get() {
                        Err(GetError::Empty) => None,
                        other => Some(other),
                    })
                    .map_err(|error| error.to_string())?,
                };
                in_order(&message, number)?;
            }
            Ok(())
        }
        (Work::Pipe, Made::Pipe(end)) => {
            for number in 0..count {
                let message = match waiting {
                    Waiting::Asleep => end.receive().map_err(|error| error.to_string())?,
                    Waiting::Spinning => spin(|| match end.try_receive() {
                        Err(ReceiveError::Empty) => None,
                        other => Some(other),
                    })
                    .map_err(|error| error.to_string())?,
                };
                in_order(&message, number)?;
            }
            Ok(())
        }
        (Work::LockThreads, _) => {
            let lock = Mutex::new(0_u64);
            for _ in 0..count {
                *black_box(&lock)
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner) += 1;
            }
            complete(*lock.lock().unwrap_or_else(PoisonError::into_inner), count)
        }
        (Work::LockProcesses, _) => {
            let lock = Lock::new().map_err(|error| error.to_string())?;
            for _ in 0..count {
                drop(black_box(&lock).acquire());
            }
            Ok(())
        }
        (Work::ReentrantLock, _) => {
            let lock = ReentrantLock::new().map_err(|error| error.to_string())?;
            for _ in 0..count {
                drop(black_box(&lock).acquire());
            }
            Ok(())
        }
        (Work::LockThreadsBoth, _) => {
            let lock = Mutex::new(0_u64);
            thread::scope(|scope| {
                for _ in 0..2 {
                    scope.spawn(|| {
                        for _ in 0..count / 2 {
                            *match waiting {
                                Waiting::Asleep => {
                                    lock.lock().unwrap_or_else(PoisonError::into_inner)
                                }
                                Waiting::Spinning => spin(|| lock.try_lock().ok()),
                            } += 1;
                        }
                    });
                }
            });
            complete(
                *lock.lock().unwrap_or_else(PoisonError::into_inner),
                count / 2 * 2,
            )
        }
        (Work::LockProcessesBoth, Made::Number(number)) => {
            add(number, waiting, count / 2);
            Ok(())
        }
        (Work::ConditionThreads, _) => {
            turns_of_threads(count, waiting);
            Ok(())
        }
        (Work::ConditionProcesses, made) => take_turns(made, 0, count / 2),
        (Work::List, _) => {
            let list: Vec<i64> = (0..NUMBERS as i64).collect();
            for _ in 0..count {
                black_box(black_box(&list).get(black_box(5)));
            }
            Ok(())
        }
        (Work::Array, _) => {
            let array = Array::<i64>::zeroed(NUMBERS).map_err(|error| error.to_string())?;
            for _ in 0..count {
                black_box(array.load(black_box(5)));
            }
            Ok(())
        }
        (Work::ArrayLocked, _) => {
            let array = LockedArray::<i64>::zeroed(NUMBERS).map_err(|error| error.to_string())?;
            for _ in 0..count {
                let held = array.acquire().into_guard();
                black_box(held[black_box(5)]);
            }
            Ok(())
        }
        (_, Made::Managed(managed)) => managed.first(count),
        _ => Err("what both sides need was not made".to_owned()),
    }
}

/// Does the second side's part.
pub(super) fn second(made: &Made, waiting: Waiting, count: u64) -> Result<()> {
    match made {
        Made::Queue(queue) => {
            for number in 0..count {
                let message = numbered(number);
                match waiting {
                    Waiting::Asleep => queue.put(&message),
                    Waiting::Spinning => spin(|| match queue.try_put(&message) {
                        Err(PutError::Full) => None,
                        other => Some(other),
                    }),
                }
                .map_err(|error| error.to_string())?;
            }
            Ok(())
        }
        Made::Pipe(end) => {
            for number in 0..count {
                let message = numbered(number);
                match waiting {
                    Waiting::Asleep => end.send(&message),
                    Waiting::Spinning => spin(|| match end.try_send(&message) {
                        Err(SendError::Full) => None,
                        other => Some(other),
                    }),
                }
                .map_err(|error| error.to_string())?;
            }
            Ok(())
        }
        Made::Number(number) => {
            add(number, waiting, count / 2);
            Ok(())
        }
        made @ (Made::Turns(..) | Made::Word(_)) => take_turns(made, 1, count / 2),
        Made::Managed(managed) => managed.second(count),
        Made::Nothing => Err("there is nothing to share".to_owned()),
    }
}

/// Whether both sides together added all; of what is not about adding, nothing is said.
pub(super) fn sum(made: &Made) -> Option<u64> {
    match made {
        Made::Number(number) => Some(*number.acquire().into_guard()),
        _ => None,
    }
}

/// Processor time so far of a process that is neither side, if there is one that is this side's to
/// count; the inner one is unknown where the system does not tell.
pub(super) fn beside(made: &Made) -> Option<Option<Duration>> {
    match made {
        Made::Managed(managed) => managed.processor_time(),
        _ => None,
    }
}

fn add(number: &LockedValue<u64>, waiting: Waiting, count: u64) {
    for _ in 0..count {
        let held = match waiting {
            Waiting::Asleep => number.acquire(),
            Waiting::Spinning => spin(|| number.try_acquire()),
        };
        *held.into_guard() += 1;
    }
}

/// Looks until there is something. Others may need the core to bring that about, so it is offered
/// to them now and then: on a machine with one, nothing would ever come.
fn spin<T>(mut look: impl FnMut() -> Option<T>) -> T {
    let mut looks = 0_u32;
    loop {
        if let Some(found) = look() {
            return found;
        }
        looks = looks.wrapping_add(1);
        if looks.is_multiple_of(1024) {
            thread::yield_now();
        } else {
            std::hint::spin_loop();
        }
    }
}

fn numbered(number: u64) -> Message {
    let mut message = [b'0'; size_of::<Message>()];
    message[..8].copy_from_slice(&number.to_le_bytes());
    message
}

fn in_order(message: &[u8], number: u64) -> Result<()> {
    if message.len() == size_of::<Message>() && message[..8] == number.to_le_bytes() {
        Ok(())
    } else {
        Err(format!("message {number} is not the one that was sent"))
    }
}

fn complete(sum: u64, count: u64) -> Result<()> {
    if sum == count {
        Ok(())
    } else {
        Err(format!("{sum} of {count} were counted"))
    }
}

fn queue_of_threads(count: u64, waiting: Waiting) -> Result<()> {
    let (put, get) = bounded::<Message>(MESSAGES);
    thread::scope(|scope| {
        scope.spawn(move || {
            for number in 0..count {
                let message = numbered(number);
                // Nobody is left to get it when one was wrong.
                let is_put = match waiting {
                    Waiting::Asleep => put.send(message).is_ok(),
                    Waiting::Spinning => spin(|| match put.try_send(message) {
                        Ok(()) => Some(true),
                        Err(error) if error.is_full() => None,
                        Err(_) => Some(false),
                    }),
                };
                if !is_put {
                    return;
                }
            }
        });
        for number in 0..count {
            let message = match waiting {
                Waiting::Asleep => get.recv().map_err(|error| error.to_string())?,
                Waiting::Spinning => spin(|| match get.try_recv() {
                    Ok(message) => Some(Ok(message)),
                    Err(error) if error.is_empty() => None,
                    Err(error) => Some(Err(error.to_string())),
                })?,
            };
            in_order(&message, number)?;
        }
        drop(get);
        Ok(())
    })
}

/// Two threads change a number by turns, each as often as it is its turn.
fn turns_of_threads(count: u64, waiting: Waiting) {
    let (turn, bell) = (Mutex::new(0_u64), Condvar::new());
    let word = std::sync::atomic::AtomicU64::new(0);
    thread::scope(|scope| {
        for own in 0..2 {
            let (turn, bell, word) = (&turn, &bell, &word);
            scope.spawn(move || {
                for _ in 0..count / 2 {
                    match waiting {
                        Waiting::Asleep => {
                            let mut held = turn.lock().unwrap_or_else(PoisonError::into_inner);
                            while *held % 2 != own {
                                held = bell.wait(held).unwrap_or_else(PoisonError::into_inner);
                            }
                            *held += 1;
                            drop(held);
                            bell.notify_one();
                        }
                        Waiting::Spinning => {
                            use std::sync::atomic::Ordering::{Acquire, Release};
                            let seen = spin(|| {
                                let seen = word.load(Acquire);
                                (seen % 2 == own).then_some(seen)
                            });
                            word.store(seen + 1, Release);
                        }
                    }
                }
            });
        }
    });
}

/// As two processes, of which this is one.
fn take_turns(made: &Made, own: u64, count: u64) -> Result<()> {
    match made {
        Made::Turns(turn, bell) => {
            for _ in 0..count {
                let held = turn.acquire().into_guard();
                let mut held = bell.wait_while(held, |turn| *turn % 2 != own).into_guard();
                *held += 1;
                drop(held);
                bell.notify_one();
            }
            Ok(())
        }
        Made::Word(word) => {
            for _ in 0..count {
                let seen = spin(|| Some(word.load()).filter(|seen| seen % 2 == own));
                word.store(seen + 1);
            }
            Ok(())
        }
        _ => Err("there are no turns to take".to_owned()),
    }
}
