//! Reading a file, or standard input, through a hasher.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read, StdinLock};

use workers::Hasher;

use super::console::{Console, reason};
use super::inherited;

/// Bytes read at a time: large enough that system calls cost nothing, small enough to stay in
/// the cache until they are digested.
const STEP: usize = 128 * 1024;

/// Digests one file after another with one buffer.
pub(super) struct Input {
    buffer: Box<[u8]>,
    /// Standard input was wanted and is not open.
    no_stdin: Option<String>,
}

impl Input {
    pub(super) fn new() -> Self {
        Self {
            buffer: vec![0; STEP].into_boxed_slice(),
            no_stdin: None,
        }
    }

    /// Standard input. Where there is none, what is read in its place must not pass for it.
    ///
    /// # Errors
    /// It was closed when the program was started.
    pub(super) fn stdin(&mut self) -> io::Result<StdinLock<'static>> {
        inherited::stdin_is_open().inspect_err(|error| self.no_stdin = Some(reason(error)))?;
        Ok(io::stdin().lock())
    }

    /// Says once more at the end, as the originals do, that there was no standard input.
    pub(super) fn close(&self, console: &mut Console) -> bool {
        if let Some(why) = &self.no_stdin {
            console.say(format!("standard input: {why}").as_bytes());
        }
        self.no_stdin.is_none()
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
            let mut stdin = self.stdin()?;
            return self.read(&mut stdin, hasher);
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
