//! What windows say about themselves: the properties of ICCCM and EWMH that matter here.

use x11rb::{
    protocol::xproto::{AtomEnum, ConnectionExt as _, Window as Id},
    rust_connection::RustConnection,
};

use super::error::Reply;

x11rb::atom_manager! {
    pub(crate) Atoms:
    AtomsCookie {
        UTF8_STRING,
        WM_DELETE_WINDOW,
        WM_PROTOCOLS,
        _NET_WM_NAME,
        _NET_WM_PID,
        _NET_WM_PING,
    }
}

impl Atoms {
    /// The atoms as the server of this connection numbers them.
    pub(crate) fn of(connection: &RustConnection) -> Reply<Self> {
        Self::new(connection)?.reply()
    }
}

/// The title, for which there is an old and a new property.
pub(crate) fn title(connection: &RustConnection, atoms: Atoms, id: Id) -> Reply<Option<String>> {
    for name in [atoms._NET_WM_NAME, AtomEnum::WM_NAME.into()] {
        let reply = connection
            .get_property(false, id, name, AtomEnum::ANY, 0, 1024)?
            .reply()?;
        if reply.type_ == atoms.UTF8_STRING {
            return Ok(Some(String::from_utf8_lossy(&reply.value).into_owned()));
        }
        if reply.type_ != u32::from(AtomEnum::NONE) {
            // ICCCM's STRING is Latin-1, whose codes are those of Unicode. COMPOUND_TEXT is that as
            // well, as long as there are no escape sequences in it.
            return Ok(Some(reply.value.iter().copied().map(char::from).collect()));
        }
    }
    Ok(None)
}

/// The process that the window says it belongs to.
pub(crate) fn pid(connection: &RustConnection, atoms: Atoms, id: Id) -> Reply<Option<u32>> {
    let reply = connection
        .get_property(false, id, atoms._NET_WM_PID, AtomEnum::CARDINAL, 0, 1)?
        .reply()?;
    Ok(reply.value32().and_then(|mut values| values.next()))
}

/// The class of `WM_CLASS`, by which a desktop knows the application.
pub(crate) fn class(connection: &RustConnection, id: Id) -> Reply<Option<String>> {
    let reply = connection
        .get_property(false, id, AtomEnum::WM_CLASS, AtomEnum::STRING, 0, 1024)?
        .reply()?;
    // The instance, NUL, the class, NUL.
    let class = reply.value.split(|byte| *byte == 0).nth(1);
    Ok(class.map(|class| class.iter().copied().map(char::from).collect()))
}

/// Whether the window asks for the user's attention: the urgency flag of `WM_HINTS`.
pub(crate) fn is_urgent(connection: &RustConnection, id: Id) -> Reply<bool> {
    const URGENCY: u32 = 1 << 8;
    let reply = connection
        .get_property(false, id, AtomEnum::WM_HINTS, AtomEnum::WM_HINTS, 0, 1)?
        .reply()?;
    let flags = reply.value32().and_then(|mut values| values.next());
    Ok(flags.is_some_and(|flags| flags & URGENCY != 0))
}

/// Whether the window lists a protocol in its `WM_PROTOCOLS`.
pub(crate) fn takes_part_in(
    connection: &RustConnection,
    atoms: Atoms,
    id: Id,
    protocol: u32,
) -> Reply<bool> {
    let reply = connection
        .get_property(false, id, atoms.WM_PROTOCOLS, AtomEnum::ATOM, 0, 1024)?
        .reply()?;
    Ok(reply
        .value32()
        .is_some_and(|mut protocols| protocols.any(|other| other == protocol)))
}
