//! Frames: a little-endian `u32` length, then that many bytes: one message, and behind it
//! whatever payload goes with it. A length over the cap is refused before a byte of memory is
//! taken for it, and memory grows only with the bytes that come.

use std::io::{self, Read, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The largest frame, bytes: requests and outputs of tasks are in frames, and may be large.
pub(crate) const CAP: usize = 64 * 1024 * 1024;
/// Memory taken for a frame before its bytes are there.
const AT_FIRST: usize = 64 * 1024;
/// A buffer that a large frame left behind is not kept.
const KEPT: usize = 1024 * 1024;

/// Why a frame could not be read or written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FrameError {
    #[error("a frame of {0} bytes is over the limit of {CAP}")]
    TooLarge(usize),
    #[error("the pipe ended in the middle of a frame")]
    Truncated,
    #[error("a frame could not be understood: {0}")]
    Malformed(#[source] postcard::Error),
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Appends one message and its payload as a frame to `out`; on an error, nothing.
pub(crate) fn encode(
    message: &impl Serialize,
    payload: &[u8],
    out: &mut Vec<u8>,
) -> Result<(), FrameError> {
    let start = out.len();
    out.extend_from_slice(&[0; 4]);
    *out = postcard::to_extend(message, std::mem::take(out)).map_err(FrameError::Malformed)?;
    out.extend_from_slice(payload);
    let length = out.len() - start - 4;
    if length > CAP {
        out.truncate(start);
        return Err(FrameError::TooLarge(length));
    }
    let prefix = u32::try_from(length).map_err(|_| FrameError::TooLarge(length))?;
    out[start..start + 4].copy_from_slice(&prefix.to_le_bytes());
    Ok(())
}

/// Writes one message as a frame, in one write where the system takes it.
pub(crate) fn send(pipe: &mut impl Write, message: &impl Serialize) -> Result<(), FrameError> {
    let mut bytes = Vec::new();
    encode(message, &[], &mut bytes)?;
    pipe.write_all(&bytes)?;
    pipe.flush()?;
    Ok(())
}

/// Reads one message; `None` at a clean end between two frames. `scratch` keeps its memory from
/// one call to the next.
pub(crate) fn receive<M: DeserializeOwned>(
    pipe: &mut impl Read,
    scratch: &mut Vec<u8>,
) -> Result<Option<M>, FrameError> {
    Ok(receive_with(pipe, scratch)?.map(|(message, _)| message))
}

/// Reads one message and its payload.
pub(crate) fn receive_with<'s, M: DeserializeOwned>(
    pipe: &mut impl Read,
    scratch: &'s mut Vec<u8>,
) -> Result<Option<(M, &'s [u8])>, FrameError> {
    let mut prefix = [0; 4];
    match fill(pipe, &mut prefix)? {
        0 => return Ok(None),
        4 => {}
        _ => return Err(FrameError::Truncated),
    }
    let length = u32::from_le_bytes(prefix) as usize;
    if length > CAP {
        return Err(FrameError::TooLarge(length));
    }
    scratch.clear();
    if length < KEPT {
        scratch.shrink_to(KEPT);
    }
    while scratch.len() < length {
        let from = scratch.len();
        // Doubled each time, so that a length that lies costs no more than what came.
        let to = length.min((from * 2).max(AT_FIRST));
        scratch.resize(to, 0);
        if fill(pipe, &mut scratch[from..])? < to - from {
            return Err(FrameError::Truncated);
        }
    }
    postcard::take_from_bytes(scratch)
        .map(Some)
        .map_err(FrameError::Malformed)
}

/// Reads until the buffer is full or the pipe ends; says how much came.
fn fill(pipe: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match pipe.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Message = Option<u32>;

    #[test]
    fn a_frame_cut_anywhere_is_an_error_and_never_a_message() {
        let mut bytes = Vec::new();
        encode(&Some(70_000u32), b"payload", &mut bytes).unwrap();
        for cut in 1..bytes.len() {
            let result = receive::<Message>(&mut &bytes[..cut], &mut Vec::new());
            assert!(matches!(result, Err(FrameError::Truncated)), "cut at {cut}");
        }
        assert!(
            receive::<Message>(&mut &[][..], &mut Vec::new())
                .unwrap()
                .is_none()
        );
    }

    #[test]
    fn a_length_over_the_cap_takes_no_memory() {
        let mut scratch = Vec::new();
        let result = receive::<Message>(&mut &u32::MAX.to_le_bytes()[..], &mut scratch);
        assert!(matches!(result, Err(FrameError::TooLarge(_))));
        assert_eq!(scratch.capacity(), 0);
    }

    #[test]
    fn bytes_that_are_no_message_are_an_error() {
        let garbage = [3, 0, 0, 0, 0xff, 0xff, 0xff];
        let result = receive::<Message>(&mut &garbage[..], &mut Vec::new());
        assert!(matches!(result, Err(FrameError::Malformed(_))));
    }
}
