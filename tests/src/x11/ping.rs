//! The `_NET_WM_PING` protocol of EWMH: does the program behind a window still handle its events?
//!
//! A ping is a client message to the window. A program that is alive sends it back unchanged but
//! for the window, which becomes the root. Each ping has a connection of its own, so that pings
//! from several threads do not take each other's answers out of one queue.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use x11rb::{
    COPY_DEPTH_FROM_PARENT, COPY_FROM_PARENT,
    connection::Connection,
    errors::ReplyError,
    protocol::{
        Event,
        xproto::{
            AtomEnum, ChangeWindowAttributesAux, ClientMessageEvent, ConnectionExt as _,
            CreateWindowAux, EventMask, PropMode, Window as Id, WindowClass,
        },
    },
    rust_connection::RustConnection,
    wrapper::ConnectionExt as _,
};

use super::{
    error::{Doing, Error, Reply, Result, about_window},
    properties::Atoms,
    readable::readable_before,
};

/// The timestamp of the latest ping of this process, to any window.
static LATEST: AtomicU32 = AtomicU32::new(0);

/// Pings a window that supports it, and returns how long the answer took, if it came in time.
pub(crate) fn ping(display: &str, window: Id, timeout: Duration) -> Result<Option<Duration>> {
    let (connection, screen) =
        RustConnection::connect(Some(display)).doing("connecting for a ping")?;
    let root = connection.setup().roots[screen].root;
    let atoms = Atoms::of(&connection).doing("interning atoms")?;
    let timestamp = unique(server_time(&connection, root)?.0);
    about_window(
        window,
        "listening for a ping's answer",
        listen(&connection, root, window),
    )?;

    let data = [atoms._NET_WM_PING, timestamp, window, 0, 0];
    let message = ClientMessageEvent::new(32, window, atoms.WM_PROTOCOLS, data);
    let sent = Instant::now();
    connection
        .send_event(false, window, EventMask::NO_EVENT, message)
        .and_then(|_| connection.flush())
        .doing("sending a ping")?;
    loop {
        while let Some(event) = connection
            .poll_for_event()
            .doing("waiting for a ping's answer")?
        {
            match event {
                // EWMH gives a meaning to these three numbers and to none of those after them.
                Event::ClientMessage(answer)
                    if answer.window == root
                        && answer.type_ == atoms.WM_PROTOCOLS
                        && answer.format == 32
                        && answer.data.as_data32()[..3] == data[..3] =>
                {
                    return Ok(Some(sent.elapsed()));
                }
                Event::DestroyNotify(event) if event.window == window => {
                    return Err(Error::WindowGone { window });
                }
                _ => {}
            }
        }
        if !readable_before(connection.stream(), sent + timeout)
            .doing("waiting for a ping's answer")?
        {
            return Ok(None);
        }
    }
}

/// Has the server report answers to pings, and the end of the window, which would be no answer.
fn listen(connection: &RustConnection, root: Id, window: Id) -> Reply<()> {
    // Programs send the answer to whoever selects SubstructureNotify *or* SubstructureRedirect on
    // the root. Selecting the latter as well would make this client the window manager: programs
    // could no longer show a window unless it did it for them.
    let answers = ChangeWindowAttributesAux::new().event_mask(EventMask::SUBSTRUCTURE_NOTIFY);
    connection
        .change_window_attributes(root, &answers)?
        .check()?;
    let end = ChangeWindowAttributesAux::new().event_mask(EventMask::STRUCTURE_NOTIFY);
    connection.change_window_attributes(window, &end)?.check()
}

/// Asks the server for its clock, which it gives only as part of an event, and hands on the
/// invisible window that the event is about.
pub(crate) fn server_time(connection: &RustConnection, root: Id) -> Result<(u32, Id)> {
    const DOING: &str = "asking the X server for the time";
    // A property of a window of our own, as a change to one of the root's would wake programs that
    // watch it, and a ping should find them as they were.
    let own = connection.generate_id().doing(DOING)?;
    connection
        .create_window(
            COPY_DEPTH_FROM_PARENT,
            own,
            root,
            0,
            0,
            1,
            1,
            0,
            WindowClass::INPUT_ONLY,
            COPY_FROM_PARENT,
            &CreateWindowAux::new().event_mask(EventMask::PROPERTY_CHANGE),
        )
        .doing(DOING)?;
    connection
        .change_property8(
            PropMode::APPEND,
            own,
            AtomEnum::WM_NAME,
            AtomEnum::STRING,
            &[],
        )
        .and_then(|_| connection.flush())
        .doing(DOING)?;
    loop {
        match connection.wait_for_event().doing(DOING)? {
            Event::PropertyNotify(event) => return Ok((event.time, own)),
            Event::Error(error) => {
                return Err(ReplyError::from(error)).doing(DOING);
            }
            _ => {}
        }
    }
}

/// Makes two pings within one millisecond, or one that gave up at once, differ from each other.
fn unique(now: u32) -> u32 {
    let after = |latest: u32| now.max(latest.wrapping_add(1));
    after(LATEST.update(Ordering::Relaxed, Ordering::Relaxed, after))
}
