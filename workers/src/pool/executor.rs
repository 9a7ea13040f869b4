//! The one word that says who works.

use std::marker::PhantomData;
use std::path::PathBuf;
use std::sync::Arc;

use super::crew::Crew;
use super::error::{PoolError, SubmitError};
use super::log::{Log, Marks};
use super::processes::ProcessCrew;
use super::task::Work;
use super::threads::{Handed, ThreadCrew};
use crate::job::Priority;
use crate::wire::frame::CAP;

/// Who works: [`Threads`] or [`Processes`].
pub trait Executor: sealed::Sealed + Send + Sync + 'static {
    /// Whether a worker can be ended by force.
    const CAN_KILL: bool;
    #[doc(hidden)]
    type Request<T: Work>: Clone + Send + 'static;
    #[doc(hidden)]
    fn pack<T: Work>(task: T) -> Result<Self::Request<T>, SubmitError>;
    /// Bytes that a request takes on its way to a worker.
    #[doc(hidden)]
    fn weigh<T: Work>(request: &Self::Request<T>) -> u64;
    #[doc(hidden)]
    fn crew<T: Work>(means: Means<T>) -> Result<MakeCrew<T, Self::Request<T>>, PoolError>;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Threads {}
    impl Sealed for super::Processes {}
}

pub type MakeCrew<T, Q> = Box<dyn FnOnce() -> Box<dyn Crew<T, Q>> + Send>;

/// What a crew is made from.
pub struct Means<T: Work> {
    pub(crate) name: String,
    pub(crate) set_up: T::SetUp,
    pub(crate) priority: Priority,
    pub(crate) keep_output: bool,
    pub(crate) executable: Option<PathBuf>,
    pub(crate) log: Log,
}

/// Threads of this process. They share its memory and its fate, start in microseconds, and
/// cannot be killed.
#[derive(Clone, Copy, Debug)]
pub struct Threads;

/// Child processes. They share nothing, survive no parent, and can be killed one by one.
///
/// What a task has started and not waited for goes on when its worker ends after its last task.
/// It ends with a worker that crashes or is killed, if it stayed in the worker's process group
/// (on Windows: in any case). When this program itself is killed, it ends on Windows and goes on
/// elsewhere.
#[derive(Clone, Copy, Debug)]
pub struct Processes;

impl Executor for Threads {
    const CAN_KILL: bool = false;
    type Request<T: Work> = Handed<T>;

    fn pack<T: Work>(task: T) -> Result<Handed<T>, SubmitError> {
        Ok(Handed::new(task))
    }

    fn weigh<T: Work>(_request: &Handed<T>) -> u64 {
        0
    }

    fn crew<T: Work>(means: Means<T>) -> Result<MakeCrew<T, Handed<T>>, PoolError> {
        Ok(Box::new(move || {
            Box::new(ThreadCrew {
                name: means.name,
                set_up: means.set_up,
                priority: means.priority,
            })
        }))
    }
}

/// Room in a frame for what goes before a request.
const HEADER: usize = 4096;

impl Executor for Processes {
    const CAN_KILL: bool = true;
    type Request<T: Work> = Arc<Vec<u8>>;

    fn pack<T: Work>(task: T) -> Result<Arc<Vec<u8>>, SubmitError> {
        let bytes = postcard::to_stdvec(&task).map_err(|e| SubmitError::Garbled(e.to_string()))?;
        if bytes.len() > CAP - HEADER {
            return Err(SubmitError::Garbled(format!(
                "it has {} bytes, and the limit is {}",
                bytes.len(),
                CAP - HEADER
            )));
        }
        Ok(bytes.into())
    }

    fn weigh<T: Work>(request: &Arc<Vec<u8>>) -> u64 {
        request.len() as u64
    }

    fn crew<T: Work>(means: Means<T>) -> Result<MakeCrew<T, Arc<Vec<u8>>>, PoolError> {
        let set_up = postcard::to_stdvec(&means.set_up)
            .map_err(|error| PoolError::SetUp(error.to_string()))?;
        if set_up.len() > CAP - HEADER {
            return Err(PoolError::SetUp(format!(
                "it has {} bytes, and the limit is {}",
                set_up.len(),
                CAP - HEADER
            )));
        }
        // From the system's random state: a task must not guess it.
        let marks = means.keep_output.then(|| Marks(random()));
        Ok(Box::new(move || {
            Box::new(ProcessCrew {
                name: means.name,
                executable: means.executable,
                set_up: set_up.into(),
                priority: means.priority,
                log: means.log,
                marks,
                tasks: PhantomData,
            })
        }))
    }
}

fn random() -> u64 {
    use std::hash::{BuildHasher as _, RandomState};
    RandomState::new().hash_one(0)
}
