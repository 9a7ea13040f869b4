//! Verifying only some of what lists name, as one does after something was found wrong, and how
//! results arrive.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use workers::{
    CheckList, CheckSpec, Event, FileResult, Job, Priority, RunOn, Sink, Summary, Unlisted,
    VerdictKind,
};

/// CRC-32 of the text "content".
const CRC: &str = "fec530a9";

fn check(list: &Path, only: Option<&[&Path]>, unlisted: Unlisted) -> (Vec<FileResult>, Summary) {
    let only = only.map(|paths| {
        let paths: HashSet<PathBuf> = paths.iter().map(|&path| path.to_owned()).collect();
        Arc::new(paths)
    });
    let spec = CheckSpec {
        lists: vec![CheckList::File(list.to_owned())],
        format: None,
        algorithm: None,
        base: None,
        only,
        unlisted,
        selection: workers::Selection::default(),
        workers: 2,
        priority: Priority::Normal,
        file_limit: None,
    };
    let (sink, events) = Sink::new(|| ());
    let job = Job::check(spec, RunOn::Threads, sink).expect("a job");
    let mut rows = Vec::new();
    for event in &events {
        match event {
            Event::Results(results) => {
                // Whoever draws takes in one event between two looks at the clock.
                assert!(results.len() <= 2048, "{} rows in one event", results.len());
                rows.extend(results);
            }
            Event::Worker { .. } => {}
            Event::Finished(summary) => {
                job.join();
                assert_eq!(summary.counts.total(), rows.len() as u64);
                rows.sort_by(|a, b| a.path.cmp(&b.path));
                return (rows, *summary);
            }
        }
    }
    panic!("the job ended without a word");
}

fn kinds(rows: &[FileResult]) -> Vec<(String, VerdictKind)> {
    rows.iter()
        .map(|row| {
            let name = row.path.file_name().unwrap_or_default();
            (name.to_string_lossy().into_owned(), row.verdict.kind())
        })
        .collect()
}

struct Folder {
    folder: tempfile::TempDir,
    list: PathBuf,
}

impl Folder {
    /// Three files and a list of them and of a fourth, as SFV has it.
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["a", "b", "c"] {
            std::fs::write(folder.path().join(name), "content").expect("a file");
        }
        let lines: String = ["a", "b", "c", "gone"]
            .map(|name| format!("{name} {CRC}\n"))
            .concat();
        let list = folder.path().join("files.sfv");
        std::fs::write(&list, lines).expect("a list");
        Self { folder, list }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

#[test]
fn only_what_is_asked_for_is_verified_and_the_rest_is_no_news() {
    let folder = Folder::new();
    std::fs::write(folder.path("extra"), "something else").expect("a file");
    let (rows, summary) = check(&folder.list, None, Unlisted::Ignored);
    assert_eq!(rows.len(), 4);
    assert_eq!(*summary.algorithms, [workers::Algorithm::Crc32]);
    let (b, gone) = (folder.path("b"), folder.path("gone"));
    let (rows, _) = check(&folder.list, Some(&[&b, &gone]), Unlisted::Reported);
    let expected = [
        ("b", VerdictKind::Ok),
        ("extra", VerdictKind::New),
        ("gone", VerdictKind::Missing),
    ];
    let expected = expected.map(|(name, kind)| (name.to_owned(), kind));
    assert_eq!(kinds(&rows), expected);
}

#[test]
fn a_list_that_could_not_be_read_is_gone_through_whole() {
    let folder = Folder::new();
    let (rows, _) = check(&folder.list, Some(&[&folder.list]), Unlisted::Ignored);
    assert_eq!(rows.len(), 4);
}

#[cfg(unix)]
#[test]
fn a_file_that_was_found_under_its_other_name_is_found_again() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path("sub")).expect("a folder");
    std::fs::write(folder.path("sub/d"), "content").expect("a file");
    std::fs::write(&folder.list, format!("sub\\d {CRC}\na {CRC}\n")).expect("a list");
    let d = folder.path("sub/d");
    let (rows, _) = check(&folder.list, Some(&[&d]), Unlisted::Reported);
    let found = kinds(&rows);
    assert!(
        found.contains(&("d".to_owned(), VerdictKind::Ok)),
        "{found:?}"
    );
    assert!(!found.iter().any(|(name, _)| name == "a"), "{found:?}");
}

#[test]
fn thousands_that_are_settled_at_once_arrive_in_parts() {
    let folder = Folder::new();
    let lines: String = (0..5000).map(|n| format!("gone{n} {CRC}\n")).collect();
    std::fs::write(&folder.list, lines).expect("a list");
    let (rows, _) = check(&folder.list, None, Unlisted::Ignored);
    assert_eq!(rows.len(), 5000);
    assert!(
        rows.iter()
            .all(|row| row.verdict.kind() == VerdictKind::Missing)
    );
}
