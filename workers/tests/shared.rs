//! What several processes share, with real processes. Each test's name is the behaviour.
//!
//! The test program is its own child: `main` plays the role that it was started for first, which
//! the standard harness has no place for.

#![expect(
    clippy::unwrap_used,
    reason = "a failed expectation; without the standard harness clippy does not see that these are tests"
)]

#[path = "shared/condition.rs"]
mod condition;
#[path = "shared/counting.rs"]
mod counting;
#[path = "shared/duplex.rs"]
mod duplex;
#[path = "shared/family.rs"]
mod family;
#[path = "shared/lock.rs"]
mod lock;
#[path = "shared/manager.rs"]
mod manager;
#[path = "shared/manager_deaths.rs"]
mod manager_deaths;
#[path = "shared/queue.rs"]
mod queue;
#[path = "shared/token.rs"]
mod token;

use libtest_mimic::{Arguments, Trial};

fn main() {
    workers::child_entry(token::KINDS);
    family::play_if_asked(&[
        lock::ROLES,
        counting::ROLES,
        condition::ROLES,
        queue::ROLES,
        duplex::ROLES,
        manager::ROLES,
        manager_deaths::ROLES,
        token::ROLES,
    ]);
    let trials = [
        lock::trials(),
        counting::trials(),
        condition::trials(),
        queue::trials(),
        duplex::trials(),
        manager::trials(),
        manager_deaths::trials(),
        token::trials(),
    ];
    let mut arguments = Arguments::from_args();
    // One after the other: some count what this process has open, and all have time limits.
    arguments.test_threads = Some(1);
    libtest_mimic::run(&arguments, trials.into_iter().flatten().collect()).exit();
}

/// Tests by their names, with a `cfg` before those that only some systems have.
#[macro_export]
macro_rules! trials {
    ($($(#[$when:meta])? $test:ident),* $(,)?) => {
        pub fn trials() -> Vec<libtest_mimic::Trial> {
            Vec::from([$($(#[$when])? $crate::trial(stringify!($test), $test)),*])
        }
    };
}

fn trial(name: &str, test: fn()) -> Trial {
    Trial::test(name, move || {
        test();
        Ok(())
    })
}
