//! What a job's workers print is in the job's log. A worker that hashes has nothing to say, so
//! the test program, which is its own worker, says something before it works.

use std::sync::Arc;
use std::time::{Duration, Instant};

use libtest_mimic::{Arguments, Trial};
use workers::{
    Algorithm, CHILD_ARGUMENT, Event, Job, JobSpec, Lane, LineSource, Links, Priority, RunOn,
    Selection, Sink, WorkerState,
};

const PATIENCE: Duration = Duration::from_secs(30);

fn main() {
    if std::env::args_os()
        .nth(1)
        .is_some_and(|first| first == CHILD_ARGUMENT)
    {
        eprintln!("process {} begins", std::process::id());
    }
    workers::child_entry(&[]);
    let trials = vec![Trial::test(
        "what_workers_print_is_in_the_jobs_log_by_place",
        || {
            what_workers_print_is_in_the_jobs_log_by_place();
            Ok(())
        },
    )];
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn what_workers_print_is_in_the_jobs_log_by_place() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("file"), "x").expect("written");
    let spec = JobSpec {
        roots: vec![folder.path().to_owned()],
        algorithms: vec![Algorithm::Sha256],
        links: Links::Skip,
        selection: Selection::default(),
        workers: 2,
        priority: Priority::Normal,
        file_limit: None,
    };
    for run_on in [RunOn::Processes, RunOn::Threads] {
        let (sink, events) = Sink::new(|| ());
        let job = Job::start(spec.clone(), run_on, sink).expect("started");
        // A job that is done lets those workers go that have not begun.
        job.pause();
        let log = job.log().clone();
        let is_ready = |lane: &Arc<Lane>| lane.now().state != WorkerState::Starting;
        let until = Instant::now() + PATIENCE;
        while !job.lanes().iter().all(is_ready) {
            assert!(Instant::now() < until, "the workers never were ready");
            std::thread::sleep(Duration::from_millis(5));
        }
        job.cancel();
        let ended = |event| matches!(event, Ok(Event::Finished(_)));
        while !ended(events.recv_timeout(PATIENCE)) {}
        job.join();
        for worker in 0..2 {
            let lines = log.read(worker).lines;
            let printed: Vec<_> = lines
                .iter()
                .filter(|line| line.source == LineSource::Printed)
                .map(|line| line.text.as_str())
                .collect();
            let noted = lines
                .iter()
                .find_map(|line| line.text.strip_prefix("started, "))
                .expect("it was started");
            match run_on {
                RunOn::Processes => assert_eq!(printed, [format!("{noted} begins")]),
                RunOn::Threads => assert!(printed.is_empty() && noted == "a thread"),
            }
        }
    }
}
