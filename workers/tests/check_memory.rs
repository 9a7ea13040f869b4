//! What verifying a long list takes. Alone in its program, because the peak that the system tells
//! is that of a whole process.
#![cfg(target_os = "linux")]

use std::fmt::Write as _;

use workers::{
    CheckList, CheckSpec, Event, Job, Priority, RunOn, Selection, Sink, Unlisted, VerdictKind,
};

const ENTRIES: u64 = 100_000;
const IN_A_FOLDER: u64 = 1000;
/// SHA-256 of nothing.
const DIGEST: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("/proc is there");
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let digits = line.and_then(|line| line.split_whitespace().nth(1));
    digits.and_then(|d| d.parse().ok()).expect("a number")
}

#[test]
fn an_entry_takes_few_hundred_bytes_whatever_becomes_of_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut lines = String::new();
    for number in 0..ENTRIES {
        let name = format!("photos of {}/picture {number}.jpeg", number / IN_A_FOLDER);
        if number % IN_A_FOLDER == 0 {
            let above = folder.path().join(&name);
            std::fs::create_dir_all(above.parent().expect("a folder")).expect("a folder");
        }
        // Half of them are missing.
        if number % 2 == 0 {
            std::fs::write(folder.path().join(&name), "").expect("a file");
        }
        writeln!(lines, "{DIGEST}  {name}").expect("memory");
    }
    let list = folder.path().join("SHA256SUMS");
    std::fs::write(&list, &lines).expect("a list");
    drop(lines);
    let spec = CheckSpec {
        lists: vec![CheckList::File(list)],
        format: None,
        algorithm: None,
        base: None,
        only: None,
        unlisted: Unlisted::Reported,
        selection: Selection::default(),
        workers: 2,
        priority: Priority::Normal,
        file_limit: None,
    };
    let before = peak_kib();
    let (sink, events) = Sink::new(|| ());
    let job = Job::check(spec, RunOn::Threads, sink).expect("a job");
    // Whoever listens may throw the rows away.
    for event in &events {
        if let Event::Finished(summary) = event {
            assert_eq!(summary.counts.get(VerdictKind::Ok), ENTRIES / 2);
            assert_eq!(summary.counts.get(VerdictKind::Missing), ENTRIES / 2);
            break;
        }
    }
    job.join();
    let each = (peak_kib() - before) * 1024 / ENTRIES;
    // 274 when this was written, of which 45 are the name: the list's own, and one more while the
    // file is read. Twice as many when names and digests were held several times.
    assert!(each < 400, "{each} bytes an entry");
}
