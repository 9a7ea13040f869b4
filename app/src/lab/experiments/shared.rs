//! What processes share: memory that two of them have ([`memory`]), and objects that a manager has
//! and others change by asking it ([`managed`]).

mod managed;
mod memory;

use crate::lab::Experiment;
use crate::lab::context::{Failure, Lab};
use crate::lab::controls::Control;
use crate::lab::outcome::Outcome;
use crate::lab::part::Role;
use crate::lab::trace::Kind;

const LENGTH: Control = Control::number("length", "Numbers in the array", "", (1, 1_000), 10);
const PAUSE: Control = Control::number("pause", "A change takes", "ms", (0, 1_000), 40);
const CHANGES: Control = Control::number(
    "changes",
    "Changes of what the manager has, each",
    "times",
    (1, 1_000),
    10,
);

pub(crate) struct Shared;

impl Experiment for Shared {
    fn name(&self) -> &'static str {
        "shared"
    }

    fn title(&self) -> &'static str {
        "Shared memory"
    }

    fn sentences(&self) -> &'static str {
        "A child process changes a number and an array in memory that it shares with its parent, who sees each change at once, while what it was sent as a message is a copy. A manager is a process that has a dictionary and a list, and two others change them by asking it: over a socket that only this user can reach, and over TCP with a key."
    }

    fn look_for(&self) -> &'static [&'static str] {
        &[
            "The steps are what the parent reads while the child writes: nothing is sent, nobody is asked. The copy in the parent is as it was.",
            "The manager gives its lock to one of the two, and the other waits. What they read and write again without the lock is lost, as in the race.",
            "Each question to the manager is a way there and back: compare what it takes with a change in shared memory.",
        ]
    }

    fn controls(&self) -> &'static [Control] {
        &[LENGTH, PAUSE, CHANGES]
    }

    fn picture_title(&self) -> &'static str {
        "Who changes what when, and what others see of it"
    }

    fn legend(&self) -> &'static [(Kind, &'static str)] {
        &[
            (Kind::Work, "changes what is shared"),
            (Kind::Other, "changes its copy"),
            (Kind::Wait, "reads, or waits for others"),
            (Kind::Hold, "has the manager's lock"),
        ]
    }

    fn parts(&self) -> &'static [Role] {
        &[memory::PART, managed::KEEPER, managed::CLIENT]
    }

    fn run(&self, lab: &Lab) -> Result<Outcome, Failure> {
        let mut outcome = memory::run(lab)?;
        managed::run(lab, &mut outcome)?;
        Ok(outcome)
    }
}
