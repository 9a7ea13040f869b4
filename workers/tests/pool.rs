//! What a worker pool must do, on real threads and real processes. Each test's name is the
//! behaviour.
//!
//! The test program is its own worker: `main` is in its child role first, which the standard
//! harness has no place for.

#[cfg(target_os = "linux")]
#[path = "pool/chaos.rs"]
mod chaos;
#[path = "pool/death.rs"]
mod death;
#[cfg(target_os = "linux")]
#[path = "pool/jobs.rs"]
mod jobs;
#[cfg(target_os = "linux")]
#[path = "pool/matrix.rs"]
mod matrix;
#[path = "pool/results.rs"]
mod results;
#[cfg(target_os = "linux")]
#[path = "pool/roles.rs"]
mod roles;
#[path = "pool/stopping.rs"]
mod stopping;
#[path = "pool/tasks.rs"]
mod tasks;
#[path = "pool/tethered.rs"]
mod tethered;
#[path = "pool/workforce.rs"]
mod workforce;
#[path = "pool/world.rs"]
mod world;

use libtest_mimic::{Arguments, Trial};
use workers::pool::Kind;

use tasks::{Awkward, Count, Do};

const KINDS: &[Kind] = &[
    Kind::of::<Do>(),
    Kind::of::<Count>(),
    Kind::of::<Awkward>(),
    #[cfg(target_os = "linux")]
    Kind::of::<matrix::Cell>(),
];

fn main() {
    workers::child_entry(KINDS);
    #[cfg(target_os = "linux")]
    roles::play_if_asked();
    tethered::entry();
    let mut arguments = Arguments::from_args();
    // One after the other: they look at the children of this process.
    arguments.test_threads = Some(1);
    let trials = vec![
        results::trials(),
        workforce::trials(),
        stopping::trials(),
        death::trials(),
        #[cfg(target_os = "linux")]
        matrix::trials(),
        #[cfg(target_os = "linux")]
        chaos::trials(),
        #[cfg(target_os = "linux")]
        jobs::trials(),
    ];
    libtest_mimic::run(&arguments, trials.into_iter().flatten().collect()).exit();
}

/// Tests of both executors by their names, tests of processes alone, and tests that need
/// signals, groups, /proc or the usual commands.
#[macro_export]
macro_rules! trials {
    (both: [$($both:ident),* $(,)?], processes: [$($process:ident),* $(,)?]
     $(, linux: [$($linux:ident),* $(,)?])? $(,)?) => {
        pub fn trials() -> Vec<libtest_mimic::Trial> {
            let everywhere = vec![
                $(
                    $crate::trial(concat!("processes_", stringify!($both)), $both::<workers::pool::Processes>),
                    $crate::trial(concat!("threads_", stringify!($both)), $both::<workers::pool::Threads>),
                )*
                $($crate::trial(stringify!($process), $process),)*
            ];
            #[cfg(target_os = "linux")]
            let linux: Vec<libtest_mimic::Trial> =
                vec![$($($crate::trial(stringify!($linux), $linux),)*)?];
            #[cfg(not(target_os = "linux"))]
            let linux = Vec::new();
            everywhere.into_iter().chain(linux).collect()
        }
    };
}

fn trial(name: &str, test: fn()) -> Trial {
    Trial::test(name, move || {
        test();
        Ok(())
    })
}
