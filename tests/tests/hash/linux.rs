//! What is Linux's own: links, pipes, devices, signals, limits, and children that are killed.

use std::fs;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use end_to_end::{Tree, children_of, is_alive, program, reference, run, stderr_of, wait_until};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::{PATIENCE, WAYS, start, summary};

fn signal(pid: u32, signal: Signal) {
    let pid = Pid::from_raw(i32::try_from(pid).expect("a process id"));
    kill(pid, signal).expect("the process is there");
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

#[test]
fn a_name_that_a_format_cannot_carry_is_refused_before_anything_is_written() {
    let tree = Tree::new();
    tree.file("plain, name", b"x");
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
