//! How far a conversion is: its lists are read three times, to look, to see what cannot be carried, and
//! to write.

use std::cell::RefCell;
use std::io::{self, Read};
use std::rc::Rc;

use crate::cli::output::ProgressLine;

/// How often each list is read.
const READINGS: u64 = 3;

/// What has been read, and the line that shows it.
#[derive(Clone)]
pub(super) struct Meter(Rc<RefCell<State>>);

struct State {
    line: Option<ProgressLine>,
    done: u64,
    /// Bytes of all lists; `None` while standard input is being kept, and nobody knows.
    all: Option<u64>,
}

impl Meter {
    /// Shows nothing where there is no line to show it on.
    pub(super) fn new(line: Option<ProgressLine>) -> Self {
        Self(Rc::new(RefCell::new(State {
            line,
            done: 0,
            all: None,
        })))
    }

    /// From now on the lists are read, which have so many bytes.
    pub(super) fn expect(&self, bytes: u64) {
        let mut state = self.0.borrow_mut();
        state.done = 0;
        state.all = Some(bytes);
    }

    /// A reader whose bytes are counted.
    pub(super) fn over<R: Read>(&self, source: R) -> Metered<R> {
        Metered {
            source,
            meter: self.clone(),
        }
    }

    /// Takes the line away, until there is more to show.
    pub(super) fn clear(&self) {
        if let Some(line) = &mut self.0.borrow_mut().line {
            line.clear();
        }
    }

    /// Takes the line away for good.
    pub(super) fn hide(&self) {
        self.clear();
        self.0.borrow_mut().line = None;
    }
}

impl State {
    fn read(&mut self, bytes: u64) {
        self.done += bytes;
        match (&mut self.line, self.all) {
            (None, _) => {}
            (Some(line), None) => line.show_stream(self.done),
            (Some(line), Some(all)) => {
                // A list that grows meanwhile, or is looked into once more for its algorithm.
                let share = self.done as f64 / (all * READINGS).max(1) as f64;
                line.show_share("converting", share.min(1.0));
            }
        }
    }
}

/// A list that is being read.
pub(super) struct Metered<R> {
    source: R,
    meter: Meter,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        self.meter.0.borrow_mut().read(read as u64);
        Ok(read)
    }
}
