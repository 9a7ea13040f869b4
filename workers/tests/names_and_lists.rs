//! Names that are written in another way in a list than in the folder, lists that disagree, and
//! what counts when sides are compared. On folders of a file system that keeps names as they are.
#![cfg(target_os = "linux")]

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use workers::{
    Algorithm, CheckList, CheckSpec, CompareSpec, Event, FileResult, Job, Mismatch, Note, Priority,
    RunOn, Selection, Side, Sink, Summary, Unlisted, Verdict, VerdictKind,
};

/// CRC-32 and MD5 of the text "content", CRC-32 of "another", MD5 of nothing.
const CRC: &str = "fec530a9";
const MD5: &str = "9a0364b9e99bb480dd25e1f0284c8555";
const OTHER_CRC: &str = "9d293438";
const EMPTY_MD5: &str = "d41d8cd98f00b204e9800998ecf8427e";

/// One name in its two forms.
const COMPOSED: &str = "caf\u{e9}";
const DECOMPOSED: &str = "cafe\u{301}";

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.path(name);
        let folder = path.parent().expect("a folder above");
        std::fs::create_dir_all(folder).expect("a folder");
        std::fs::write(&path, content).expect("a file");
        path
    }

    /// Rows by the file's path from here on, and what they say.
    fn rows<'a>(&self, rows: &'a [FileResult]) -> Vec<(&'a str, VerdictKind, String)> {
        let mut rows: Vec<_> = rows
            .iter()
            .map(|row| {
                let path = row.path.strip_prefix(self.0.path()).unwrap_or(&row.path);
                let reason = row.verdict.reason().unwrap_or_default().into_owned();
                let path = path.to_str().expect("a name that is text");
                (path, row.verdict.kind(), reason)
            })
            .collect();
        rows.sort();
        rows
    }

    fn kinds<'a>(&self, rows: &'a [FileResult]) -> Vec<(&'a str, VerdictKind)> {
        let rows = self.rows(rows).into_iter();
        rows.map(|(path, kind, _)| (path, kind)).collect()
    }
}

fn run(start: impl FnOnce(Sink) -> Job) -> (Vec<FileResult>, Summary) {
    let (sink, events) = Sink::new(|| ());
    let job = start(sink);
    let mut rows = Vec::new();
    for event in &events {
        match event {
            Event::Results(results) => rows.extend(results),
            Event::Worker { .. } => {}
            Event::Finished(summary) => {
                let totals = job.totals().now();
                assert_eq!(totals.done_bytes, totals.found_bytes);
                assert_eq!(totals.done_files, totals.found_files);
                assert_eq!(summary.counts.total(), rows.len() as u64);
                job.join();
                return (rows, *summary);
            }
        }
    }
    panic!("the job ended without a word");
}

fn check_only(
    lists: &[&Path],
    unlisted: Unlisted,
    only: Option<&[&Path]>,
) -> (Vec<FileResult>, Summary) {
    let only = only.map(|only| {
        let only: HashSet<PathBuf> = only.iter().map(|&path| path.to_owned()).collect();
        Arc::new(only)
    });
    let spec = CheckSpec {
        lists: lists
            .iter()
            .map(|&list| CheckList::File(list.to_owned()))
            .collect(),
        format: None,
        algorithm: None,
        base: None,
        only,
        unlisted,
        selection: Selection::default(),
        workers: 2,
        priority: Priority::Normal,
        file_limit: None,
    };
    run(|sink| Job::check(spec, RunOn::Threads, sink).expect("a job"))
}

fn check(lists: &[&Path], unlisted: Unlisted) -> Vec<FileResult> {
    check_only(lists, unlisted, None).0
}

fn compare(left: Side, right: Side) -> (Vec<FileResult>, Summary) {
    let spec = CompareSpec {
        left,
        right,
        algorithm: Algorithm::Sha256,
        selection: Selection::default(),
        workers: 2,
        priority: Priority::Normal,
        file_limit: None,
    };
    run(|sink| Job::compare(spec, RunOn::Threads, sink).expect("a job"))
}

// ---- Unicode forms ----

#[test]
fn a_listed_name_is_found_in_its_other_form_folders_included() {
    for (listed, there) in [(COMPOSED, DECOMPOSED), (DECOMPOSED, COMPOSED)] {
        let folder = Folder::new();
        for name in [
            there.to_owned(),
            format!("{there}/a"),
            format!("d/{there}/b/{there}"),
        ] {
            folder.file(&format!("{name}.txt"), "content");
        }
        folder.file(&format!("wrong {there}"), "another");
        let lines = [
            format!("{listed}.txt {CRC}\n"),
            format!("{listed}/a.txt {CRC}\n"),
            format!("d/{listed}/b/{listed}.txt {CRC}\n"),
            format!("wrong {listed} {CRC}\n"),
            format!("gone {listed} {CRC}\n"),
        ];
        let list = folder.file("list.sfv", &lines.concat());
        let results = check(&[&list], Unlisted::Reported);
        let rows = folder.rows(&results);
        let mut expected = vec![
            (format!("{there}.txt"), VerdictKind::Ok),
            (format!("{there}/a.txt"), VerdictKind::Ok),
            (format!("d/{there}/b/{there}.txt"), VerdictKind::Ok),
            (format!("gone {listed}"), VerdictKind::Missing),
            (format!("wrong {there}"), VerdictKind::Failed),
        ];
        expected.sort();
        let found: Vec<_> = rows.iter().map(|row| (row.0.to_owned(), row.1)).collect();
        assert_eq!(found, expected);
        for (path, kind, reason) in rows {
            assert_eq!(
                reason.ends_with("its name is listed in another Unicode form"),
                kind != VerdictKind::Missing,
                "{path}: {reason}"
            );
        }
    }
}

#[test]
fn two_files_whose_names_differ_by_form_are_never_taken_for_each_other() {
    let folder = Folder::new();
    folder.file(COMPOSED, "content");
    folder.file(DECOMPOSED, "another");
    let lines = format!("{COMPOSED} {CRC}\n{DECOMPOSED} {OTHER_CRC}\n");
    let list = folder.file("list.sfv", &lines);
    let results = check(&[&list], Unlisted::Reported);
    for row in &results {
        assert!(matches!(row.verdict, Verdict::Verified(_)), "{row:?}");
    }
    assert_eq!(results.len(), 2);
    // One of them lost is lost, though its name is so much like the other's.
    std::fs::remove_file(folder.path(COMPOSED)).expect("it was there");
    let results = check(&[&list], Unlisted::Reported);
    assert_eq!(
        folder.kinds(&results),
        [
            (DECOMPOSED, VerdictKind::Ok),
            (COMPOSED, VerdictKind::Missing)
        ]
    );
    // Two that could be it are none.
    let folder = Folder::new();
    folder.file("a\u{323}\u{302}", "content");
    folder.file("a\u{302}\u{323}", "content");
    let list = folder.file("list.sfv", &format!("\u{1ead} {CRC}\n"));
    let results = check(&[&list], Unlisted::Ignored);
    assert_eq!(folder.kinds(&results), [("\u{1ead}", VerdictKind::Missing)]);
}

#[test]
fn lists_that_have_one_name_in_different_forms_are_about_one_file() {
    let folder = Folder::new();
    folder.file(&format!("{DECOMPOSED}/a"), "content");
    let composed = folder.file("one.md5", &format!("{MD5}  {COMPOSED}/a\n"));
    let decomposed = folder.file("two.sfv", &format!("{DECOMPOSED}/a {OTHER_CRC}\n"));
    // Both count: the second is not met.
    for lists in [[&*composed, &*decomposed], [&*decomposed, &*composed]] {
        let results = check(&lists, Unlisted::Reported);
        let path = format!("{DECOMPOSED}/a");
        assert_eq!(folder.kinds(&results), [(&*path, VerdictKind::Failed)]);
    }
    // Where both are there, they are two.
    folder.file(&format!("{COMPOSED}/a"), "content");
    let results = check(&[&composed, &decomposed], Unlisted::Ignored);
    assert_eq!(results.len(), 2);
    // A list that has both has two files, whatever other lists have and whatever is there.
    std::fs::remove_dir_all(folder.path(COMPOSED)).expect("it was there");
    let lines = format!("{COMPOSED}/a {CRC}\n{DECOMPOSED}/a {CRC}\n");
    let both = folder.file("both.sfv", &lines);
    let results = check(&[&composed, &both], Unlisted::Ignored);
    let mut kinds: Vec<_> = results.iter().map(|row| row.verdict.kind()).collect();
    kinds.sort();
    assert_eq!(kinds, [VerdictKind::Ok, VerdictKind::Missing]);
}

#[test]
fn a_name_that_is_no_text_is_what_its_bytes_are() {
    use std::os::unix::ffi::OsStrExt as _;
    let folder = Folder::new();
    let name = |bytes: &[u8]| folder.0.path().join(std::ffi::OsStr::from_bytes(bytes));
    std::fs::write(name(b"e\xcc\x81\xff"), "content").expect("any bytes");
    let mut lines = format!("{MD5}  ").into_bytes();
    lines.extend_from_slice(b"\xc3\xa9\xff\n");
    let list = folder.path("list.md5");
    std::fs::write(&list, lines).expect("a list");
    let results = check(&[&list], Unlisted::Ignored);
    assert_eq!(results.len(), 1);
    assert_eq!(results[0].verdict, Verdict::Missing);
}

#[test]
fn what_was_found_in_its_other_form_is_found_again_and_no_news() {
    let folder = Folder::new();
    let there = folder.file(DECOMPOSED, "another");
    folder.file("a", "content");
    let list = folder.file("list.sfv", &format!("{COMPOSED} {CRC}\na {CRC}\n"));
    let (results, _) = check_only(&[&list], Unlisted::Read, Some(&[&there]));
    assert_eq!(folder.kinds(&results), [(DECOMPOSED, VerdictKind::Failed)]);
    // Here it is told by its size, before it is read.
    folder.file(DECOMPOSED, "content and more");
    let sized = format!("%%%% HASHDEEP-1.0\n%%%% size,md5,filename\n7,{MD5},{COMPOSED}\n");
    let list = folder.file("list.hashdeep", &sized);
    let results = check(&[&list], Unlisted::Reported);
    let rows = folder.kinds(&results);
    assert!(
        rows.contains(&(DECOMPOSED, VerdictKind::Failed)),
        "{rows:?}"
    );
    assert!(!rows.contains(&(DECOMPOSED, VerdictKind::New)), "{rows:?}");
}

#[test]
fn sides_whose_names_differ_by_form_are_compared() {
    let folder = Folder::new();
    folder.file(&format!("left/{COMPOSED}/a"), "content");
    folder.file(&format!("right/{DECOMPOSED}/a"), "content");
    folder.file(&format!("left/b {DECOMPOSED}"), "content");
    folder.file(&format!("right/b {COMPOSED}"), "another");
    // Both forms on both sides: four files, two and two.
    for (side, one, other) in [
        ("left", "content", "another"),
        ("right", "content", "another"),
    ] {
        folder.file(&format!("{side}/c {COMPOSED}"), one);
        folder.file(&format!("{side}/c {DECOMPOSED}"), other);
    }
    let list = |name: &str, a: &str, b: &str, b_crc: &str| {
        let lines =
            format!("{a}/a {CRC}\nb {b} {b_crc}\nc {COMPOSED} {CRC}\nc {DECOMPOSED} {OTHER_CRC}\n");
        Side::List(folder.file(name, &lines))
    };
    let left_list = list("left.sfv", COMPOSED, DECOMPOSED, CRC);
    let right_list = list("right.sfv", DECOMPOSED, COMPOSED, OTHER_CRC);
    let left = Side::Folder(folder.path("left"));
    let right = Side::Folder(folder.path("right"));
    for (left, right) in [
        (left.clone(), right.clone()),
        (left, right_list.clone()),
        (left_list.clone(), right),
        (left_list, right_list),
    ] {
        let what = format!("{left:?} and {right:?}");
        let (results, _) = compare(left, right);
        let rows = folder.rows(&results);
        let kinds: Vec<_> = rows.iter().map(|row| (row.0, row.1)).collect();
        let (a, b) = (format!("{COMPOSED}/a"), format!("b {DECOMPOSED}"));
        let (c1, c2) = (format!("c {COMPOSED}"), format!("c {DECOMPOSED}"));
        let mut expected = [
            (&*a, VerdictKind::Same),
            (&*b, VerdictKind::Different),
            (&*c1, VerdictKind::Same),
            (&*c2, VerdictKind::Same),
        ];
        expected.sort();
        assert_eq!(kinds, expected, "{what}");
        for (path, _, reason) in rows {
            let noted = reason.ends_with("the Unicode forms of its name differ between the sides");
            assert_eq!(noted, !path.starts_with("c "), "{path}: {reason}, {what}");
        }
    }
}

// ---- comparing with lists ----

#[test]
fn a_list_from_windows_is_compared_with_a_folder_and_with_a_list() {
    let folder = Folder::new();
    folder.file("data/sub/a", "content");
    folder.file("data/sub/deep/b", "another");
    // A name that holds a backslash is a name, if it is there.
    folder.file("data/c\\d", "content");
    let windows = format!("sub\\a {CRC}\nsub\\deep\\b {CRC}\nc\\d {CRC}\n");
    let windows = Side::List(folder.file("windows.sfv", &windows));
    let unix = format!("sub/a {CRC}\nsub/deep/b {OTHER_CRC}\nc\\d {CRC}\n");
    let unix = Side::List(folder.file("unix.sfv", &unix));
    let data = Side::Folder(folder.path("data"));
    for (left, right) in [
        (windows.clone(), data.clone()),
        (data, windows.clone()),
        (windows.clone(), unix.clone()),
        (unix, windows),
    ] {
        let what = format!("{left:?} and {right:?}");
        let (results, _) = compare(left, right);
        assert_eq!(
            folder.kinds(&results),
            [
                ("c\\d", VerdictKind::Same),
                ("sub/a", VerdictKind::Same),
                ("sub/deep/b", VerdictKind::Different),
            ],
            "{what}"
        );
    }
}

#[test]
fn a_list_in_the_folder_that_it_is_compared_with_does_not_count_unless_it_names_itself() {
    let folder = Folder::new();
    folder.file("a", "content");
    let list = folder.file("list.sfv", &format!("a {CRC}\n"));
    // Another list is a file like any other.
    std::fs::copy(&list, folder.path("copy.sfv")).expect("a copy");
    let data = Side::Folder(folder.path(""));
    for swapped in [false, true] {
        let (left, right) = (data.clone(), Side::List(list.clone()));
        let (results, only) = match swapped {
            false => (compare(left, right), VerdictKind::OnlyLeft),
            true => (compare(right, left), VerdictKind::OnlyRight),
        };
        let expected = [("a", VerdictKind::Same), ("copy.sfv", only)];
        assert_eq!(folder.kinds(&results.0), expected);
    }
    folder.file("list.sfv", &format!("a {CRC}\nlist.sfv {CRC}\n"));
    std::fs::remove_file(folder.path("copy.sfv")).expect("it was there");
    let (results, _) = compare(data, Side::List(list));
    assert_eq!(
        folder.kinds(&results),
        [
            ("a", VerdictKind::Same),
            ("list.sfv", VerdictKind::Different)
        ]
    );
}

#[test]
fn empty_files_of_lists_without_sizes_have_not_moved() {
    let folder = Folder::new();
    let left = format!("{EMPTY_MD5}  void\n{EMPTY_MD5}  both\n{MD5}  here\n");
    let right = format!("{EMPTY_MD5}  hollow\n{EMPTY_MD5}  both\n{MD5}  there\n");
    let left = Side::List(folder.file("left.md5", &left));
    let right = Side::List(folder.file("right.md5", &right));
    let (results, summary) = compare(left, right.clone());
    assert_eq!(
        folder.kinds(&results),
        [
            ("both", VerdictKind::Same),
            ("here", VerdictKind::Moved),
            ("hollow", VerdictKind::OnlyRight),
            ("void", VerdictKind::OnlyLeft),
        ]
    );
    assert_eq!(summary.bytes, 0);
    folder.file("data/void", "");
    folder.file("data/both", "");
    folder.file("data/here", "content");
    let (results, _) = compare(Side::Folder(folder.path("data")), right);
    assert_eq!(
        folder.kinds(&results),
        [
            ("both", VerdictKind::Same),
            ("here", VerdictKind::Moved),
            ("hollow", VerdictKind::OnlyRight),
            ("void", VerdictKind::OnlyLeft),
        ]
    );
}

// ---- lists that disagree ----

fn disagreement(verdict: &Verdict) -> (&Mismatch, bool) {
    match verdict {
        Verdict::Noted(inner, Note::ListsDisagree { one_is_met }) => match &**inner {
            Verdict::Failed(mismatch) | Verdict::Different(mismatch) => (mismatch, *one_is_met),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_lists_disagree_about_is_wrong_whichever_is_right() {
    let folder = Folder::new();
    folder.file("digest", "content");
    folder.file("size", "content");
    folder.file("neither", "something else");
    folder.file("well", "content");
    let one = folder.file(
        "one.sfv",
        &format!("digest {CRC}\nneither {CRC}\nwell {CRC}\n"),
    );
    let two = folder.file(
        "two.sfv",
        &format!("digest {OTHER_CRC}\nneither {OTHER_CRC}\nwell {CRC}\n"),
    );
    let sized = |name: &str, size: u64| {
        let lines = format!("%%%% HASHDEEP-1.0\n%%%% size,md5,filename\n{size},{MD5},size\n");
        folder.file(name, &lines)
    };
    let (three, four) = (sized("three.hashdeep", 7), sized("four.hashdeep", 8));
    // In whatever order they are read.
    let lists = [
        [&*one, &*two, &*three, &*four],
        [&*four, &*three, &*two, &*one],
    ];
    for lists in lists {
        let mut results = check(&lists, Unlisted::Ignored);
        results.sort_by(|a, b| a.path.cmp(&b.path));
        let [digest, neither, size, well] = &results[..] else {
            panic!("{results:?}");
        };
        let (mismatch, one_is_met) = disagreement(&digest.verdict);
        assert!(matches!(mismatch, Mismatch::Digest { .. }) && one_is_met);
        let (mismatch, one_is_met) = disagreement(&neither.verdict);
        assert!(matches!(mismatch, Mismatch::Digest { .. }) && !one_is_met);
        let (mismatch, one_is_met) = disagreement(&size.verdict);
        assert_eq!(
            *mismatch,
            Mismatch::Size {
                expected: 8,
                found: 7
            }
        );
        assert!(one_is_met);
        assert!(matches!(well.verdict, Verdict::Verified(_)));
        let words = digest.verdict.reason().expect("words");
        assert!(
            words.contains("the lists disagree about it: another line fits"),
            "{words}"
        );
    }
}

#[test]
fn what_a_wrong_file_has_by_other_algorithms_is_kept_beside_what_is_wrong() {
    let folder = Folder::new();
    folder.file("a", "content");
    let one = folder.file("one.sfv", &format!("a {CRC}\n"));
    let two = folder.file("two.md5", &format!("{}  a\n", "0".repeat(32)));
    let results = check(&[&one, &two], Unlisted::Ignored);
    assert!(matches!(results[0].verdict, Verdict::Failed(_)));
    let both = [Algorithm::Crc32, Algorithm::Md5];
    let of_table = Algorithm::ALL.iter().copied();
    let of_job: Vec<Algorithm> = of_table.filter(|one| both.contains(one)).collect();
    let found = results[0].verdict.each_found(&of_job);
    let found: Vec<_> = found.map(|(of, digest)| (of, digest.to_string())).collect();
    assert_eq!(found.len(), 2, "{found:?}");
    for (of, digest) in [(Algorithm::Crc32, CRC), (Algorithm::Md5, MD5)] {
        assert!(found.contains(&(of, digest.to_owned())), "{found:?}");
    }
    assert_eq!(results[0].verdict.digests(), None, "it is not right");
}

#[test]
fn one_list_that_says_two_things_of_a_file_disagrees_with_itself() {
    let folder = Folder::new();
    folder.file("data/a", "content");
    let lines = format!("a {CRC}\na {OTHER_CRC}\n");
    let list = folder.file("data/list.sfv", &lines);
    let results = check(&[&list], Unlisted::Ignored);
    assert!(disagreement(&results[0].verdict).1);
    let (results, _) = compare(Side::Folder(folder.path("data")), Side::List(list));
    assert!(disagreement(&results[0].verdict).1);
    assert_eq!(results.len(), 1);
}

#[test]
fn of_several_equal_files_that_have_moved_each_is_where_its_name_is() {
    let disk = Folder::new();
    for (side, folder) in [("left", "old"), ("right", "new")] {
        for name in ["b", "a", "c"] {
            disk.file(&format!("{side}/{folder}/{name}"), "all the same");
        }
    }
    let sides = ["left", "right"].map(|side| Side::Folder(disk.path(side)));
    let [left, right] = sides;
    let (rows, _) = compare(left, right);
    let mut moved: Vec<(PathBuf, PathBuf)> = rows
        .into_iter()
        .map(|row| match row.verdict {
            Verdict::Moved(to) => (row.path, to.into_path_buf()),
            other => panic!("{}: {other:?}", row.path.display()),
        })
        .collect();
    moved.sort();
    let expected =
        ["a", "b", "c"].map(|name| (Path::new("old").join(name), Path::new("new").join(name)));
    assert_eq!(moved, expected);
}
