//! A file in memory, on Unix.
#![expect(unsafe_code, reason = "mmap has no safe face")]

use std::io;
use std::num::NonZeroUsize;
use std::os::fd::AsFd;
use std::ptr::NonNull;

use nix::sys::mman::{MapFlags, ProtFlags, mmap, munmap};

/// A shared, writable mapping from the beginning of a file.
pub(super) struct Mapped {
    at: NonNull<u8>,
    bytes: usize,
}

// SAFETY: it is an address range that stays until it is dropped; who may touch what in it is the
// business of those who do.
unsafe impl Send for Mapped {}
// SAFETY: as above.
unsafe impl Sync for Mapped {}

impl Mapped {
    pub(super) fn new(file: impl AsFd, bytes: usize) -> io::Result<Self> {
        let length = NonZeroUsize::new(bytes).ok_or(io::ErrorKind::InvalidInput)?;
        let access = ProtFlags::PROT_READ | ProtFlags::PROT_WRITE;
        // SAFETY: a new range that the system chooses; nothing that exists is replaced.
        let at = unsafe { mmap(None, length, access, MapFlags::MAP_SHARED, file, 0) }?;
        Ok(Self {
            at: at.cast(),
            bytes,
        })
    }

    pub(super) fn at(&self) -> NonNull<u8> {
        self.at
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }
}

impl Drop for Mapped {
    fn drop(&mut self) {
        // SAFETY: the range that `new` got, given back once; borrows of it ended with `self`.
        // It cannot fail for a range that is mapped.
        let _ = unsafe { munmap(self.at.cast(), self.bytes) };
    }
}
