//! Sleeping until another process changed something: an eventcount in shared memory.
//!
//! Whoever waits takes a ticket, looks whether what it waits for is there, and sleeps on the
//! ticket if not. Whoever changes something notifies afterwards. A notification after the ticket
//! was taken ends the sleep or prevents it, so none falls between looking and sleeping.
//!
//! - **Notifying costs two loads while nobody waits**: `arrivals` counts those who took a ticket,
//!   `cleared` says up to which of them none sleeps any more. The ticket is read *before* its
//!   arrival is counted; so when the system says that it woke nobody, all who had arrived by then
//!   hold tickets that are no longer good. A plain count of sleepers would stay too high for ever
//!   after one of them was killed, and every notification then cost a call of the system.
//! - **Who is killed takes no notification along**: a sleeper that was woken and died before it
//!   did anything would leave the others asleep. So nobody sleeps longer than [`LOOK_AGAIN`]
//!   without looking. Ten looks a second are the price; POSIX condition variables in shared memory
//!   avoid them and hang.

use std::sync::atomic::Ordering::SeqCst;
use std::time::{Duration, Instant};

use super::layout::ParkingWords;
use super::sys::{Bell, Woken};

/// After so long, who sleeps looks for itself.
pub(super) const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// Two to the power of this: pauses between looks before falling asleep, at most. Some hundreds of
/// nanoseconds to two microseconds, as processors pause for very different times.
const MOST_PAUSES: u32 = 5;

/// When to give up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Until {
    /// At once.
    Now,
    At(Instant),
    Never,
}

impl Until {
    pub(super) fn after(time: Duration) -> Self {
        // A time that the clock cannot add is longer than anybody waits.
        Instant::now()
            .checked_add(time)
            .map_or(Self::Never, Self::At)
    }

    /// The same, but no sooner than `time` from now.
    pub(super) fn at_least(self, time: Duration) -> Self {
        let soonest = || Instant::now() + time;
        match self {
            Self::Now => Self::At(soonest()),
            Self::At(end) => Self::At(end.max(soonest())),
            Self::Never => Self::Never,
        }
    }

    /// How long to sleep next, `longest` at most; `None` when the moment has passed.
    pub(super) fn nap(self, longest: Duration) -> Option<Duration> {
        match self {
            Self::Now => None,
            Self::At(end) => {
                let left = end.saturating_duration_since(Instant::now());
                (!left.is_zero()).then(|| left.min(longest))
            }
            Self::Never => Some(longest),
        }
    }
}

/// Good until the next notification.
#[derive(Clone, Copy)]
pub(super) struct Ticket(u32);

/// Why somebody looks whether to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// Something may have changed.
    First,
    /// Nothing was heard for a while; this is the time for looks that cost something.
    Again,
}

#[derive(Clone, Copy)]
pub(super) struct Parking<'a> {
    words: &'a ParkingWords,
    bell: &'a Bell,
}

impl<'a> Parking<'a> {
    pub(super) fn new(words: &'a ParkingWords, bell: &'a Bell) -> Self {
        Self { words, bell }
    }

    pub(super) fn prepare(self) -> Ticket {
        let ticket = Ticket(self.words.sequence.load(SeqCst));
        self.words.arrivals.fetch_add(1, SeqCst);
        ticket
    }

    /// Sleeps until a notification, for `longest` at most, or for no reason.
    pub(super) fn wait(self, ticket: Ticket, longest: Duration) {
        self.bell.wait(self.words, ticket.0, longest);
    }

    /// Somebody was notified since.
    pub(super) fn moved_on(self, ticket: Ticket) -> bool {
        self.words.sequence.load(SeqCst) != ticket.0
    }

    pub(super) fn notify_one(self) {
        self.notify(false);
    }

    pub(super) fn notify_all(self) {
        self.notify(true);
    }

    #[inline]
    fn notify(self, all: bool) {
        let arrived = self.words.arrivals.load(SeqCst);
        if arrived != self.words.cleared.load(SeqCst) {
            self.wake(arrived, all);
        }
    }

    #[cold]
    fn wake(self, arrived: u32, all: bool) {
        self.words.sequence.fetch_add(1, SeqCst);
        if self.bell.wake(self.words, all) == Woken::None || all {
            self.words.cleared.store(arrived, SeqCst);
        }
    }

    /// Tries until it succeeds: `spins` times at once, then after each notification and now and
    /// then. `None` when `until` has passed.
    pub(super) fn wait_for<R>(
        self,
        until: Until,
        spins: u32,
        mut attempt: impl FnMut(Look) -> Option<R>,
    ) -> Option<R> {
        if until == Until::Now {
            return attempt(Look::First).or_else(|| attempt(Look::Again));
        }
        for spin in 0..spins {
            if let Some(result) = attempt(Look::First) {
                return Some(result);
            }
            // Less and less often: each look takes what is looked at from the one who is to
            // change it.
            for _ in 0..1 << spin.min(MOST_PAUSES) {
                std::hint::spin_loop();
            }
        }
        let mut look = Look::First;
        loop {
            let ticket = self.prepare();
            if let Some(result) = attempt(look) {
                return Some(result);
            }
            let Some(nap) = until.nap(LOOK_AGAIN) else {
                // A limit shorter than a nap must not pass over the look that costs.
                return match look {
                    Look::First => attempt(Look::Again),
                    Look::Again => None,
                };
            };
            self.wait(ticket, nap);
            look = if self.moved_on(ticket) {
                Look::First
            } else {
                Look::Again
            };
        }
    }
}
