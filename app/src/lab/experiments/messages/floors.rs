//! What no program can do without, measured on this machine, and in words what that means for a
//! row that is not ten times as fast as Python's.

use std::hint::black_box;
use std::io::{self, Read as _, Write as _};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

use serde::{Deserialize, Serialize};

use super::rows::Floor;
use crate::lab::outcome::{seconds, significant};

/// Seconds that each takes.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Floors {
    two_atomics: f64,
    wake_up: f64,
    two_copies: f64,
    read: f64,
    there_and_back: f64,
}

const STEPS: u32 = 500_000;
const WAKE_UPS: u32 = 4_000;

impl Floors {
    pub(super) fn measure() -> io::Result<Self> {
        let number = AtomicU64::new(0);
        let (mut here, mut there) = ([1_u8; 256], [0_u8; 256]);
        let list = [5_u64; 8];
        Ok(Self {
            two_atomics: each(STEPS, || {
                let number = black_box(&number);
                number.swap(1, Ordering::Acquire);
                number.swap(0, Ordering::Release);
            }),
            wake_up: wake_up(),
            there_and_back: there_and_back()?,
            two_copies: each(STEPS, || {
                black_box(&mut there).copy_from_slice(black_box(&here));
                black_box(&mut here).copy_from_slice(black_box(&there));
            }),
            read: each(STEPS, || {
                black_box(black_box(&list)[black_box(5)]);
            }),
        })
    }

    fn of(&self, floor: Floor) -> (f64, &'static str) {
        match floor {
            Floor::Asking(times) => (
                f64::from(times) * self.there_and_back,
                match times {
                    1 => "a byte through the system to one who sleeps, and back, takes",
                    _ => "a byte through the system to one who sleeps, and back, twice, takes",
                },
            ),
            Floor::TwoAtomics => (self.two_atomics, "two atomic steps of the processor take"),
            Floor::WakeUp => (self.wake_up, "waking a thread that sleeps takes"),
            Floor::TwoCopies => (self.two_copies, "copying 256 bytes in and out takes"),
            Floor::Read => (self.read, "reading a number takes"),
        }
    }

    /// What stands in the way of ten times Python's rate. `own`, `python` and `spinning` are
    /// seconds each.
    pub(super) fn reason(
        &self,
        floor: Floor,
        own: f64,
        python: f64,
        spinning: Option<f64>,
    ) -> String {
        let (least, what) = self.of(floor);
        let tenth = python / 10.0;
        let mut words = if least >= tenth {
            format!(
                "{what} {} here, which is more than a tenth of Python's {}: nothing that does so can be ten times as fast.",
                seconds(least),
                seconds(python)
            )
        } else {
            format!(
                "{what} {} of the {} here; the rest is this program's own work, or waiting for the other side. A tenth of Python's {} would be {}.",
                seconds(least),
                seconds(own),
                seconds(python),
                seconds(tenth)
            )
        };
        if let Some(spinning) = spinning
            && spinning < own
        {
            words.push_str(&format!(
                " Looking again and again instead of sleeping takes {}, {} times as fast as Python.",
                seconds(spinning),
                significant(python / spinning)
            ));
        }
        if cfg!(debug_assertions) {
            words.push_str(" This is a build without optimisation.");
        }
        words
    }
}

fn each(times: u32, mut step: impl FnMut()) -> f64 {
    let begun = Instant::now();
    for _ in 0..times {
        step();
    }
    begun.elapsed().as_secs_f64() / f64::from(times)
}

/// Two threads wake each other by turns, and sleep meanwhile.
fn wake_up() -> f64 {
    let (asked, answered) = (AtomicBool::new(false), AtomicBool::new(false));
    let asleep_until = |flag: &AtomicBool| {
        // Waking up may be for nothing.
        while !flag.swap(false, Ordering::AcqRel) {
            thread::park();
        }
    };
    let caller = thread::current();
    thread::scope(|scope| {
        let other = scope.spawn(|| {
            for _ in 0..WAKE_UPS {
                asleep_until(&asked);
                answered.store(true, Ordering::Release);
                caller.unpark();
            }
        });
        each(WAKE_UPS, || {
            asked.store(true, Ordering::Release);
            other.thread().unpark();
            asleep_until(&answered);
        }) / 2.0
    })
}

/// What a question to another process and its answer are made of: writing, waking, reading, twice.
/// Through pipes, which every system has, between two threads, which are woken as processes are.
fn there_and_back() -> io::Result<f64> {
    let (mut question, mut ask) = io::pipe()?;
    let (mut answer, mut reply) = io::pipe()?;
    thread::scope(|scope| {
        scope.spawn(move || {
            let mut byte = [0];
            // Until the other side is closed.
            while question.read_exact(&mut byte).is_ok() && reply.write_all(&byte).is_ok() {}
        });
        let mut asked = Ok(());
        let seconds = each(WAKE_UPS, || {
            if asked.is_ok() {
                asked = ask
                    .write_all(&[1])
                    .and_then(|()| answer.read_exact(&mut [0]));
            }
        });
        drop(ask);
        asked.map(|()| seconds)
    })
}
