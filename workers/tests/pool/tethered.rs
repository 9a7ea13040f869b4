//! Programs that are started and left behind. Whether one lives is told by a connection, which
//! the system closes with it: that holds on every system, and for no stranger's number.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use workers::pool::{Pool, Processes};

use crate::tasks::Do;
use crate::world::{PATIENCE, wait_until};

/// The program that answers.
const ANSWERING: &str = "answering";
/// The program whose worker answers, and has started one that does.
const EMPLOYING: &str = "employing";

/// Where a program is to call.
pub struct Line(TcpListener);

impl Line {
    pub fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.set_nonblocking(true).expect("it need not wait");
        Self(listener)
    }

    pub fn port(&self) -> u16 {
        self.0.local_addr().expect("an address").port()
    }

    pub fn accept(&self) -> Tethered {
        let mut accepted = None;
        wait_until(|| {
            accepted = self.0.accept().ok();
            accepted.is_some()
        });
        let (stream, _) = accepted.expect("it calls");
        stream.set_nonblocking(false).expect("it may wait");
        stream.set_read_timeout(Some(PATIENCE)).expect("a limit");
        Tethered(stream)
    }
}

/// One that has called.
pub struct Tethered(TcpStream);

impl Tethered {
    /// It answers.
    pub fn is_alive(&mut self) -> bool {
        self.0.write_all(b"?").is_ok() && self.0.read_exact(&mut [0]).is_ok()
    }

    /// It has ended, or does so before patience does.
    pub fn ends(&mut self) -> bool {
        match self.0.read(&mut [0]) {
            Ok(said) => said == 0,
            Err(error) => !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
        }
    }
}

/// Answers until nobody is there to ask.
pub fn answer(port: u16) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("the test listens");
    let mut asked = [0];
    while stream.read_exact(&mut asked).is_ok() && stream.write_all(&asked).is_ok() {}
}

/// Starts a program that answers, and does not wait for it.
pub fn leave_behind(port: u16) -> std::io::Result<()> {
    start(&[ANSWERING, &port.to_string()]).map(drop)
}

/// Starts a program with one worker, which answers at one port and has left a program behind
/// that answers at another.
pub fn employ(worker: u16, left_behind: u16) -> std::io::Result<Child> {
    start(&[EMPLOYING, &worker.to_string(), &left_behind.to_string()])
}

fn start(arguments: &[&str]) -> std::io::Result<Child> {
    Command::new(std::env::current_exe()?)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
}

/// In such a program, never returns.
pub fn entry() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let port = |at: usize| arguments[at].parse().expect("a port");
    match arguments.first().map(String::as_str) {
        Some(ANSWERING) => answer(port(1)),
        Some(EMPLOYING) => {
            let pool: Pool<Do, Processes> = Pool::builder().workers(1).build().expect("a pool");
            let left = pool.submit(Do::LeaveBehind(port(2))).expect("taken");
            left.wait().expect("started");
            let _answers = pool.submit(Do::Answer(port(1))).expect("taken");
            // Killed long before that, or everything here would be at its regular end.
            std::thread::sleep(Duration::from_secs(600));
        }
        _ => return,
    }
    std::process::exit(0);
}
