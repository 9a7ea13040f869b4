//! Hashing jobs under bad luck.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use workers::{
    Algorithm, Cause, Ending, Event, Fate, FilesInHand, Job, JobSpec, Links, LogTail, Priority,
    RunOn, Sink, SkipReason, Summary, Verdict, VerdictKind, WorkerEvent, WorkerState,
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
        a_death_is_told_with_its_cause_its_process_and_every_file_in_its_hands,
        a_drills_deaths_are_the_drills,
        the_log_tells_a_workers_life_and_outlives_the_job,
    ],
}

fn spec(root: &Path, workers: usize) -> JobSpec {
    JobSpec {
        roots: vec![root.to_owned()],
        algorithms: vec![Algorithm::Sha256],
        links: Links::Skip,
        selection: workers::Selection::default(),
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
                return (results, news, *summary);
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
    let dead = deaths(&news);
    let [(_, Cause::FileLimit, files)] = dead.as_slice() else {
        panic!("{news:?}");
    };
    assert_eq!(files.count(Fate::TimedOut), 1);
    assert!(files.named().contains(&(huge, Fate::TimedOut)));
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
    let (results, news, summary) = finish(&events);
    let dead = deaths(&news);
    let [(_, Cause::Skip, files)] = dead.as_slice() else {
        panic!("{news:?}");
    };
    assert!(files.named().contains(&(huge.clone(), Fate::Skipped)));
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

fn deaths(news: &[WorkerEvent]) -> Vec<(Option<u32>, Cause, FilesInHand)> {
    news.iter()
        .filter_map(|what| match what {
            WorkerEvent::Died {
                pid, cause, files, ..
            } => Some((*pid, *cause, files.clone())),
            _ => None,
        })
        .collect()
}

fn hashing(job: &Job, worker: usize, file: &Path) -> bool {
    let lane = job.lanes()[worker].now();
    lane.state == WorkerState::Hashing && lane.file.as_deref() == Some(file)
}

/// The next death of one worker.
fn death(events: &crossbeam_channel::Receiver<Event>) -> (Duration, WorkerEvent) {
    for event in events {
        if let Event::Worker { at, what, .. } = event
            && matches!(what, WorkerEvent::Died { .. })
        {
            return (at, what);
        }
    }
    panic!("nobody died");
}

fn a_death_is_told_with_its_cause_its_process_and_every_file_in_its_hands() {
    let folder = tempfile::tempdir().expect("a folder");
    let huge = huge(folder.path());
    let (sink, events) = Sink::new(|| ());
    let job = Job::start(spec(folder.path(), 1), RunOn::Processes, sink).expect("started");
    let stranger = |pid: u32| {
        nix::sys::signal::kill(
            nix::unistd::Pid::from_raw(pid.cast_signed()),
            nix::sys::signal::Signal::SIGKILL,
        )
        .expect("a worker");
    };
    let ends = [
        (Cause::Kill, Fate::Requeued),
        (Cause::Unasked, Fate::TriedAlone),
        (Cause::Unasked, Fate::SetAside),
    ];
    let mut before = Duration::ZERO;
    for (cause, fate) in ends {
        assert!(wait_until(|| hashing(&job, 0, &huge)));
        let pid = job.lanes()[0].now().pid.expect("a process");
        if cause == Cause::Kill {
            job.kill_worker(0);
        } else {
            stranger(pid);
        }
        let (at, what) = death(&events);
        let WorkerEvent::Died {
            pid: whose,
            how,
            cause: why,
            files,
        } = what
        else {
            panic!("a death");
        };
        assert_eq!((whose, why), (Some(pid), cause));
        assert_eq!(how, "was killed (SIGKILL)");
        assert_eq!(files.named(), [(huge.clone(), fate)]);
        assert_eq!(files.total(), 1);
        assert!(at >= before, "time goes on");
        before = at;
    }
    assert_eq!(finish(&events).2.ending, Ending::Completed);
}

fn a_drills_deaths_are_the_drills() {
    let folder = tempfile::tempdir().expect("a folder");
    huge(folder.path());
    let (sink, events) = Sink::new(|| ());
    let job = Job::start(spec(folder.path(), 2), RunOn::Processes, sink).expect("started");
    job.drill(true);
    for _ in 0..5 {
        let (_, what) = death(&events);
        assert!(
            matches!(
                what,
                WorkerEvent::Died {
                    cause: Cause::Drill,
                    ..
                }
            ),
            "{what:?}"
        );
    }
    job.cancel();
    finish(&events);
}

fn the_log_tells_a_workers_life_and_outlives_the_job() {
    let folder = tempfile::tempdir().expect("a folder");
    let huge = huge(folder.path());
    let (sink, events) = Sink::new(|| ());
    let job = Job::start(spec(folder.path(), 1), RunOn::Processes, sink).expect("started");
    let log = job.log().clone();
    assert!(wait_until(|| hashing(&job, 0, &huge)));
    let pid = job.lanes()[0].now().pid.expect("a process");
    let seen = log.changes();
    job.kill_worker(0);
    death(&events);
    assert!(wait_until(|| hashing(&job, 0, &huge)));
    assert!(log.changes() > seen);
    let pid_after = job.lanes()[0].now().pid.expect("a process");
    job.cancel();
    finish(&events);
    job.join();
    let LogTail { lines, cut } = log.read(0);
    assert!(!cut);
    let texts: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(
        texts,
        [
            format!("started, process {pid}").as_str(),
            "ready",
            "was killed (SIGKILL), by request; its file went to others",
            format!("started, process {pid_after}").as_str(),
            "ready, in the place of the one before",
            "ended with the job",
        ]
    );
    assert!(lines.is_sorted_by_key(|line| line.at));
    assert!(log.read(1).lines.is_empty());
}
