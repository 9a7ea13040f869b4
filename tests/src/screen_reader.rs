//! What a screen reader is to a program: it says where things are by their names.
//!
//! A test that clicks at numbers breaks with every row that the window gains, and says nothing of
//! what a blind person finds. This one speaks AT-SPI, and is on a bus of its own: the usual
//! accessibility bus belongs to the desktop, and a test machine has none.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};

use zbus::blocking::Connection;
use zbus::blocking::connection::Builder;
use zbus::zvariant::{ObjectPath, OwnedObjectPath};

use crate::Bus;

/// Where something is, by the name of its program on the bus.
type Reference = (String, OwnedObjectPath);
/// Of `Cache.GetItems`: the object, its application, its parent, its place among its siblings, how
/// many children, interfaces, name, role, description, states.
type Item = (
    Reference,
    Reference,
    Reference,
    i32,
    i32,
    Vec<String>,
    String,
    u32,
    String,
    Vec<u32>,
);

/// `ATSPI_COORD_TYPE_WINDOW`.
const IN_WINDOW: u32 = 1;
const ROOT: &str = "/org/a11y/atspi/accessible/root";
const CACHE: &str = "/org/a11y/atspi/cache";

/// Programs ask it for the accessibility bus, which is the same bus.
struct Launcher(String);

#[zbus::interface(name = "org.a11y.Bus")]
impl Launcher {
    fn get_address(&self) -> String {
        self.0.clone()
    }
}

/// Programs describe themselves only if somebody wants to know.
struct Status;

#[zbus::interface(name = "org.a11y.Status")]
impl Status {
    #[zbus(property)]
    fn is_enabled(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn screen_reader_enabled(&self) -> bool {
        true
    }
}

/// Programs introduce themselves to it.
struct Registry(Sender<String>);

#[zbus::interface(name = "org.a11y.atspi.Socket")]
impl Registry {
    fn embed(
        &self,
        plug: (String, OwnedObjectPath),
        #[zbus(connection)] own: &zbus::Connection,
    ) -> (Reference,) {
        let _ = self.0.send(plug.0);
        let own = own.unique_name().map(ToString::to_string);
        let root = ObjectPath::from_static_str_unchecked(ROOT).into();
        ((own.unwrap_or_default(), root),)
    }
}

/// A point in a window, in pixels from its upper left corner.
pub type Point = (i32, i32);

/// Listens to the one program that is started with its [address](Self::address).
#[derive(Debug)]
pub struct ScreenReader {
    connection: Connection,
    introduced: Receiver<String>,
    program: Mutex<Option<String>>,
    // After the connection to it.
    bus: Bus,
}

impl ScreenReader {
    /// Starts listening.
    ///
    /// # Panics
    /// Where there is no `dbus-daemon`.
    #[must_use]
    pub fn start() -> Self {
        let bus = Bus::start();
        let (sender, introduced) = channel();
        let connection = bus
            .connect()
            .serve_at("/org/a11y/bus", Launcher(bus.address().to_owned()))
            .and_then(|it| it.serve_at("/org/a11y/bus", Status))
            .and_then(|it| it.serve_at(ROOT, Registry(sender)))
            .and_then(|it| it.name("org.a11y.Bus"))
            .and_then(|it| it.name("org.a11y.atspi.Registry"))
            .and_then(Builder::build)
            .expect("a bus that takes a screen reader");
        Self {
            connection,
            introduced,
            program: Mutex::new(None),
            bus,
        }
    }

    /// What `DBUS_SESSION_BUS_ADDRESS` is for the program that is to be listened to.
    #[must_use]
    pub fn address(&self) -> &str {
        self.bus.address()
    }

    /// The names of everything in the window, in no order; empty before the program has introduced
    /// itself.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let items = self.items().unwrap_or_default();
        items.into_iter().map(|item| item.6).collect()
    }

    /// The middle of what has exactly this name; `None` if there is nothing, or not yet.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<Point> {
        let ((program, path), ..) = self.items()?.into_iter().find(|item| item.6 == name)?;
        let interface = Some("org.a11y.atspi.Component");
        let reply = self
            .connection
            .call_method(Some(program), path, interface, "GetExtents", &(IN_WINDOW,))
            // It may have gone in the meantime.
            .ok()?;
        let ((x, y, width, height),): ((i32, i32, i32, i32),) =
            reply.body().deserialize().expect("a rectangle");
        Some((x + width / 2, y + height / 2))
    }

    fn items(&self) -> Option<Vec<Item>> {
        let mut program = self.program.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(newest) = self.introduced.try_iter().last() {
            *program = Some(newest);
        }
        let reply = self
            .connection
            .call_method(
                Some(program.as_deref()?),
                CACHE,
                Some("org.a11y.atspi.Cache"),
                "GetItems",
                &(),
            )
            // It introduces itself before it can answer.
            .ok()?;
        let items = reply.body().deserialize::<Vec<Item>>();
        Some(items.expect("items as AT-SPI has them"))
    }
}
