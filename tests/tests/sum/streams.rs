//! Standard output that is full, closed, or read as it comes.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use super::bench::{Bench, Deed, Whose, hex};

#[test]
fn what_cannot_be_written_is_reported_at_the_end() {
    let bench = Bench::new();
    let digest = hex("md5sum", &[], b"hi\n");
    bench.tree.file("list", format!("{digest}  a\n").as_bytes());
    for (name, line) in [
        ("md5sum", "a"),
        ("md5sum", "-z a"),
        ("md5sum", "a folder b"),
        ("md5sum", "-z a nope b"),
        ("md5sum", "-c list"),
        ("md5sum", "-c --status list"),
        ("md5sum", "nope"),
        ("cksum", "a"),
        ("cksum", "-z a"),
        ("cksum", "-a sysv a b"),
        ("md5sum", "--foo"),
    ] {
        let run = |whose| {
            let full = File::options()
                .write(true)
                .open("/dev/full")
                .expect("/dev/full");
            let output = bench
                .command(whose, name)
                .args(line.split(' '))
                .stdout(full)
                .output();
            Deed::from(output.expect("it runs"))
        };
        let (theirs, ours) = (run(Whose::Theirs), run(Whose::Ours));
        assert!(
            ours == theirs,
            "{name} {line}\n{theirs:?}\n=== ours\n{ours:?}"
        );
    }
}

/// The program in a shell, which can start it in ways that Rust cannot.
fn in_shell(bench: &Bench, whose: Whose, before: &str, line: &str) -> Command {
    let script = format!(
        "{before} {}",
        line.replace("md5sum", "exec -a md5sum \"$0\"")
    );
    let mut shell = Command::new("bash");
    shell
        .args(["-c", &script])
        .arg(bench.command(whose, "md5sum").get_program())
        .current_dir(bench.tree.path())
        .env("LC_ALL", "C");
    shell
}

#[test]
fn standard_streams_that_are_closed_are_reported_as_the_original_reports_them() {
    let bench = Bench::new();
    let digest = hex("md5sum", &[], b"hi\n");
    bench
        .tree
        .file("list", format!("{digest}  a\n{digest}  -\n").as_bytes());
    for line in [
        "md5sum <&-",
        "md5sum a <&-",
        "md5sum - a - <&-",
        "md5sum -c <&-",
        "md5sum -c - list <&-",
        "md5sum a >&-",
        "md5sum -z a >&-",
        "md5sum nope >&-",
        "md5sum a nope >&-",
        "md5sum --help >&-",
        "md5sum --foo >&-",
        "md5sum -c --status list >&-",
        "md5sum - <&- >&-",
        "md5sum a 2>&-",
        "md5sum nope a 2>&-",
    ] {
        let run = |whose| {
            Deed::from(
                in_shell(&bench, whose, "", line)
                    .output()
                    .expect("bash runs"),
            )
        };
        let (theirs, ours) = (run(Whose::Theirs), run(Whose::Ours));
        assert!(ours == theirs, "{line}\n{theirs:?}\n=== ours\n{ours:?}");
    }
}

#[test]
fn a_caller_that_ignores_closed_pipes_hears_of_them_as_from_the_original() {
    let bench = Bench::new();
    for line in ["md5sum a b", "md5sum -z a", "md5sum a nope"] {
        let run = |whose| {
            let (reader, writer) = std::io::pipe().expect("a pipe");
            drop(reader);
            let mut shell = in_shell(&bench, whose, "trap '' PIPE;", line);
            let output = shell.stdout(writer).output();
            Deed::from(output.expect("bash runs"))
        };
        let (theirs, ours) = (run(Whose::Theirs), run(Whose::Ours));
        assert!(ours == theirs, "{line}\n{theirs:?}\n=== ours\n{ours:?}");
    }
}

#[test]
fn nobody_reading_ends_it_as_it_ends_the_original() {
    let bench = Bench::new();
    for whose in [Whose::Theirs, Whose::Ours] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let output = bench
            .command(whose, "md5sum")
            .args(["a", "b"])
            .stdout(writer)
            .output();
        let deed = Deed::from(output.expect("it runs"));
        let killed = nix::sys::signal::Signal::SIGPIPE as i32;
        assert_eq!((deed.status, deed.stderr.len()), ((None, Some(killed)), 0));
    }
}

#[test]
fn a_line_is_out_before_the_next_file_is_read() {
    let bench = Bench::new();
    let pipe = bench.tree.path().join("pipe");
    nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).expect("a named pipe");
    let mut command = bench.command(Whose::Ours, "md5sum");
    let child = command
        .args(["a", "pipe", "b"])
        .stdout(Stdio::piped())
        .spawn();
    let mut child = child.expect("it starts");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        while let Some(Ok(line)) = lines.next() {
            let _ = tell.send(line);
        }
    });
    let patience = Duration::from_secs(60);
    let first = told
        .recv_timeout(patience)
        .expect("the first line while the second file waits");
    assert!(first.ends_with("  a"), "{first}");
    fs::write(&pipe, "hi\n").expect("a writer");
    let rest: Vec<String> = (0..2)
        .map(|_| told.recv_timeout(patience).expect("a line"))
        .collect();
    assert!(
        rest[0].ends_with("  pipe") && rest[1].ends_with("  b"),
        "{rest:?}"
    );
    assert!(child.wait().expect("it ends").success());
}
