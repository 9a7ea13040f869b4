//! A folder dragged out of another program, by version 5 of the XDND protocol.
//!
//! The source of a drag tells the window below the pointer what it brings and where the pointer is,
//! and hands out the data, which is the selection `XdndSelection`, when it is asked for it. The
//! pointer itself plays no part: a source that holds it would keep its motion from the window too.

use std::{
    os::unix::ffi::OsStrExt as _,
    path::Path,
    time::{Duration, Instant},
};

use x11rb::{
    NONE,
    connection::Connection,
    protocol::{
        Event,
        xproto::{
            AtomEnum, ClientMessageEvent, ConnectionExt as _, EventMask, PropMode,
            SELECTION_NOTIFY_EVENT, SelectionNotifyEvent, SelectionRequestEvent, Window as Id,
        },
    },
    rust_connection::RustConnection,
    wrapper::ConnectionExt as _,
};

use super::{
    error::{Doing, Error, Reply, Result, about_window},
    ping::server_time,
    readable::readable_before,
    window::Window,
};

const VERSION: u32 = 5;

const DOING: &str = "dragging something over a window";

x11rb::atom_manager! {
    Atoms:
    AtomsCookie {
        XdndActionCopy,
        XdndAware,
        XdndDrop,
        XdndEnter,
        XdndFinished,
        XdndLeave,
        XdndPosition,
        XdndSelection,
        XdndStatus,
        URI_LIST: b"text/uri-list",
    }
}

/// Something that is being dragged over a window, by a client of its own. There can be one at a
/// time on a display.
#[derive(Debug)]
pub struct Drag<'a> {
    connection: RustConnection,
    atoms: Atoms,
    target: &'a Window,
    source: Id,
    /// When the drag began, on the server's clock.
    since: u32,
    uris: String,
    /// Whether the target has asked for the data.
    asked: bool,
    timeout: Duration,
}

impl<'a> Drag<'a> {
    /// Drags a file or a folder into a window, which has to take each further step of this drag
    /// within the timeout.
    pub fn enter(target: &'a Window, path: &Path, timeout: Duration) -> Result<Self> {
        let (connection, screen) =
            RustConnection::connect(Some(target.display())).doing("connecting for a drag")?;
        let root = connection.setup().roots[screen].root;
        let (since, source) = server_time(&connection, root)?;
        let atoms = own_selection(&connection, source, since).doing("owning XdndSelection")?;
        let drag = Self {
            connection,
            atoms,
            target,
            source,
            since,
            uris: format!("{}\r\n", uri(path)),
            asked: false,
            timeout,
        };
        if drag.version_of_target()? < VERSION {
            return Err(Error::DropRefused { by: "XdndAware" });
        }
        drag.tell(atoms.XdndEnter, [VERSION << 24, atoms.URI_LIST, NONE, NONE])?;
        Ok(drag)
    }

    /// Holds it over a point, in pixels from the upper left corner of the window, and waits until
    /// the window says that it could be dropped there.
    pub fn hover(&mut self, x: i32, y: i32) -> Result<()> {
        let window = self.target.geometry()?;
        let on_screen = |window: i32, offset: i32| {
            let position = window.checked_add(offset)?;
            u16::try_from(position).ok().map(u32::from)
        };
        let (Some(root_x), Some(root_y)) = (on_screen(window.x, x), on_screen(window.y, y)) else {
            return Err(Error::OffScreen { x, y });
        };
        let point = root_x << 16 | root_y;
        let action = self.atoms.XdndActionCopy;
        self.tell(self.atoms.XdndPosition, [0, point, self.since, action])?;
        self.accepted(self.atoms.XdndStatus, "XdndStatus")
    }

    /// Drags it out of the window again.
    pub fn leave(self) -> Result<()> {
        self.tell(self.atoms.XdndLeave, [0; 4])
    }

    /// Lets go where it was held last, and waits until the window has the data and says so.
    pub fn let_go(mut self) -> Result<()> {
        self.tell(self.atoms.XdndDrop, [0, self.since, 0, 0])?;
        self.accepted(self.atoms.XdndFinished, "XdndFinished")?;
        // A target may say that it is done without ever having looked at what was dropped.
        if self.asked {
            Ok(())
        } else {
            self.missing("SelectionRequest")
        }
    }

    /// The newest version of the protocol that the window speaks, 0 if it speaks none.
    fn version_of_target(&self) -> Result<u32> {
        self.target.request(DOING, |connection| {
            let aware = self.atoms.XdndAware;
            let reply = connection
                .get_property(false, self.target.id(), aware, AtomEnum::ATOM, 0, 1)?
                .reply()?;
            let version = reply.value32().and_then(|mut versions| versions.next());
            Ok(version.unwrap_or(0))
        })
    }

    fn tell(&self, message: u32, [b, c, d, e]: [u32; 4]) -> Result<()> {
        let target = self.target.id();
        let message = ClientMessageEvent::new(32, target, message, [self.source, b, c, d, e]);
        let send = || -> Reply<()> {
            self.connection
                .send_event(false, target, EventMask::NO_EVENT, message)?
                .check()
        };
        about_window(target, DOING, send())
    }

    /// Waits for a message from the target that says yes, and hands out the data meanwhile.
    fn accepted(&mut self, message: u32, name: &'static str) -> Result<()> {
        let deadline = Instant::now() + self.timeout;
        loop {
            while let Some(event) = self.connection.poll_for_event().doing(DOING)? {
                match event {
                    Event::SelectionRequest(request) => self.hand_out(&request)?,
                    Event::ClientMessage(answer) if answer.type_ == message => {
                        // Whatever the answer, the target comes first in it and its yes second.
                        let [from, flags, ..] = answer.data.as_data32();
                        if from == self.target.id() {
                            let yes = flags & 1 == 1;
                            return yes.then_some(()).ok_or(Error::DropRefused { by: name });
                        }
                    }
                    _ => {}
                }
            }
            if !readable_before(self.connection.stream(), deadline).doing(DOING)? {
                return self.missing(name);
            }
        }
    }

    fn hand_out(&mut self, request: &SelectionRequestEvent) -> Result<()> {
        let known = request.target == self.atoms.URI_LIST;
        let property = if known { request.property } else { NONE };
        let notice = SelectionNotifyEvent {
            response_type: SELECTION_NOTIFY_EVENT,
            sequence: 0,
            time: request.time,
            requestor: request.requestor,
            selection: request.selection,
            target: request.target,
            property,
        };
        let to = request.requestor;
        let hand_out = || -> Reply<()> {
            if known {
                let data = self.uris.as_bytes();
                self.connection
                    .change_property8(PropMode::REPLACE, to, property, request.target, data)?
                    .check()?;
            }
            self.connection
                .send_event(false, to, EventMask::NO_EVENT, notice)?
                .check()
        };
        self.asked |= known;
        about_window(to, DOING, hand_out())
    }

    /// Says what did not come, unless that is because the window is gone.
    fn missing(&self, awaited: &'static str) -> Result<()> {
        self.target.request(DOING, |_| Ok(()))?;
        let waited = self.timeout;
        Err(Error::DropUnanswered { awaited, waited })
    }
}

fn own_selection(connection: &RustConnection, source: Id, since: u32) -> Reply<Atoms> {
    let atoms = Atoms::new(connection)?.reply()?;
    connection
        .set_selection_owner(source, atoms.XdndSelection, since)?
        .check()?;
    Ok(atoms)
}

/// The path as a file manager writes it: all but the plainest bytes as % and two digits.
fn uri(path: &Path) -> String {
    let encoded = path.as_os_str().as_bytes().iter().map(|&byte| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    });
    format!("file://{}", encoded.collect::<String>())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::uri;

    #[test]
    fn a_uri_is_plain_ascii() {
        let path = Path::new("/tmp/from Zoë/50%.jpg");
        assert_eq!(uri(path), "file:///tmp/from%20Zo%C3%AB/50%25.jpg");
    }
}
