//! While a list is read, everybody can see how far that is, and it can be ended at any moment.
//! The list is a pipe: what it says, and when, is up to the test.
#![cfg(unix)]

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crossbeam_channel::Receiver;
use workers::{
    Algorithm, CheckList, CheckSpec, CompareSpec, Ending, Event, Job, ListsReadNow, Priority,
    RunOn, Selection, Side, Sink, Summary, Unlisted,
};

const PATIENCE: Duration = Duration::from_secs(30);
/// Enough to be seen through the buffers in between.
const LINES: usize = 20_000;

/// A list that has begun and has no end yet.
struct Endless {
    list: PathBuf,
    folder: tempfile::TempDir,
}

impl Endless {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let list = folder.path().join("all.sha256");
        nix::unistd::mkfifo(&list, nix::sys::stat::Mode::S_IRWXU).expect("a pipe");
        Self { list, folder }
    }

    /// Writes lines once somebody reads; the end stays open.
    fn begin(&self) -> File {
        let mut pipe = File::create(&self.list).expect("a reader");
        for line in 0..LINES {
            writeln!(pipe, "{line:064x}  photos/{line}.jpg").expect("written");
        }
        pipe
    }
}

fn check(list: &Path, sink: Sink) -> Job {
    let spec = CheckSpec {
        lists: vec![CheckList::File(list.to_owned())],
        format: None,
        algorithm: None,
        base: None,
        only: None,
        unlisted: Unlisted::Ignored,
        selection: Selection::default(),
        workers: 1,
        priority: Priority::Normal,
        file_limit: None,
    };
    Job::check(spec, RunOn::Threads, sink).expect("a job")
}

fn compare(list: &Path, folder: &Path, sink: Sink) -> Job {
    let spec = CompareSpec {
        left: Side::List(list.to_owned()),
        right: Side::Folder(folder.to_owned()),
        algorithm: Algorithm::Sha256,
        selection: Selection::default(),
        workers: 1,
        priority: Priority::Normal,
        file_limit: None,
    };
    Job::compare(spec, RunOn::Threads, sink).expect("a job")
}

fn wait_for_lines(job: &Job) -> ListsReadNow {
    let begun = Instant::now();
    loop {
        let lists = job.totals().now().lists;
        if let Some(lists) = lists.filter(|lists| lists.lines > 1000) {
            return lists;
        }
        assert!(begun.elapsed() < PATIENCE, "no line was counted: {lists:?}");
        std::thread::yield_now();
    }
}

fn end(events: &Receiver<Event>) -> (Summary, u64) {
    let mut rows = 0;
    loop {
        match events.recv_timeout(PATIENCE).expect("it ends") {
            Event::Results(results) => rows += results.len() as u64,
            Event::Worker { .. } => {}
            Event::Finished(summary) => return (*summary, rows),
        }
    }
}

#[test]
fn a_job_is_cancelled_while_its_list_is_still_being_read() {
    for comparing in [false, true] {
        let endless = Endless::new();
        let (sink, events) = Sink::new(|| ());
        let job = match comparing {
            false => check(&endless.list, sink),
            true => compare(&endless.list, endless.folder.path(), sink),
        };
        let pipe = endless.begin();
        let lists = wait_for_lines(&job);
        // A pipe has no size, so nobody knows how much of it that is.
        assert_eq!((lists.bytes, lists.share()), (0, None));
        assert!(lists.done_bytes > 64 * lists.lines, "{lists:?}");
        assert_eq!(job.totals().now().found_files, 0);

        // The reader hangs in the pipe, as on a disk that does not answer.
        job.cancel();
        let (summary, rows) = end(&events);
        assert_eq!(summary.ending, Ending::Cancelled);
        assert_eq!(rows, 0, "half a list says nothing");
        job.join();
        drop(pipe);
    }
}

#[test]
fn a_reader_that_nobody_wants_any_more_stops() {
    let endless = Endless::new();
    let (sink, events) = Sink::new(|| ());
    let job = check(&endless.list, sink);
    let mut pipe = endless.begin();
    wait_for_lines(&job);
    job.cancel();
    end(&events);
    // It hangs up instead of reading whatever comes.
    let line = format!("{:064x}  photo.jpg\n", 0);
    let begun = Instant::now();
    while pipe.write_all(line.as_bytes()).is_ok() {
        assert!(begun.elapsed() < PATIENCE, "it is still reading");
    }
    job.join();
}

#[test]
fn once_the_list_is_read_nothing_more_is_said_of_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let list = folder.path().join("all.sha256");
    std::fs::write(&list, format!("{:064x}  photo.jpg\n", 0)).expect("a list");
    let (sink, events) = Sink::new(|| ());
    let job = check(&list, sink);
    let (summary, _) = end(&events);
    assert_eq!(summary.found, 1);
    assert_eq!(job.totals().now().lists, None);
    job.join();
}
