//! Hashing jobs under bad luck.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use workers::{
    Algorithm, Ending, Event, Job, JobSpec, Links, Priority, RunOn, Sink, SkipReason, Summary,
    Verdict, VerdictKind, WorkerEvent, WorkerState,
};

use crate::trials;
use crate::world::{children, wait_until};

trials! {
    both: [],
    processes: [],
    linux: [
        a_drill_changes_no_result,
        a_file_that_takes_too_long_is_given_up_and_the_others_are_not,
        a_file_that_a_worker_hangs_on_can_be_skipped,
        a_bundle_that_hangs_is_taken_apart,
    ],
}

fn spec(root: &Path, workers: usize) -> JobSpec {
    JobSpec {
        roots: vec![root.to_owned()],
        algorithms: vec![Algorithm::Sha256],
        links: Links::Skip,
        workers,
        priority: Priority::Normal,
        file_limit: None,
    }
}

fn finish(
    events: &crossbeam_channel::Receiver<Event>,
) -> (BTreeMap<PathBuf, Verdict>, Vec<WorkerEvent>, Summary) {
    let (mut results, mut news) = (BTreeMap::new(), Vec::new());
    for event in events {
        match event {
            Event::Results(rows) => {
                for row in rows {
                    let again = results.insert(row.path, row.verdict);
                    assert!(again.is_none(), "one verdict each");
                }
            }
            Event::Worker { what, .. } => news.push(what),
            Event::Finished(summary) => {
                assert_eq!(summary.found, summary.counts.total() + summary.not_reached);
                return (results, news, summary);
            }
        }
    }
    panic!("the job ended without a word");
}

fn tree(files: usize, bytes: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for n in 0..files {
        let inner = folder.path().join(format!("{}", n % 20));
        std::fs::create_dir_all(&inner).expect("made");
        std::fs::write(inner.join(format!("{n}")), vec![n as u8; bytes + n]).expect("written");
    }
    folder
}

fn huge(folder: &Path) -> PathBuf {
    let path = folder.join("huge");
    let file = std::fs::File::create(&path).expect("made");
    file.set_len(1 << 40).expect("a sparse file");
    path
}

fn a_drill_changes_no_result() {
    let folder = tree(100, 1000);
    for n in 0..300 {
        let file = std::fs::File::create(folder.path().join(format!("large {n}"))).expect("made");
        file.set_len(4_000_000 + n).expect("a sparse file");
    }
    let quiet = {
        let (sink, events) = Sink::new(|| ());
        let _job = Job::start(spec(folder.path(), 4), RunOn::Threads, sink).expect("started");
        finish(&events).0
    };
    let mut harmed = 0;
    for _ in 0..40 {
        if harmed >= 10 {
            return;
        }
        let (sink, events) = Sink::new(|| ());
        let job = Job::start(spec(folder.path(), 10), RunOn::Processes, sink).expect("started");
        job.drill(true);
        let (results, _, summary) = finish(&events);
        assert_eq!(summary.ending, Ending::Completed);
        assert_eq!(results, quiet);
        harmed += summary.damage.killed + summary.damage.crashed + summary.damage.stopped;
        job.join();
        assert!(children().is_empty());
    }
    panic!("only {harmed} deeds in forty jobs");
}

fn a_file_that_takes_too_long_is_given_up_and_the_others_are_not() {
    let folder = tree(50, 1000);
    let huge = huge(folder.path());
    let mut spec = spec(folder.path(), 2);
    spec.file_limit = Some(Duration::from_secs(1));
    let (sink, events) = Sink::new(|| ());
    let _job = Job::start(spec, RunOn::Processes, sink).expect("started");
    let (results, news, summary) = finish(&events);
    assert_eq!(results[&huge], Verdict::TimedOut(Duration::from_secs(1)));
    assert_eq!(summary.counts.get(VerdictKind::Ok), 50);
    assert!(
        news.iter()
            .any(|what| matches!(what, WorkerEvent::GaveUp { file, alone: 0, late: true } if *file == huge)),
        "{news:?}"
    );
}

fn a_file_that_a_worker_hangs_on_can_be_skipped() {
    let folder = tree(50, 1000);
    let huge = huge(folder.path());
    let (sink, events) = Sink::new(|| ());
    let job = Job::start(spec(folder.path(), 2), RunOn::Processes, sink).expect("started");
    let at_it = || {
        job.lanes().iter().position(|lane| {
            let lane = lane.now();
            lane.state == WorkerState::Hashing && lane.file.as_deref() == Some(huge.as_path())
        })
    };
    assert!(wait_until(|| at_it().is_some()));
    job.skip_file(at_it().expect("a worker"));
    let (results, _, summary) = finish(&events);
    assert_eq!(results[&huge], Verdict::Skipped(SkipReason::ByRequest));
    assert_eq!(summary.counts.get(VerdictKind::Ok), 50);
    assert_eq!(summary.counts.get(VerdictKind::Crashed), 0);
}

fn a_bundle_that_hangs_is_taken_apart() {
    let folder = tempfile::tempdir().expect("a folder");
    for n in 0..400 {
        let file = std::fs::File::create(folder.path().join(format!("{n}"))).expect("made");
        file.set_len(1_500_000 + n).expect("a sparse file");
    }
    let mut spec = spec(folder.path(), 1);
    spec.file_limit = Some(Duration::from_millis(700));
    let (sink, events) = Sink::new(|| ());
    let job = Job::start(spec, RunOn::Processes, sink).expect("started");
    assert!(wait_until(
        || job.lanes()[0].now().state == WorkerState::Hashing
    ));
    for child in children() {
        let _ = nix::sys::signal::kill(
            nix::unistd::Pid::from_raw(child.cast_signed()),
            nix::sys::signal::Signal::SIGSTOP,
        );
    }
    let (results, news, summary) = finish(&events);
    assert_eq!(summary.ending, Ending::Completed);
    assert_eq!(results.len(), 400);
    assert_eq!(summary.counts.get(VerdictKind::Ok), 400);
    assert!(
        news.iter().any(|what| matches!(
            what,
            WorkerEvent::GaveUp {
                alone: 2..,
                late: true,
                ..
            }
        )),
        "{news:?}"
    );
    job.join();
    assert!(children().is_empty());
}
