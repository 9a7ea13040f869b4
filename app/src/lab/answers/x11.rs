//! X11: `_NET_WM_PING` of EWMH, the question that window managers ask. A window that is alive sends
//! the message back to the root window, where everybody can listen for it.

use std::io;
use std::os::fd::AsFd as _;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use x11rb::connection::Connection as _;
use x11rb::errors::{ConnectionError, ReplyError};
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    AtomEnum, ChangeWindowAttributesAux, ClientMessageEvent, ConfigureWindowAux,
    ConnectionExt as _, EventMask, MapState, Window as Id,
};
use x11rb::rust_connection::RustConnection;

use super::CannotAsk;

x11rb::atom_manager! {
    Atoms: AtomsCookie {
        WM_PROTOCOLS,
        _NET_WM_PID,
        _NET_WM_PING,
    }
}

pub(super) fn has_display() -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")
}

pub(super) struct Window {
    connection: RustConnection,
    atoms: Atoms,
    root: Id,
    screen_width: u16,
    id: Id,
    /// What tells the next question from those before it.
    asked: std::cell::Cell<u32>,
}

pub(super) struct Question<'a> {
    window: &'a Window,
    number: u32,
    since: Instant,
}

impl From<ConnectionError> for CannotAsk {
    fn from(error: ConnectionError) -> Self {
        Self::Display(error.to_string())
    }
}

impl From<ReplyError> for CannotAsk {
    fn from(error: ReplyError) -> Self {
        Self::Display(error.to_string())
    }
}

impl From<io::Error> for CannotAsk {
    fn from(error: io::Error) -> Self {
        Self::Display(error.to_string())
    }
}

impl Window {
    pub(super) fn of_process(pid: u32) -> Result<Self, CannotAsk> {
        // No X11 at all: a Wayland desktop without it, whose windows cannot be asked.
        let (connection, screen) = RustConnection::connect(None).map_err(|_| CannotAsk::NoWay)?;
        let atoms = Atoms::new(&connection)?.reply()?;
        let screen = &connection.setup().roots[screen];
        let (root, screen_width) = (screen.root, screen.width_in_pixels);
        let id = find(&connection, &atoms, root, pid)?.ok_or(CannotAsk::NoWindow)?;
        // Whoever selects this on the root hears the answers; window managers select more.
        let listen = ChangeWindowAttributesAux::new().event_mask(EventMask::SUBSTRUCTURE_NOTIFY);
        connection
            .change_window_attributes(root, &listen)?
            .check()?;
        Ok(Self {
            connection,
            atoms,
            root,
            screen_width,
            id,
            asked: std::cell::Cell::new(pid),
        })
    }

    pub(super) fn move_to_half(&self, right: bool) -> Result<(), CannotAsk> {
        let x = if right {
            i32::from(self.screen_width / 2)
        } else {
            0
        };
        let place = ConfigureWindowAux::new().x(x).y(0);
        self.connection.configure_window(self.id, &place)?.check()?;
        Ok(())
    }

    pub(super) fn ask(&self) -> Result<Question<'_>, CannotAsk> {
        let number = self.asked.get().wrapping_add(1);
        self.asked.set(number);
        let data = [self.atoms._NET_WM_PING, number, self.id, 0, 0];
        let message = ClientMessageEvent::new(32, self.id, self.atoms.WM_PROTOCOLS, data);
        let since = Instant::now();
        self.connection
            .send_event(false, self.id, EventMask::NO_EVENT, message)?
            .check()?;
        Ok(Question {
            window: self,
            number,
            since,
        })
    }
}

impl Question<'_> {
    pub(super) fn answered_within(&self, limit: Duration) -> Result<Option<Duration>, CannotAsk> {
        let (window, until) = (self.window, Instant::now() + limit);
        let expected = [window.atoms._NET_WM_PING, self.number, window.id];
        loop {
            while let Some(event) = window.connection.poll_for_event()? {
                if let Event::ClientMessage(answer) = event
                    && answer.window == window.root
                    && answer.type_ == window.atoms.WM_PROTOCOLS
                    && answer.format == 32
                    && answer.data.as_data32()[..3] == expected
                {
                    return Ok(Some(self.since.elapsed()));
                }
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(None);
            }
            wait_for_words(&window.connection, left)?;
        }
    }
}

fn wait_for_words(connection: &RustConnection, limit: Duration) -> io::Result<()> {
    // Rounded up: whole milliseconds of less than one would be none.
    let limit = PollTimeout::try_from(limit + Duration::from_millis(1)).unwrap_or(PollTimeout::MAX);
    let fd = connection.stream().as_fd();
    match poll(&mut [PollFd::new(fd, PollFlags::POLLIN)], limit) {
        Ok(_) | Err(Errno::EINTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// A visible window that says it belongs to that process: the topmost, level by level, as window
/// managers put windows into frames of their own.
fn find(
    connection: &RustConnection,
    atoms: &Atoms,
    root: Id,
    pid: u32,
) -> Result<Option<Id>, CannotAsk> {
    let mut level = vec![root];
    while !level.is_empty() {
        let mut next = Vec::new();
        for parent in level {
            // Windows come and go: one that is gone has no children either.
            let Ok(tree) = connection.query_tree(parent)?.reply() else {
                continue;
            };
            for child in tree.children.into_iter().rev() {
                let Ok(attributes) = connection.get_window_attributes(child)?.reply() else {
                    continue;
                };
                if attributes.map_state != MapState::VIEWABLE {
                    continue;
                }
                let owner = connection
                    .get_property(false, child, atoms._NET_WM_PID, AtomEnum::CARDINAL, 0, 1)?
                    .reply();
                let owner = owner.ok().and_then(|reply| reply.value32()?.next());
                if owner == Some(pid) {
                    return Ok(Some(child));
                }
                next.push(child);
            }
        }
        level = next;
    }
    Ok(None)
}
