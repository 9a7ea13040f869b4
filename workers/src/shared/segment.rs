//! A piece of shared memory with a header that says what it is.
//!
//! This is the only place that makes references and copies out of raw shared memory. Words are
//! atomics; bytes are copied, never borrowed, so a process that misbehaves can spoil contents but
//! not this process.
#![expect(unsafe_code, reason = "looks at raw shared memory")]

use std::ptr::{self, NonNull};
use std::sync::atomic::Ordering::Relaxed;

use super::error::SharedError;
use super::layout::{Header, Kind, ParkingWords, VERSION, Words};
use super::parking::Parking;
use super::sys::{Bell, Closed, Memory, Place};

/// "thawsum" and a byte that text does not have.
const MAGIC: u64 = u64::from_le_bytes(*b"thawsum\xf5");
/// Where what an object keeps begins.
const CONTENT: usize = size_of::<Header>();
/// More than any machine has, and far from overflowing.
const MOST: usize = isize::MAX as usize / 4;

pub struct Segment {
    memory: Memory,
    bells: Vec<Bell>,
    kind: Kind,
    cookie: [u64; 2],
    /// Where it was opened, if this process did not make it.
    found: Option<Place>,
}

impl Segment {
    /// New memory, all zeros after the header, with `bells` places where threads may sleep.
    pub(super) fn create(kind: Kind, content: usize, bells: usize) -> Result<Self, SharedError> {
        let bytes = match content.checked_add(CONTENT) {
            Some(bytes) if bytes <= MOST => bytes,
            _ => {
                return Err(SharedError::BadSize(
                    "that is more memory than there can be",
                ));
            }
        };
        let failed = |source| SharedError::Create { bytes, source };
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|error| failed(error.into()))?;
        let random = u128::from_ne_bytes(random);
        let cookie = [random as u64, (random >> 64) as u64];
        let segment = Self {
            memory: Memory::create(bytes, cookie).map_err(failed)?,
            bells: (0..bells)
                .map(|index| Bell::create(cookie, index))
                .collect::<Result<_, _>>()
                .map_err(failed)?,
            kind,
            cookie,
            found: None,
        };
        let header = segment.header();
        header.version.store(VERSION, Relaxed);
        header.kind.store(kind.code(), Relaxed);
        header.size.store(bytes as u64, Relaxed);
        header.cookie[0].store(cookie[0], Relaxed);
        header.cookie[1].store(cookie[1], Relaxed);
        header.magic.store(MAGIC, Relaxed);
        Ok(segment)
    }

    /// Memory that this or another process made.
    pub(super) fn open(
        place: &Place,
        kind: Kind,
        bytes: u64,
        cookie: [u64; 2],
        bells: usize,
    ) -> Result<Self, SharedError> {
        let expected = match usize::try_from(bytes) {
            Ok(expected) if (CONTENT..=MOST).contains(&expected) => expected,
            _ => return Err(SharedError::Foreign),
        };
        let memory = Memory::open(place, expected, cookie).map_err(|closed| match closed {
            Closed::Gone => SharedError::Gone,
            Closed::Size(found) => SharedError::Size {
                found,
                expected: bytes,
            },
            Closed::Io(error) => SharedError::Open(error),
        })?;
        let mut segment = Self {
            memory,
            bells: Vec::new(),
            kind,
            cookie,
            found: Some(place.clone()),
        };
        segment.check(bytes)?;
        segment.bells = (0..bells)
            .map(|index| Bell::open(cookie, index))
            .collect::<Result<_, _>>()
            .map_err(SharedError::Open)?;
        Ok(segment)
    }

    fn check(&self, expected: u64) -> Result<(), SharedError> {
        let header = self.header();
        if header.magic.load(Relaxed) != MAGIC {
            return Err(SharedError::Foreign);
        }
        let found = header.version.load(Relaxed);
        if found != VERSION {
            return Err(SharedError::Version {
                found,
                known: VERSION,
            });
        }
        // Another object in the place of the one that the token speaks of.
        if [0, 1].map(|half| header.cookie[half].load(Relaxed)) != self.cookie {
            return Err(SharedError::Gone);
        }
        let found = Kind::from_code(header.kind.load(Relaxed));
        if found != self.kind {
            return Err(SharedError::Kind {
                found,
                wanted: self.kind,
            });
        }
        let found = header.size.load(Relaxed);
        if found != expected {
            return Err(SharedError::Size { found, expected });
        }
        Ok(())
    }

    fn header(&self) -> &Header {
        // SAFETY: see `words`; both ways in make sure that a header fits.
        unsafe { self.memory.at().cast::<Header>().as_ref() }
    }

    pub(super) fn place(&self) -> Place {
        self.memory.place()
    }

    /// Where this process found it; where others do, if it made it.
    pub(super) fn found_at(&self) -> Place {
        self.found.clone().unwrap_or_else(|| self.place())
    }

    pub(super) fn kind(&self) -> Kind {
        self.kind
    }

    pub(super) fn cookie(&self) -> [u64; 2] {
        self.cookie
    }

    /// All of it, header included.
    pub(super) fn bytes(&self) -> usize {
        self.memory.bytes()
    }

    /// How much an object can keep in it.
    pub(super) fn content(&self) -> usize {
        self.bytes() - CONTENT
    }

    /// The words at the beginning of the content.
    pub(super) fn words<W: Words>(&self) -> &W {
        let at = self.range(0, size_of::<W>(), align_of::<W>()).cast::<W>();
        // SAFETY: inside the mapping, which lives as long as `self`, aligned, and `Words` may be
        // written by others meanwhile and take any bytes.
        unsafe { at.as_ref() }
    }

    /// Atomics of one type, `count` of them from `offset` bytes into the content.
    pub(super) fn slice<W: Words>(&self, offset: usize, count: usize) -> &[W] {
        let at = self.range(offset, size_of::<W>() * count, align_of::<W>());
        // SAFETY: as in `words`.
        unsafe { NonNull::slice_from_raw_parts(at.cast::<W>(), count).as_ref() }
    }

    /// Where `bytes` bytes from `offset` into the content are.
    ///
    /// # Panics
    /// When the segment has no such bytes, or they are not aligned: sizes were checked when it was
    /// opened, so this is a mistake in this module.
    pub(super) fn range(&self, offset: usize, bytes: usize, align: usize) -> NonNull<u8> {
        let content = self.content();
        assert!(
            offset <= content && bytes <= content - offset && offset.is_multiple_of(align),
            "{bytes} bytes at {offset} of {content}"
        );
        // SAFETY: inside the mapping, as just seen. The mapping begins at a page and the content
        // 128 bytes later, so offsets keep alignments up to that.
        unsafe { self.memory.at().add(CONTENT + offset) }
    }

    /// Copies into the content.
    pub(super) fn write(&self, offset: usize, from: &[u8]) {
        let to = self.range(offset, from.len(), 1);
        // SAFETY: `to` has room, and no reference to these bytes is ever made.
        unsafe { ptr::copy_nonoverlapping(from.as_ptr(), to.as_ptr(), from.len()) }
    }

    /// Appends bytes of the content.
    pub(super) fn read(&self, offset: usize, bytes: usize, into: &mut Vec<u8>) {
        let from = self.range(offset, bytes, 1);
        into.reserve(bytes);
        // SAFETY: `from` is inside the mapping, the vector has room for `bytes` more, and they
        // are written before they become part of it.
        unsafe {
            let to = into.as_mut_ptr().add(into.len());
            ptr::copy_nonoverlapping(from.as_ptr(), to, bytes);
            into.set_len(into.len() + bytes);
        }
    }

    /// Copies out of the content.
    pub(super) fn read_exact(&self, offset: usize, into: &mut [u8]) {
        let from = self.range(offset, into.len(), 1);
        // SAFETY: `from` is inside the mapping, and `into` is memory of this process.
        unsafe { ptr::copy_nonoverlapping(from.as_ptr(), into.as_mut_ptr(), into.len()) }
    }

    /// A place to sleep; each has a bell of its own.
    pub(super) fn parking<'a>(&'a self, words: &'a ParkingWords, bell: usize) -> Parking<'a> {
        Parking::new(words, &self.bells[bell])
    }
}
