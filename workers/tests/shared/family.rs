//! Children of the test program: this very program, told by its arguments what to do.

use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use workers::shared::Event;

const ROLE: &str = "SHARED_TEST_ROLE";
/// Longer than anything here takes on the slowest machine.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// What a child can be asked to do, with the tokens in its arguments.
pub type Role = (&'static str, fn(&[String]));

/// Plays the role that this program was started for, and never returns then.
pub fn play_if_asked(roles: &[&[Role]]) {
    let Ok(asked) = std::env::var(ROLE) else {
        return;
    };
    let role = roles.iter().copied().flatten().find(|role| role.0 == asked);
    let (_, play) = role.expect("a role that there is");
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    play(&arguments);
    std::process::exit(0);
}

/// A child, which is killed if the test ends before it does.
pub struct Kin(Child);

/// Starts this program in a role.
pub fn start(role: &str, arguments: &[&dyn ToString]) -> Kin {
    let own = std::env::current_exe().expect("its own path");
    Kin(Command::new(own)
        .env(ROLE, role)
        .args(arguments.iter().map(|argument| argument.to_string()))
        .stdin(Stdio::null())
        .spawn()
        .expect("a child"))
}

/// As `start`, and returns when the child has set the event that is its first argument.
pub fn start_and_wait(role: &str, arguments: &[&dyn ToString]) -> Kin {
    let ready = Event::new().expect("an event");
    let token = ready.token();
    let mut all: Vec<&dyn ToString> = vec![&token];
    all.extend_from_slice(arguments);
    let kin = start(role, &all);
    assert!(ready.wait_timeout(PATIENCE), "{role} does not begin");
    kin
}

impl Kin {
    /// Without a chance to do anything more (SIGKILL, `TerminateProcess`).
    pub fn kill(&mut self) {
        self.0.kill().expect("it can be killed");
    }

    pub fn kill_and_reap(mut self) {
        self.kill();
        self.0.wait().expect("it ends");
    }

    /// It ends by itself, and well.
    pub fn succeeds(mut self) {
        let end = Instant::now() + PATIENCE;
        let status: ExitStatus = loop {
            match self.0.try_wait().expect("it can be asked") {
                Some(status) => break status,
                None => assert!(Instant::now() < end, "a child does not end"),
            }
            std::thread::sleep(Duration::from_millis(2));
        };
        assert!(status.success(), "a child failed: {status}");
    }
}

impl Drop for Kin {
    fn drop(&mut self) {
        // It may have ended long ago.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Waits for what other processes do and cannot tell.
pub fn wait_until(mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < end, "it did not come about");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// The object that an argument is the token of.
#[macro_export]
macro_rules! opened {
    ($argument:expr) => {
        $argument
            .parse::<workers::shared::Token<_>>()
            .expect("a token")
            .open()
            .expect("an object")
    };
}
