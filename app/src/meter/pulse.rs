//! The pulse: a watchdog thread asks the event loop for an answer several times a second and
//! times it. The question is an event of its own that draws nothing, so asking costs no frame,
//! and a freeze is measured while it lasts.
#![expect(
    clippy::disallowed_methods,
    reason = "the watchdog has a thread of its own; the window only uses try_lock"
)]

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded, unbounded};

use super::histogram::Histogram;

/// Time between two questions.
pub(crate) const INTERVAL: Duration = Duration::from_millis(50);
/// What the plot shows.
pub(crate) const WINDOW: Duration = Duration::from_secs(60);

/// One answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    /// When the answer came.
    pub(crate) at: Instant,
    pub(crate) latency: Duration,
}

/// What was measured so far.
#[derive(Clone, Default)]
pub(crate) struct Reading {
    pub(crate) samples: VecDeque<Sample>,
    /// Since the last [`Pulse::begin_run`].
    pub(crate) run: Histogram,
    pub(crate) beating: bool,
}

impl Reading {
    pub(crate) fn now(&self) -> Option<Duration> {
        self.samples.back().map(|sample| sample.latency)
    }
}

enum Order {
    Beat(bool),
    BeginRun,
}

/// The end that the event loop answers at.
#[derive(Clone)]
pub(crate) struct Answers(Sender<()>);

impl Answers {
    /// To be called by the event loop when it comes to the question. Never waits.
    pub(crate) fn answer(&self) {
        // Full means that an answer is there already.
        let _ = self.0.try_send(());
    }
}

/// The window's handle to the watchdog.
pub(crate) struct Pulse {
    orders: Sender<Order>,
    shared: Arc<Mutex<Reading>>,
    seen: Reading,
    beating: bool,
}

impl Pulse {
    /// Starts the watchdog; it rests until told to beat. `ask` puts the question to the event
    /// loop, and says whether there still is one.
    pub(crate) fn start(
        ask: impl Fn() -> bool + Send + 'static,
        answers: Receiver<()>,
    ) -> io::Result<Self> {
        let (orders, inbox) = unbounded();
        let shared = Arc::new(Mutex::new(Reading::default()));
        let watchdog = Watchdog {
            orders: inbox,
            answers,
            shared: shared.clone(),
        };
        std::thread::Builder::new()
            .name("pulse".to_owned())
            .spawn(move || watchdog.watch(&ask))?;
        Ok(Self {
            orders,
            shared,
            seen: Reading::default(),
            beating: false,
        })
    }

    /// The channel between the event loop and the watchdog.
    pub(crate) fn channel() -> (Answers, Receiver<()>) {
        let (sender, receiver) = bounded(1);
        (Answers(sender), receiver)
    }

    pub(crate) fn beat(&mut self, on: bool) {
        if self.beating != on {
            self.beating = on;
            self.order(Order::Beat(on));
        }
    }

    pub(crate) fn begin_run(&self) {
        self.order(Order::BeginRun);
    }

    fn order(&self, order: Order) {
        // The watchdog ends only with the event loop.
        let _ = self.orders.send(order);
    }

    /// Takes over the latest reading, unless the watchdog is writing at this moment.
    pub(crate) fn refresh(&mut self) {
        if let Ok(shared) = self.shared.try_lock() {
            self.seen.clone_from(&shared);
        }
    }

    pub(crate) fn reading(&self) -> &Reading {
        &self.seen
    }
}

struct Watchdog {
    orders: Receiver<Order>,
    answers: Receiver<()>,
    shared: Arc<Mutex<Reading>>,
}

impl Watchdog {
    fn watch(&self, ask: &dyn Fn() -> bool) {
        let mut beating = false;
        loop {
            let order = if beating {
                match self.orders.recv_timeout(INTERVAL) {
                    Ok(order) => Some(order),
                    Err(RecvTimeoutError::Timeout) => None,
                    Err(RecvTimeoutError::Disconnected) => return,
                }
            } else {
                match self.orders.recv() {
                    Ok(order) => Some(order),
                    Err(_) => return,
                }
            };
            match order {
                Some(Order::Beat(on)) => {
                    beating = on;
                    self.write(|reading| reading.beating = on);
                }
                Some(Order::BeginRun) => self.write(|reading| reading.run = Histogram::default()),
                None => {
                    let asked = Instant::now();
                    // An answer takes as long as it takes; that is what is measured.
                    if !ask() || self.answers.recv().is_err() {
                        return;
                    }
                    let at = Instant::now();
                    let latency = at - asked;
                    self.write(|reading| {
                        reading.samples.push_back(Sample { at, latency });
                        while reading
                            .samples
                            .front()
                            .is_some_and(|old| at.duration_since(old.at) > WINDOW + INTERVAL)
                        {
                            reading.samples.pop_front();
                        }
                        reading.run.record(latency, INTERVAL);
                    });
                }
            }
        }
    }

    fn write(&self, change: impl FnOnce(&mut Reading)) {
        change(&mut self.shared.lock().unwrap_or_else(PoisonError::into_inner));
    }
}
