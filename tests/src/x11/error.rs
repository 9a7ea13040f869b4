//! The one error of this crate: what was being done, to what, and why it failed.
//!
//! A test that fails here fails far from a person who could look at the screen, so each variant
//! carries what that person would have asked next.

use std::{error, fmt, io, path::PathBuf, time::Duration};

use x11rb::{errors::ReplyError, protocol::ErrorKind};

/// The result of everything here that the world can break.
pub type Result<T> = std::result::Result<T, Error>;

/// The result of a request to the X server, as x11rb gives it.
pub(crate) type Reply<T> = std::result::Result<T, ReplyError>;

type Source = Box<dyn error::Error + Send + Sync>;

/// Why the display, a window or a file could not do what the test asked for.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// There is no `Xvfb` on the `PATH`.
    XvfbMissing,
    /// Xvfb was started but is not serving a display.
    XvfbFailed {
        /// What went wrong, as seen from here.
        reason: String,
        /// What Xvfb itself wrote to its standard error.
        stderr: String,
    },
    /// A connection or a request to the X server failed.
    X11 {
        /// What was being done, as in "reading the title of a window".
        doing: &'static str,
        /// What the server or the connection said.
        source: Source,
    },
    /// No window with this title (and process) became visible in time.
    NoSuchWindow {
        /// What its title had to begin with.
        title_prefix: String,
        /// What its `_NET_WM_PID` had to be.
        pid: Option<u32>,
        /// How long it was waited for.
        waited: Duration,
        /// The visible windows with a title that there were at the end.
        seen: Vec<String>,
    },
    /// The window has been destroyed.
    WindowGone {
        /// Its X11 id.
        window: u32,
    },
    /// The window does not name this protocol in its `WM_PROTOCOLS`, so that a message would be
    /// lost on it.
    ProtocolNotSupported {
        /// As in `WM_DELETE_WINDOW`.
        protocol: &'static str,
    },
    /// The window does not take what is dragged over it.
    DropRefused {
        /// The message or the property that says so, as in `XdndStatus`.
        by: &'static str,
    },
    /// A step of a drag was not taken in time.
    DropUnanswered {
        /// The message that did not come, as in `XdndFinished`.
        awaited: &'static str,
        /// How long it was waited for.
        waited: Duration,
    },
    /// A chord or a text holds a key that has no known name or is not on the keyboard of this
    /// display.
    UnknownKey {
        /// The chord or the text.
        input: String,
        /// The part of it that is not understood.
        key: String,
    },
    /// The point is not on the screen, where the pointer would stop at the edge.
    OffScreen {
        /// In pixels from the left edge of the window.
        x: i32,
        /// In pixels from the top edge of the window.
        y: i32,
    },
    /// The pixels of this display are laid out in a way that [`capture`](crate::capture) does not
    /// read.
    PixelFormat {
        /// What the layout is.
        found: String,
    },
    /// A file could not be read or written.
    File {
        /// Which.
        path: PathBuf,
        /// Why not.
        source: Source,
    },
}

impl Error {
    pub(crate) fn file(path: impl Into<PathBuf>, source: impl Into<Source>) -> Self {
        Self::File {
            path: path.into(),
            source: source.into(),
        }
    }

    pub(crate) fn invalid_file(path: impl Into<PathBuf>, why: &str) -> Self {
        Self::file(path, io::Error::new(io::ErrorKind::InvalidData, why))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::XvfbMissing => f.write_str(
                "there is no Xvfb on the PATH; install it, as by `apt-get install xvfb`",
            ),
            Self::XvfbFailed { reason, stderr } if stderr.is_empty() => {
                write!(f, "Xvfb did not start: {reason}")
            }
            Self::XvfbFailed { reason, stderr } => {
                write!(f, "Xvfb did not start: {reason}; it said: {stderr}")
            }
            Self::X11 { doing, source } => write!(f, "{doing}: {source}"),
            Self::NoSuchWindow {
                title_prefix,
                pid,
                waited,
                seen,
            } => {
                write!(
                    f,
                    "no visible window with a title that begins with {title_prefix:?}"
                )?;
                if let Some(pid) = pid {
                    write!(f, " and _NET_WM_PID {pid}")?;
                }
                write!(f, " after {waited:?}; there are: {seen:?}")
            }
            Self::WindowGone { window } => write!(f, "the window {window:#x} has been destroyed"),
            Self::ProtocolNotSupported { protocol } => {
                write!(f, "the window does not list {protocol} in its WM_PROTOCOLS")
            }
            Self::DropRefused { by } => write!(f, "the window refused the drop by its {by}"),
            Self::DropUnanswered { awaited, waited } => {
                write!(f, "no {awaited} of the window within {waited:?} of a drag")
            }
            Self::UnknownKey { input, key } => write!(f, "no key for {key:?} in {input:?}"),
            Self::OffScreen { x, y } => {
                write!(f, "the point {x},{y} of the window is not on the screen")
            }
            Self::PixelFormat { found } => write!(f, "cannot read pixels of {found}"),
            Self::File { path, source } => write!(f, "{}: {source}", path.display()),
        }
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            // `source` is already part of the message; what is handed on here is what lies beneath
            // it.
            Self::X11 { source, .. } | Self::File { source, .. } => source.source(),
            _ => None,
        }
    }
}

/// Says what was being done when a request failed.
pub(crate) trait Doing<T> {
    fn doing(self, what: &'static str) -> Result<T>;
}

impl<T, E: Into<Source>> Doing<T> for std::result::Result<T, E> {
    fn doing(self, what: &'static str) -> Result<T> {
        self.map_err(|source| Error::X11 {
            doing: what,
            source: source.into(),
        })
    }
}

/// Like [`Doing`] for a request about one window, whose end is then told apart from every other
/// failure.
pub(crate) fn about_window<T>(window: u32, what: &'static str, reply: Reply<T>) -> Result<T> {
    match reply {
        Err(ReplyError::X11Error(error))
            if matches!(error.error_kind, ErrorKind::Window | ErrorKind::Drawable)
                && error.bad_value == window =>
        {
            Err(Error::WindowGone { window })
        }
        other => other.doing(what),
    }
}
