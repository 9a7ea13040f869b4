//! A session bus for one test.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use zbus::blocking::connection::Builder;

/// Starts no other program: the usual bus would start the desktop's.
const CONFIGURATION: &str = r#"<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <policy context="default">
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
    <allow own="*"/>
  </policy>
</busconfig>"#;

/// A session bus that nobody is on but the test and the program under test. It ends with the value.
#[derive(Debug)]
pub struct Bus {
    daemon: Child,
    address: String,
    _folder: tempfile::TempDir,
}

impl Bus {
    /// Starts one.
    ///
    /// # Panics
    /// Where there is no `dbus-daemon`.
    #[must_use]
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let configuration = folder.path().join("bus.conf");
        std::fs::write(&configuration, CONFIGURATION).expect("the configuration");
        let mut daemon = Command::new("dbus-daemon")
            .args(["--nofork", "--print-address", "--config-file"])
            .arg(configuration)
            .stdout(Stdio::piped())
            .spawn()
            .expect("dbus-daemon is needed for this test (package dbus)");
        let mut address = String::new();
        let stdout = daemon.stdout.take().expect("its output");
        BufReader::new(stdout)
            .read_line(&mut address)
            .expect("an address");
        let address = address.trim().to_owned();
        Self {
            daemon,
            address,
            _folder: folder,
        }
    }

    /// What `DBUS_SESSION_BUS_ADDRESS` is for those who are to use it.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// A connection of the test's own, to be built.
    ///
    /// # Panics
    /// Never: the bus has named its address itself.
    pub fn connect(&self) -> Builder<'_> {
        Builder::address(self.address.as_str()).expect("the address is good")
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}
