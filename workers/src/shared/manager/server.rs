//! The manager's own process: what this program does when it is started as one.
//!
//! Threads: the main one reads standard input, whose end is the end of the process that made this
//! one; one accepts connections; each connection has one. Who has not shown the key yet has a few
//! seconds for it, and takes no place from those who have.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read as _};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::handshake;
use super::key::Key;
use super::protocol::{Items, PROTOCOL, Request};
use super::store::Store;
use super::talk::{Talk, lock};
use super::transport::{Address, Listener, Place, Reader, Site, Stream};
use crate::process::os;
use crate::wire::frame::{self, FrameError, Frames};

/// Connections that are served at once: each takes a thread.
pub(super) const MOST_CONNECTIONS: usize = 512;
/// Connections that may be about to show the key. When one more comes, the oldest goes: who has
/// the key needs no time to show it, and who only keeps places taken keeps nobody out.
const MOST_STRANGERS: usize = 64;
/// After the system had no connection or thread to give. Until then, who wants in has to wait.
const NAP: Duration = Duration::from_millis(20);

/// From the maker, over standard input.
#[derive(Serialize, Deserialize)]
pub(super) struct SetUp {
    pub(super) protocol: u32,
    pub(super) site: Site,
    pub(super) key: Key,
    /// How long a connection looks for what comes next before it sleeps.
    pub(super) awake: Duration,
}

/// The answer, over standard output.
#[derive(Serialize, Deserialize)]
pub(super) enum Hello {
    Listening(Address),
    Failed(String),
}

/// Serves until the maker ends or wants no more; gives the exit code.
pub(crate) fn run(parent: u32) -> i32 {
    match serve(parent) {
        Ok(()) => 0,
        Err(error) => {
            eprintln!("manager: {error}");
            1
        }
    }
}

fn serve(parent: u32) -> Result<(), FrameError> {
    os::die_with_parent(parent)?;
    let (orders, mut answers) = os::take_protocol()?;
    let mut orders = Frames::new(orders);
    let Some((set_up, _)) = orders.next::<SetUp>()? else {
        return Ok(());
    };
    let hello = match listen(&set_up) {
        Ok(address) => Hello::Listening(address),
        Err(error) => Hello::Failed(error.to_string()),
    };
    frame::send(&mut answers, &hello)?;
    wait_for_end(orders.into_inner())?;
    if let Site::Local(place) = &set_up.site {
        // The maker does it too, unless it was killed.
        place.clear();
    }
    Ok(())
}

fn wait_for_end(mut orders: File) -> io::Result<()> {
    loop {
        match orders.read(&mut [0; 64]) {
            Ok(0) => return Ok(()),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

fn listen(set_up: &SetUp) -> io::Result<Address> {
    if set_up.protocol != PROTOCOL {
        return Err(io::Error::other("it is of another version"));
    }
    let listener = Listener::bind(&set_up.site)?;
    let address = listener.address()?;
    let hall = Arc::new(Hall {
        key: set_up.key,
        awake: set_up.awake,
        store: Store::default(),
        inside: AtomicUsize::new(0),
        strangers: Mutex::default(),
        came: AtomicU64::new(0),
    });
    spawn("accept", move || hall.receive(&listener))?;
    if let Site::Local(_) = set_up.site {
        // On its own: nobody waits for it, and it is no reason not to serve.
        spawn("tidy", Place::clear_leftovers)?;
    }
    Ok(address)
}

fn spawn(name: &str, body: impl FnOnce() + Send + 'static) -> io::Result<()> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(body)
        .map(drop)
}

struct Hall {
    key: Key,
    awake: Duration,
    store: Store,
    inside: AtomicUsize,
    /// Who is about to show the key, the oldest first.
    strangers: Mutex<VecDeque<(u64, Arc<Stream>)>>,
    came: AtomicU64,
}

impl Hall {
    fn receive(self: Arc<Self>, listener: &Listener) {
        loop {
            match listener.accept() {
                Ok(Some(stream)) => {
                    let stream = Arc::new(stream);
                    let id = self.came.fetch_add(1, Ordering::Relaxed);
                    self.note_stranger(id, &stream);
                    let hall = self.clone();
                    let served = {
                        let stream = stream.clone();
                        spawn("connection", move || hall.serve(id, &stream))
                    };
                    if served.is_err() {
                        self.forget_stranger(id);
                        stream.hang_up();
                        std::thread::sleep(NAP);
                    }
                }
                Ok(None) => {}
                // Whoever it was has gone, or all descriptors are in use: that passes.
                Err(_) => std::thread::sleep(NAP),
            }
        }
    }

    fn note_stranger(&self, id: u64, stream: &Arc<Stream>) {
        let mut strangers = lock(&self.strangers);
        strangers.push_back((id, stream.clone()));
        if strangers.len() > MOST_STRANGERS
            && let Some((_, oldest)) = strangers.pop_front()
        {
            oldest.hang_up();
        }
    }

    fn forget_stranger(&self, id: u64) {
        lock(&self.strangers).retain(|(stranger, _)| *stranger != id);
    }

    fn serve(&self, id: u64, stream: &Arc<Stream>) {
        let place = Seat::take(&self.inside);
        let admitted = handshake::admit(stream, &self.key, place.is_some())
            .and_then(|admitted| {
                stream.set_read_limit(None)?;
                stream.set_write_limit(None)?;
                Ok(admitted)
            })
            .unwrap_or(false);
        self.forget_stranger(id);
        if admitted {
            // Nobody is left to be told why it ended: the client went, or did not make sense.
            let _ = self.converse(id, stream);
        }
    }

    fn converse(&self, id: u64, stream: &Arc<Stream>) -> Result<(), FrameError> {
        let mut frames = Frames::new(Reader::new(stream.clone(), self.awake));
        let mut talk = Talk::new(stream.clone(), id, self.awake);
        while let Some((request, payload)) = frames.next::<Request>()? {
            self.store.serve(request, Items(payload), &mut talk)?;
            if talk.is_full() || !frames.is_ready() {
                talk.flush()?;
            }
        }
        Ok(())
    }
}

/// A connection's share of those that may be open at once.
struct Seat<'a>(&'a AtomicUsize);

impl<'a> Seat<'a> {
    fn take(inside: &'a AtomicUsize) -> Option<Self> {
        // Strangers sit too: that is why there is room for them beside.
        if inside.fetch_add(1, Ordering::Relaxed) < MOST_CONNECTIONS + MOST_STRANGERS {
            return Some(Self(inside));
        }
        inside.fetch_sub(1, Ordering::Relaxed);
        None
    }
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::super::protocol::{Answer, Kind, Maker, Op, Payload};
    use super::super::value::ValueOp;
    use super::*;

    /// A way in past the handshake.
    fn enter(address: &Address, key: &Key) -> Arc<Stream> {
        let stream = Stream::connect(address, NAP * 100).unwrap();
        handshake::enter(&stream, key).unwrap();
        stream.set_read_limit(Some(NAP * 500)).unwrap();
        Arc::new(stream)
    }

    fn ask(stream: &Arc<Stream>, request: &Request, payload: &[u8]) -> Answer {
        let mut bytes = Vec::new();
        frame::encode(request, payload, &mut bytes).unwrap();
        (&**stream).write_all(&bytes).unwrap();
        let mut frames = Frames::new(Reader::new(stream.clone(), Duration::ZERO));
        frames.next::<Answer>().unwrap().expect("an answer").0
    }

    #[test]
    fn a_message_that_makes_no_sense_ends_its_connection_and_no_other() {
        let key = Key::from_bytes([3; 32]);
        let address = listen(&SetUp::new(Site::Tcp, key, Duration::ZERO)).unwrap();
        let good = enter(&address, &key);
        let mut one = Payload::default();
        one.value(&7_u64).unwrap();
        let create = Request {
            object: 0,
            op: Op::Create(Maker {
                kind: Kind::Value,
                types: String::new(),
            }),
        };
        let Answer::Number(object) = ask(&good, &create, &one.0) else {
            panic!("it is made");
        };
        let get = Request {
            object,
            op: Op::Value(ValueOp::Get),
        };
        let frame_of = |op, object, payload: &[u8]| {
            let mut bytes = Vec::new();
            frame::encode(&Request { object, op }, payload, &mut bytes).unwrap();
            bytes
        };
        let garbage = [
            vec![0xff; 64],
            vec![3, 0, 0, 0, 0xff, 0xff, 0xff],
            // An item is missing, is longer than its message, is cut.
            frame_of(Op::Value(ValueOp::Set), object, &[]),
            frame_of(Op::Value(ValueOp::Set), object, &[9, 0, 0, 0, 1]),
            frame_of(Op::Value(ValueOp::Set), object, &[9, 0]),
            frame_of(Op::Value(ValueOp::Change), object, &one.0),
            // No such object, and one of another kind.
            frame_of(Op::Value(ValueOp::Get), object + 1, &[]),
            frame_of(
                Op::Lock(super::super::lock::LockOp::Release { abandon: true }),
                object,
                &[],
            ),
        ];
        for bytes in garbage {
            let bad = enter(&address, &key);
            (&*bad).write_all(&bytes).unwrap();
            // The end, or that it was reset; not a time limit.
            let end = (&*bad).read(&mut [0; 16]);
            let ended = match &end {
                Ok(read) => *read == 0,
                Err(error) => error.kind() == io::ErrorKind::ConnectionReset,
            };
            assert!(ended, "{end:?}");
            assert_eq!(ask(&good, &get, &[]), Answer::One);
        }
    }

    #[test]
    fn there_are_so_many_connections_and_then_no_more() {
        let key = Key::from_bytes([4; 32]);
        let address = listen(&SetUp::new(Site::Tcp, key, Duration::ZERO)).unwrap();
        // Descriptors of both sides are in this process.
        let hall = AtomicUsize::new(MOST_CONNECTIONS + MOST_STRANGERS - 1);
        let last = Seat::take(&hall).expect("room for one");
        assert!(Seat::take(&hall).is_none());
        drop(last);
        assert!(Seat::take(&hall).is_some());
        drop(enter(&address, &key));
    }
}
