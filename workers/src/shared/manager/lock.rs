//! A lock: what is said about it, what the manager has, and the proxy.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::bell::Bell;
use super::error::Error;
use super::link::{Connection, Link};
use super::protocol::{Answer, Op, broken};
use super::proxy::{Proxy, proxies};
use super::store::Entry;
use super::talk::{Talk, lock};
use crate::shared::Acquired;

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) enum LockOp {
    Acquire { limit: Option<Duration> },
    Release { abandon: bool },
}

/// First come, first served.
#[derive(Default)]
pub(super) struct Latch {
    state: Mutex<State>,
    moved: Bell,
}

#[derive(Default)]
struct State {
    /// The connection that holds it.
    holder: Option<u64>,
    /// The holder before did not release it; the next is told.
    abandoned: bool,
    waiting: VecDeque<u64>,
    tickets: u64,
}

impl Latch {
    pub(super) fn serve(&self, op: LockOp, entry: &Arc<Entry>, talk: &mut Talk) -> io::Result<()> {
        match op {
            LockOp::Acquire { limit } => self.acquire(limit, entry, talk),
            LockOp::Release { abandon } => {
                let mut state = lock(&self.state);
                if state.holder != Some(talk.id()) {
                    return Err(broken("the lock is not held by this connection"));
                }
                self.free(&mut state, abandon);
                drop(state);
                talk.holds.retain(|held| !Arc::ptr_eq(held, entry));
                talk.answer(&Answer::Done)
            }
        }
    }

    fn acquire(
        &self,
        limit: Option<Duration>,
        entry: &Arc<Entry>,
        talk: &mut Talk,
    ) -> io::Result<()> {
        let id = talk.id();
        let ticket = {
            let mut state = lock(&self.state);
            state.tickets += 1;
            let ticket = state.tickets;
            state.waiting.push_back(ticket);
            ticket
        };
        let gained = talk.wait((&self.state, &self.moved), limit, |state| {
            if state.holder.is_some() || state.waiting.front() != Some(&ticket) {
                return None;
            }
            state.waiting.pop_front();
            state.holder = Some(id);
            Some(std::mem::take(&mut state.abandoned))
        });
        if let Ok(Some(abandoned)) = gained {
            let told = talk
                .answer(&Answer::Held { abandoned })
                .and_then(|()| talk.flush());
            match told {
                Ok(()) => talk.holds.push(entry.clone()),
                // Nobody was there to get it, so whoever comes next finds it as it was.
                Err(_) => self.free(&mut lock(&self.state), abandoned),
            }
            return told;
        }
        lock(&self.state).waiting.retain(|other| *other != ticket);
        self.moved.ring_for_all();
        gained.and_then(|_| talk.answer(&Answer::TooLate))
    }

    fn free(&self, state: &mut State, abandoned: bool) {
        state.holder = None;
        state.abandoned = abandoned;
        // All, because only the first in the line may take it.
        self.moved.ring_for_all();
    }

    /// The connection that held it has ended.
    pub(super) fn forget(&self, connection: u64) {
        let mut state = lock(&self.state);
        if state.holder == Some(connection) {
            self.free(&mut state, true);
        }
    }
}

/// A lock that a manager has: first come, first served.
///
/// It is held by a connection, which the guard has to itself. If that ends without releasing it,
/// because its process was killed, say, the next one gets the lock and is told so:
/// [`Acquired::Abandoned`]. So it is when a guard is dropped by a panic. It is not reentrant: who
/// acquires it twice waits for itself, for ever if there is no limit.
///
/// [`shared::Lock`](crate::shared::Lock) does the same in some nanoseconds where nobody waits.
pub struct Lock {
    proxy: Proxy<()>,
}

proxies!(Lock, "a lock");

impl Lock {
    /// Waits until it is free.
    ///
    /// # Errors
    /// When the manager cannot be asked.
    pub fn acquire(&self) -> Result<Acquired<LockGuard>, Error> {
        self.take(None)?.ok_or(Error::Confused)
    }

    /// Waits no longer than `limit`; `None` when it was not to be had.
    ///
    /// # Errors
    /// When the manager cannot be asked.
    pub fn acquire_timeout(&self, limit: Duration) -> Result<Option<Acquired<LockGuard>>, Error> {
        self.take(Some(limit))
    }

    /// Does not wait for it to be free.
    ///
    /// # Errors
    /// When the manager cannot be asked.
    pub fn try_acquire(&self) -> Result<Option<Acquired<LockGuard>>, Error> {
        self.take(Some(Duration::ZERO))
    }

    fn take(&self, limit: Option<Duration>) -> Result<Option<Acquired<LockGuard>>, Error> {
        let link = &self.proxy.part.link;
        let object = self.proxy.part.object;
        let mut connection = link.connection()?;
        let acquire = Op::Lock(LockOp::Acquire { limit });
        let abandoned = connection.ask(object, acquire, |answer| match answer {
            Answer::Held { abandoned } => Ok(Some(abandoned)),
            Answer::TooLate => Ok(None),
            _ => Err(Error::Confused),
        })?;
        let Some(abandoned) = abandoned else {
            link.give_back(connection);
            return Ok(None);
        };
        let guard = LockGuard {
            link: link.clone(),
            object,
            connection: Some(connection),
            panicking: std::thread::panicking(),
        };
        Ok(Some(if abandoned {
            Acquired::Abandoned(guard)
        } else {
            Acquired::Clean(guard)
        }))
    }
}

/// That a lock of a manager is held. Dropping it releases the lock, and returns when the manager
/// has said so. It may be sent to another thread.
#[must_use = "a lock that is dropped is released at once"]
pub struct LockGuard {
    link: Arc<Link>,
    object: u64,
    connection: Option<Connection>,
    panicking: bool,
}

impl LockGuard {
    /// Releases the lock, and says whether it was held until then.
    ///
    /// # Errors
    /// When the manager cannot be asked. It then may have ended, and others may have taken the
    /// lock of a connection that broke.
    pub fn release(mut self) -> Result<(), Error> {
        self.give_up(false)
    }

    fn give_up(&mut self, abandon: bool) -> Result<(), Error> {
        let Some(mut connection) = self.connection.take() else {
            return Ok(());
        };
        let release = Op::Lock(LockOp::Release { abandon });
        connection.ask(self.object, release, |answer| match answer {
            Answer::Done => Ok(()),
            _ => Err(Error::Confused),
        })?;
        self.link.give_back(connection);
        Ok(())
    }
}

impl Drop for LockGuard {
    fn drop(&mut self) {
        // After an error the connection is closed, which releases the lock too.
        let _ = self.give_up(!self.panicking && std::thread::panicking());
    }
}

impl std::fmt::Debug for LockGuard {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("LockGuard").finish_non_exhaustive()
    }
}
