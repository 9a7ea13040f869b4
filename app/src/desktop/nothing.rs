//! A desktop that cannot be told anything, so that there is none.

use winit::raw_window_handle::RawWindowHandle;

use super::Note;

pub(crate) enum Desktop {}

impl Desktop {
    pub(crate) fn start(_window: Option<RawWindowHandle>) -> Option<Self> {
        None
    }

    pub(crate) fn notify(&self, _note: Note) {
        match *self {}
    }

    pub(crate) fn progress(&self, _percent: Option<u8>) {
        match *self {}
    }
}
