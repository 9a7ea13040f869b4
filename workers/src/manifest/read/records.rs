//! Cuts a stream into records, in bounded memory. What ends a record is the format's affair
//! ([`Cutter`]); what this knows is buffers, encodings, line numbers and the longest record.

use std::io::{self, Read};

use super::encoding::{Encoding, FromUtf16};

/// The longest record in bytes. Paths end at 4 KiB on Linux and 96 KiB on Windows; a line of all
/// algorithms adds 2 KiB. What is longer is no line of a list, and its bytes are not kept.
pub const LONGEST: usize = 1 << 20;

/// How much is read at once.
const PIECE: usize = 128 * 1024;

/// How often in one file a record that does not end may be given up after its first line, so that
/// the lines after it are read for themselves. Each time costs a second look at up to [`LONGEST`]
/// bytes; a file made to cost more is read in larger bites instead.
const SECOND_LOOKS: u32 = 256;

/// Knows where a record ends.
pub(in crate::manifest) trait Cutter: Send {
    /// Looks at the bytes that follow those of the last call. Gives how many of them belong to
    /// the record, if it ends among them; what was seen is then forgotten.
    fn end(&mut self, bytes: &[u8]) -> Option<usize>;

    /// Forgets what was seen. Gives whether a record was begun that should have been ended.
    fn forget(&mut self) -> bool;

    /// Whether a record can span lines.
    fn spans_lines(&self) -> bool {
        false
    }

    /// How many bytes at the start of a record stand between it and the last.
    fn between(&self, _record: &[u8]) -> usize {
        0
    }
}

/// What ends a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::manifest) enum LineEnd {
    /// `\n`, before which a `\r` may stand.
    LineFeed,
    /// `\r` alone, as on the Macintosh before 2001. Only for files that hold no `\n` at all.
    CarriageReturn,
    /// NUL: what `--zero` writes.
    Nul,
}

impl LineEnd {
    pub(super) fn byte(self) -> u8 {
        match self {
            Self::LineFeed => b'\n',
            Self::CarriageReturn => b'\r',
            Self::Nul => 0,
        }
    }
}

/// A record is a line.
pub(in crate::manifest) struct Lines(pub LineEnd);

impl Cutter for Lines {
    fn end(&mut self, bytes: &[u8]) -> Option<usize> {
        memchr::memchr(self.0.byte(), bytes).map(|at| at + 1)
    }
    fn forget(&mut self) -> bool {
        false
    }
}

/// One record, with what ends it.
pub(super) struct Record<'a> {
    pub(super) bytes: &'a [u8],
    /// The line it begins on, from 1.
    pub(super) line: u64,
    pub(super) state: RecordState,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum RecordState {
    Whole,
    /// The first line of a record that does not end; `bytes` is that line.
    Unfinished,
    /// `bytes` is the start of a record longer than [`LONGEST`].
    TooLong,
}

pub(super) struct Records<R> {
    source: R,
    encoding: Encoding,
    from_utf16: FromUtf16,
    /// What has been read and not yet given away is `buffer[start..]`.
    buffer: Vec<u8>,
    /// Where the next piece is read to.
    piece: Vec<u8>,
    start: usize,
    /// How much of it the cutter has seen.
    seen: usize,
    /// Bytes read from the source.
    taken: u64,
    at_end: bool,
    /// The line at `start`, from 1.
    line: u64,
    /// What was given away last, to be counted at the next call: its end, and its lines.
    given: usize,
    second_looks: u32,
}

impl<R: Read> Records<R> {
    pub(super) fn new(source: R) -> Self {
        Self {
            source,
            encoding: Encoding::Bytes,
            from_utf16: FromUtf16::default(),
            buffer: Vec::new(),
            piece: Vec::new(),
            start: 0,
            seen: 0,
            taken: 0,
            at_end: false,
            line: 1,
            given: 0,
            second_looks: SECOND_LOOKS,
        }
    }

    /// Reads enough to recognise the format by, and looks for a byte-order mark. To be called
    /// once, first.
    pub(super) fn begin(&mut self, enough: usize) -> io::Result<()> {
        // A mark is up to three bytes; they may come one by one out of a pipe.
        let mut mark = [0; 3];
        let mut have = 0;
        while have < mark.len() {
            match self.source.read(&mut mark[have..]) {
                Ok(0) => break,
                Ok(n) => have += n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.taken = have as u64;
        let (encoding, skip) = Encoding::of(&mark[..have]);
        self.encoding = encoding;
        self.decode(&mark[skip..have]);
        while !self.at_end && self.buffer.len() < enough {
            self.fill()?;
        }
        Ok(())
    }

    pub(super) fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// What has been read ahead, and whether that is all there is.
    pub(super) fn head(&self) -> (&[u8], bool) {
        (&self.buffer[self.start..], self.at_end)
    }

    /// Bytes of the source that records have been made of: exact for text that is not UTF-16,
    /// and up to one piece ahead for that.
    pub(super) fn position(&self) -> u64 {
        match self.encoding {
            Encoding::Bytes => self.taken - (self.buffer.len() - self.start - self.given) as u64,
            Encoding::Utf16Le | Encoding::Utf16Be => self.taken,
        }
    }

    /// The line that comes next.
    pub(super) fn line(&mut self, cutter: &dyn Cutter) -> u64 {
        self.count_given(cutter);
        self.line
    }

    fn count_given(&mut self, cutter: &dyn Cutter) {
        let given = std::mem::take(&mut self.given);
        if given == 0 {
            return;
        }
        self.line += if cutter.spans_lines() {
            memchr::memchr_iter(b'\n', &self.buffer[self.start..self.start + given]).count() as u64
        } else {
            1
        };
        self.start += given;
    }

    /// The next record; `None` at the end.
    pub(super) fn next(&mut self, cutter: &mut dyn Cutter) -> io::Result<Option<Record<'_>>> {
        self.count_given(cutter);
        self.seen = 0;
        loop {
            let unseen = &self.buffer[self.start + self.seen..];
            let end = cutter.end(unseen).map(|n| self.seen + n);
            if let Some(length) = end {
                return Ok(Some(self.give(cutter, length, RecordState::Whole)));
            }
            self.seen = self.buffer.len() - self.start;
            if self.seen > LONGEST {
                return self.too_long(cutter).map(Some);
            }
            if self.at_end {
                if self.seen == 0 {
                    return Ok(None);
                }
                if cutter.forget() {
                    return Ok(Some(self.first_line(cutter)));
                }
                return Ok(Some(self.give(cutter, self.seen, RecordState::Whole)));
            }
            self.fill()?;
        }
    }

    /// A record that is not ended by the end of the file: what follows its first line may be
    /// whole, and is read again for itself.
    fn first_line(&mut self, cutter: &dyn Cutter) -> Record<'_> {
        let rest = &self.buffer[self.start..];
        // What stands before the record may end a line of its own.
        let between = cutter.between(rest).min(rest.len());
        let length = match memchr::memchr(b'\n', &rest[between..]) {
            Some(at) if self.second_looks > 0 => {
                self.second_looks -= 1;
                between + at + 1
            }
            _ => rest.len(),
        };
        self.give(cutter, length, RecordState::Unfinished)
    }

    fn too_long(&mut self, cutter: &mut dyn Cutter) -> io::Result<Record<'_>> {
        if cutter.spans_lines() && self.second_looks > 0 {
            let rest = &self.buffer[self.start..];
            let between = cutter.between(rest).min(rest.len());
            if memchr::memchr(b'\n', &rest[between..]).is_some() {
                cutter.forget();
                return Ok(self.first_line(cutter));
            }
        }
        // Only its start is kept, to be shown; the rest is looked at and let go.
        const SHOWN: usize = 1024;
        let line = self.line;
        let mut lines = 0;
        loop {
            let from = self.start + SHOWN;
            lines += memchr::memchr_iter(b'\n', &self.buffer[from..]).count() as u64;
            self.buffer.truncate(from);
            if self.at_end {
                cutter.forget();
                break;
            }
            self.fill()?;
            // Reading may have moved what is there.
            let from = self.start + SHOWN;
            if let Some(n) = cutter.end(&self.buffer[from..]) {
                lines += memchr::memchr_iter(b'\n', &self.buffer[from..from + n]).count() as u64;
                // The bytes between what is shown and the end of the record.
                self.buffer.drain(from..from + n);
                break;
            }
        }
        if cutter.spans_lines() {
            self.line += lines;
        }
        self.given = SHOWN;
        Ok(Record {
            bytes: &self.buffer[self.start..self.start + SHOWN],
            line,
            state: RecordState::TooLong,
        })
    }

    fn give(&mut self, cutter: &dyn Cutter, length: usize, state: RecordState) -> Record<'_> {
        self.given = length;
        let bytes = &self.buffer[self.start..self.start + length];
        let between = cutter.between(bytes).min(length);
        let line = self.line + memchr::memchr_iter(b'\n', &bytes[..between]).count() as u64;
        Record { bytes, line, state }
    }

    /// Reads one piece more, behind what is there.
    fn fill(&mut self) -> io::Result<()> {
        // What is left is moved down only when it has become the smaller part, so that each byte
        // is moved once at most.
        if self.start > 0 && self.start >= self.buffer.len() - self.start {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        let mut piece = std::mem::take(&mut self.piece);
        // Not read to where it will lie: that place would have to be cleared for every read, and
        // a pipe may give one line at a time.
        piece.resize(PIECE, 0);
        let read = loop {
            match self.source.read(&mut piece) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        if let Ok(read) = read {
            self.taken += read as u64;
            self.decode(&piece[..read]);
        }
        self.piece = piece;
        if read? == 0 {
            self.at_end = true;
            self.from_utf16.finish(&mut self.buffer);
        }
        Ok(())
    }

    fn decode(&mut self, bytes: &[u8]) {
        match self.encoding {
            Encoding::Bytes => self.buffer.extend_from_slice(bytes),
            Encoding::Utf16Le => self.from_utf16.push(false, bytes, &mut self.buffer),
            Encoding::Utf16Be => self.from_utf16.push(true, bytes, &mut self.buffer),
        }
    }
}
