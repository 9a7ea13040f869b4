//! The same work in four ways that cannot deadlock: two threads move ones from two sources, x and
//! y, into a sum, and each round needs both.
#![expect(
    clippy::disallowed_methods,
    reason = "threads of the experiment, which are to wait for each other"
)]

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crossbeam_channel::bounded;

use crate::lab::context::{Failure, Lab};
use crate::lab::stop::{StopSignal, Stopped};
use crate::lab::trace::{Kind, LaneRecorder};

/// A way out.
pub(super) struct Cure {
    pub(super) name: &'static str,
    way: Way,
}

#[derive(Clone, Copy)]
enum Way {
    OneOrder,
    OneLock,
    Retreat,
    Messages,
}

pub(super) const ALL: &[Cure] = &[
    Cure {
        name: "one order: both take x, then y",
        way: Way::OneOrder,
    },
    Cure {
        name: "one lock for both",
        way: Way::OneLock,
    },
    Cure {
        name: "try_lock, and retreat",
        way: Way::Retreat,
    },
    Cure {
        name: "messages: nobody shares anything",
        way: Way::Messages,
    },
];

/// What came of a cure.
pub(super) struct Cured {
    /// Rounds of both threads.
    pub(super) done: u64,
    /// The sum of what they did under the locks: one each round.
    pub(super) sum: u64,
    /// How often one gave back what it had; where that can happen.
    pub(super) retreats: Option<u64>,
    pub(super) took: Duration,
}

/// What both locks guard: each holds a part of the sum, which only whoever has both may change.
#[derive(Default)]
struct Shared {
    x: Mutex<u64>,
    y: Mutex<u64>,
    done: AtomicU64,
    retreats: AtomicU64,
}

pub(super) fn run(lab: &Lab, cure: &Cure, rounds: u64) -> Result<Cured, Failure> {
    let begun = Instant::now();
    let shared = Shared::default();
    let sum = match cure.way {
        Way::Messages => messages(lab, cure.name, rounds, &shared)?,
        way => {
            both(lab, cure.name, |lane, is_f1| {
                for _ in 0..rounds {
                    if lab.stop().is_stopped() {
                        return;
                    }
                    round(way, &shared, is_f1, lane, lab.stop());
                    shared.done.fetch_add(1, Ordering::Relaxed);
                }
            })?;
            let x = *shared.x.lock().unwrap_or_else(PoisonError::into_inner);
            let y = *shared.y.lock().unwrap_or_else(PoisonError::into_inner);
            // Whoever had x alone would have changed one and not the other.
            if x == y { x } else { 0 }
        }
    };
    lab.checkpoint()?;
    Ok(Cured {
        done: shared.done.load(Ordering::Relaxed),
        sum,
        retreats: matches!(cure.way, Way::Retreat).then(|| shared.retreats.load(Ordering::Relaxed)),
        took: begun.elapsed(),
    })
}

/// f1 and f2 at the same time.
fn both(lab: &Lab, group: &str, body: impl Fn(&LaneRecorder, bool) + Sync) -> Result<(), Failure> {
    // Together, or the first could be done before there is a second to meet.
    // Not a barrier: should the second not start, the first would wait at it for ever.
    std::thread::scope(|scope| {
        let (gate, opened) = bounded::<()>(0);
        for name in ["f1", "f2"] {
            let lane = lab.trace().lane(group, name);
            let (body, opened) = (&body, opened.clone());
            std::thread::Builder::new()
                .name(name.to_owned())
                .spawn_scoped(scope, move || {
                    // Opened by being dropped: that is an error, and what is waited for.
                    let _ = opened.recv();
                    body(&lane, name == "f1");
                })
                .map_err(Failure::Thread)?;
        }
        drop(gate);
        Ok(())
    })
}

fn round(way: Way, shared: &Shared, is_f1: bool, lane: &LaneRecorder, stop: &StopSignal) {
    let Shared { x, y, retreats, .. } = shared;
    lane.begin(Kind::Wait);
    match way {
        Way::OneOrder => {
            let mut x = x.lock().unwrap_or_else(PoisonError::into_inner);
            lane.begin(Kind::Hold);
            let mut y = y.lock().unwrap_or_else(PoisonError::into_inner);
            lane.begin(Kind::Work);
            *x += 1;
            *y += 1;
        }
        // y is guarded by x as well, and its own lock is never waited for.
        Way::OneLock => {
            let mut x = x.lock().unwrap_or_else(PoisonError::into_inner);
            lane.begin(Kind::Work);
            *x += 1;
            if let Ok(mut y) = y.try_lock() {
                *y += 1;
            }
        }
        Way::Retreat => {
            let (first, second) = if is_f1 { (x, y) } else { (y, x) };
            let mut tries = 0_u32;
            while !stop.is_stopped() {
                let mut one = first.lock().unwrap_or_else(PoisonError::into_inner);
                lane.begin(Kind::Hold);
                if let Ok(mut other) = second.try_lock() {
                    lane.begin(Kind::Work);
                    *one += 1;
                    *other += 1;
                    break;
                }
                drop(one);
                lane.begin(Kind::Wait);
                retreats.fetch_add(1, Ordering::Relaxed);
                tries += 1;
                // Unequal waits, or both could retreat in step for ever: that is a livelock.
                let unequal = if is_f1 { 3 } else { 7 };
                std::thread::sleep(Duration::from_micros(unequal * u64::from(tries.min(10))));
            }
        }
        Way::Messages => {}
    }
    lane.end();
}

/// A third thread owns both sources; f1 and f2 send it what they want and get a copy back.
fn messages(lab: &Lab, group: &str, rounds: u64, shared: &Shared) -> Result<u64, Failure> {
    let (ask, asked) = bounded::<crossbeam_channel::Sender<u64>>(16);
    std::thread::scope(|scope| {
        let owner = std::thread::Builder::new()
            .name("owner".to_owned())
            .spawn_scoped(scope, move || {
                let (mut x, mut y) = (0_u64, 0_u64);
                for reply in asked {
                    x += 1;
                    y += 1;
                    // Whoever asked may have been stopped.
                    let _ = reply.send(x);
                }
                if x == y { x } else { 0 }
            })
            .map_err(Failure::Thread)?;
        let asked = both(lab, group, |lane, _| {
            let (reply, replied) = bounded(1);
            for _ in 0..rounds {
                lane.begin(Kind::Wait);
                if lab.stop().is_stopped() || ask.send(reply.clone()).is_err() {
                    return;
                }
                if replied.recv().is_err() {
                    return;
                }
                lane.begin(Kind::Work);
                shared.done.fetch_add(1, Ordering::Relaxed);
                lane.end();
            }
        });
        // With the last asker the owner ends.
        drop(ask);
        asked?;
        owner.join().map_err(|_| Failure::from(Stopped))
    })
}
