//! The rows of the table: what is measured, and what others measured in 2006.

use serde::{Deserialize, Serialize};
use workers::shared::manager::Manager;

/// Where the old figures are from.
pub(super) const WINDOWS: &str = "Windows XP on a single-core Pentium 4 laptop, 2.5 GHz: documentation of the processing package 0.52, R. Oudkerk";
pub(super) const LINUX: &str =
    "Ubuntu 6.10 on the same laptop: documentation of the processing package 0.52, R. Oudkerk";

/// What is done again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Work {
    QueueThreads,
    QueueProcesses,
    QueueManaged,
    /// Up to a thousand a call.
    QueueManagedMany,
    Pipe,
    LockThreads,
    LockProcesses,
    LockManaged,
    ReentrantLock,
    LockThreadsBoth,
    LockProcessesBoth,
    ConditionThreads,
    ConditionProcesses,
    List,
    Array,
    ArrayLocked,
    ListManaged,
    /// A thousand a call.
    ListManagedMany,
}

/// What no program can do without, and so what may stand in the way of being faster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Floor {
    /// Two atomic steps of the processor.
    TwoAtomics,
    /// Waking a thread that sleeps.
    WakeUp,
    /// So many questions to another process and answers, through the system.
    Asking(u8),
    /// Putting 256 bytes into memory that another core reads, and out of it again.
    TwoCopies,
    /// A read.
    Read,
}

/// A figure of 2006.
#[derive(Clone, Copy, Debug)]
pub(super) enum Past {
    Rate(f64),
    Between(&'static str),
    Nothing,
}

pub(super) struct Row {
    /// As Python's script and the JSON name it.
    pub(super) key: &'static str,
    pub(super) group: &'static str,
    pub(super) name: &'static str,
    /// An error says why there is nothing to measure.
    pub(super) work: Result<Work, &'static str>,
    pub(super) windows: Past,
    pub(super) linux: Past,
    pub(super) floor: Floor,
}

const fn row(
    key: &'static str,
    (group, name): (&'static str, &'static str),
    work: Result<Work, &'static str>,
    (windows, linux): (Past, Past),
    floor: Floor,
) -> Row {
    Row {
        key,
        group,
        name,
        work,
        windows,
        linux,
        floor,
    }
}

const fn past(windows: f64, linux: f64) -> (Past, Past) {
    (Past::Rate(windows), Past::Rate(linux))
}

const NEVER: (Past, Past) = (Past::Nothing, Past::Nothing);
const OBJECTS: &str = "256-byte objects through";
const LOCKS: &str = "acquire and release";
const WAITS: &str = "wait and notify";
const READS: &str = "integers from";

use Floor::{Asking, Read, TwoAtomics, TwoCopies, WakeUp};

/// In the order of the table of 2006, with four more rows: locks that two want at
/// once, and many in one call of a manager.
pub(super) static ALL: &[Row] = &[
    row(
        "queue-threads",
        (OBJECTS, "a queue between threads"),
        Ok(Work::QueueThreads),
        (Past::Rate(49_000.0), Past::Between("17,000 to 50,000/s")),
        TwoCopies,
    ),
    row(
        "queue-processes",
        (OBJECTS, "a queue between processes"),
        Ok(Work::QueueProcesses),
        past(22_000.0, 21_000.0),
        TwoCopies,
    ),
    row(
        "queue-managed",
        (OBJECTS, "a managed queue"),
        Ok(Work::QueueManaged),
        past(6_900.0, 6_500.0),
        Asking(1),
    ),
    row(
        "queue-managed-many",
        (OBJECTS, "a managed queue, up to 1,000 a call"),
        Ok(Work::QueueManagedMany),
        NEVER,
        TwoCopies,
    ),
    row(
        "pipe",
        (OBJECTS, "a pipe between processes"),
        Ok(Work::Pipe),
        past(52_000.0, 57_000.0),
        TwoCopies,
    ),
    row(
        "lock-threads",
        (LOCKS, "a lock of threads"),
        Ok(Work::LockThreads),
        past(850_000.0, 560_000.0),
        TwoAtomics,
    ),
    row(
        "lock-processes",
        (LOCKS, "a lock of processes"),
        Ok(Work::LockProcesses),
        past(420_000.0, 510_000.0),
        TwoAtomics,
    ),
    row(
        "lock-managed",
        (LOCKS, "a managed lock"),
        Ok(Work::LockManaged),
        past(10_000.0, 8_400.0),
        Asking(2),
    ),
    row(
        "rlock-threads",
        (LOCKS, "a reentrant lock of threads"),
        Ok(Work::ReentrantLock),
        past(93_000.0, 76_000.0),
        TwoAtomics,
    ),
    row(
        "rlock-processes",
        (LOCKS, "a reentrant lock of processes"),
        Ok(Work::ReentrantLock),
        past(420_000.0, 500_000.0),
        TwoAtomics,
    ),
    row(
        "rlock-managed",
        (LOCKS, "a managed reentrant lock"),
        Err(
            "A manager has no reentrant lock: it gives its lock to a connection, and does not know threads. The one in shared memory, a row above, needs no manager.",
        ),
        past(8_800.0, 7_400.0),
        WakeUp,
    ),
    row(
        "lock-threads-both",
        (LOCKS, "a lock that two threads want"),
        Ok(Work::LockThreadsBoth),
        NEVER,
        TwoAtomics,
    ),
    row(
        "lock-processes-both",
        (LOCKS, "a lock that two processes want"),
        Ok(Work::LockProcessesBoth),
        NEVER,
        TwoAtomics,
    ),
    row(
        "condition-threads",
        (WAITS, "a condition of threads"),
        Ok(Work::ConditionThreads),
        past(27_000.0, 31_000.0),
        WakeUp,
    ),
    row(
        "condition-processes",
        (WAITS, "a condition of processes"),
        Ok(Work::ConditionProcesses),
        past(26_000.0, 25_000.0),
        WakeUp,
    ),
    row(
        "condition-managed",
        (WAITS, "a managed condition"),
        Err(
            "A manager has no condition: who waits there waits for a queue or a lock. The one in shared memory, a row above, needs no manager.",
        ),
        past(6_600.0, 6_000.0),
        WakeUp,
    ),
    row(
        "list",
        (READS, "a list"),
        Ok(Work::List),
        past(6_400_000.0, 5_100_000.0),
        Read,
    ),
    row(
        "array",
        (READS, "a shared array without a lock"),
        Ok(Work::Array),
        past(3_900_000.0, 3_100_000.0),
        Read,
    ),
    row(
        "array-locked",
        (READS, "a shared array with a lock"),
        Ok(Work::ArrayLocked),
        past(200_000.0, 220_000.0),
        TwoAtomics,
    ),
    row(
        "list-managed",
        (READS, "a managed list"),
        Ok(Work::ListManaged),
        past(20_000.0, 17_000.0),
        Asking(1),
    ),
    row(
        "list-managed-many",
        (READS, "a managed list, 1,000 a call"),
        Ok(Work::ListManagedMany),
        NEVER,
        Read,
    ),
];

impl Work {
    /// Whether another process does the other half.
    pub(super) fn has_two_processes(self) -> bool {
        matches!(
            self,
            Self::QueueProcesses
                | Self::QueueManaged
                | Self::QueueManagedMany
                | Self::Pipe
                | Self::LockProcessesBoth
                | Self::ConditionProcesses
        )
    }

    /// Whether it asks a manager.
    fn is_managed(self) -> bool {
        matches!(
            self,
            Self::QueueManaged
                | Self::QueueManagedMany
                | Self::LockManaged
                | Self::ListManaged
                | Self::ListManagedMany
        )
    }

    /// Whether somebody waits, so that it can be done asleep or by looking again and again.
    pub(super) fn waits(self) -> bool {
        if self.is_managed() {
            return Manager::CAN_STAY_AWAKE;
        }
        self.has_two_processes()
            || matches!(
                self,
                Self::QueueThreads | Self::LockThreadsBoth | Self::ConditionThreads
            )
    }
}
