//! Objects that several **processes** use: numbers in shared memory, locks, a semaphore, an event,
//! a condition, a queue and a pipe; and a [`manager`], which has what does not lie in shared memory.
//!
//! | | |
//! | --- | --- |
//! | [`Value`], [`Array`] | numbers, each read and written atomically |
//! | [`LockedValue`], [`LockedArray`] | numbers with a lock |
//! | [`Lock`], [`ReentrantLock`] | one at a time; tells when the one before died |
//! | [`Semaphore`] | so many at a time |
//! | [`Event`] | wait until something happened |
//! | [`Condition`] | wait until what a lock protects is as wanted |
//! | [`Queue`] | messages from any to any, bounded, with `task_done` and `join` |
//! | [`End`] | a pipe: messages both ways between two |
//! | [`manager`] | dictionaries, lists and values of any type, in a process of their own |
//!
//! **Passing on**: an object stays with the process that made it. Its [`Token`] travels, with
//! serde in a task for a pool of processes or as text in an argument, and whoever receives it
//! opens it. Opening is a step of its own, and not done by serde on the way, because it can fail
//! for reasons that the receiver wants to tell apart: see [`SharedError`].
//!
//! ```standalone_crate
//! use serde::{Deserialize, Serialize};
//! use workers::pool::{Context, Failure, Kind, Pool, Processes, Task};
//! use workers::shared::{LockedValue, Token};
//!
//! /// Adds to a number that all workers share.
//! #[derive(Serialize, Deserialize)]
//! struct Add(Token<LockedValue<u64>>, u64);
//!
//! impl Task for Add {
//!     type Output = ();
//!     fn run(self, _: &Context<'_, Self>) -> Result<(), Failure> {
//!         let sum = self.0.open()?;
//!         *sum.acquire().into_guard() += self.1;
//!         Ok(())
//!     }
//! }
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     workers::child_entry(&[Kind::of::<Add>()]);
//!
//!     let sum = LockedValue::new(0_u64)?;
//!     let pool: Pool<Add, Processes> = Pool::builder().workers(2).build()?;
//!     let tasks: Vec<_> = (1..=10)
//!         .map(|n| pool.submit(Add(sum.token(), n)))
//!         .collect::<Result<_, _>>()?;
//!     for task in tasks {
//!         task.wait()?;
//!     }
//!     assert_eq!(*sum.acquire().into_guard(), 55);
//!     Ok(())
//! }
//! ```
//!
//! **Who may**: processes of one user, of the same build of a program, which trust each other: one
//! that writes where it should not spoils what the others read. It does not crash them; sizes and
//! positions are checked before they are used.
//!
//! **When a process is killed**, at any moment, the others go on: its locks are given to the next
//! one, who is told ([`Acquired::Abandoned`]); what it was putting or taking is as if it had not
//! begun; a notification that it received is not lost. What it had taken (a message, a permit) is
//! gone with it.
//!
//! **Where things are**: on Linux in memory without a name, which is gone with the last process
//! that has it open; on Windows in a named section, likewise; on macOS and the BSDs in a file in
//! the temporary folder, which only its user may read, and which stays there if the process that
//! made it is killed. Names and the numbers that tell one object from another come from the
//! system's random numbers (`getrandom`), so that nobody can guess them.
//!
//! **Waiting** is sleeping: after some microseconds of looking, on a futex (Linux) or
//! `os_sync_wait_on_address` (macOS 14.4), else on a named semaphore (Windows) or for short times
//! (older macOS, the BSDs). Who waits looks for itself ten times a second besides, so that nothing
//! depends on one that may have been killed.
//!
//! A process that forks without starting another program must not use what it had opened before.

mod array;
mod batch;
mod condition;
mod duplex;
mod error;
mod event;
mod guard;
mod layout;
mod lock;
pub mod manager;
mod parking;
mod plain;
mod queue;
mod reentrant;
mod ring;
mod segment;
mod semaphore;
mod sys;
mod token;
mod value;

pub use array::{Array, LockedArray};
pub use batch::Batch;
pub use condition::Condition;
pub use duplex::{End, ReceiveError, SendError};
pub use error::{BadToken, SharedError};
pub use event::Event;
pub use guard::{Acquired, Guard};
pub use layout::Kind;
pub use lock::Lock;
pub use plain::Plain;
pub use queue::{GetError, NothingToDo, PutError, Queue};
pub use reentrant::{ReentrantGuard, ReentrantLock};
pub use semaphore::{Permit, Semaphore, TooManyPermits};
pub use token::Token;
pub use value::{LockedValue, Value};
