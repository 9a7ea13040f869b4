//! A window of the program under test, seen from outside: what a window manager knows and does.
//!
//! Each [`Window`] has a connection of its own on which it is told of the window's end. The id of a
//! window cannot say that: a server that has one client less gives the next one the same ids, so a
//! program that is started again tends to have a window with the id of the one that is gone.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use x11rb::{
    CURRENT_TIME,
    connection::Connection,
    protocol::{
        Event,
        xproto::{
            ClientMessageEvent, ConfigureWindowAux, ConnectionExt as _, EventMask, InputFocus,
            Screen, Window as Id,
        },
    },
    rust_connection::RustConnection,
    wrapper::ConnectionExt as _,
};

use super::{
    display::Display,
    error::{Doing, Error, Reply, Result, about_window},
    ping::ping,
    properties::{self, Atoms},
    search::Search,
};

/// Walking the tree costs a few round trips for each window, all of them served by one thread.
const SEARCH_INTERVAL: Duration = Duration::from_millis(20);

/// Where the inside of a window is on the screen, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Geometry {
    /// From the left edge of the screen.
    pub x: i32,
    /// From the top edge of the screen.
    pub y: i32,
    /// Without the border.
    pub width: u16,
    /// Without the border.
    pub height: u16,
}

/// A top-level window. It may be shared between threads, for instance to ping while clicking.
#[derive(Debug)]
pub struct Window {
    connection: RustConnection,
    atoms: Atoms,
    display: String,
    screen: Screen,
    id: Id,
    gone: AtomicBool,
}

impl Window {
    /// Waits until a visible window has a title that begins with this, and takes the topmost.
    ///
    /// With a `pid`, the window also has to say in its `_NET_WM_PID` that it belongs to that very
    /// process. Toolkits do say it; the small programs of the X distribution often do not.
    pub fn wait_for(
        display: &Display,
        title_prefix: &str,
        pid: Option<u32>,
        timeout: Duration,
    ) -> Result<Self> {
        let deadline = Instant::now() + timeout;
        let (connection, screen) =
            RustConnection::connect(Some(display.name())).doing("connecting for a window")?;
        let atoms = Atoms::of(&connection).doing("interning atoms")?;
        let screen = connection.setup().roots[screen].clone();
        loop {
            let last = Instant::now() >= deadline;
            let mut seen = Vec::new();
            let search = Search {
                connection: &connection,
                atoms,
                title_prefix,
                pid,
            };
            let found = search
                .below(screen.root, &mut seen)
                .doing("searching for a window")?;
            if let Some(id) = found {
                let display = display.name().to_owned();
                let gone = AtomicBool::new(false);
                return Ok(Self {
                    connection,
                    atoms,
                    display,
                    screen,
                    id,
                    gone,
                });
            }
            if last {
                let title_prefix = title_prefix.to_owned();
                return Err(Error::NoSuchWindow {
                    title_prefix,
                    pid,
                    waited: timeout,
                    seen,
                });
            }
            thread::sleep(SEARCH_INTERVAL);
        }
    }

    /// The title, empty if it has none.
    pub fn title(&self) -> Result<String> {
        self.request("reading the title of a window", |connection| {
            properties::title(connection, self.atoms, self.id).map(Option::unwrap_or_default)
        })
    }

    /// The process that the window says it belongs to, if it does.
    pub fn pid(&self) -> Result<Option<u32>> {
        self.request("reading the process id of a window", |connection| {
            properties::pid(connection, self.atoms, self.id)
        })
    }

    /// The class by which a desktop knows the application, if it has one.
    pub fn class(&self) -> Result<Option<String>> {
        self.request("reading the class of a window", |connection| {
            properties::class(connection, self.id)
        })
    }

    /// Whether it asks for the user's attention, as one that flashes in the taskbar does.
    pub fn is_urgent(&self) -> Result<bool> {
        self.request("reading the hints of a window", |connection| {
            properties::is_urgent(connection, self.id)
        })
    }

    /// Where the window is now.
    pub fn geometry(&self) -> Result<Geometry> {
        self.request("reading the geometry of a window", |connection| {
            let size = connection.get_geometry(self.id)?.reply()?;
            // The position in `size` is relative to the parent and does not count the border.
            let at = connection
                .translate_coordinates(self.id, self.screen.root, 0, 0)?
                .reply()?;
            Ok(Geometry {
                x: at.dst_x.into(),
                y: at.dst_y.into(),
                width: size.width,
                height: size.height,
            })
        })
    }

    /// Gives the window another size, also one that its size hints do not allow.
    ///
    /// The window has that size on return; the program may yet have to hear of it and to draw.
    pub fn resize(&self, width: u16, height: u16) -> Result<()> {
        let size = ConfigureWindowAux::new()
            .width(u32::from(width))
            .height(u32::from(height));
        self.request("resizing a window", |connection| {
            connection.configure_window(self.id, &size)?.check()
        })
    }

    /// Puts the window elsewhere on the screen.
    pub fn put_at(&self, x: i32, y: i32) -> Result<()> {
        let place = ConfigureWindowAux::new().x(x).y(y);
        self.request("moving a window", |connection| {
            connection.configure_window(self.id, &place)?.check()
        })
    }

    /// Sends what is typed to this window, which without a window manager no one else arranges.
    pub fn focus(&self) -> Result<()> {
        self.request("focusing a window", |connection| {
            connection
                .set_input_focus(InputFocus::PARENT, self.id, CURRENT_TIME)?
                .check()
        })
    }

    /// Asks the program to close the window, like the × in a title bar. It need not comply.
    pub fn close(&self) -> Result<()> {
        self.require(self.atoms.WM_DELETE_WINDOW, "WM_DELETE_WINDOW")?;
        let data = [self.atoms.WM_DELETE_WINDOW, CURRENT_TIME, 0, 0, 0];
        let message = ClientMessageEvent::new(32, self.id, self.atoms.WM_PROTOCOLS, data);
        self.request("asking a window to close", |connection| {
            connection
                .send_event(false, self.id, EventMask::NO_EVENT, message)?
                .check()
        })
    }

    /// Asks the program whether it still handles events, by `_NET_WM_PING` of EWMH, and returns how
    /// long the answer took; `None` if it did not come in time.
    ///
    /// An answer to an earlier ping is never taken for the answer to this one. That the program
    /// does not take part in the protocol, or that the window goes away meanwhile, is an error and
    /// not `None`.
    pub fn ping(&self, timeout: Duration) -> Result<Option<Duration>> {
        self.require(self.atoms._NET_WM_PING, "_NET_WM_PING")?;
        ping(&self.display, self.id, timeout)
    }

    /// Whether the window has not been destroyed yet. A hidden window exists.
    ///
    /// Once this is false it stays so, even if another window gets the same id.
    pub fn exists(&self) -> Result<bool> {
        // Whatever happened before the answer to this request has been reported when it is here.
        self.connection.sync().doing("asking about a window")?;
        while let Some(event) = self
            .connection
            .poll_for_event()
            .doing("asking about a window")?
        {
            if matches!(event, Event::DestroyNotify(event) if event.window == self.id) {
                self.gone.store(true, Ordering::Relaxed);
            }
        }
        Ok(!self.gone.load(Ordering::Relaxed))
    }

    pub(crate) fn display(&self) -> &str {
        &self.display
    }

    pub(crate) fn id(&self) -> Id {
        self.id
    }

    pub(crate) fn screen(&self) -> &Screen {
        &self.screen
    }

    /// Makes requests about this window, having made sure that its id still stands for it.
    pub(crate) fn request<T>(
        &self,
        what: &'static str,
        make: impl FnOnce(&RustConnection) -> Reply<T>,
    ) -> Result<T> {
        if !self.exists()? {
            return Err(Error::WindowGone { window: self.id });
        }
        about_window(self.id, what, make(&self.connection))
    }

    fn require(&self, atom: u32, protocol: &'static str) -> Result<()> {
        let supported = self.request("reading the protocols of a window", |connection| {
            properties::takes_part_in(connection, self.atoms, self.id, atom)
        })?;
        supported
            .then_some(())
            .ok_or(Error::ProtocolNotSupported { protocol })
    }
}
