//! Frames: a little-endian `u32` length, then that many bytes: one message, and behind it
//! whatever payload goes with it. A length over the cap is refused before a byte of memory is
//! taken for it, and memory grows only with the bytes that come.

use std::io::{self, Read, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The largest frame, bytes: requests and outputs of tasks are in frames, and may be large.
pub(crate) const CAP: usize = 64 * 1024 * 1024;
/// Bytes of the length before a frame.
const PREFIX: usize = 4;
/// Payloads from here on are not copied behind their message, but written after it.
pub(crate) const LARGE: usize = 64 * 1024;
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
    encode_head(message, payload.len(), out)?;
    out.extend_from_slice(payload);
    Ok(())
}

/// As [`encode`], of a payload that is so long and is written behind it without being copied.
pub(crate) fn encode_head(
    message: &impl Serialize,
    payload: usize,
    out: &mut Vec<u8>,
) -> Result<(), FrameError> {
    let start = out.len();
    out.extend_from_slice(&[0; PREFIX]);
    *out = postcard::to_extend(message, std::mem::take(out)).map_err(FrameError::Malformed)?;
    let length = out.len() - start - PREFIX + payload;
    if length > CAP {
        out.truncate(start);
        return Err(FrameError::TooLarge(length));
    }
    let prefix = u32::try_from(length).map_err(|_| FrameError::TooLarge(length))?;
    out[start..start + PREFIX].copy_from_slice(&prefix.to_le_bytes());
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

/// Frames as they come from a pipe, read many at a time.
pub(crate) struct Frames<R> {
    pipe: R,
    buffer: Vec<u8>,
    /// Where the bytes lie that were read and not yet given out.
    from: usize,
    to: usize,
}

impl<R: Read> Frames<R> {
    pub(crate) fn new(pipe: R) -> Self {
        Self {
            pipe,
            buffer: Vec::new(),
            from: 0,
            to: 0,
        }
    }

    /// Whether the next frame is here whole, so that asking for it does not wait.
    pub(crate) fn is_ready(&self) -> bool {
        self.length()
            .is_some_and(|length| length > CAP || self.to - self.from - PREFIX >= length)
    }

    fn length(&self) -> Option<usize> {
        let prefix = self.buffer[self.from..self.to].first_chunk::<PREFIX>()?;
        Some(u32::from_le_bytes(*prefix) as usize)
    }

    /// The next message and its payload; `None` at a clean end between two frames.
    pub(crate) fn next<M: DeserializeOwned>(&mut self) -> Result<Option<(M, &[u8])>, FrameError> {
        while !self.is_ready() {
            if !self.read_more()? {
                return if self.from == self.to {
                    Ok(None)
                } else {
                    Err(FrameError::Truncated)
                };
            }
        }
        let length = self.length().unwrap_or_default();
        if length > CAP {
            return Err(FrameError::TooLarge(length));
        }
        let start = self.from + PREFIX;
        self.from = start + length;
        postcard::take_from_bytes(&self.buffer[start..self.from])
            .map(Some)
            .map_err(FrameError::Malformed)
    }

    /// The pipe, without what was read from it and not given out.
    pub(crate) fn into_inner(self) -> R {
        self.pipe
    }

    /// Panics if more memory was taken than so many bytes account for.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn assert_modest(&self, came: usize) {
        assert!(self.buffer.len() <= AT_FIRST.max(2 * came));
    }

    /// `false` at the end of the pipe.
    fn read_more(&mut self) -> Result<bool, FrameError> {
        if self.from == self.to {
            (self.from, self.to) = (0, 0);
            if self.buffer.len() > KEPT {
                self.buffer = Vec::new();
            }
        }
        if self.to == self.buffer.len() || self.buffer.is_empty() {
            self.make_room();
        }
        loop {
            match self.pipe.read(&mut self.buffer[self.to..]) {
                Ok(read) => {
                    self.to += read;
                    return Ok(read > 0);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Doubled each time, so that a length that lies costs no more than what came.
    fn make_room(&mut self) {
        self.buffer.copy_within(self.from..self.to, 0);
        self.to -= self.from;
        self.from = 0;
        match self.length() {
            Some(length) if length + PREFIX > self.buffer.len() => {
                let size = (length + PREFIX).min(self.buffer.len() * 2).max(AT_FIRST);
                self.buffer.resize(size, 0);
            }
            _ if self.to == self.buffer.len() => self.buffer.resize(AT_FIRST.max(self.to + 1), 0),
            _ => {}
        }
    }
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
            let mut frames = Frames::new(&bytes[..cut]);
            let result = frames.next::<Message>();
            assert!(matches!(result, Err(FrameError::Truncated)), "cut at {cut}");
        }
        assert!(Frames::new(&[][..]).next::<Message>().unwrap().is_none());
    }

    #[test]
    fn a_length_over_the_cap_takes_no_memory() {
        let bytes = u32::MAX.to_le_bytes();
        let mut frames = Frames::new(&bytes[..]);
        assert!(matches!(
            frames.next::<Message>(),
            Err(FrameError::TooLarge(_))
        ));
        frames.assert_modest(bytes.len());
    }

    #[test]
    fn frames_that_come_in_pieces_with_interruptions_are_the_same_frames() {
        /// Gives so many bytes at a time, and is interrupted before each.
        struct Pieces<'a>(&'a [u8], usize, bool);
        impl Read for Pieces<'_> {
            fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
                self.2 = !self.2;
                if self.2 {
                    return Err(io::ErrorKind::Interrupted.into());
                }
                let most = self.1.min(into.len());
                (&mut self.0).take(most as u64).read(into)
            }
        }
        let payloads: Vec<Vec<u8>> = [0, 1, 3, 70_000, 5, 2_000_000, 0, 9]
            .map(|length| vec![7; length])
            .into();
        let mut bytes = Vec::new();
        for payload in &payloads {
            encode(&Some(payload.len() as u32), payload, &mut bytes).unwrap();
        }
        for piece in [1_000, 65_536, 65_541, 1 << 20, usize::MAX] {
            let mut frames = Frames::new(Pieces(&bytes, piece, false));
            for payload in &payloads {
                let (message, came) = frames.next::<Message>().unwrap().unwrap();
                assert_eq!(message, Some(payload.len() as u32));
                assert_eq!(came, payload);
            }
            assert!(frames.next::<Message>().unwrap().is_none());
        }
    }

    #[test]
    fn bytes_that_are_no_message_are_an_error() {
        let garbage = [3, 0, 0, 0, 0xff, 0xff, 0xff];
        let mut frames = Frames::new(&garbage[..]);
        let result = frames.next::<Message>();
        assert!(matches!(result, Err(FrameError::Malformed(_))));
    }
}
