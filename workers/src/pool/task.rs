//! What a worker does: the traits that a program's own tasks implement, and what a running task
//! may say and hear.

use std::any::Any;
use std::fmt;
use std::panic::Location;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::desk::Paper;
use crate::cancel::Stopped;

/// Something that a pool can do: a request that crosses a thread or a pipe, and comes back as
/// its output. It sees nothing of the program that submitted it but what is in it.
///
/// A task that keeps something between two requests, or sends parts of its output ahead, is a
/// [`Work`].
///
/// ```
/// use serde::{Deserialize, Serialize};
/// use workers::pool::{Context, Failure, Pool, Task, Threads};
///
/// /// How many lines a file has.
/// #[derive(Serialize, Deserialize)]
/// struct Lines(std::path::PathBuf);
///
/// impl Task for Lines {
///     type Output = usize;
///
///     fn run(self, context: &Context<'_, Self>) -> Result<usize, Failure> {
///         context.checkpoint()?;
///         Ok(std::fs::read_to_string(&self.0)?.lines().count())
///     }
/// }
///
/// let pool: Pool<Lines, Threads> = Pool::builder().build()?;
/// let death = pool.submit(Lines("/no/such/file".into()))?.wait().unwrap_err();
/// assert!(death.to_string().contains("No such file") || cfg!(windows));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Task: Serialize + DeserializeOwned + Send + 'static {
    /// What comes back.
    type Output: Serialize + DeserializeOwned + Send + 'static;

    /// Does it.
    ///
    /// # Errors
    /// Whatever the task finds wrong; `?` on any error makes a [`Failure`] that knows its place.
    fn run(self, context: &Context<'_, Self>) -> Result<Self::Output, Failure>;
}

/// The whole of what a pool can do: a [`Task`] with a worker that is set up once, and an output
/// that may come in parts.
///
/// ```
/// use serde::{Deserialize, Serialize};
/// use workers::pool::{Context, Failure, Pool, Threads, Work};
///
/// /// Sums numbers, and sends each sum so far ahead.
/// #[derive(Serialize, Deserialize)]
/// struct Sum(Vec<u64>);
///
/// impl Work for Sum {
///     type Output = u64;
///     type Part = u64;
///     /// Where every worker begins.
///     type SetUp = u64;
///     type State = u64;
///
///     fn set_up(start: u64) -> Result<u64, Failure> {
///         Ok(start)
///     }
///
///     fn work(self, sum: &mut u64, context: &Context<'_, Self>) -> Result<u64, Failure> {
///         for number in self.0 {
///             *sum += number;
///             context.part(*sum);
///         }
///         Ok(*sum)
///     }
/// }
///
/// let pool: Pool<Sum, Threads> = Pool::builder_with(100).workers(1).build()?;
/// let handle = pool.submit(Sum(vec![1, 2]))?;
/// while handle.stage() != workers::pool::Stage::Ended {
///     std::thread::yield_now();
/// }
/// assert_eq!((handle.try_part(), handle.try_part()), (Some(101), Some(103)));
/// assert_eq!(handle.wait(), Ok(103));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Work: Serialize + DeserializeOwned + Send + 'static {
    /// What comes back at the end.
    type Output: Serialize + DeserializeOwned + Send + 'static;
    /// What may be sent ahead; `()` where nothing is.
    type Part: Serialize + DeserializeOwned + Send + 'static;
    /// What each worker is given once, before its first task.
    type SetUp: Serialize + DeserializeOwned + Clone + Send + Sync + 'static;
    /// What a worker makes of it, and keeps from one task to the next.
    type State;

    /// The initializer: runs once in each worker.
    ///
    /// # Errors
    /// A worker that cannot be set up does not work, and neither will the next: the pool fails
    /// with this.
    fn set_up(set_up: Self::SetUp) -> Result<Self::State, Failure>;

    /// Does it.
    ///
    /// # Errors
    /// As for [`Task::run`].
    fn work(
        self,
        state: &mut Self::State,
        context: &Context<'_, Self>,
    ) -> Result<Self::Output, Failure>;
}

impl<T: Task> Work for T {
    type Output = T::Output;
    type Part = ();
    type SetUp = ();
    type State = ();

    fn set_up((): ()) -> Result<(), Failure> {
        Ok(())
    }
    fn work(self, (): &mut (), context: &Context<'_, Self>) -> Result<T::Output, Failure> {
        self.run(context)
    }
}

/// A task that found something wrong: what, and where in the code.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    message: String,
    place: String,
    stopped: bool,
}

impl Failure {
    /// A failure for the reason given, at the caller's place.
    #[must_use]
    #[track_caller]
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            place: Location::caller().to_string(),
            stopped: false,
        }
    }

    pub(crate) fn at(message: String, place: String) -> Self {
        Self {
            message,
            place,
            stopped: false,
        }
    }

    /// What is wrong, with its causes.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// File, line and column in the source.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    /// It is no failure: the task was asked to stop and did.
    pub(crate) fn is_stop(&self) -> bool {
        self.stopped
    }
}

/// Not an `Error` itself, so that every error can become one by `?`.
impl<E: std::error::Error + 'static> From<E> for Failure {
    #[track_caller]
    fn from(error: E) -> Self {
        let mut message = error.to_string();
        let mut cause = error.source();
        while let Some(inner) = cause {
            // Many errors quote their cause already.
            let text = inner.to_string();
            if !message.contains(&text) {
                message.push_str(": ");
                message.push_str(&text);
            }
            cause = inner.source();
        }
        Self {
            message,
            place: Location::caller().to_string(),
            stopped: (&error as &dyn Any).is::<Stopped>(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (at {})", self.message, self.place)
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Where a task's words go.
pub(crate) trait Outlet<T: Work> {
    fn part(&self, task: u64, part: T::Part);
    fn progress(&self, task: u64, done: u64, of: u64);
}

/// The running task's way to hear and to be heard.
pub struct Context<'a, T: Work> {
    pub(crate) task: u64,
    pub(crate) paper: &'a Paper,
    pub(crate) outlet: &'a dyn Outlet<T>,
}

impl<T: Work> Context<'_, T> {
    /// To be called between two steps: waits while the pool is paused.
    ///
    /// # Errors
    /// [`Stopped`] once the task is cancelled or out of time: pass it on with `?`. A task that
    /// never calls this is ended by force, where it runs in a process.
    pub fn checkpoint(&self) -> Result<(), Stopped> {
        self.paper.checkpoint()
    }

    /// Says how far the task is; the latest value wins.
    pub fn progress(&self, done: u64, of: u64) {
        self.outlet.progress(self.task, done, of);
    }

    /// Sends a part of the output ahead. It arrives even if the task then dies; only a worker
    /// process that dies within a millisecond takes it along.
    pub fn part(&self, part: T::Part) {
        self.outlet.part(self.task, part);
    }
}
