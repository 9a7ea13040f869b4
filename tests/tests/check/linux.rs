//! What is Linux's own: links, pipes, signals, names that are no text, and coreutils' own words.

use std::fs;
use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};

use end_to_end::{Tree, program, stderr_of};

use super::{check, fed, list};

#[test]
fn what_is_listed_and_no_file_is_never_opened() {
    let tree = Tree::new();
    tree.file("a", b"a");
    let mut lines = list(&tree, "sha256sum", &["a"]);
    let digest = lines[..64].to_vec();
    for name in ["pipe", "folder"] {
        lines.extend_from_slice(&digest);
        lines.extend_from_slice(format!("  {name}\n").as_bytes());
    }
    nix::unistd::mkfifo(&tree.path().join("pipe"), nix::sys::stat::Mode::S_IRWXU).unwrap();
    fs::create_dir(tree.path().join("folder")).unwrap();
    tree.file("list.sha256", &lines);
    let found = check(&tree, &["list.sha256"]);
    assert_eq!(
        found.verdicts(),
        [
            ("a", "ok"),
            ("folder", "unreadable"),
            ("pipe", "unreadable")
        ]
    );
}

#[test]
fn how_far_a_list_is_read_is_said_and_an_interrupt_ends_it() {
    let tree = Tree::new();
    let list = tree.path().join("all.sha256");
    nix::unistd::mkfifo(&list, nix::sys::stat::Mode::S_IRWXU).unwrap();
    let mut child = Command::new(program())
        .args(["check", "--progress", "always"])
        .arg(&list)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = fs::File::create(&list).unwrap();
    for line in 0..20_000 {
        writeln!(pipe, "{line:064x}  photos/{line}.jpg").unwrap();
    }
    // The list goes on, and nothing comes.
    let mut stderr = child.stderr.take().unwrap();
    let mut said = String::new();
    let mut piece = [0; 256];
    while !said.contains(" lines · ") {
        let n = stderr.read(&mut piece).unwrap();
        assert!(n > 0, "it ended: {said}");
        said.push_str(&String::from_utf8_lossy(&piece[..n]));
    }
    assert!(said.contains("reading the list: "), "{said}");
    let pid = nix::unistd::Pid::from_raw(child.id().try_into().unwrap());
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGINT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

#[test]
fn what_a_folder_holds_is_named_the_same_way_whatever_its_verdict() {
    let tree = Tree::new();
    tree.file("a", b"a");
    tree.file("new", b"new");
    std::os::unix::fs::symlink("a", tree.path().join("link")).unwrap();
    tree.file("SHA256SUMS", &list(&tree, "sha256sum", &["a"]));
    let found = check(&tree, &["--new", "SHA256SUMS"]);
    let expected = [("a", "ok"), ("link", "skipped"), ("new", "new")];
    assert_eq!(found.verdicts(), expected);
}

#[test]
fn json_has_what_a_script_needs_in_fields_of_its_own() {
    use std::os::unix::ffi::OsStrExt as _;
    let tree = Tree::new();
    tree.file("old", b"content");
    tree.file("bad", b"before");
    tree.file("SHA256SUMS", &list(&tree, "sha256sum", &["bad", "old"]));
    tree.file("bad", b"behind");
    let moved = std::ffi::OsStr::from_bytes(b"new\n\xff");
    fs::rename(tree.path().join("old"), tree.path().join(moved)).unwrap();
    let found = check(&tree, &["--new", "SHA256SUMS"]);
    assert_eq!(found.verdicts(), [("bad", "failed"), ("old", "moved")]);
    let (bad, old) = (&found.rows[0].2, &found.rows[1].2);
    assert_eq!(bad["algorithm"], "sha256");
    for side in ["expected", "found"] {
        assert_eq!(bad[side].as_str().map(str::len), Some(64), "{bad}");
    }
    assert_ne!(bad["expected"], bad["found"]);
    assert_eq!(old["other_path"], "new\n\u{fffd}");
    assert_eq!(old["other_path_hex"], "6e65770aff");
}

#[test]
fn what_cksum_and_sum_print_is_called_what_it_is() {
    let tree = Tree::new();
    tree.file("a", b"a");
    for tool in [&["cksum"][..], &["sum", "-r"], &["sum", "-s"]] {
        let output = Command::new(tool[0])
            .args(&tool[1..])
            .arg("a")
            .current_dir(tree.path())
            .output()
            .unwrap();
        tree.file("sums", &output.stdout);
        let sha256 = list(&tree, "sha256sum", &["a"]);
        tree.file("mixed", &[sha256, output.stdout].concat());
        for name in ["sums", "mixed"] {
            let output = fed(&tree, &["check", name], Stdio::null());
            let said = String::from_utf8_lossy(&output.stdout);
            assert!(said.contains("is what POSIX cksum or sum prints"), "{said}");
            assert!(said.contains("'thawsum sum'"), "{said}");
            assert_eq!(output.status.code(), Some(1));
        }
        let output = fed(&tree, &["convert", "--to", "bsd", "sums"], Stdio::null());
        assert!(
            stderr_of(&output).contains("cannot be verified"),
            "{output:?}"
        );
    }
}
