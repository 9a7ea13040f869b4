//! `thawsum --choose-folder`, as the desktop entry has it: the desktop's own dialog is asked for.
#![cfg(target_os = "linux")]

use std::collections::HashMap;
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use end_to_end::{Bus, Display, Window, program};
use zbus::blocking::connection::Builder;
use zbus::zvariant::{OwnedObjectPath, OwnedValue};

const PATIENCE: Duration = Duration::from_secs(30);

/// The desktop's dialogs. Nobody ever answers them.
struct FileChooser(Sender<bool>);

#[zbus::interface(name = "org.freedesktop.portal.FileChooser")]
impl FileChooser {
    #[expect(clippy::needless_pass_by_value, reason = "the bus hands them over")]
    fn open_file(
        &self,
        _parent: String,
        _title: String,
        options: HashMap<String, OwnedValue>,
    ) -> OwnedObjectPath {
        let folder = options.get("directory").map(bool::try_from);
        let _ = self.0.send(matches!(folder, Some(Ok(true))));
        OwnedObjectPath::try_from("/org/freedesktop/portal/desktop/request/0").expect("a path")
    }

    #[zbus(property, name = "version")]
    fn version(&self) -> u32 {
        4
    }
}

#[test]
fn the_window_opens_with_the_dialog_that_asks_for_a_folder() {
    let bus = Bus::start();
    let (sender, asked) = channel();
    let _portal = bus
        .connect()
        .name("org.freedesktop.portal.Desktop")
        .and_then(|it| it.serve_at("/org/freedesktop/portal/desktop", FileChooser(sender)))
        .and_then(Builder::build)
        .expect("a portal is served");
    let display = Display::start(1400, 900).expect("Xvfb starts (package xvfb)");
    let config = tempfile::tempdir().expect("a folder for settings");
    let mut process = display
        .command(program().to_str().expect("a path that is text"))
        .arg("--choose-folder")
        .env("THAWSUM_CONFIG", config.path())
        .env("DBUS_SESSION_BUS_ADDRESS", bus.address())
        .spawn()
        .expect("thawsum starts");
    let window = Window::wait_for(&display, "Thawsum", Some(process.id()), PATIENCE)
        .expect("a window whose title begins with Thawsum");
    assert!(
        asked.recv_timeout(PATIENCE).expect("a dialog"),
        "not for a folder"
    );
    // It answers while the dialog is open.
    assert!(window.ping(PATIENCE).expect("a ping").is_some());
    window.close().expect("it closes");
    process.wait().expect("it ends");
}
