//! The experiments, one file each. [`ALL`](super::ALL) lists them.

pub(super) mod condition;
pub(super) mod coroutines;
pub(super) mod deadlock;
pub(super) mod event;
pub(super) mod fork;
pub(super) mod freeze;
pub(super) mod grain;
pub(super) mod interpreter_lock;
pub(super) mod messages;
pub(super) mod pool;
pub(super) mod queue;
pub(super) mod race;
pub(super) mod reentrant_lock;
pub(super) mod semaphore;
pub(super) mod shared;
pub(super) mod stuck;
pub(super) mod tree;
