//! Reading a file, or standard input, through a hasher.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};

use workers::Hasher;

/// Bytes read at a time: large enough that system calls cost nothing, small enough to stay in
/// the cache until they are digested.
const STEP: usize = 128 * 1024;

/// Digests one file after another with one buffer.
pub(super) struct Input {
    buffer: Box<[u8]>,
}

impl Input {
    pub(super) fn new() -> Self {
        Self {
            buffer: vec![0; STEP].into_boxed_slice(),
        }
    }

    /// The digest of a file, or of standard input for `-`, and its length in bytes.
    ///
    /// # Errors
    /// Those of opening and reading.
    pub(super) fn digest(
        &mut self,
        file: &OsStr,
        hasher: &mut dyn Hasher,
    ) -> io::Result<(Vec<u8>, u64)> {
        if file == "-" {
            return self.read(&mut io::stdin().lock(), hasher);
        }
        #[expect(
            clippy::disallowed_methods,
            reason = "a filter in a script; no window is there to wait for it"
        )]
        let mut file = File::open(file)?;
        self.read(&mut file, hasher)
    }

    fn read(&mut self, file: &mut dyn Read, hasher: &mut dyn Hasher) -> io::Result<(Vec<u8>, u64)> {
        let mut digest = Vec::new();
        let mut length = 0;
        loop {
            match file.read(&mut self.buffer) {
                Ok(0) => break,
                Ok(read) => {
                    hasher.update(&self.buffer[..read]);
                    length += read as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    // The digest of a part must not leak into the next file.
                    hasher.finish_into(&mut digest);
                    return Err(error);
                }
            }
        }
        hasher.finish_into(&mut digest);
        Ok((digest, length))
    }
}
