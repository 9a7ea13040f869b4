//! The first words on a connection: fixed lengths and a time limit, so that who has not shown the
//! key can make a manager neither take memory nor wait.
//!
//! The client proves first. Whoever only connects learns nothing that depends on the key, and who
//! poses as a manager learns one proof, which is of no use for another challenge.

use std::io::{self, Read as _, Write as _};
use std::time::{Duration, Instant};

use super::error::Error;
use super::key::{BYTES, Challenge, Key, Side, challenge};
use super::protocol::PROTOCOL;
use super::transport::Stream;

const MAGIC: [u8; 8] = *b"thawsum\x01";
/// How long all of it may take. It is a few microseconds' work on each side.
pub(super) const LIMIT: Duration = Duration::from_secs(5);

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Welcome,
    Full,
    WrongKey,
}

impl Verdict {
    const fn code(self) -> u8 {
        match self {
            Self::Welcome => 0,
            Self::Full => 1,
            Self::WrongKey => 2,
        }
    }

    fn known(code: u8) -> Result<(), Error> {
        match code {
            0 => Ok(()),
            1 => Err(Error::Refused),
            2 => Err(Error::WrongKey),
            _ => Err(Error::Foreign),
        }
    }
}

/// Shows a manager the key, and has it show that it knows it.
pub(super) fn enter(stream: &Stream, key: &Key) -> Result<(), Error> {
    let until = Instant::now() + LIMIT;
    let mine = challenge()?;
    write_by(stream, &[&MAGIC, &PROTOCOL.to_le_bytes(), &mine], until)?;

    let magic: [u8; MAGIC.len()] = read_by(stream, until)?;
    if magic != MAGIC {
        return Err(Error::Foreign);
    }
    let found = u32::from_le_bytes(read_by(stream, until)?);
    if found != PROTOCOL {
        return Err(Error::Version {
            found,
            known: PROTOCOL,
        });
    }
    let [verdict] = read_by(stream, until)?;
    Verdict::known(verdict)?;
    let theirs: Challenge = read_by(stream, until)?;

    let proof = key.proof(Side::Client, &mine, &theirs);
    write_by(stream, &[proof.as_bytes()], until)?;
    let [verdict] = read_by(stream, until)?;
    Verdict::known(verdict)?;
    let proof: [u8; BYTES] = read_by(stream, until)?;
    // `Hash` compares in constant time.
    if blake3::Hash::from(proof) != key.proof(Side::Manager, &mine, &theirs) {
        return Err(Error::WrongKey);
    }
    Ok(())
}

/// Lets in who has the key, if there is `room`; whether it did.
pub(super) fn admit(stream: &Stream, key: &Key, room: bool) -> io::Result<bool> {
    let until = Instant::now() + LIMIT;
    let magic: [u8; MAGIC.len()] = read_by(stream, until)?;
    if magic != MAGIC {
        return Ok(false);
    }
    let protocol = u32::from_le_bytes(read_by(stream, until)?);
    let theirs: Challenge = read_by(stream, until)?;
    let mine = challenge()?;
    let verdict = if room {
        Verdict::Welcome
    } else {
        Verdict::Full
    };
    let version = PROTOCOL.to_le_bytes();
    write_by(stream, &[&MAGIC, &version, &[verdict.code()], &mine], until)?;
    if protocol != PROTOCOL || !room {
        return Ok(false);
    }

    let proof: [u8; BYTES] = read_by(stream, until)?;
    if blake3::Hash::from(proof) != key.proof(Side::Client, &theirs, &mine) {
        write_by(stream, &[&[Verdict::WrongKey.code()], &[0; BYTES]], until)?;
        return Ok(false);
    }
    let proof = key.proof(Side::Manager, &theirs, &mine);
    let verdict = [Verdict::Welcome.code()];
    write_by(stream, &[&verdict, proof.as_bytes()], until)?;
    Ok(true)
}

fn left(until: Instant) -> io::Result<Option<Duration>> {
    // Zero would mean no limit.
    match until.saturating_duration_since(Instant::now()) {
        Duration::ZERO => Err(io::ErrorKind::TimedOut.into()),
        left => Ok(Some(left)),
    }
}

/// One limit for all of it: one for each read would let a byte at a time take for ever.
fn read_by<const N: usize>(mut stream: &Stream, until: Instant) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    let mut read = 0;
    while read < N {
        stream.set_read_limit(left(until)?)?;
        match stream.read(&mut bytes[read..]) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(more) => read += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(bytes)
}

/// So few bytes that they fit into what the system keeps.
fn write_by(mut stream: &Stream, parts: &[&[u8]], until: Instant) -> io::Result<()> {
    stream.set_write_limit(left(until)?)?;
    stream.write_all(&parts.concat())
}
