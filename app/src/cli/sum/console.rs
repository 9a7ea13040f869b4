//! Standard output and standard error, as coreutils treats them: every line leaves at once, so
//! that programs side by side do not mix theirs; a write that fails is reported at the end, once.

use std::ffi::OsString;
use std::io::{self, Write as _};

use super::inherited;
use super::quote::{self, Charset};

/// Where a program prints, and under which name it speaks.
pub(super) struct Console {
    name: OsString,
    charset: Charset,
    pending: Vec<u8>,
    /// Something written earlier did not arrive.
    failed: bool,
}

/// Bytes that may wait where lines do not end in line breaks.
const PENDING: usize = 64 * 1024;

impl Console {
    pub(super) fn new(name: OsString, charset: Charset) -> Self {
        Self {
            name,
            charset,
            pending: Vec::new(),
            failed: false,
        }
    }

    /// Prints to standard output, up to the last line break at once.
    pub(super) fn print(&mut self, bytes: &[u8]) {
        let begin = self.pending.len();
        self.pending.extend_from_slice(bytes);
        let lines = match bytes.iter().rposition(|byte| *byte == b'\n') {
            Some(at) => begin + at + 1,
            None if self.pending.len() >= PENDING => self.pending.len(),
            None => return,
        };
        let rest = self.pending.split_off(lines);
        let lines = std::mem::replace(&mut self.pending, rest);
        self.failed |= write(&lines).is_err();
    }

    /// What is printed when the program ends, and whether all of it arrived.
    pub(super) fn close(&mut self) -> bool {
        let last = write(&std::mem::take(&mut self.pending)).and_then(|()| {
            // To close what is not open fails too, but only who lost something minds.
            if self.failed {
                inherited::stdout_is_open()
            } else {
                Ok(())
            }
        });
        let why = match last {
            Err(error) => format!("write error: {}", reason(&error)),
            // Which of the writes failed, and why, is forgotten by then.
            Ok(()) if self.failed => "write error".to_owned(),
            Ok(()) => return true,
        };
        self.failed = false;
        self.say(why.as_bytes());
        false
    }

    /// Says something on standard error, on a line that begins with the program's name.
    pub(super) fn say(&mut self, message: &[u8]) {
        self.say_without_name(&[self.name.as_encoded_bytes(), b": ", message].concat());
    }

    pub(super) fn say_without_name(&mut self, message: &[u8]) {
        if !self.pending.is_empty() {
            let pending = std::mem::take(&mut self.pending);
            self.failed |= write(&pending).is_err();
        }
        // There is nowhere to say that standard error takes nothing.
        let _ = io::stderr().write_all(&[message, b"\n"].concat());
    }

    /// Says what is the matter with a file.
    pub(super) fn complain(&mut self, file: &[u8], why: &str) {
        self.say(&[&self.named(file)[..], b": ", why.as_bytes()].concat());
    }

    /// A file's name as messages have it.
    pub(super) fn named(&self, file: &[u8]) -> Vec<u8> {
        quote::name(file, self.charset)
    }

    /// A word of the command line as messages have it.
    pub(super) fn quoted(&self, word: &[u8]) -> Vec<u8> {
        quote::quoted(word, self.charset)
    }

    pub(super) fn program(&self) -> &[u8] {
        self.name.as_encoded_bytes()
    }
}

fn write(bytes: &[u8]) -> io::Result<()> {
    if bytes.is_empty() {
        return Ok(());
    }
    inherited::stdout_is_open()?;
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}

/// The system's words for an error, without Rust's number behind them.
pub(super) fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    match error.raw_os_error() {
        Some(number) => text
            .strip_suffix(&format!(" (os error {number})"))
            .unwrap_or(&text)
            .to_owned(),
        None => text,
    }
}
