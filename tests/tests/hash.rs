//! `thawsum hash`: the same bytes as coreutils, whichever way it runs, and plain words about
//! everything that goes wrong.
#![cfg(any(target_os = "linux", windows))]

#[cfg(target_os = "linux")]
#[path = "hash/linux.rs"]
mod linux;
#[cfg(windows)]
#[path = "hash/windows.rs"]
mod windows;

use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use end_to_end::{
    ORIGINALS, Tree, listed, listed_names, program, reference, run, slashed, stderr_of,
};

const WAYS: [&str; 3] = ["processes", "threads", "inline"];
const PATIENCE: Duration = Duration::from_secs(20);

#[test]
fn every_way_with_any_number_of_workers_prints_what_sha256sum_prints() {
    let tree = Tree::hostile();
    let expected = reference("sha256sum", tree.path());
    for way in WAYS {
        for workers in ["1", "2", "7"] {
            let output = run([
                "hash",
                "--run-on",
                way,
                "-j",
                workers,
                tree.path().to_str().unwrap(),
            ]);
            assert!(
                output.status.success(),
                "{way} {workers}: {}",
                stderr_of(&output)
            );
            assert!(
                output.stdout == expected,
                "{way} with {workers} workers differs from sha256sum"
            );
        }
    }
}

#[test]
fn every_algorithm_that_coreutils_has_agrees_with_it() {
    let tree = Tree::hostile();
    for (name, tool) in ORIGINALS {
        let output = run(["hash", "-a", name, tree.path().to_str().unwrap()]);
        assert!(
            output.stdout == reference(tool, tree.path()),
            "{name} differs from {tool}"
        );
    }
}

#[test]
fn paths_are_printed_as_find_prints_them() {
    let tree = Tree::new();
    tree.file("d/x", b"x");
    for (given, printed) in [
        ("d", "d/x"),
        ("d/", "d/x"),
        ("./d", "./d/x"),
        ("d/x", "d/x"),
        (".", "./d/x"),
    ] {
        let output = Command::new(program())
            .args(["hash", given])
            .current_dir(tree.path())
            .output()
            .unwrap();
        assert_eq!(listed_names(&output.stdout), [printed], "given {given}");
    }
}

#[test]
fn names_cannot_write_to_the_terminal() {
    let tree = Tree::new();
    let path = tree.path().join("gone\u{1b}[2J\n");
    let output = run([path.as_os_str()]
        .into_iter()
        .fold(vec!["hash".into()], |mut all, one| {
            all.push(one.to_owned());
            all
        }));
    let said = stderr_of(&output);
    assert!(said.contains("gone\\u{1b}[2J\\n"), "{said}");
    assert!(!said.contains('\u{1b}'));
}

#[test]
fn a_folder_a_thousand_deep_and_a_path_of_four_thousand_bytes_are_hashed() {
    let tree = Tree::new();
    let deep = (0..1000).fold(tree.path().to_owned(), |path, _| path.join("d"));
    fs::create_dir_all(&deep).unwrap();
    fs::write(deep.join("f"), b"deep").unwrap();
    let mut long = tree.path().to_owned();
    // Linux takes 4,096 bytes, and so does a wine on it, where the path is longer by what lies
    // above its drive. Windows itself takes 32,767 letters.
    let longest = if cfg!(windows) { 3_600 } else { 4_000 };
    while long.as_os_str().len() < longest - 200 {
        long.push("n".repeat(180));
    }
    fs::create_dir_all(&long).unwrap();
    long.push("f".repeat(longest - long.as_os_str().len() - 1));
    fs::write(&long, b"long").unwrap();
    for way in WAYS {
        let output = run(["hash", "--run-on", way, tree.path().to_str().unwrap()]);
        assert!(output.status.success(), "{}", stderr_of(&output));
        assert_eq!(output.stdout.iter().filter(|&&b| b == b'\n').count(), 2);
    }
}

#[test]
fn an_empty_folder_gives_an_empty_list() {
    let tree = Tree::new();
    for way in WAYS {
        let output = run(["hash", "--run-on", way, tree.path().to_str().unwrap()]);
        assert!(output.status.success() && output.stdout.is_empty());
    }
}

#[test]
fn wrong_usage_is_status_2_and_says_what_is_wrong() {
    for (arguments, expected) in [
        (vec!["hash"], "PATH"),
        (vec!["hash", "-a", "sha257", "."], "sha257"),
        (vec!["hash", "-j", "0", "."], "from 1 to"),
        (
            vec!["hash", "-a", "md5", "-a", "sha1", "."],
            "do not say which algorithm",
        ),
        (vec!["hash", "--format", "sfv", "."], "CRC-32 only"),
        (vec!["hash", "--zero", "--format", "bsd", "."], "--zero"),
        (vec!["worker"], "no use by hand"),
    ] {
        let output = run(&arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(
            stderr_of(&output).contains(expected),
            "{arguments:?}: {}",
            stderr_of(&output)
        );
    }
}

#[test]
fn a_file_that_grows_while_it_is_read_gets_no_checksum() {
    let tree = Tree::new();
    let path = tree.sparse("growing", 6_000_000_000);
    let mut child = start(&["hash", "--summary", "json"], &tree);
    // Again and again, as nobody says when it has begun to read.
    let file = fs::File::options().write(true).open(&path).unwrap();
    let mut size = 6_000_000_000;
    while child.try_wait().unwrap().is_none() {
        size += 1;
        file.set_len(size).unwrap();
        std::thread::sleep(Duration::from_millis(50));
    }
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    assert!(
        stderr_of(&output).contains("changed while it was read"),
        "{}",
        stderr_of(&output)
    );
}

/// How near it comes is measured, not tested: other work on the machine is in it.
#[test]
fn what_was_said_of_the_time_left_is_kept_beside_what_it_took() {
    let tree = Tree::new();
    tree.sparse("sparse", 3_000_000_000);
    let output = start(
        &["hash", "--progress", "always", "--summary", "json"],
        &tree,
    )
    .wait_with_output()
    .unwrap();
    let said = stderr_of(&output);
    assert!(said.contains(" left"), "{said}");
    // The progress line clears itself before the summary.
    let summary = summary(said.rsplit("\x1b[K").next().unwrap());
    let forecast = |name: &str| summary["forecast"][name].as_f64().unwrap();
    let all = summary["seconds"].as_f64().unwrap();
    assert!(forecast("after_seconds") >= all / 10.5, "{summary}");
    assert!(forecast("said_seconds") > 0.0, "{summary}");
    let told = forecast("after_seconds") + forecast("took_seconds");
    assert!((told - all).abs() < all / 2.0, "{summary}");
}

/// Starts `thawsum` on a tree, to be interfered with.
fn start(arguments: &[&str], tree: &Tree) -> std::process::Child {
    Command::new(program())
        .args(arguments)
        .arg(tree.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("thawsum starts")
}

/// Job after job under a drill, for 5 seconds, or for as many as `DRILL_SECONDS` says.
#[test]
fn the_list_of_a_drilled_job_is_the_undisturbed_one() {
    let seconds = std::env::var("DRILL_SECONDS").map_or(5, |text| text.parse().expect("seconds"));
    let files = if seconds > 5 { 50_000 } else { 3_000 };
    let tree = Tree::hostile();
    for number in 0..files {
        tree.file(
            format!("many/{}/{number}", number % 100),
            &[number as u8; 400],
        );
    }
    tree.sparse("large", 200_000_000);
    let expected = reference("sha256sum", tree.path());
    let until = Instant::now() + Duration::from_secs(seconds);
    let mut damage = 0;
    while Instant::now() < until || damage == 0 {
        let output = start(&["hash", "--drill", "-j", "10"], &tree)
            .wait_with_output()
            .unwrap();
        let said = stderr_of(&output);
        assert!(output.status.success(), "{said}");
        assert!(output.stdout == expected, "{said}");
        damage += u64::from(!said.contains("killed 0 workers, crashed 0"));
        assert!(
            Instant::now() < until + 6 * PATIENCE,
            "no harm was done: {said}"
        );
    }
}

#[test]
fn a_history_of_nothing_says_so() {
    let tree = Tree::new();
    tree.file("small", b"x");
    let output = run(["hash", "--history", tree.path().to_str().unwrap()]);
    assert!(output.status.success());
    assert_eq!(stderr_of(&output), "thawsum: no worker died\n");
}

#[test]
fn every_format_is_written() {
    let tree = Tree::new();
    tree.file("plain, name", b"x");
    let list = |format: &str, algorithm: &str| {
        let output = run([
            "hash",
            "--format",
            format,
            "-a",
            algorithm,
            tree.path().to_str().unwrap(),
        ]);
        assert!(output.status.success(), "{format}: {}", stderr_of(&output));
        String::from_utf8(output.stdout).unwrap()
    };
    let digest = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881";
    let path = tree.path().join("plain, name");
    let path = path.to_str().unwrap();
    assert_eq!(
        list("bsd", "sha256"),
        format!("SHA256 ({}) = {digest}\n", slashed(path))
    );
    assert_eq!(
        list("csv", "sha256"),
        format!("path,size,sha256\n\"{path}\",1,{digest}\n")
    );
    assert_eq!(
        list("hashdeep", "sha256"),
        format!("%%%% HASHDEEP-1.0\n%%%% size,sha256,filename\n1,{digest},{path}\n")
    );
    assert_eq!(list("sfv", "crc32"), format!("{path} 8CDC1683\n"));
    let json: serde_json::Value = serde_json::from_str(&list("json", "sha256")).unwrap();
    assert_eq!(json[0]["sha256"], digest);
}

fn summary(said: &str) -> serde_json::Value {
    let line = said
        .lines()
        .rev()
        .find(|line| line.starts_with('{'))
        .expect("a summary");
    serde_json::from_str(line).expect("JSON")
}

#[test]
fn a_dash_is_standard_input_and_is_printed_as_sha256sum_prints_it() {
    let tree = Tree::new();
    tree.file("-", b"a file that is called so");
    tree.file("in", b"what comes in");
    let fed = |arguments: &[&str]| {
        let output = Command::new(program())
            .args(arguments)
            .current_dir(tree.path())
            .stdin(fs::File::open(tree.path().join("in")).unwrap())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", stderr_of(&output));
        String::from_utf8(output.stdout).unwrap()
    };
    for way in WAYS {
        for paths in [
            &["-"][..],
            &["-", "in"],
            &["./-", "in"],
            &["-", "./-", "in"],
        ] {
            let arguments = [&["hash", "--run-on", way], paths].concat();
            let expected = listed("sha256sum", tree.path(), paths, Some("in"));
            let expected = String::from_utf8(expected).unwrap();
            assert_eq!(fed(&arguments), expected, "{paths:?}");
        }
    }
    let output = Command::new(program())
        .args(["hash", "--summary", "json", "-a", "md5", "-a", "sha1"])
        .args(["--format", "json", "-"])
        .stdin(fs::File::open(tree.path().join("in")).unwrap())
        .output()
        .unwrap();
    let list = String::from_utf8_lossy(&output.stdout);
    for part in ["\"-\"", "md5", "sha1"] {
        assert!(list.contains(part), "{list}");
    }
    let summary = stderr_of(&output);
    let summary = summary.lines().find(|line| line.starts_with('{')).unwrap();
    let summary: serde_json::Value = serde_json::from_str(summary).unwrap();
    assert_eq!(
        (&summary["files"], &summary["bytes"]),
        (&1.into(), &13.into())
    );
}
