//! Finds a window by its title in the tree that begins at the root window.
//!
//! A window manager would keep a list of the top-level windows on the root; without one there is
//! only the tree.

use x11rb::{
    errors::ReplyError,
    protocol::xproto::{
        ChangeWindowAttributesAux, ConnectionExt as _, EventMask, MapState, Window as Id,
    },
    rust_connection::RustConnection,
};

use super::{
    error::Reply,
    properties::{self, Atoms},
};

/// What a window has to be like to be found.
pub(crate) struct Search<'a> {
    pub(crate) connection: &'a RustConnection,
    pub(crate) atoms: Atoms,
    /// What its title begins with.
    pub(crate) title_prefix: &'a str,
    /// What its `_NET_WM_PID` is, unless that does not matter.
    pub(crate) pid: Option<u32>,
}

impl Search<'_> {
    /// Finds the topmost match among the visible descendants of a window, and asks to be told of
    /// its end; adds the titles it passes to `seen`.
    pub(crate) fn below(&self, parent: Id, seen: &mut Vec<String>) -> Reply<Option<Id>> {
        // Level by level, because a toolkit may give a child of the top-level window its title too.
        let mut level = vec![parent];
        while !level.is_empty() {
            let mut next = Vec::new();
            for parent in level {
                let Some(tree) = unless_vanished(self.connection.query_tree(parent)?.reply())?
                else {
                    continue;
                };
                // The server lists them from the bottom to the top.
                for &child in tree.children.iter().rev() {
                    match unless_vanished(self.look_at(child, seen))? {
                        Some(Look::Match) => return Ok(Some(child)),
                        Some(Look::Other) => next.push(child),
                        Some(Look::Hidden) | None => {}
                    }
                }
            }
            level = next;
        }
        Ok(None)
    }

    fn look_at(&self, id: Id, seen: &mut Vec<String>) -> Reply<Look> {
        let attributes = self.connection.get_window_attributes(id)?.reply()?;
        // Nothing inside a hidden window can be visible. Many toolkits keep a few such windows.
        if attributes.map_state != MapState::VIEWABLE {
            return Ok(Look::Hidden);
        }
        let Some(title) = properties::title(self.connection, self.atoms, id)? else {
            return Ok(Look::Other);
        };
        let is_match = title.starts_with(self.title_prefix)
            && (self.pid.is_none()
                || self.pid == properties::pid(self.connection, self.atoms, id)?);
        seen.push(title);
        if !is_match {
            return Ok(Look::Other);
        }
        let tell = ChangeWindowAttributesAux::new().event_mask(EventMask::STRUCTURE_NOTIFY);
        self.connection
            .change_window_attributes(id, &tell)?
            .check()?;
        Ok(Look::Match)
    }
}

enum Look {
    Match,
    Other,
    Hidden,
}

/// Takes an error about a window that went away between two requests for the lack of an answer.
fn unless_vanished<T>(result: Reply<T>) -> Reply<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(ReplyError::X11Error(_)) => Ok(None),
        Err(error) => Err(error),
    }
}
