//! What a desktop hears of a job: the call for attention, the notification, the progress. The
//! window is real, and so is the session bus, which nobody else is on.
#![cfg(target_os = "linux")]

use std::collections::HashMap;
use std::process::Child;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use end_to_end::{Bus, Display, Tree, Window, program, wait_until};
use zbus::blocking::connection::Builder;
use zbus::blocking::{Connection, MessageIterator};
use zbus::zvariant::OwnedValue;

const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Debug, PartialEq)]
struct Notified {
    application: String,
    icon: String,
    title: String,
    body: String,
    entry: Option<String>,
}

/// The desktop's part of notifications.
struct Notifications(Sender<Notified>);

#[zbus::interface(name = "org.freedesktop.Notifications")]
impl Notifications {
    #[expect(clippy::too_many_arguments, reason = "the interface has so many")]
    #[expect(clippy::needless_pass_by_value, reason = "the bus hands them over")]
    fn notify(
        &self,
        application: String,
        _replaces: u32,
        icon: String,
        title: String,
        body: String,
        _actions: Vec<String>,
        hints: HashMap<String, OwnedValue>,
        _expires_ms: i32,
    ) -> u32 {
        let entry = hints
            .get("desktop-entry")
            .and_then(|value| String::try_from(value.clone()).ok());
        let _ = self.0.send(Notified {
            application,
            icon,
            title,
            body,
            entry,
        });
        1
    }
}

fn notifications(bus: &Bus) -> (Connection, Receiver<Notified>) {
    let (sender, notified) = channel();
    let connection = bus
        .connect()
        .name("org.freedesktop.Notifications")
        .and_then(|it| it.serve_at("/org/freedesktop/Notifications", Notifications(sender)))
        .and_then(Builder::build)
        .expect("notifications are served");
    (connection, notified)
}

struct Running {
    process: Child,
    window: Window,
    _display: Display,
    _config: tempfile::TempDir,
}

/// A window that nobody looks at, at work on a path.
fn start(bus: &Bus, settings: &str, path: &std::path::Path) -> Running {
    let display = Display::start(1400, 900).expect("Xvfb starts (package xvfb)");
    let config = tempfile::tempdir().expect("a folder for settings");
    std::fs::write(config.path().join("settings.json"), settings).expect("settings");
    let process = display
        .command(program().to_str().expect("a path that is text"))
        .arg(path)
        .env("THAWSUM_CONFIG", config.path())
        .env("DBUS_SESSION_BUS_ADDRESS", bus.address())
        .spawn()
        .expect("thawsum starts");
    let window = Window::wait_for(&display, "Thawsum", Some(process.id()), PATIENCE)
        .expect("a window whose title begins with Thawsum");
    Running {
        process,
        window,
        _display: display,
        _config: config,
    }
}

impl Running {
    fn urgent(&self) -> bool {
        self.window.is_urgent().expect("the hints can be read")
    }

    fn end(mut self) {
        self.window.close().expect("it closes");
        self.process.wait().expect("it ends");
    }
}

#[test]
fn the_end_of_a_long_job_calls_until_somebody_looks() {
    let bus = Bus::start();
    let (_desktop, notified) = notifications(&bus);
    let tree = Tree::new();
    tree.file("one", b"1");
    tree.file("two", b"22");
    let running = start(&bus, r#"{"call_after_s": 0}"#, tree.path());
    let note = notified.recv_timeout(PATIENCE).expect("a notification");
    let folder = tree.path().file_name().expect("a name").to_string_lossy();
    assert!(
        note.title.contains(&*folder) && note.title.ends_with(": finished"),
        "{note:?}"
    );
    assert!(note.body.starts_with("2 files, 3 B in "), "{note:?}");
    assert_eq!(
        (note.application.as_str(), note.icon.as_str()),
        ("Thawsum", "org.thawsum.Thawsum")
    );
    assert_eq!(note.entry.as_deref(), Some("org.thawsum.Thawsum"));
    assert!(wait_until(PATIENCE, || running.urgent()), "it never called");
    running.window.focus().expect("focus");
    assert!(wait_until(PATIENCE, || !running.urgent()), "it calls on");
    assert!(notified.try_recv().is_err(), "it said it twice");
    running.end();
}

#[test]
fn the_taskbar_shows_how_far_a_job_is_until_it_ends() {
    let bus = Bus::start();
    let (_desktop, notified) = notifications(&bus);
    let listener = bus.connect().build().expect("the bus is there");
    let rule = "type='signal',interface='com.canonical.Unity.LauncherEntry',member='Update'";
    let updates = MessageIterator::for_match_rule(rule, &listener, None).expect("a rule");
    let (sender, seen) = channel();
    std::thread::spawn(move || {
        for update in updates.flatten() {
            let body = update.body();
            let (entry, properties): (String, HashMap<String, OwnedValue>) =
                body.deserialize().expect("an update");
            let visible = bool::try_from(&properties["progress-visible"]).expect("a truth value");
            let share = f64::try_from(&properties["progress"]).expect("a number");
            if sender.send((entry, visible, share)).is_err() {
                return;
            }
        }
    });

    let tree = Tree::new();
    tree.sparse("endless", 1 << 42);
    let running = start(&bus, r#"{"call_after_s": 0}"#, tree.path());
    let (entry, visible, share) = seen.recv_timeout(PATIENCE).expect("progress");
    assert_eq!(entry, "application://org.thawsum.Thawsum.desktop");
    assert!(visible && (0.0..=1.0).contains(&share), "{visible} {share}");

    running.window.focus().expect("focus");
    running.window.key("ctrl+period").expect("a key");
    let (_, visible, _) = std::iter::from_fn(|| seen.recv_timeout(PATIENCE).ok())
        .find(|(_, visible, _)| !visible)
        .expect("progress that is gone");
    assert!(!visible);
    // Who ends a job needs not be told that it has ended.
    assert!(notified.try_recv().is_err());
    assert!(!running.urgent());
    running.end();
}
