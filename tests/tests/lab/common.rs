//! What the tests of experiments share: running one with small settings, and reading what it says.

use std::process::Output;

#[cfg(target_os = "linux")]
use end_to_end::{Display, program};
use end_to_end::{run, stderr_of};
use serde_json::Value;

/// Small settings, so that a test of each takes about a second.
const SMALL: &[(&str, &[&str])] = &[
    ("coroutines", &["step=1", "children=4", "messages=5"]),
    ("deadlock", &["pause=50", "rounds=200"]),
    ("fork", &["hold=50", "limit=200"]),
    ("reentrant-lock", &["hold=5", "limit=50", "watch=200"]),
    ("condition", &["pause=5", "watch=200"]),
    ("event", &["waiters=4", "before=50", "ask=10"]),
    ("race", &["times=50000"]),
    ("stuck", &["watch=200", "work=100"]),
    ("messages", &["time=5"]),
    ("shared", &["pause=1", "changes=20"]),
    ("semaphore", &["hold=20"]),
    ("interpreter-lock", &["count=100000", "long=200"]),
    ("grain", &["time=20"]),
    ("pool", &["work=20", "limit=10", "tasks=200"]),
    ("tree", &["size=8", "files=16"]),
    ("freeze", &["size=64"]),
];

pub(crate) fn small(name: &str) -> &'static [&'static str] {
    SMALL
        .iter()
        .find(|(experiment, _)| *experiment == name)
        .map_or(&[], |(_, settings)| settings)
}

pub(crate) fn stdout_of(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("text")
}

pub(crate) fn json_of(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

/// Runs an experiment with small settings and others, and gives its JSON.
pub(crate) fn measured(name: &str, settings: &[&str]) -> Value {
    let mut arguments = vec!["lab", name, "--json"];
    for setting in small(name).iter().chain(settings) {
        arguments.extend(["--set", setting]);
    }
    let output = if name == "freeze" {
        run_on_a_display(&arguments)
    } else {
        run(&arguments)
    };
    let json = json_of(&output);
    assert!(
        output.status.success(),
        "{name}: {json:#}\n{}",
        stderr_of(&output)
    );
    json
}

/// For the experiment that opens windows.
#[cfg(target_os = "linux")]
pub(crate) fn run_on_a_display(arguments: &[&str]) -> Output {
    let display = Display::start(1400, 900).expect("Xvfb starts (package xvfb)");
    display
        .command(program().to_str().expect("a path that is text"))
        .args(arguments)
        .output()
        .expect("thawsum starts")
}

/// For the experiment that opens windows: elsewhere there is always a display.
#[cfg(not(target_os = "linux"))]
pub(crate) fn run_on_a_display(arguments: &[&str]) -> Output {
    run(arguments)
}

pub(crate) fn names() -> Vec<String> {
    let listed = json_of(&run(["lab", "--json"]));
    let all = listed.as_array().expect("a list");
    all.iter()
        .map(|one| one["name"].as_str().expect("a name").to_owned())
        .collect()
}
