//! How the dispatcher sees those who work: as places that are filled by a crew, and that report
//! over one channel. Whether they are threads or processes it does not know.

use std::io;
use std::time::Duration;

use crossbeam_channel::Sender;

use super::death::{Death, Exit};
use super::task::{Failure, Work};
use crate::process::Harm;

/// What a worker, or whoever minds it, tells the dispatcher.
pub struct Report<T: Work> {
    pub(crate) slot: usize,
    /// Which worker in that place: reports of its predecessor are out of date.
    pub(crate) generation: u32,
    /// In the order in which it was said.
    pub(crate) what: Vec<What<T>>,
}

pub enum What<T: Work> {
    /// It takes tasks.
    Ready,
    Began(u64),
    Progress {
        task: u64,
        done: u64,
        of: u64,
    },
    Part(u64, T::Part),
    Ended {
        task: u64,
        result: Result<T::Output, Death>,
        /// From its beginning, as the worker measured it.
        took: Duration,
    },
    /// It was asked to give back what it had not begun, and these are it.
    GaveBack(Vec<u64>),
    /// It is gone; nothing more will come from it.
    Gone(Gone),
}

/// How a worker ended.
pub enum Gone {
    /// A thread that has no more to do.
    Quiet,
    /// A process, told to or not.
    Exited(Exit),
    /// It said something that no worker of this build says.
    Damaged(String),
    /// It never began, and why. Trying again may help.
    NotStarted(String),
    /// It is not fit for this work, and the next will not be either.
    Unfit(Failure),
}

/// One worker. No call waits.
pub trait Worker<Q> {
    fn pid(&self) -> Option<u32>;
    /// Gives it tasks, to be done one after the other.
    fn run(&mut self, tasks: Vec<(u64, Q)>);
    /// Takes back up to so many tasks that it has not begun. What is taken at once is returned;
    /// `None`: a report says what was.
    fn take_back(&mut self, most: usize) -> Option<Vec<u64>>;
    /// Asks that a task end. `true`: it had not begun, and will not; otherwise a report says what
    /// becomes of it.
    fn cancel(&mut self, task: u64) -> bool;
    /// Makes its tasks wait at their next step, or go on.
    fn pause(&mut self, paused: bool);
    /// Stops it, and whatever it started, in the middle of what it does, or lets it go on; where
    /// the system can do neither, nothing.
    fn hold(&mut self, held: bool);
    /// No more tasks will come: end when done.
    fn finish(&mut self);
    /// Asks the system to end it, and whatever it started, as politely as the system can.
    /// `false`: that cannot be done.
    fn terminate(&mut self) -> bool;
    /// Does something to it that it did not expect. `false`: that cannot be done.
    fn harm(&mut self, harm: Harm) -> bool;
    /// Ends it, and whatever it started, by force. `false`: that cannot be done.
    fn kill(&mut self) -> bool;
}

/// Makes workers.
pub trait Crew<T: Work, Q> {
    fn spawn(
        &mut self,
        slot: usize,
        generation: u32,
        reports: Sender<Report<T>>,
    ) -> io::Result<Box<dyn Worker<Q>>>;
}
