//! A round-robin scheduler in a few lines. The coroutines are the language's own: an `async`
//! function is made into one that is left at each `await` and gone on with from there.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use crate::lab::context::{Failure, Lab};
use crate::lab::stop::Stopped;
use crate::lab::trace::{Kind, LaneRecorder};

/// What the countdowns said.
pub(super) struct Turns {
    /// In the order in which it was said.
    pub(super) said: Vec<u64>,
    pub(super) took: Duration,
}

type Coroutine<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

/// Lets countdowns take turns until all are over. Each number takes `step` of the thread's time.
pub(super) fn count_down(lab: &Lab, starts: &[u64], step: Duration) -> Result<Turns, Failure> {
    let begun = Instant::now();
    let said = RefCell::new(Vec::new());
    let lanes: Vec<LaneRecorder> = starts
        .iter()
        .enumerate()
        .map(|(index, start)| {
            let name = format!("{}: from {start}", index + 1);
            lab.trace().lane("three countdowns, one thread", &name)
        })
        .collect();
    let mut ready: VecDeque<(&LaneRecorder, Coroutine<'_>)> = lanes
        .iter()
        .zip(starts)
        .map(|(lane, start)| {
            (
                lane,
                Box::pin(countdown(*start, &said, step)) as Coroutine<'_>,
            )
        })
        .collect();
    // Nobody needs to be woken: all are asked by turns.
    let mut context = Context::from_waker(Waker::noop());
    while let Some((lane, mut coroutine)) = ready.pop_front() {
        lab.checkpoint().map_err(|Stopped| Failure::Stopped)?;
        lane.begin(Kind::Work);
        let state = coroutine.as_mut().poll(&mut context);
        lane.end();
        if state.is_pending() {
            ready.push_back((lane, coroutine));
        }
    }
    drop(ready);
    Ok(Turns {
        said: said.into_inner(),
        took: begun.elapsed(),
    })
}

async fn countdown(start: u64, said: &RefCell<Vec<u64>>, step: Duration) {
    for number in (1..=start).rev() {
        said.borrow_mut().push(number);
        work(step);
        give_way().await;
    }
}

/// The others' turn.
async fn give_way() {
    let mut given = false;
    poll_fn(|_| {
        if std::mem::replace(&mut given, true) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
}

/// Takes up the thread for so long, as work does: sleeping would be giving way.
fn work(time: Duration) {
    let begun = Instant::now();
    while begun.elapsed() < time {
        std::hint::spin_loop();
    }
}
