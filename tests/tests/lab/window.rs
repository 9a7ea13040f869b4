//! The window answers while experiments run in it.

use std::fs::File;
use std::path::Path;
use std::process::Child;
use std::time::{Duration, Instant};

use end_to_end::{Display, Window, program, wait_until};
use serde_json::Value;

use crate::common::{names, small};

const PATIENCE: Duration = Duration::from_secs(30);
/// As for hashing: a desktop calls a window unresponsive after about five seconds.
const ANSWERS: Duration = Duration::from_secs(2);
/// None takes so long, on however busy a machine.
const LONGEST: Duration = Duration::from_secs(300);

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended by itself, unless the test fails.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Pings the window of an experiment until the program ends, and gives the figures that it prints
/// beside how many pings were answered.
fn pinged(display: &Display, name: &str, folder: &Path) -> (Value, usize) {
    let figures = folder.join(format!("{name}.json"));
    let mut command = display.command(program().to_str().expect("a path that is text"));
    command.args(["--size", "900x600", "--experiment", name]);
    for setting in small(name) {
        command.args(["--set", setting]);
    }
    let process = command
        .arg("--picture")
        .arg(folder.join(format!("{name}.png")))
        .env("THAWSUM_CONFIG", folder.join(format!("{name}-settings")))
        .env_remove("DBUS_SESSION_BUS_ADDRESS")
        .stdout(File::create(&figures).expect("a file for the figures"))
        .spawn()
        .expect("thawsum starts");
    let mut running = Running(process);
    let window = Window::wait_for(display, "Thawsum", Some(running.0.id()), PATIENCE)
        .expect("a window whose title begins with Thawsum");
    let mut has_ended = || running.0.try_wait().is_ok_and(|status| status.is_some());
    let begun = Instant::now();
    let mut answered = 0;
    while !has_ended() {
        assert!(begun.elapsed() < LONGEST, "{name} does not end");
        match window.ping(ANSWERS) {
            Ok(Some(_)) => answered += 1,
            // Nobody answers for a window that has been closed meanwhile.
            unanswered => assert!(
                wait_until(ANSWERS, &mut has_ended),
                "{name}: a ping went unanswered: {unanswered:?}"
            ),
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let text = std::fs::read(&figures).expect("the figures");
    let json = serde_json::from_slice(&text);
    (
        json.unwrap_or_else(|error| panic!("{name}: {error}")),
        answered,
    )
}

#[test]
fn the_window_answers_while_any_of_the_experiments_runs() {
    let display = Display::start(1400, 900).expect("Xvfb starts (package xvfb)");
    let folder = tempfile::tempdir().expect("a folder for pictures and settings");
    for name in names() {
        let (json, answered) = pinged(&display, &name, folder.path());
        assert!(answered > 0, "{name} was over before it could be asked");
        assert_eq!(json["ended"], "finished", "{name}: {json:#}");
        let measured = |which: &str| json["window"][which].as_f64().unwrap_or(f64::NAN);
        let (p99, worst) = (measured("p99_latency_ms"), measured("worst_latency_ms"));
        assert!(p99 <= worst, "{name}: {p99} ms, {worst} ms at worst");
        assert!(worst < ANSWERS.as_secs_f64() * 1000.0, "{name}: {worst} ms");
    }
}
