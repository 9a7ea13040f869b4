//! How much of which files is read to find those with the same content.

use std::path::{Path, PathBuf};

use workers::{
    Algorithm, DuplicatesSpec, Event, FileResult, Job, Priority, RunOn, Selection, Sink, Summary,
    TotalsNow, Verdict,
};

/// What is read of a file before it is decided whether to read all of it, bytes.
const HEAD: u64 = 64 * 1024;

fn find(folder: &Path, algorithm: Algorithm) -> (Vec<FileResult>, Summary, TotalsNow) {
    let spec = DuplicatesSpec {
        roots: vec![folder.to_owned()],
        selection: Selection::default(),
        algorithm,
        workers: 2,
        priority: Priority::Normal,
        file_limit: None,
    };
    let (sink, events) = Sink::new(|| ());
    let job = Job::duplicates(spec, RunOn::Threads, sink).expect("a job");
    let mut rows = Vec::new();
    for event in &events {
        match event {
            Event::Results(results) => rows.extend(results),
            Event::Worker { .. } => {}
            Event::Finished(summary) => {
                let totals = job.totals().now();
                job.join();
                rows.sort_by(|a: &FileResult, b| a.path.cmp(&b.path));
                return (rows, *summary, totals);
            }
        }
    }
    panic!("the job ended without a word");
}

/// Content of so many bytes, with this one at this place.
fn content(len: u64, at: u64, byte: u8) -> Vec<u8> {
    let mut content: Vec<u8> = (0..len).map(|n| (n % 251) as u8).collect();
    content[at as usize] = byte;
    content
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, content).expect("a file");
        path
    }
}

#[test]
fn only_files_whose_beginnings_are_the_same_are_read_whole() {
    let folder = Folder::new();
    let large = 5 << 20;
    let first = folder.file("a", &content(large, 0, 1));
    let same = folder.file("b", &content(large, 0, 1));
    // Differs in the last byte too: it has to be read to be told.
    let mut last = content(large, 0, 1);
    last[large as usize - 1] ^= 1;
    folder.file("c", &last);
    for other in 2..50 {
        folder.file(&format!("other {other}"), &content(large, HEAD - 1, other));
    }
    let (rows, summary, totals) = find(folder.0.path(), Algorithm::Sha256);
    let [row] = &rows[..] else {
        panic!("{rows:?}");
    };
    assert_eq!((&row.path, row.size), (&same, large));
    assert_eq!(row.verdict, Verdict::Duplicate(first.into()));
    let read = 51 * HEAD + 3 * large;
    assert_eq!(summary.bytes, read);
    let by_workers: u64 = summary.workers.iter().map(|worker| worker.bytes).sum();
    assert_eq!(by_workers, read);
    // What need not be read is no longer counted as to be read.
    assert_eq!((totals.found_bytes, totals.done_bytes), (read, read));
}

#[test]
fn files_that_differ_only_behind_their_beginnings_are_no_duplicates() {
    for algorithm in [Algorithm::Sha256, Algorithm::Blake3] {
        let folder = Folder::new();
        for (name, at) in [
            ("one", HEAD),
            ("other", 2 * HEAD - 1),
            ("third", 3 * HEAD - 1),
        ] {
            folder.file(name, &content(3 * HEAD, at, 255));
        }
        let (rows, summary, _) = find(folder.0.path(), algorithm);
        assert_eq!(rows, []);
        assert_eq!(summary.bytes, 3 * HEAD + 3 * 3 * HEAD);
    }
}

#[test]
fn a_file_that_is_no_longer_than_a_beginning_is_read_once() {
    for size in [1, 1000, HEAD - 1, HEAD] {
        let folder = Folder::new();
        folder.file("a", &content(size, 0, 1));
        folder.file("b", &content(size, 0, 1));
        folder.file("c", &content(size, size - 1, 2));
        let (rows, summary, totals) = find(folder.0.path(), Algorithm::Md5);
        assert_eq!(rows.len(), 1, "{size}: {rows:?}");
        assert_eq!(summary.bytes, 3 * size);
        assert_eq!(
            (totals.found_bytes, totals.done_bytes),
            (3 * size, 3 * size)
        );
    }
    // One byte more, and both parts are read.
    let folder = Folder::new();
    folder.file("a", &content(HEAD + 1, HEAD, 1));
    folder.file("b", &content(HEAD + 1, HEAD, 1));
    let (rows, summary, _) = find(folder.0.path(), Algorithm::Md5);
    assert_eq!(rows.len(), 1);
    assert_eq!(summary.bytes, 2 * HEAD + 2 * (HEAD + 1));
}

#[test]
fn groups_of_one_size_are_told_apart() {
    let folder = Folder::new();
    for group in 0..4u8 {
        for number in 0..3 {
            let name = format!("{group} {number}");
            // Two groups differ at their beginning, and two of each behind it.
            let mut content = content(2 * HEAD, 0, group / 2);
            content[HEAD as usize] = group;
            folder.file(&name, &content);
        }
    }
    let (rows, _, _) = find(folder.0.path(), Algorithm::Sha256);
    assert_eq!(rows.len(), 8);
    for row in rows {
        let name = row.path.file_name().and_then(|name| name.to_str());
        let group = name
            .and_then(|name| name.split(' ').next())
            .expect("a name");
        let first = folder.0.path().join(format!("{group} 0"));
        assert_eq!(row.verdict, Verdict::Duplicate(first.into()));
    }
}
