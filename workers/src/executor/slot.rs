//! One worker's place: who fills it now, and what it has in hand.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{Batch, Item, Worker};
use crate::event::WorkerFigures;
use crate::progress::Lane;
use crate::verdict::Verdict;

/// A worker may have a second bundle waiting while no more than this many bytes are in its
/// hands: that hides the round trip, and yet nobody sits on work that another could do.
const AHEAD_BYTES: u64 = 6 * 1024 * 1024;

pub(crate) struct Slot {
    pub(crate) lane: Arc<Lane>,
    pub(crate) generation: u32,
    pub(crate) figures: WorkerFigures,
    pub(crate) place: Place,
    in_hand: VecDeque<InHand>,
}

pub(crate) enum Place {
    /// To be filled at this moment or after.
    Vacant { not_before: Instant, failures: u32 },
    /// On its way.
    Starting {
        worker: Box<dyn Worker>,
        failures: u32,
    },
    /// At work. `kill_asked`: somebody pressed the button, so the death to come is no news.
    Ready {
        worker: Box<dyn Worker>,
        kill_asked: bool,
    },
    /// Given up, or told to end and gone.
    Closed,
}

struct InHand {
    batch: Batch,
    reported: usize,
    /// Its worker is known to have begun it, or nobody asked to know.
    begun: bool,
}

impl Slot {
    pub(crate) fn new(lane: Arc<Lane>) -> Self {
        Self {
            lane,
            generation: 0,
            figures: WorkerFigures::default(),
            place: Place::Vacant {
                not_before: Instant::now(),
                failures: 0,
            },
            in_hand: VecDeque::new(),
        }
    }

    pub(crate) fn worker(&mut self) -> Option<&mut Box<dyn Worker>> {
        match &mut self.place {
            Place::Starting { worker, .. } | Place::Ready { worker, .. } => Some(worker),
            Place::Vacant { .. } | Place::Closed => None,
        }
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.in_hand.is_empty()
    }

    /// How eagerly it should be given work: bytes in its hands, or `None` if it should not.
    pub(crate) fn appetite(&self) -> Option<u64> {
        let Place::Ready {
            kill_asked: false, ..
        } = self.place
        else {
            return None;
        };
        let bytes = self.bytes();
        (self.in_hand.len() < 2 && (self.in_hand.is_empty() || bytes <= AHEAD_BYTES))
            .then_some(bytes)
    }

    /// Bytes of the files in its hands that it has not reported.
    pub(crate) fn bytes(&self) -> u64 {
        self.in_hand.iter().map(InHand::bytes).sum()
    }

    /// Gives it a bundle. A suspect must be alone in a worker's hands.
    pub(crate) fn assign(&mut self, batch: Batch) {
        if let Place::Ready { worker, .. } = &mut self.place {
            worker.assign(batch.clone());
        }
        self.hold(batch);
    }

    /// Notes that it has a bundle that it got by other means.
    pub(crate) fn hold(&mut self, batch: Batch) {
        self.in_hand.push_back(InHand {
            reported: 0,
            begun: !batch.announce,
            batch,
        });
    }

    /// Its worker has begun this bundle.
    pub(crate) fn begun(&mut self, batch: u64) {
        for held in &mut self.in_hand {
            held.begun |= held.batch.id == batch;
        }
    }

    /// Matches results with the files they are about; calls `settle` for each.
    pub(crate) fn report(
        &mut self,
        batch: u64,
        results: Vec<(u64, Verdict)>,
        mut settle: impl FnMut(Item, u64, Verdict),
    ) {
        let Some(position) = self.in_hand.iter().position(|held| held.batch.id == batch) else {
            return;
        };
        let held = &mut self.in_hand[position];
        for (read, verdict) in results {
            let Some(item) = held.batch.items.get(held.reported) else {
                break;
            };
            held.reported += 1;
            settle(item.clone(), read, verdict);
        }
        if held.reported == held.batch.items.len() {
            self.in_hand.remove(position);
        }
    }

    /// The worker is gone: everything unreported, and how many of those were in the bundle it
    /// was working on, any of which may be what killed it.
    pub(crate) fn surrender(&mut self) -> (Vec<Item>, usize) {
        let mut items = Vec::new();
        let mut suspects = 0;
        for held in self.in_hand.drain(..) {
            let first = items.is_empty();
            items.extend(held.batch.items[held.reported..].iter().cloned());
            // A worker may have been dead before the bundle reached it.
            if first && held.begun {
                suspects = items.len();
            }
        }
        (items, suspects)
    }
}

impl InHand {
    fn bytes(&self) -> u64 {
        self.batch.items[self.reported..]
            .iter()
            .map(|item| item.seen.size)
            .sum()
    }
}

/// How long to wait before the next try after `failures` failed starts in a row.
pub(crate) fn restart_delay(failures: u32) -> Duration {
    Duration::from_millis(50) * 2u32.pow(failures.min(6))
}
