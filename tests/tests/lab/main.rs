//! The lab: every experiment runs, ends, and what must be true of it is. One file an experiment,
//! and one each for what holds for all of them.
#![cfg(unix)]

mod common;

#[cfg(target_os = "linux")]
mod ending;
mod every;
mod usage;
#[cfg(target_os = "linux")]
mod window;

mod condition;
mod coroutines;
mod deadlock;
mod event;
mod fork;
#[cfg(target_os = "linux")]
mod freeze;
mod grain;
mod interpreter_lock;
mod messages;
mod pool;
mod queue;
mod race;
mod reentrant_lock;
mod semaphore;
mod shared;
mod stuck;
mod tree;
