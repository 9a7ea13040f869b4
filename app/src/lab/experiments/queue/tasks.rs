//! A bounded queue of tasks that remembers which are not done: between threads and between
//! processes, behind one face.
#![expect(
    clippy::disallowed_methods,
    reason = "threads and child processes of the experiment, which are to wait"
)]

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use crossbeam_channel::{
    Receiver, RecvTimeoutError, SendTimeoutError, Sender, TryRecvError, TrySendError, bounded,
    select,
};
use serde::{Deserialize, Serialize};
use workers::shared::{GetError, PutError, Queue, SharedError, Token, Value};

use crate::lab::context::Failure;
use crate::lab::stop::{StopSignal, Stopped};

/// Whose task, and the how manieth of his. None: there will be no more.
pub(super) type Task = Option<(u32, u32)>;

/// Why nothing more can be put or taken.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    #[error(transparent)]
    Stopped(#[from] Stopped),
    #[error(transparent)]
    Put(#[from] PutError),
    #[error(transparent)]
    Get(#[from] GetError),
    #[error("more was done than was put")]
    TooManyDone,
}

impl From<Trouble> for Failure {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Stopped(stopped) => stopped.into(),
            other => Self::Broken(Box::new(other)),
        }
    }
}

/// What both queues can do.
pub(super) trait Tasks: Sync {
    /// Whether there was room.
    fn try_put(&self, task: Task) -> Result<bool, Trouble>;
    /// Whether there was room in that time.
    fn put_within(&self, task: Task, limit: Duration) -> Result<bool, Trouble>;
    fn put(&self, task: Task) -> Result<(), Trouble>;
    fn try_get(&self) -> Result<Option<Task>, Trouble>;
    fn get_within(&self, limit: Duration) -> Result<Option<Task>, Trouble>;
    fn get(&self) -> Result<Task, Trouble>;
    /// One that was taken is done.
    fn task_done(&self) -> Result<(), Trouble>;
    /// Whether all that was put was done in that time.
    fn join_within(&self, limit: Duration) -> bool;
    /// How many were said to be done. Counted apart from what `join` goes by, and before it hears.
    fn done(&self) -> u64;
    fn len(&self) -> usize;
}

/// Between threads: a bounded channel, and a count of what is not done.
pub(super) struct Local {
    sender: Sender<Task>,
    receiver: Receiver<Task>,
    not_done: Mutex<u64>,
    all_done: Condvar,
    done: AtomicU64,
    stop: StopSignal,
}

impl Local {
    pub(super) fn new(room: usize, stop: StopSignal) -> Self {
        let (sender, receiver) = bounded(room);
        Self {
            sender,
            receiver,
            not_done: Mutex::new(0),
            all_done: Condvar::new(),
            done: AtomicU64::new(0),
            stop,
        }
    }

    /// Counts a task before it is put: after that it could be done before it is counted.
    fn counted(&self, put: impl FnOnce() -> Result<bool, Trouble>) -> Result<bool, Trouble> {
        *self.not_done() += 1;
        let result = put();
        if !matches!(result, Ok(true)) {
            *self.not_done() -= 1;
        }
        result
    }

    fn not_done(&self) -> std::sync::MutexGuard<'_, u64> {
        self.not_done.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tasks for Local {
    fn try_put(&self, task: Task) -> Result<bool, Trouble> {
        self.counted(|| match self.sender.try_send(task) {
            Ok(()) => Ok(true),
            Err(TrySendError::Full(_)) => Ok(false),
            Err(TrySendError::Disconnected(_)) => Err(Stopped.into()),
        })
    }

    fn put_within(&self, task: Task, limit: Duration) -> Result<bool, Trouble> {
        self.counted(|| match self.sender.send_timeout(task, limit) {
            Ok(()) => Ok(true),
            Err(SendTimeoutError::Timeout(_)) => Ok(false),
            Err(SendTimeoutError::Disconnected(_)) => Err(Stopped.into()),
        })
    }

    fn put(&self, task: Task) -> Result<(), Trouble> {
        self.counted(|| {
            select! {
                send(self.sender, task) -> sent => sent.map(|()| true).map_err(|_| Stopped.into()),
                recv(self.stop.bell()) -> _ => Err(Stopped.into()),
            }
        })
        .map(drop)
    }

    fn try_get(&self) -> Result<Option<Task>, Trouble> {
        match self.receiver.try_recv() {
            Ok(task) => Ok(Some(task)),
            Err(TryRecvError::Empty) => Ok(None),
            Err(TryRecvError::Disconnected) => Err(Stopped.into()),
        }
    }

    fn get_within(&self, limit: Duration) -> Result<Option<Task>, Trouble> {
        match self.receiver.recv_timeout(limit) {
            Ok(task) => Ok(Some(task)),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(Stopped.into()),
        }
    }

    fn get(&self) -> Result<Task, Trouble> {
        select! {
            recv(self.receiver) -> task => task.map_err(|_| Stopped.into()),
            recv(self.stop.bell()) -> _ => Err(Stopped.into()),
        }
    }

    fn task_done(&self) -> Result<(), Trouble> {
        self.done.fetch_add(1, Ordering::SeqCst);
        let mut not_done = self.not_done();
        *not_done = not_done.checked_sub(1).ok_or(Trouble::TooManyDone)?;
        if *not_done == 0 {
            self.all_done.notify_all();
        }
        Ok(())
    }

    fn join_within(&self, limit: Duration) -> bool {
        let waited = self
            .all_done
            .wait_timeout_while(self.not_done(), limit, |not_done| *not_done > 0)
            .unwrap_or_else(PoisonError::into_inner);
        !waited.1.timed_out()
    }

    fn done(&self) -> u64 {
        self.done.load(Ordering::SeqCst)
    }

    fn len(&self) -> usize {
        self.receiver.len()
    }
}

/// Between processes.
pub(super) struct Shared {
    queue: Queue,
    done: Value<u64>,
}

/// A queue between processes, to be handed to one.
#[derive(Serialize, Deserialize)]
pub(super) struct Address {
    queue: Token<Queue>,
    done: Token<Value<u64>>,
}

impl Shared {
    pub(super) fn new(room: u32) -> Result<Self, SharedError> {
        // Far more bytes than so many tasks take: the number of them is what fills it.
        let bytes = 64 * 1024;
        Ok(Self {
            queue: Queue::with_most(bytes, room)?,
            done: Value::new(0)?,
        })
    }

    pub(super) fn address(&self) -> Address {
        Address {
            queue: self.queue.token(),
            done: self.done.token(),
        }
    }
}

impl Address {
    pub(super) fn open(&self) -> Result<Shared, SharedError> {
        Ok(Shared {
            queue: self.queue.open()?,
            done: self.done.open()?,
        })
    }
}

/// That there will be no more, as a message.
const NO_MORE: [u8; 8] = [u8::MAX; 8];

fn encoded(task: Task) -> [u8; 8] {
    task.map_or(NO_MORE, |(whose, which)| {
        (u64::from(whose) << 32 | u64::from(which)).to_le_bytes()
    })
}

fn decoded(message: &[u8]) -> Result<Task, GetError> {
    let bytes: [u8; 8] = message.try_into().map_err(|_| GetError::Damaged)?;
    let word = u64::from_le_bytes(bytes);
    Ok((bytes != NO_MORE).then_some(((word >> 32) as u32, word as u32)))
}

fn room(put: Result<(), PutError>) -> Result<bool, Trouble> {
    match put {
        Ok(()) => Ok(true),
        Err(PutError::Full) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

fn some(got: Result<Vec<u8>, GetError>) -> Result<Option<Task>, Trouble> {
    match got {
        Ok(message) => Ok(Some(decoded(&message)?)),
        Err(GetError::Empty) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

impl Tasks for Shared {
    fn try_put(&self, task: Task) -> Result<bool, Trouble> {
        room(self.queue.try_put(&encoded(task)))
    }

    fn put_within(&self, task: Task, limit: Duration) -> Result<bool, Trouble> {
        room(self.queue.put_timeout(&encoded(task), limit))
    }

    fn put(&self, task: Task) -> Result<(), Trouble> {
        Ok(self.queue.put(&encoded(task))?)
    }

    fn try_get(&self) -> Result<Option<Task>, Trouble> {
        some(self.queue.try_get())
    }

    fn get_within(&self, limit: Duration) -> Result<Option<Task>, Trouble> {
        some(self.queue.get_timeout(limit))
    }

    fn get(&self) -> Result<Task, Trouble> {
        Ok(decoded(&self.queue.get()?)?)
    }

    fn task_done(&self) -> Result<(), Trouble> {
        self.done.fetch_add(1);
        self.queue.task_done().map_err(|_| Trouble::TooManyDone)
    }

    fn join_within(&self, limit: Duration) -> bool {
        self.queue.join_timeout(limit)
    }

    fn done(&self) -> u64 {
        self.done.load()
    }

    fn len(&self) -> usize {
        self.queue.len()
    }
}
