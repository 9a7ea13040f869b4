//! The lab: experiments that let people see, break and measure concurrency. One file an
//! experiment, one line each in [`ALL`]; the window and `thawsum lab` both go by that list.
//!
//! [`runner`] runs one on a thread of its own and gives it a [`Lab`]: what was chosen, a [`trace`]
//! to record in, a stop that its waits heed, and child processes that are gone when it is over.
//! It gives back an [`Outcome`]. Nothing is acted: every figure is measured at that moment.

mod answers;
pub(crate) mod children;
pub(crate) mod context;
pub(crate) mod controls;
pub(crate) mod desk;
mod experiments;
mod folder;
mod interpreter;
pub(crate) mod outcome;
pub(crate) mod part;
pub(crate) mod runner;
pub(crate) mod stop;
pub(crate) mod team;
mod this_thread;
pub(crate) mod trace;
mod vigil;

use context::{Failure, Lab};
use controls::Control;
use outcome::Outcome;
use part::Role;
use trace::Kind;

/// Every experiment, in the order in which they are listed.
pub(crate) static ALL: &[&dyn Experiment] = &[
    &experiments::freeze::Freeze,
    &experiments::race::Race,
    &experiments::deadlock::Deadlock,
    &experiments::stuck::Stuck,
    &experiments::queue::Queue,
    &experiments::semaphore::Semaphore,
    &experiments::event::Event,
    &experiments::condition::Condition,
    &experiments::reentrant_lock::ReentrantLock,
    &experiments::interpreter_lock::InterpreterLockExperiment,
    &experiments::grain::Grain,
    &experiments::pool::PoolExperiment,
    &experiments::tree::Tree,
    &experiments::messages::Messages,
    &experiments::shared::Shared,
    &experiments::coroutines::Coroutines,
    &experiments::fork::Fork,
];

/// What worker processes of pools of experiments can do.
pub(crate) const TASKS: &[workers::pool::Kind] =
    &[workers::pool::Kind::of::<experiments::pool::Square>()];

/// The experiment of that name.
pub(crate) fn find(name: &str) -> Option<&'static dyn Experiment> {
    ALL.iter().find(|one| one.name() == name).copied()
}

/// One page of the lab.
pub(crate) trait Experiment: Sync {
    /// As the command line writes it: lower case, words joined by hyphens.
    fn name(&self) -> &'static str;
    /// As it stands over the page.
    fn title(&self) -> &'static str;
    /// Two plain sentences: what happens, and what that shows.
    fn sentences(&self) -> &'static str;
    /// One to three short lines: what to look for in the picture and the figures.
    fn look_for(&self) -> &'static [&'static str];
    /// What can be set.
    fn controls(&self) -> &'static [Control] {
        &[]
    }
    /// What stands over the picture: "Who ran when".
    fn picture_title(&self) -> &'static str {
        "Who ran when"
    }
    /// What the kinds of spans in its lanes mean here, for those that it uses.
    fn legend(&self) -> &'static [(Kind, &'static str)];
    /// Runs it. Waits heed the stop; what could hang is in a child process.
    fn run(&self, lab: &Lab) -> Result<Outcome, Failure>;
    /// The parts of it that run in child processes.
    fn parts(&self) -> &'static [Role] {
        &[]
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_experiment_says_all_that_its_page_and_the_command_line_show() {
        let names: BTreeSet<&str> = ALL.iter().map(|one| one.name()).collect();
        assert_eq!(names.len(), ALL.len(), "names are given once");
        for one in ALL {
            let name = one.name();
            let is_plain = |c: char| c.is_ascii_lowercase() || c == '-';
            assert!(name.chars().all(is_plain), "{name}");
            assert!(find(name).is_some() && !one.title().is_empty(), "{name}");
            let sentences = one.sentences();
            assert!(
                sentences.ends_with('.') && !sentences.contains('!'),
                "{name}"
            );
            assert!((1..=3).contains(&one.look_for().len()), "{name}");
            let controls: BTreeSet<&str> = one.controls().iter().map(|c| c.name).collect();
            assert_eq!(controls.len(), one.controls().len(), "{name}");
            let parts: BTreeSet<&str> = one.parts().iter().map(|part| part.name).collect();
            assert_eq!(parts.len(), one.parts().len(), "{name}");
        }
    }
}
