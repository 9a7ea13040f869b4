//! The session bus: `org.freedesktop.Notifications`, and the `Update` signal of
//! `com.canonical.Unity.LauncherEntry`, which Plasma, Ubuntu's dock, Dash to Dock and Plank draw as
//! progress on the program's icon.
//!
//! A thread of its own talks to the bus, which may be slow or not there. It lives as long as the
//! window, because GNOME takes a notification away when its sender leaves the bus. Nothing is
//! waited for: no answer is asked of the desktop, and without a bus nothing is said.
#![expect(
    clippy::disallowed_methods,
    reason = "the thread that talks to the bus waits for what there is to say"
)]

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, unbounded};
use winit::raw_window_handle::RawWindowHandle;
use zbus::blocking::Connection;
use zbus::message::{Flags, Message};
use zbus::zvariant::Value;

use super::{APP_ID, Note};

const PATH: &str = "/org/thawsum/Thawsum";

/// Where there is no bus, looking for one at every step of a job would slow the job down.
const SEEK_AGAIN: Duration = Duration::from_secs(30);

enum Word {
    Notify(Note),
    Progress(Option<u8>),
}

/// The way to the thread.
pub(crate) struct Desktop {
    words: Sender<Word>,
}

impl Desktop {
    /// Starts the thread; `None` if the system gives none. The bus is looked for when there is
    /// something to say.
    pub(crate) fn start(_window: Option<RawWindowHandle>) -> Option<Self> {
        // Not bounded: a job has a hundred steps of progress, and one end.
        let (words, inbox) = unbounded();
        std::thread::Builder::new()
            .name("desktop".to_owned())
            .spawn(move || serve(&inbox))
            .ok()?;
        Some(Self { words })
    }

    /// Shows a notification.
    pub(crate) fn notify(&self, note: Note) {
        // The thread ends only with the window.
        let _ = self.words.send(Word::Notify(note));
    }

    /// Shows how far the job is; `None`: there is none.
    pub(crate) fn progress(&self, percent: Option<u8>) {
        let _ = self.words.send(Word::Progress(percent));
    }
}

fn serve(inbox: &Receiver<Word>) {
    let mut bus: Option<Connection> = None;
    let mut sought: Option<Instant> = None;
    while let Ok(word) = inbox.recv() {
        let due = sought.is_none_or(|at| at.elapsed() >= SEEK_AGAIN);
        if bus.is_none() && (due || matches!(word, Word::Notify(_))) {
            sought = Some(Instant::now());
            bus = Connection::session().ok();
        }
        let Some(connection) = &bus else {
            continue;
        };
        let said = match &word {
            Word::Notify(note) => notify(connection, note),
            Word::Progress(percent) => progress(connection, *percent),
        };
        if said.is_err() {
            // The bus is gone; a later word looks for it again.
            bus = None;
        }
    }
}

fn notify(bus: &Connection, note: &Note) -> zbus::Result<()> {
    let hints = HashMap::from([("desktop-entry", Value::from(APP_ID))]);
    let no_actions: &[&str] = &[];
    let replaces_none = 0_u32;
    let as_long_as_usual = -1_i32;
    // The body is markup where the desktop has that; this one has nothing that could be taken for it.
    let call = Message::method_call(PATH_OF_NOTIFICATIONS, "Notify")?
        .destination(NOTIFICATIONS)?
        .interface(NOTIFICATIONS)?
        .with_flags(Flags::NoReplyExpected)?
        .build(&(
            "Thawsum",
            replaces_none,
            APP_ID,
            note.title.as_str(),
            note.body.as_str(),
            no_actions,
            hints,
            as_long_as_usual,
        ))?;
    bus.send(&call)
}

const NOTIFICATIONS: &str = "org.freedesktop.Notifications";
const PATH_OF_NOTIFICATIONS: &str = "/org/freedesktop/Notifications";

fn progress(bus: &Connection, percent: Option<u8>) -> zbus::Result<()> {
    let share = f64::from(percent.unwrap_or(0)) / 100.0;
    let properties = HashMap::from([
        ("progress", Value::from(share)),
        ("progress-visible", Value::from(percent.is_some())),
    ]);
    let entry = format!("application://{APP_ID}.desktop");
    bus.emit_signal(
        None::<&str>,
        PATH,
        "com.canonical.Unity.LauncherEntry",
        "Update",
        &(entry, properties),
    )
}
