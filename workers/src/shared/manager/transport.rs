//! The two ways to a manager, behind one face: a socket or named pipe that only this user can
//! open, and loopback TCP.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

#[cfg(unix)]
#[path = "transport/unix.rs"]
mod os;
#[cfg(windows)]
#[path = "transport/windows.rs"]
mod os;

pub(super) use os::{CAN_LOOK, Place};

/// Where a manager is to listen.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Site {
    Local(Place),
    Tcp,
}

/// Where a manager listens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Address {
    Local(Place),
    /// A port of this machine.
    Tcp(u16),
}

pub(super) enum Listener {
    Local(os::Listener),
    Tcp(TcpListener),
}

impl Listener {
    pub(super) fn bind(site: &Site) -> io::Result<Self> {
        match site {
            Site::Local(place) => os::Listener::bind(place).map(Self::Local),
            Site::Tcp => TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map(Self::Tcp),
        }
    }

    pub(super) fn address(&self) -> io::Result<Address> {
        Ok(match self {
            Self::Local(listener) => Address::Local(listener.place()),
            Self::Tcp(listener) => Address::Tcp(listener.local_addr()?.port()),
        })
    }

    /// `None`: somebody of another user, who was turned away.
    pub(super) fn accept(&self) -> io::Result<Option<Stream>> {
        match self {
            Self::Local(listener) => Ok(listener.accept()?.map(Stream::Local)),
            Self::Tcp(listener) => Ok(Some(tcp(listener.accept()?.0)?)),
        }
    }
}

/// A connection. Its two directions do not wait for each other; each belongs to one thread.
pub(super) enum Stream {
    Local(os::Stream),
    Tcp(TcpStream),
}

/// Without waiting for more to send: an answer is as short as a question.
fn tcp(stream: TcpStream) -> io::Result<Stream> {
    stream.set_nodelay(true)?;
    Ok(Stream::Tcp(stream))
}

impl Stream {
    pub(super) fn connect(address: &Address, limit: Duration) -> io::Result<Self> {
        match address {
            Address::Local(place) => os::connect(place, limit).map(Self::Local),
            Address::Tcp(port) => {
                let address = (Ipv4Addr::LOCALHOST, *port).into();
                tcp(TcpStream::connect_timeout(&address, limit)?)
            }
        }
    }

    /// After so long, reading fails ([`io::ErrorKind::TimedOut`] or `WouldBlock`).
    pub(super) fn set_read_limit(&self, limit: Option<Duration>) -> io::Result<()> {
        match self {
            Self::Local(stream) => stream.set_read_timeout(limit),
            Self::Tcp(stream) => stream.set_read_timeout(limit),
        }
    }

    pub(super) fn set_write_limit(&self, limit: Option<Duration>) -> io::Result<()> {
        match self {
            Self::Local(stream) => stream.set_write_timeout(limit),
            Self::Tcp(stream) => stream.set_write_timeout(limit),
        }
    }

    /// Reads what is there; [`io::ErrorKind::WouldBlock`] if that is nothing.
    fn look(&self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Local(stream) => os::look(stream, into),
            Self::Tcp(stream) => os::look(stream, into),
        }
    }

    /// Ends it for both sides; whoever reads or writes here finds it ended.
    pub(super) fn hang_up(&self) {
        // An error means that it has ended.
        let _ = match self {
            Self::Local(stream) => stream.shutdown(Shutdown::Both),
            Self::Tcp(stream) => stream.shutdown(Shutdown::Both),
        };
    }
}

impl Read for &Stream {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Stream::Local(stream) => (&*stream).read(into),
            Stream::Tcp(stream) => (&*stream).read(into),
        }
    }
}

impl Write for &Stream {
    fn write(&mut self, from: &[u8]) -> io::Result<usize> {
        match self {
            Stream::Local(stream) => (&*stream).write(from),
            Stream::Tcp(stream) => (&*stream).write(from),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The reading side of a connection that others hold too.
pub(super) struct Reader {
    stream: Arc<Stream>,
    /// How long it looks again and again before it sleeps.
    awake: Duration,
    /// What it waited for last came so soon that looking was worth it.
    came_soon: bool,
}

impl Reader {
    pub(super) fn new(stream: Arc<Stream>, awake: Duration) -> Self {
        Self {
            stream,
            awake: if CAN_LOOK { awake } else { Duration::ZERO },
            came_soon: true,
        }
    }

    fn look_until(&self, end: Instant, into: &mut [u8]) -> Option<io::Result<usize>> {
        loop {
            match self.stream.look(into) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                read => return Some(read),
            }
            if Instant::now() >= end {
                return None;
            }
            // Whoever is to send may need this core.
            std::thread::yield_now();
        }
    }
}

impl Read for Reader {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut stream = &*self.stream;
        if self.awake.is_zero() {
            return stream.read(into);
        }
        let began = Instant::now();
        if self.came_soon
            && let Some(read) = self.look_until(began + self.awake, into)
        {
            return read;
        }
        let read = stream.read(into);
        // So a connection that is asked now and then sleeps at once.
        self.came_soon = began.elapsed() < self.awake;
        read
    }
}
