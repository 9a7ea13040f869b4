//! What the tests' workers are asked to do.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use workers::pool::{Context, Failure, Task, Work};

/// Everything a worker can do to a pool.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Do {
    /// Give these bytes back.
    Echo(Vec<u8>),
    Square(u64),
    /// Sleep for so many milliseconds, looking up now and then.
    Sleep(u64),
    /// Wait until there is such a file, looking up now and then.
    Await(String),
    /// Sleep and never look up.
    Stubborn(u64),
    /// Keep a core busy for so many milliseconds, and never look up.
    Spin(u64),
    /// Use so many milliseconds of processor time.
    Burn(u64),
    /// Let no polite signal end this process, and never look up.
    IgnoreSignals,
    Fail(String),
    Panic(String),
    Exit(i32),
    /// End this process by a signal.
    Raise(Signal),
    /// Print so many bytes on standard output and as many on standard error.
    Print(usize),
    /// Start a program that holds every stream it gets for a minute; gives its number.
    Grandchild,
    /// Answer whoever asks at this port, and never look up.
    Answer(u16),
    /// Start a program that answers whoever asks at this port.
    LeaveBehind(u16),
    /// Start a program that reads its standard input to the end; gives what it said.
    ReadInput,
    /// Append a line to a file and wait so many milliseconds: who ran, seen from outside.
    Note(String, u64),
    /// The number of this process.
    Pid,
    /// Say how far it is, ten times.
    Progress,
    /// An output that cannot be sent.
    Huge(usize),
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub enum Signal {
    Kill,
    Segv,
    Abort,
    Stop,
}

impl Task for Do {
    type Output = Vec<u8>;

    fn run(self, context: &Context<'_, Self>) -> Result<Vec<u8>, Failure> {
        match self {
            Self::Echo(bytes) => Ok(bytes),
            Self::Square(n) => Ok((n * n).to_le_bytes().to_vec()),
            Self::Sleep(ms) => {
                let until = Instant::now() + Duration::from_millis(ms);
                while Instant::now() < until {
                    context.checkpoint()?;
                    std::thread::sleep(Duration::from_millis(2));
                }
                Ok(Vec::new())
            }
            Self::Await(path) => {
                while !std::path::Path::new(&path).exists() {
                    context.checkpoint()?;
                    std::thread::sleep(Duration::from_millis(2));
                }
                Ok(Vec::new())
            }
            Self::Stubborn(ms) => {
                std::thread::sleep(Duration::from_millis(ms));
                Ok(Vec::new())
            }
            Self::Spin(ms) => {
                let until = Instant::now() + Duration::from_millis(ms);
                while Instant::now() < until {
                    std::hint::spin_loop();
                }
                Ok(Vec::new())
            }
            Self::Burn(ms) => {
                let clock = workers::process::usage::CpuClock::start();
                let burnt = || clock.elapsed().expect("every system tells");
                while burnt() < Duration::from_millis(ms) {
                    std::hint::spin_loop();
                }
                Ok(Vec::new())
            }
            Self::IgnoreSignals => {
                ignore_signals();
                loop {
                    std::thread::sleep(Duration::from_secs(1));
                }
            }
            Self::Fail(why) => Err(Failure::new(why)),
            Self::Panic(why) => panic!("{why}"),
            Self::Exit(code) => std::process::exit(code),
            Self::Raise(signal) => {
                raise(signal);
                std::thread::sleep(Duration::from_secs(60));
                Ok(Vec::new())
            }
            Self::Print(bytes) => {
                let line = [b'o'; 99];
                for _ in 0..bytes.div_ceil(100) {
                    println!("{}", String::from_utf8_lossy(&line));
                    eprintln!("{}", String::from_utf8_lossy(&line));
                }
                std::io::stdout().flush()?;
                Ok(Vec::new())
            }
            Self::Grandchild => {
                let child = Command::new("sleep").arg("60").spawn()?;
                Ok(child.id().to_le_bytes().to_vec())
            }
            Self::Answer(port) => {
                crate::tethered::answer(port);
                Ok(Vec::new())
            }
            Self::LeaveBehind(port) => {
                crate::tethered::leave_behind(port)?;
                Ok(Vec::new())
            }
            Self::ReadInput => {
                let output = Command::new(if cfg!(windows) { "findstr" } else { "cat" })
                    .args(cfg!(windows).then_some("."))
                    .stdin(Stdio::inherit())
                    .output()?;
                Ok(output.stdout)
            }
            Self::Note(path, ms) => {
                let mut file = std::fs::File::options()
                    .append(true)
                    .create(true)
                    .open(path)?;
                file.write_all(b"ran\n")?;
                std::thread::sleep(Duration::from_millis(ms));
                Ok(Vec::new())
            }
            Self::Pid => Ok(std::process::id().to_le_bytes().to_vec()),
            Self::Progress => {
                for step in 1..=10 {
                    context.progress(step, 10);
                    std::thread::sleep(Duration::from_millis(25));
                }
                Ok(Vec::new())
            }
            Self::Huge(bytes) => Ok(vec![0; bytes]),
        }
    }
}

#[cfg(unix)]
fn raise(signal: Signal) {
    use nix::sys::signal::{Signal as S, kill};
    let signal = match signal {
        Signal::Kill => S::SIGKILL,
        Signal::Segv => S::SIGSEGV,
        Signal::Abort => S::SIGABRT,
        Signal::Stop => S::SIGSTOP,
    };
    // Twice: Rust's own handler takes the first segmentation fault for one of the stack's guard
    // pages, sees that it is not, and leaves the next to the system.
    for _ in 0..2 {
        let _ = kill(nix::unistd::Pid::this(), signal);
    }
}

#[cfg(windows)]
fn raise(_signal: Signal) {
    std::process::abort();
}

#[cfg(unix)]
fn ignore_signals() {
    // Blocked, which for one that is never looked at is the same as ignored, and safe to ask for.
    let mut all = nix::sys::signal::SigSet::all();
    all.thread_block().expect("signals can be blocked");
    all = nix::sys::signal::SigSet::empty();
    let _ = all;
}

#[cfg(windows)]
fn ignore_signals() {}

/// A worker that is set up, counts, and sends parts.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Count(pub u32);

#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum SetUp {
    From(u32),
    Fail,
    Panic,
    Exit(i32),
}

impl Work for Count {
    type Output = u32;
    type Part = u32;
    type SetUp = SetUp;
    type State = u32;

    fn set_up(set_up: SetUp) -> Result<u32, Failure> {
        match set_up {
            SetUp::From(n) => Ok(n),
            SetUp::Fail => Err(Failure::new("no licence")),
            SetUp::Panic => panic!("no hope"),
            SetUp::Exit(code) => std::process::exit(code),
        }
    }

    fn work(self, state: &mut u32, context: &Context<'_, Self>) -> Result<u32, Failure> {
        for _ in 0..self.0 {
            *state += 1;
            context.part(*state);
        }
        Ok(*state)
    }
}

/// Known to no worker.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Unknown;

impl Task for Unknown {
    type Output = ();
    fn run(self, _context: &Context<'_, Self>) -> Result<(), Failure> {
        Ok(())
    }
}

/// A request that cannot be read on the other side, or an output that cannot on this one.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Awkward {
    Request(Unreadable),
    Output,
    /// Its request panics while it is read.
    Explosive(Explosive),
    Fine,
}

#[derive(Clone, Debug, Serialize)]
pub struct Unreadable;

impl<'de> Deserialize<'de> for Unreadable {
    fn deserialize<D: serde::Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Err(serde::de::Error::custom("nobody can read this"))
    }
}

#[derive(Clone, Debug, Serialize)]
pub struct Explosive;

impl<'de> Deserialize<'de> for Explosive {
    fn deserialize<D: serde::Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        panic!("bang")
    }
}

impl Task for Awkward {
    type Output = Option<Unreadable>;
    fn run(self, _context: &Context<'_, Self>) -> Result<Option<Unreadable>, Failure> {
        Ok(matches!(self, Self::Output).then_some(Unreadable))
    }
}
