//! The third executor: the caller's own thread. Nothing runs at once with anything else, and
//! whoever calls waits; for programs that want the pool's words without a pool.

use super::bench;
use super::death::Death;
use super::desk::Desk;
use super::handle::Outcome;
use super::task::{Outlet, Work};

/// Does each task where it is called.
///
/// ```
/// # use workers::pool::{Context, Failure, Task};
/// # #[derive(serde::Serialize, serde::Deserialize)]
/// # struct Double(u32);
/// # impl Task for Double {
/// #     type Output = u32;
/// #     fn run(self, _: &Context<'_, Self>) -> Result<u32, Failure> { Ok(2 * self.0) }
/// # }
/// # use workers::pool::{Pool, Threads};
/// # use workers::pool::Inline;
/// let mut here = Inline::<Double>::new(())?;
/// assert_eq!(here.run(Double(21), |_| ())?, 42);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Inline<T: Work> {
    state: T::State,
    desk: Desk<()>,
    next: u64,
}

impl<T: Work> Inline<T> {
    /// Sets up the one worker.
    ///
    /// # Errors
    /// The initializer's own.
    pub fn new(set_up: T::SetUp) -> Result<Self, Death> {
        bench::watch_panics();
        Ok(Self {
            state: bench::caught(|| T::set_up(set_up))?,
            desk: Desk::default(),
            next: 0,
        })
    }

    /// Does a task, and returns when it is over; `part` gets what it sends ahead.
    ///
    /// # Errors
    /// Why there is no output.
    pub fn run(&mut self, task: T, part: impl Fn(T::Part)) -> Outcome<T> {
        let number = self.next;
        self.next += 1;
        self.desk.begin(number);
        let here = Here { part: &part };
        bench::work(
            &mut self.state,
            (number, false),
            self.desk.paper(),
            &here,
            || Ok(task),
        )
    }

    /// Does all of them, in order.
    pub fn map(&mut self, tasks: impl IntoIterator<Item = T>) -> Vec<Outcome<T>> {
        tasks
            .into_iter()
            .map(|task| self.run(task, |_| ()))
            .collect()
    }
}

struct Here<'a, P> {
    part: &'a dyn Fn(P),
}

impl<T: Work> Outlet<T> for Here<'_, T::Part> {
    fn part(&self, _task: u64, part: T::Part) {
        (self.part)(part);
    }
    fn progress(&self, _task: u64, _done: u64, _of: u64) {}
}
