//! The rows of what a manager has: a process that every call asks, over a local socket or pipe.
#![expect(
    clippy::disallowed_methods,
    reason = "a child process of the experiment, where waiting is what is measured"
)]

use std::hint::black_box;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use workers::shared::manager::{Error, List, Lock, Manager, Over, Queue, Token};

use super::rows::Work;
use super::side::{MESSAGES, NUMBERS, Waiting};

/// Those who look again and again do so for this long before they sleep after all.
const AWAKE: Duration = Duration::from_millis(1);
/// What many in one call are, at most.
const MANY: usize = 1000;

/// Something that a manager has.
pub(super) struct Managed {
    /// The first side's.
    manager: Option<Manager>,
    object: Object,
    at_once: usize,
}

enum Object {
    /// Text, because that is encoded as it is: a list of bytes would be byte by byte.
    Queue(Queue<String>),
    Lock(Lock),
    List(List<i64>),
}

/// The same, for the second side.
#[derive(Serialize, Deserialize)]
pub(super) struct Offer {
    queue: Token<Queue<String>>,
    at_once: usize,
}

/// Starts a manager that has what this row is about; `None` for other rows.
pub(super) fn make(
    work: Work,
    waiting: Waiting,
) -> Result<Option<(Managed, Option<Offer>)>, Error> {
    let start = || {
        Manager::start_awake(
            Over::Local,
            match waiting {
                Waiting::Asleep => Duration::ZERO,
                Waiting::Spinning => AWAKE,
            },
        )
    };
    let at_once = match work {
        Work::QueueManagedMany | Work::ListManagedMany => MANY,
        _ => 1,
    };
    let (manager, object) = match work {
        Work::QueueManaged | Work::QueueManagedMany => {
            let manager = start()?;
            let queue = manager.queue(MESSAGES)?;
            (manager, Object::Queue(queue))
        }
        Work::LockManaged => {
            let manager = start()?;
            let lock = manager.lock()?;
            (manager, Object::Lock(lock))
        }
        Work::ListManaged | Work::ListManagedMany => {
            let manager = start()?;
            let list = manager.list()?;
            list.extend(0..NUMBERS as i64)?;
            (manager, Object::List(list))
        }
        _ => return Ok(None),
    };
    let offer = match &object {
        Object::Queue(queue) => Some(Offer {
            queue: queue.token(),
            at_once,
        }),
        Object::Lock(_) | Object::List(_) => None,
    };
    let managed = Managed {
        manager: Some(manager),
        object,
        at_once,
    };
    Ok(Some((managed, offer)))
}

impl Offer {
    pub(super) fn open(&self) -> Result<Managed, Error> {
        Ok(Managed {
            manager: None,
            object: Object::Queue(self.queue.open()?),
            at_once: self.at_once,
        })
    }
}

impl Managed {
    /// Processor time of the manager so far, for the side that has it; the inner one is unknown
    /// where the system does not tell.
    pub(super) fn processor_time(&self) -> Option<Option<Duration>> {
        Some(self.manager.as_ref()?.processor_time().ok().flatten())
    }

    /// Does the first side's part; an error says what went wrong, or arrived wrong.
    pub(super) fn first(&self, count: u64) -> Result<(), String> {
        match &self.object {
            Object::Queue(queue) => {
                let mut next = 0;
                while next < count {
                    for message in self.got(queue).map_err(|error| error.to_string())? {
                        in_order(&message, next)?;
                        next += 1;
                    }
                }
                Ok(())
            }
            Object::Lock(lock) => acquire_all(lock, count).map_err(|error| error.to_string()),
            Object::List(list) => self
                .read_all(list, count)
                .map_err(|error| error.to_string()),
        }
    }

    /// Does the second side's part.
    pub(super) fn second(&self, count: u64) -> Result<(), String> {
        let Object::Queue(queue) = &self.object else {
            return Err("only a queue has a second side".to_owned());
        };
        self.put_all(queue, count)
            .map_err(|error| error.to_string())
    }

    fn got(&self, queue: &Queue<String>) -> Result<Vec<String>, Error> {
        match self.at_once {
            1 => Ok(vec![queue.get()?]),
            most => queue.get_many(most, None),
        }
    }

    fn put_all(&self, queue: &Queue<String>, count: u64) -> Result<(), Error> {
        match self.at_once {
            1 => (0..count).try_for_each(|number| queue.put(&numbered(number))),
            most => {
                let mut next = 0;
                while next < count {
                    let end = count.min(next + most as u64);
                    queue.put_all((next..end).map(numbered))?;
                    next = end;
                }
                Ok(())
            }
        }
    }

    fn read_all(&self, list: &List<i64>, count: u64) -> Result<(), Error> {
        let mut left = count;
        while left > 0 {
            let read = match self.at_once {
                1 => black_box(list.get(black_box(5))?).map_or(0, |_| 1),
                most => black_box(list.range(..most.min(left as usize))?).len() as u64,
            };
            if read == 0 {
                return Err(Error::Confused);
            }
            left -= read;
        }
        Ok(())
    }
}

fn acquire_all(lock: &Lock, count: u64) -> Result<(), Error> {
    (0..count).try_for_each(|_| lock.acquire()?.into_guard().release())
}

const LENGTH: usize = 256;
/// Hexadecimal digits of its number, which a message begins with.
const DIGITS: usize = 16;

fn numbered(number: u64) -> String {
    let mut message = "0".repeat(LENGTH);
    message.replace_range(..DIGITS, &format!("{number:0DIGITS$x}"));
    message
}

fn in_order(message: &str, number: u64) -> Result<(), String> {
    let says = message
        .get(..DIGITS)
        .map(|text| u64::from_str_radix(text, 16));
    if message.len() == LENGTH && says == Some(Ok(number)) {
        Ok(())
    } else {
        Err(format!("message {number} is not the one that was sent"))
    }
}
