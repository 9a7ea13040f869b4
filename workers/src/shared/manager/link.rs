//! A client's side: the connections of one process to one manager.

use std::io::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::error::{ANSWER_LIMIT, Error};
use super::handshake;
use super::key::Key;
use super::protocol::{Answer, Items, Op, PIECE, Payload, Request};
use super::talk::lock;
use super::transport::{Address, Reader, Stream};
use crate::wire::frame::{self, Frames};

/// Connections that are kept when nobody uses them.
const KEPT: usize = 8;

/// As many connections as threads ask at once, because who waits on one (for a lock, say) keeps
/// it to himself.
pub(super) struct Link {
    pub(super) address: Address,
    key: Key,
    /// How long it looks for an answer before it sleeps.
    pub(super) awake: Duration,
    free: Mutex<Vec<Connection>>,
}

impl Link {
    pub(super) fn new(address: Address, key: Key, awake: Duration) -> Self {
        Self {
            address,
            key,
            awake,
            free: Mutex::default(),
        }
    }

    pub(super) fn key(&self) -> Key {
        self.key
    }

    /// One that nobody uses: the last that was given back, so that one thread keeps to one.
    pub(super) fn connection(&self) -> Result<Connection, Error> {
        let free = lock(&self.free).pop();
        match free {
            Some(connection) => Ok(connection),
            None => Connection::open(self),
        }
    }

    /// Not after an error: an answer that is still to come would be taken for another's.
    pub(super) fn give_back(&self, connection: Connection) {
        let mut free = lock(&self.free);
        if free.len() < KEPT {
            free.push(connection);
        }
    }

    /// Asks, and reads what may come in several answers; what was read of the last.
    pub(super) fn ask<R>(
        &self,
        request: &Request,
        fill: impl FnOnce(&mut Payload) -> Result<(), Error>,
        mut read: impl FnMut(Answer, Items<'_>) -> Result<R, Error>,
    ) -> Result<R, Error> {
        let mut connection = self.connection()?;
        if let Err(error) = connection.gather(request, fill) {
            // Nothing was sent.
            self.give_back(connection);
            return Err(error);
        }
        connection.send()?;
        loop {
            let (more, result) = connection.receive(|answer, items| {
                let more = answer == Answer::Many { more: true };
                (more, read(answer, items))
            })?;
            if !more {
                self.give_back(connection);
                return result;
            }
            result?;
        }
    }
}

pub(super) struct Connection {
    stream: Arc<Stream>,
    frames: Frames<Reader>,
    out: Vec<u8>,
    payload: Payload,
}

impl Connection {
    fn open(link: &Link) -> Result<Self, Error> {
        let stream = Arc::new(Stream::connect(&link.address, handshake::LIMIT)?);
        handshake::enter(&stream, &link.key)?;
        stream.set_read_limit(Some(ANSWER_LIMIT))?;
        stream.set_write_limit(Some(ANSWER_LIMIT))?;
        Ok(Self {
            frames: Frames::new(Reader::new(stream.clone(), link.awake)),
            stream,
            out: Vec::new(),
            payload: Payload::default(),
        })
    }

    pub(super) fn ask<R>(
        &mut self,
        object: u64,
        op: Op,
        read: impl FnOnce(Answer) -> Result<R, Error>,
    ) -> Result<R, Error> {
        self.gather(&Request { object, op }, |_| Ok(()))?;
        self.send()?;
        self.receive(|answer, _| read(answer))?
    }

    fn gather(
        &mut self,
        request: &Request,
        fill: impl FnOnce(&mut Payload) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.payload.0.clear();
        fill(&mut self.payload)?;
        Ok(frame::encode(request, &self.payload.0, &mut self.out)?)
    }

    fn send(&mut self) -> Result<(), Error> {
        (&*self.stream).write_all(&self.out)?;
        self.out.clear();
        self.out.shrink_to(PIECE);
        self.payload.0.shrink_to(PIECE);
        Ok(())
    }

    /// The next answer; a sign of life is none.
    fn receive<R>(&mut self, read: impl FnOnce(Answer, Items<'_>) -> R) -> Result<R, Error> {
        loop {
            match self.frames.next::<Answer>()? {
                None => return Err(Error::Gone),
                Some((Answer::Waiting, _)) => {}
                Some((answer, payload)) => return Ok(read(answer, Items(payload))),
            }
        }
    }
}
