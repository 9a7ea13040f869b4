//! What is Linux's own: signals, and memory as /proc has it.

use std::fs;
use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};

use end_to_end::{Tree, program};

#[test]
fn one_interrupt_ends_the_wait_for_standard_input_and_leaves_nothing() {
    use std::os::unix::process::ExitStatusExt as _;
    let tree = Tree::new();
    // Shells start what runs in the background with interrupts ignored, which is inherited.
    let mut child = Command::new("env")
        .arg("--default-signal=INT")
        .arg(program())
        .args(["convert", "--to", "csv", "-o", "list.csv", "-"])
        .current_dir(tree.path())
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let stdin = child.stdin.take();
    let exe = format!("/proc/{}/exe", child.id());
    let program = fs::canonicalize(program()).unwrap();
    while fs::read_link(&exe).unwrap() != program {
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    let pid = nix::unistd::Pid::from_raw(i32::try_from(child.id()).unwrap());
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGINT).unwrap();
    let status = child.wait().unwrap();
    drop(stdin);
    assert_eq!(status.signal(), Some(2));
    assert_eq!(fs::read_dir(tree.path()).unwrap().count(), 0);
}

/// Three hundred thousand lines come through a pipe, and what is written is not taken away until
/// the memory has been looked at: by then the list has been read twice.
#[test]
fn a_list_that_does_not_fit_in_the_memory_it_may_take_is_converted() {
    const LINES: usize = 300_000;
    let digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let mut child = Command::new(program())
        .args(["convert", "--to", "json", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdin = std::io::BufWriter::new(child.stdin.take().unwrap());
    let folder = "a folder with a long name/".repeat(5);
    let mut bytes = 0;
    for n in 0..LINES {
        let line = format!("{digest}  {folder}{n}\n");
        bytes += line.len();
        stdin.write_all(line.as_bytes()).unwrap();
    }
    drop(stdin);
    let mut stdout = child.stdout.take().unwrap();
    let mut start = [0; 1];
    stdout.read_exact(&mut start).unwrap();
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let peak: usize = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|rest| rest.split_whitespace().next())
        .and_then(|kib| kib.parse().ok())
        .unwrap();
    let mut rest = Vec::new();
    stdout.read_to_end(&mut rest).unwrap();
    assert!(child.wait().unwrap().success());
    let entries = rest.iter().filter(|&&byte| byte == b'{').count();
    assert_eq!(entries, LINES);
    assert!(bytes > 50 << 20);
    assert!(peak < 40 << 10, "{peak} KiB for a list of {bytes} bytes");
}
