//! The child role: how a program that is started as a worker knows it, and becomes one.

use std::process::exit;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::pool::{self, Kind};
use crate::shared::manager;
use crate::tasks::bundle::Bundle;

/// The first argument of a worker process.
pub const CHILD_ARGUMENT: &str = "worker";
pub(super) const PARENT_ARGUMENT: &str = "--parent";
/// Behind the parent's number, for a manager of what processes share.
pub(super) const MANAGER_ARGUMENT: &str = "--manager";

pub(super) static WAS_ENTERED: AtomicBool = AtomicBool::new(false);

/// To be called by a child in a role of its own, one that [`Leashed::spawn`](super::Leashed::spawn)
/// started: from here on it ends when the process with the number `parent` does, however that comes.
///
/// # Errors
/// The parent has ended already, or the system refuses to watch it.
pub fn tie_to_parent(parent: u32) -> std::io::Result<()> {
    super::os::die_with_parent(parent)
}

/// To be called first in `main`, with the kinds of tasks that this program gives to pools of
/// processes. In the parent it notes which executable this is and returns; in a worker process, or
/// a [manager]'s, it works until there is no more to do, and never returns.
pub fn child_entry(kinds: &[Kind]) {
    // A failure to find the executable is reported when a worker is to be started.
    super::executable::pin();
    WAS_ENTERED.store(true, Ordering::Relaxed);
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next().is_none_or(|first| first != CHILD_ARGUMENT)
        || arguments.next().is_none_or(|flag| flag != PARENT_ARGUMENT)
    {
        return;
    }
    let parent = arguments.next().and_then(|id| id.to_str()?.parse().ok());
    let Some(parent) = parent else {
        eprintln!("worker: the parent's number is missing");
        exit(2);
    };
    if arguments
        .next()
        .is_some_and(|flag| flag == MANAGER_ARGUMENT)
    {
        exit(manager::run(parent));
    }
    // Every program that uses this library can run hashing jobs.
    let known: Vec<Kind> = std::iter::once(Kind::of::<Bundle>())
        .chain(kinds.iter().copied())
        .collect();
    exit(pool::child::run(parent, &known));
}
