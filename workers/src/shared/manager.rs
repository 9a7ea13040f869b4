//! A **manager**: a process that has dictionaries, lists, values, locks and queues, which other
//! processes read and change through proxies.
//!
//! What lies in [shared memory](super) is faster by far, and is numbers and bytes of a fixed size.
//! A manager has what grows, and values of any type that serde knows.
//!
//! ```standalone_crate
//! use serde::{Deserialize, Serialize};
//! use workers::pool::{Context, Failure, Kind, Pool, Processes, Task};
//! use workers::shared::manager::{Dict, Manager, Over, Token};
//!
//! /// Counts a word in a dictionary that all workers share.
//! #[derive(Serialize, Deserialize)]
//! struct Count(Token<Dict<String, u64>>, String);
//!
//! impl Task for Count {
//!     type Output = ();
//!     fn run(self, _: &Context<'_, Self>) -> Result<(), Failure> {
//!         let counts = self.0.open()?;
//!         counts.update(&self.1, |count| Some(count.unwrap_or(&0) + 1))?;
//!         Ok(())
//!     }
//! }
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     // The manager is this same program, as workers are, and never comes past this line.
//!     workers::child_entry(&[Kind::of::<Count>()]);
//!
//!     let manager = Manager::start(Over::Local)?;
//!     let counts = manager.dict::<String, u64>()?;
//!     let pool: Pool<Count, Processes> = Pool::builder().workers(2).build()?;
//!     let words = "to be or not to be".split(' ');
//!     let tasks: Vec<_> = words
//!         .map(|word| pool.submit(Count(counts.token(), word.to_owned())))
//!         .collect::<Result<_, _>>()?;
//!     for task in tasks {
//!         task.wait()?;
//!     }
//!     assert_eq!(counts.get("be")?, Some(2));
//!     assert_eq!(counts.len()?, 4);
//!     Ok(())
//! }
//! ```
//!
//! **Who may**: [`Over::Local`] is a Unix domain socket in a folder that only this user can enter
//! (on Windows: a named pipe that only this user can open), where Linux, macOS and the BSDs are
//! asked besides whose process it is that connects; and whoever connects must have a token.
//! [`Over::Tcp`] is a port of this machine that every user can connect to, so each side must show
//! that it has the [`Key`], which itself does not travel. What is then said is not encrypted: it
//! does not leave the machine.
//!
//! **What others send cannot harm it**: until the key is shown, a connection may send a few bytes
//! of a fixed form within five seconds, and of those who have not shown it the oldest goes when
//! there are more than 64. After that, a message that makes no sense ends the connection that it
//! came by and no other. There are 512 connections at most, and 64 MiB a message. How much the
//! objects hold is not limited, except in a [`Queue`]: those who have the key can fill the memory.
//!
//! **When a process is killed**: every change is made as a whole or not at all, whoever asked for
//! it. A [`Lock`] goes to the next, who is told. When the process that made the manager ends, in
//! whatever way, the manager ends, and all its proxies answer [`Error::Gone`]. One that gives no
//! sign of life for ten seconds (it was stopped, say) counts as not answering.
//!
//! **What it costs**: each call is a way to the manager and back, which is four calls of the
//! system and two switches from one process to another: some five to ten microseconds on either
//! way, whatever is asked, so a thread makes one or two hundred thousand calls a second and no
//! more. Calls that do not wait for their answer would be faster, and would return before others
//! can see what they did. Many things in one call cost a fraction of a microsecond each: `extend`,
//! `range`, `get_many`, `pop_many`, `put_all`. [`Manager::start_awake`] saves the wake-ups where
//! there are cores to spare for that, and costs more than it saves where there are none. The
//! example `manager_rates` measures it.
//!
//! A proxy belongs to any number of threads; each that asks has a connection of its own, and the
//! manager a thread for that.

mod bell;
mod dict;
mod error;
mod handshake;
mod keeper;
mod key;
mod link;
mod list;
mod lock;
mod protocol;
mod proxy;
mod queue;
mod server;
mod store;
mod talk;
mod token;
mod transport;
mod value;

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use dict::Dict;
pub use error::Error;
pub use key::Key;
pub use list::List;
pub use lock::{Lock, LockGuard};
pub use queue::Queue;
pub(crate) use server::run;
pub use token::Token;
pub use value::Value;

use crate::pool::{LONGEST, Status};
use crate::process;
use keeper::Keeper;
use link::Link;
use protocol::{Answer, Kind, Maker, Op, Payload, Request};
use server::SetUp;
use token::{Part, Remote};
use transport::{Address, Place, Site};

/// How processes reach a manager.
#[derive(Clone, Copy, Debug)]
pub enum Over {
    /// A Unix domain socket or a named pipe, for processes of this user. [`Token::open`] is all
    /// they need.
    Local,
    /// TCP on this machine's own address, for any process that has the key: see
    /// [`Token::open_with`].
    Tcp(Key),
}

/// A process that has objects for others. Dropping this ends it, and the objects with it.
///
/// ```standalone_crate
/// use workers::shared::manager::{Error, Key, Manager, Over};
///
/// fn main() -> Result<(), Box<dyn std::error::Error>> {
///     workers::child_entry(&[]);
///
///     let key = Key::random()?;
///     let manager = Manager::start(Over::Tcp(key))?;
///     let list = manager.list::<String>()?;
///     list.extend(["a", "b", "c"].map(str::to_owned))?;
///
///     // In another process:
///     let token = list.token();
///     assert!(matches!(token.open(), Err(Error::KeyNeeded)));
///     let same = token.open_with(&key)?;
///     assert_eq!(same.pop()?.as_deref(), Some("c"));
///
///     assert_eq!(list.snapshot()?, ["a", "b"]);
///     drop(manager);
///     assert!(matches!(list.len(), Err(Error::Gone)));
///     Ok(())
/// }
/// ```
pub struct Manager {
    keeper: Keeper,
    link: Arc<Link>,
}

impl Manager {
    /// Whether [`start_awake`](Self::start_awake) makes a difference on this system.
    pub const CAN_STAY_AWAKE: bool = transport::CAN_LOOK;

    /// Starts the process, and returns when it serves.
    ///
    /// # Errors
    /// [`Error::NoChildEntry`] in a program that does not call
    /// [`child_entry`](crate::child_entry); [`Error::Start`] when the system gives no process, no
    /// folder or no port.
    pub fn start(over: Over) -> Result<Self, Error> {
        Self::start_awake(over, Duration::ZERO)
    }

    /// As [`start`](Self::start), but the manager and whoever asks it look again and again for what
    /// they wait for, and sleep when it has not come after `awake`. That saves two wake-ups a call
    /// where many calls follow each other, and takes a core on either side as long as they do.
    /// Where what was waited for last took longer than `awake`, the next wait sleeps at once; with
    /// a tenth of a millisecond, processes that ask now and then use hardly more than without.
    ///
    /// On Windows both sides sleep at once, however long `awake` is.
    ///
    /// # Errors
    /// As for [`start`](Self::start).
    pub fn start_awake(over: Over, awake: Duration) -> Result<Self, Error> {
        if !process::knows_child_roles() {
            return Err(Error::NoChildEntry);
        }
        let awake = awake.min(LONGEST);
        let (site, key) = match over {
            Over::Local => {
                let key = Key::random().map_err(Error::Start)?;
                (Site::Local(Place::make().map_err(Error::Start)?), key)
            }
            Over::Tcp(key) => (Site::Tcp, key),
        };
        let (keeper, address) = Keeper::start(SetUp::new(site, key, awake))?;
        Ok(Self {
            keeper,
            link: Arc::new(Link::new(address, key, awake)),
        })
    }

    /// A dictionary without entries.
    ///
    /// # Errors
    /// When the manager cannot be asked.
    pub fn dict<K, V>(&self) -> Result<Dict<K, V>, Error>
    where
        K: Serialize + DeserializeOwned,
        V: Serialize + DeserializeOwned,
    {
        self.make(Kind::Dict, |_| Ok(()))
    }

    /// A list without elements.
    ///
    /// # Errors
    /// When the manager cannot be asked.
    pub fn list<T: Serialize + DeserializeOwned>(&self) -> Result<List<T>, Error> {
        self.make(Kind::List, |_| Ok(()))
    }

    /// A value, which is this at first.
    ///
    /// # Errors
    /// When the manager cannot be asked, or it is too long.
    pub fn value<T: Serialize + DeserializeOwned>(&self, first: &T) -> Result<Value<T>, Error> {
        self.make(Kind::Value, proxy::with(first))
    }

    /// A lock that nobody holds.
    ///
    /// # Errors
    /// When the manager cannot be asked.
    pub fn lock(&self) -> Result<Lock, Error> {
        self.make(Kind::Lock, |_| Ok(()))
    }

    /// A queue for up to so many messages, at least one.
    ///
    /// # Errors
    /// When the manager cannot be asked.
    pub fn queue<T: Serialize + DeserializeOwned>(&self, most: usize) -> Result<Queue<T>, Error> {
        let most = most as u64;
        self.make(Kind::Queue { most }, |_| Ok(()))
    }

    fn make<P: Remote>(
        &self,
        kind: Kind,
        fill: impl FnOnce(&mut Payload) -> Result<(), Error>,
    ) -> Result<P, Error> {
        let request = Request {
            object: 0,
            op: Op::Create(Maker {
                kind,
                types: P::types(),
            }),
        };
        let object = self.link.ask(&request, fill, |answer, _| match answer {
            Answer::Number(object) => Ok(object),
            _ => Err(Error::Confused),
        })?;
        Ok(P::of(Part {
            link: self.link.clone(),
            object,
        }))
    }

    /// Processor time that its process has used so far; `None` where the system does not tell.
    ///
    /// # Errors
    /// When the manager cannot be asked.
    pub fn processor_time(&self) -> Result<Option<Duration>, Error> {
        let usage = Request {
            object: 0,
            op: Op::Usage,
        };
        let nothing = |_: &mut Payload| Ok(());
        self.link.ask(&usage, nothing, |answer, _| match answer {
            Answer::Used(time) => Ok(time),
            _ => Err(Error::Confused),
        })
    }

    /// The number of its process, which is a stranger's some time after it has ended.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.keeper.pid()
    }

    /// The port that it listens on, over TCP.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        match self.link.address {
            Address::Tcp(port) => Some(port),
            Address::Local(_) => None,
        }
    }

    /// How its process ended; `None` while it runs.
    #[must_use]
    pub fn ended(&self) -> Option<&Status> {
        self.keeper.ended()
    }
}

impl std::fmt::Debug for Manager {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Manager")
            .field("pid", &self.pid())
            .finish_non_exhaustive()
    }
}
