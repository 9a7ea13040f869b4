//! `thawsum hash`: the same bytes as coreutils, whichever way it runs, and plain words about
//! everything that goes wrong.
#![cfg(target_os = "linux")]

use std::fs;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use end_to_end::{Tree, children_of, is_alive, program, reference, run, stderr_of, wait_until};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

const WAYS: [&str; 3] = ["processes", "threads", "inline"];
const PATIENCE: Duration = Duration::from_secs(20);

fn signal(pid: u32, signal: Signal) {
    let pid = Pid::from_raw(i32::try_from(pid).expect("a process id"));
    kill(pid, signal).expect("the process is there");
}

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
    for (name, tool) in [
        ("md5", "md5sum"),
        ("sha1", "sha1sum"),
        ("sha224", "sha224sum"),
        ("sha384", "sha384sum"),
        ("sha512", "sha512sum"),
        ("blake2b", "b2sum"),
    ] {
        let output = run(["hash", "-a", name, tree.path().to_str().unwrap()]);
        assert!(
            output.stdout == reference(tool, tree.path()),
            "{name} differs from {tool}"
        );
    }
}

#[test]
fn sha256sum_itself_accepts_the_list() {
    let tree = Tree::hostile();
    let list = tempfile::NamedTempFile::new().unwrap();
    let output = run([
        "hash",
        "-o",
        list.path().to_str().unwrap(),
        tree.path().to_str().unwrap(),
    ]);
    assert!(output.status.success());
    let check = Command::new("sha256sum")
        .args(["--check", "--strict", "--quiet"])
        .arg(list.path())
        .status();
    assert!(check.expect("sha256sum runs").success());
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
        let line = String::from_utf8(output.stdout).unwrap();
        assert_eq!(
            line.trim_end().split_once("  ").unwrap().1,
            printed,
            "given {given}"
        );
    }
}

#[test]
fn pipes_sockets_devices_and_links_are_skipped_and_counted_never_opened() {
    let tree = Tree::new();
    tree.file("file", b"x");
    nix::unistd::mkfifo(&tree.path().join("pipe"), nix::sys::stat::Mode::S_IRWXU).unwrap();
    let _socket = UnixListener::bind(tree.path().join("socket")).unwrap();
    std::os::unix::fs::symlink("nowhere", tree.path().join("dangling")).unwrap();
    std::os::unix::fs::symlink("..", tree.path().join("loop")).unwrap();
    for way in WAYS {
        let output = run([
            "hash",
            "--run-on",
            way,
            "--summary",
            "json",
            tree.path().to_str().unwrap(),
        ]);
        assert!(output.status.success(), "{}", stderr_of(&output));
        let summary = summary(&stderr_of(&output));
        assert_eq!(summary["files"], 5);
        assert_eq!(summary["verdicts"]["ok"], 1);
        assert_eq!(summary["verdicts"]["skipped"], 4);
    }
}

#[test]
fn a_folder_named_through_a_link_is_walked_and_is_no_row_itself() {
    let tree = Tree::new();
    tree.file("real/file", b"x");
    std::os::unix::fs::symlink("real", tree.path().join("link")).unwrap();
    let link = tree.path().join("link");
    for way in WAYS {
        let output = run([
            "hash",
            "--run-on",
            way,
            "--summary",
            "json",
            link.to_str().unwrap(),
        ]);
        assert!(output.status.success(), "{}", stderr_of(&output));
        assert!(String::from_utf8_lossy(&output.stdout).ends_with("/link/file\n"));
        assert_eq!(summary(&stderr_of(&output))["files"], 1);
    }
}

#[test]
fn links_are_followed_when_asked_and_loops_are_reported() {
    let tree = Tree::new();
    tree.file("real/file", b"x");
    std::os::unix::fs::symlink("real", tree.path().join("link")).unwrap();
    std::os::unix::fs::symlink("..", tree.path().join("real/loop")).unwrap();
    let output = run(["hash", "--follow-links", tree.path().to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    let list = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        list.contains("/link/file") && list.contains("/real/file"),
        "{list}"
    );
    assert!(
        stderr_of(&output).contains("leads back to"),
        "{}",
        stderr_of(&output)
    );
}

#[test]
fn what_cannot_be_read_is_named_with_the_reason_and_the_rest_goes_on() {
    let tree = Tree::new();
    tree.file("good", b"x");
    let missing = tree.path().join("missing");
    for way in WAYS {
        // /proc/self/mem opens and then fails to read at its beginning, whoever asks.
        let output = run([
            "hash",
            "--run-on",
            way,
            tree.path().to_str().unwrap(),
            missing.to_str().unwrap(),
            "/proc/self/mem",
        ]);
        assert_eq!(output.status.code(), Some(1), "{way}");
        let said = stderr_of(&output);
        assert!(
            said.contains("missing: No such file or directory"),
            "{said}"
        );
        assert!(
            said.contains("/proc/self/mem: Input/output error"),
            "{said}"
        );
        assert!(String::from_utf8_lossy(&output.stdout).contains("/good"));
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
    while long.as_os_str().len() < 3800 {
        long.push("n".repeat(180));
    }
    fs::create_dir_all(&long).unwrap();
    long.push("f".repeat(4000 - long.as_os_str().len() - 1));
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
fn a_list_is_written_whole_or_not_at_all() {
    let tree = Tree::hostile();
    let out = Tree::new();
    let list = out.file("list", b"what was there before");
    // Files may grow to one block only, as on a full disk.
    let status = Command::new("sh")
        .args([
            "-c",
            "trap '' XFSZ; ulimit -f 1; exec \"$0\" hash -o \"$1\" \"$2\"",
        ])
        .arg(program())
        .args([&list, tree.path()])
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert_eq!(status.code(), Some(1));
    assert_eq!(fs::read(&list).unwrap(), b"what was there before");
    assert_eq!(
        fs::read_dir(out.path()).unwrap().count(),
        1,
        "a temporary file was left"
    );
}

#[test]
fn a_device_given_as_output_is_written_to_and_stays_a_device() {
    let tree = Tree::new();
    tree.file("x", b"x");
    let output = run(["hash", "-o", "/dev/null", tree.path().to_str().unwrap()]);
    assert!(output.status.success(), "{}", stderr_of(&output));
    use std::os::unix::fs::FileTypeExt as _;
    assert!(
        fs::metadata("/dev/null")
            .unwrap()
            .file_type()
            .is_char_device()
    );
}

#[test]
fn few_open_files_are_enough() {
    let tree = Tree::hostile();
    let output = Command::new("sh")
        .args(["-c", "ulimit -n 40; exec \"$0\" hash -j 2 \"$1\""])
        .arg(program())
        .arg(tree.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr_of(&output));
    assert!(output.stdout == reference("sha256sum", tree.path()));
}

#[test]
fn a_file_that_grows_while_it_is_read_gets_no_checksum() {
    let tree = Tree::new();
    let path = tree.sparse("growing", 6_000_000_000);
    let child = start(&["hash", "--summary", "json"], &tree);
    std::thread::sleep(Duration::from_millis(500));
    fs::File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_len(6_000_000_001)
        .unwrap();
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

/// Starts hashing something that would take minutes, and waits until workers are at it.
fn endless(tree: &Tree, way: &str) -> std::process::Child {
    tree.sparse("terabyte", 1 << 40);
    tree.sparse("another", 1 << 40);
    let child = start(&["hash", "--run-on", way, "-j", "2"], tree);
    if way == "processes" {
        assert!(
            wait_until(PATIENCE, || children_of(child.id()).len() == 2),
            "no workers"
        );
    }
    std::thread::sleep(Duration::from_millis(300));
    child
}

#[test]
fn ctrl_c_in_the_middle_of_a_terabyte_ends_it_and_its_workers() {
    for way in WAYS {
        let tree = Tree::new();
        let child = endless(&tree, way);
        let workers = children_of(child.id());
        let asked = Instant::now();
        signal(child.id(), Signal::SIGINT);
        let output = child.wait_with_output().unwrap();
        assert_eq!(
            output.status.code(),
            Some(130),
            "{way}: {}",
            stderr_of(&output)
        );
        assert!(
            asked.elapsed() < Duration::from_secs(5),
            "{way} took {:?}",
            asked.elapsed()
        );
        assert!(stderr_of(&output).contains("interrupted"));
        assert!(output.stdout.is_empty(), "half a list was printed");
        assert!(workers.into_iter().all(|pid| !is_alive(pid)));
    }
}

#[test]
fn a_second_ctrl_c_ends_it_at_once_with_its_workers() {
    for way in WAYS {
        let tree = Tree::new();
        let child = endless(&tree, way);
        let workers = children_of(child.id());
        // None of them hears the first.
        for &pid in &workers {
            signal(pid, Signal::SIGSTOP);
        }
        signal(child.id(), Signal::SIGINT);
        signal(child.id(), Signal::SIGINT);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(130), "{}", stderr_of(&output));
        assert!(output.stdout.is_empty(), "half a list was printed");
        assert!(wait_until(PATIENCE, || !workers
            .iter()
            .any(|&pid| is_alive(pid))));
    }
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
fn no_worker_outlives_a_parent_that_is_killed() {
    let tree = Tree::new();
    let mut child = endless(&tree, "processes");
    let workers = children_of(child.id());
    signal(child.id(), Signal::SIGKILL);
    child.wait().unwrap();
    assert!(
        wait_until(Duration::from_secs(2), || workers
            .iter()
            .all(|&pid| !is_alive(pid))),
        "workers are left: {workers:?}"
    );
}

#[test]
fn a_worker_killed_in_the_middle_is_replaced_and_nothing_is_lost() {
    let tree = Tree::hostile();
    tree.sparse("large", 3_000_000_000);
    let expected = reference("sha256sum", tree.path());
    let child = start(&["hash", "-j", "2", "--summary", "json"], &tree);
    assert!(wait_until(PATIENCE, || children_of(child.id()).len() == 2));
    std::thread::sleep(Duration::from_millis(300));
    for pid in children_of(child.id()) {
        signal(pid, Signal::SIGKILL);
    }
    let output = child.wait_with_output().unwrap();
    let said = stderr_of(&output);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("was killed (SIGKILL)"), "{said}");
    assert!(output.stdout == expected);
    assert!(summary(&said)["worker_restarts"].as_u64().unwrap() >= 1);
}

#[test]
fn a_file_whose_workers_keep_dying_is_set_aside_with_the_reason() {
    let tree = Tree::new();
    tree.file("small", b"x");
    tree.sparse("large", 1 << 42);
    let child = start(&["hash", "-j", "1", "--history"], &tree);
    let mut killed = Vec::new();
    assert!(wait_until(PATIENCE, || {
        for pid in children_of(child.id()) {
            if !killed.contains(&pid) {
                // It must have the file in hand: the handshake is long over by then.
                std::thread::sleep(Duration::from_millis(400));
                signal(pid, Signal::SIGKILL);
                killed.push(pid);
            }
        }
        killed.len() == 2
    }));
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = stderr_of(&output);
    assert!(
        said.contains("large: 2 workers died with it; the last one was killed (SIGKILL)"),
        "{said}"
    );
    assert!(String::from_utf8_lossy(&output.stdout).ends_with("/small\n"));
    // The history has both, with their processes and what became of the file.
    for (pid, fate) in killed.iter().zip(["tried again, alone", "set aside"]) {
        let death =
            format!("worker 1, process {pid}: was killed (SIGKILL)\n  asked for by: nobody");
        let (_, after) = said.split_once(&death).unwrap_or_else(|| panic!("{said}"));
        let files = after.lines().find(|line| line.contains("files: "));
        assert!(
            files.is_some_and(|line| line.ends_with(&format!("large: {fate}"))),
            "{said}"
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
fn the_program_may_be_deleted_while_it_runs() {
    let tree = Tree::new();
    let copy = tree.path().join("copy-of-thawsum");
    fs::copy(program(), &copy).unwrap();
    let data = Tree::new();
    data.sparse("large", 2_000_000_000);
    let child = Command::new(&copy)
        .args(["hash", "-j", "1", "--summary", "json"])
        .arg(data.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    assert!(wait_until(PATIENCE, || children_of(child.id()).len() == 1));
    fs::remove_file(&copy).unwrap();
    std::thread::sleep(Duration::from_millis(200));
    signal(children_of(child.id())[0], Signal::SIGKILL);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", stderr_of(&output));
    assert_eq!(summary(&stderr_of(&output))["worker_restarts"], 1);
}

#[test]
fn every_format_is_written_and_a_name_it_cannot_carry_is_refused_before_anything_is() {
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
        format!("SHA256 ({path}) = {digest}\n")
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

    tree.file("with\nbreak", b"y");
    let output = run([
        "hash",
        "--format",
        "sfv",
        "-a",
        "crc32",
        tree.path().to_str().unwrap(),
    ]);
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    assert!(
        stderr_of(&output).contains("with\\nbreak"),
        "{}",
        stderr_of(&output)
    );
}

#[test]
fn without_a_display_the_window_says_what_to_do_instead() {
    let output = Command::new(program())
        .arg(Path::new("/tmp"))
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("WAYLAND_SOCKET")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr_of(&output).contains("thawsum hash"),
        "{}",
        stderr_of(&output)
    );
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
    let fed = |tool: &Path, arguments: &[&str]| {
        let output = Command::new(tool)
            .args(arguments)
            .current_dir(tree.path())
            .stdin(fs::File::open(tree.path().join("in")).unwrap())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", stderr_of(&output));
        String::from_utf8(output.stdout).unwrap()
    };
    let thawsum = program();
    let sha256sum = Path::new("sha256sum");
    for way in WAYS {
        for paths in [
            &["-"][..],
            &["-", "in"],
            &["./-", "in"],
            &["-", "./-", "in"],
        ] {
            let arguments = [&["hash", "--run-on", way], paths].concat();
            assert_eq!(
                fed(&thawsum, &arguments),
                fed(sha256sum, paths),
                "{paths:?}"
            );
        }
    }
    let output = Command::new(&thawsum)
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

#[test]
fn a_standard_input_that_cannot_be_read_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(program())
        .args(["hash", "-"])
        .stdin(fs::File::open(folder.path()).unwrap())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = stderr_of(&output);
    assert!(said.contains("thawsum: -: Is a directory"), "{said}");
}
