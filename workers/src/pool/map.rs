//! Many tasks of one kind at once.

use std::collections::VecDeque;

use crossbeam_channel::{Receiver, Sender, unbounded};

use super::dispatcher::{Listener, Said};
use super::error::SubmitError;
use super::executor::Executor;
use super::handle::{Handle, Outcome};
use super::task::Work;
use super::{MAX_WORKERS, Pool, Terms};

/// Tasks that are submitted ahead of the one whose outcome is asked for next, so that an input
/// of any length takes no more memory than this many.
const AHEAD: usize = 8 * MAX_WORKERS;
/// More are submitted when no more than this are left of them: many at once wake the pool once.
const LOW: usize = AHEAD / 2;

impl<T: Work, E: Executor> Pool<T, E> {
    /// Does all of them and waits; the outcomes are in the order of the tasks.
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
    /// let pool: Pool<Double, Threads> = Pool::builder().build()?;
    /// assert_eq!(pool.map([1, 2, 3].map(Double))?, [Ok(2), Ok(4), Ok(6)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// A task was not taken; those before it are done all the same, and forgotten.
    pub fn map(&self, tasks: impl IntoIterator<Item = T>) -> Result<Vec<Outcome<T>>, SubmitError> {
        let handles: Vec<Handle<T>> = tasks
            .into_iter()
            .map(|task| self.submit(task))
            .collect::<Result<_, _>>()?;
        Ok(handles.into_iter().map(Handle::wait).collect())
    }

    /// As [`Pool::map`], of an input that may fail: the outcomes of what came before, and the
    /// error.
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
    /// let pool: Pool<Double, Threads> = Pool::builder().build()?;
    /// let input = ["1", "2", "three", "4"].map(|text| text.parse().map(Double));
    /// let (outcomes, error) = pool.try_map(input)?;
    /// assert_eq!(outcomes, [Ok(2), Ok(4)]);
    /// assert!(error.is_some());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// A task was not taken.
    pub fn try_map<X>(
        &self,
        tasks: impl IntoIterator<Item = Result<T, X>>,
    ) -> Result<(Vec<Outcome<T>>, Option<X>), SubmitError> {
        let mut handles = Vec::new();
        let mut failed = None;
        for task in tasks {
            match task {
                Ok(task) => handles.push(self.submit(task)?),
                Err(error) => {
                    failed = Some(error);
                    break;
                }
            }
        }
        Ok((handles.into_iter().map(Handle::wait).collect(), failed))
    }

    /// The outcomes one by one, in the order of the tasks, which are taken from the input as the
    /// outcomes are asked for, some ahead.
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
    /// let pool: Pool<Double, Threads> = Pool::builder().build()?;
    /// // An input without an end is no harm: it is taken as it is needed.
    /// let first: Vec<u32> = pool
    ///     .imap((1..).map(Double))
    ///     .take(3)
    ///     .map(|outcome| Ok::<_, Box<dyn std::error::Error>>(outcome??))
    ///     .collect::<Result<_, _>>()?;
    /// assert_eq!(first, [2, 4, 6]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn imap<I: IntoIterator<Item = T>>(&self, tasks: I) -> Imap<'_, T, E, I::IntoIter> {
        Imap {
            pool: self,
            tasks: tasks.into_iter().fuse(),
            handles: VecDeque::new(),
        }
    }

    /// The outcomes one by one, as they come, each with the place of its task in the input.
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
    /// let pool: Pool<Double, Threads> = Pool::builder().build()?;
    /// let mut sum = 0;
    /// for one in pool.imap_unordered((1..=100).map(Double)) {
    ///     let (_place, outcome) = one?;
    ///     sum += outcome?;
    /// }
    /// assert_eq!(sum, 10_100);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn imap_unordered<I: IntoIterator<Item = T>>(
        &self,
        tasks: I,
    ) -> ImapUnordered<'_, T, E, I::IntoIter> {
        let (done, outcomes) = unbounded();
        ImapUnordered {
            pool: self,
            tasks: tasks.into_iter().enumerate().fuse(),
            done,
            outcomes,
            out: 0,
        }
    }
}

/// See [`Pool::imap`].
pub struct Imap<'p, T: Work, E: Executor, I> {
    pool: &'p Pool<T, E>,
    tasks: std::iter::Fuse<I>,
    handles: VecDeque<Handle<T>>,
}

impl<T: Work, E: Executor, I: Iterator<Item = T>> Iterator for Imap<'_, T, E, I> {
    type Item = Result<Outcome<T>, SubmitError>;

    fn next(&mut self) -> Option<Self::Item> {
        let most = if self.handles.len() > LOW { 0 } else { AHEAD };
        while self.handles.len() < most
            && let Some(task) = self.tasks.next()
        {
            match self.pool.submit(task) {
                Ok(handle) => self.handles.push_back(handle),
                Err(error) => return Some(Err(error)),
            }
        }
        self.handles.pop_front().map(|handle| Ok(handle.wait()))
    }
}

/// See [`Pool::imap_unordered`].
pub struct ImapUnordered<'p, T: Work, E: Executor, I> {
    pool: &'p Pool<T, E>,
    tasks: std::iter::Fuse<std::iter::Enumerate<I>>,
    done: Sender<(usize, Outcome<T>)>,
    outcomes: Receiver<(usize, Outcome<T>)>,
    out: usize,
}

impl<T: Work, E: Executor, I: Iterator<Item = T>> Iterator for ImapUnordered<'_, T, E, I> {
    type Item = Result<(usize, Outcome<T>), SubmitError>;

    fn next(&mut self) -> Option<Self::Item> {
        let most = if self.out > LOW { 0 } else { AHEAD };
        while self.out < most
            && let Some((index, task)) = self.tasks.next()
        {
            let done = self.done.clone();
            // Not by a callback of the handle's: the way over its thread is one change more.
            let listener = |_| -> Listener<T> {
                Box::new(move |said| {
                    if let Said::Ended(outcome) = said {
                        // Whoever iterated may have stopped.
                        let _ = done.send((index, outcome));
                    }
                })
            };
            if let Err(error) = self.pool.submit_to(Terms::default(), None, task, listener) {
                return Some(Err(error));
            }
            self.out += 1;
        }
        if self.out == 0 {
            return None;
        }
        self.out -= 1;
        // This end holds a sender of its own, so the channel cannot be closed.
        self.outcomes.recv().ok().map(Ok)
    }
}
