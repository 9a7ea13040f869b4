//! An experiment that is ended from outside takes its children with it.

use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use end_to_end::program;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::common::json_of;

/// The child processes of a process, by their numbers.
fn children_of(parent: u32) -> Vec<u32> {
    let tasks = std::fs::read_dir(format!("/proc/{parent}/task"))
        .into_iter()
        .flatten();
    let listed = tasks
        .flatten()
        .filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok());
    listed
        .flat_map(|text| {
            let numbers: Vec<u32> = text
                .split_whitespace()
                .filter_map(|n| n.parse().ok())
                .collect();
            numbers
        })
        .collect()
}

/// Runs the deadlock, with a minute between the locks, until its child is there; then sends the
/// signal, and gives back how it ended when its child is gone too.
fn ended_by(signal: Signal) -> Output {
    let limit = Instant::now() + Duration::from_secs(60);
    let look = || {
        assert!(Instant::now() < limit, "it took too long");
        std::thread::sleep(Duration::from_millis(5));
    };
    let program = Command::new(program())
        .args(["lab", "deadlock", "--json", "--set", "pause=2000"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut children = Vec::new();
    while children.is_empty() {
        look();
        children = children_of(program.id());
    }
    let pid = Pid::from_raw(program.id().cast_signed());
    kill(pid, signal).expect("it runs");
    let output = program.wait_with_output().expect("it ends");
    // Ended, it may still be a zombie until whoever takes over orphans has reaped it.
    let runs = |child: &u32| {
        let stat = std::fs::read_to_string(format!("/proc/{child}/stat")).unwrap_or_default();
        stat.rsplit_once(')')
            .is_some_and(|(_, rest)| !rest.trim_start().starts_with(['Z', 'X']))
    };
    while children.iter().any(runs) {
        look();
    }
    output
}

#[test]
fn ctrl_c_stops_an_experiment_and_its_children_and_says_so() {
    let output = ended_by(Signal::SIGINT);
    assert_eq!(output.status.code(), Some(130));
    assert_eq!(json_of(&output)["ended"], "stopped");
}

#[test]
fn an_experiment_that_is_killed_leaves_no_child_behind() {
    let output = ended_by(Signal::SIGKILL);
    assert!(!output.status.success());
}
