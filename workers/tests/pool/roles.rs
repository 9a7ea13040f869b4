//! Programs that the tests start and do things to: this very program, told by its environment
//! which one to be.

use std::io::Write as _;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use workers::pool::{Pool, Processes, Stage, Terms};

use crate::tasks::Do;
use crate::world::{children, wait_until};

const ROLE: &str = "POOL_TEST_ROLE";

/// Plays the role that the environment names, and never returns then.
pub fn play_if_asked() {
    let Ok(role) = std::env::var(ROLE) else {
        return;
    };
    match role.as_str() {
        "busy" => busy(),
        "deleted" => deleted(),
        "moved" => moved(),
        "many" => many(),
        other => panic!("there is no role called {other}"),
    }
    std::process::exit(0);
}

/// Starts a copy of this program, or itself, in a role.
pub fn command(role: &str, program: Option<&std::path::Path>) -> Command {
    let own = std::env::current_exe().expect("its own path");
    let mut command = Command::new(program.unwrap_or(&own));
    command.env(ROLE, role).stdin(Stdio::null());
    command
}

pub fn start(role: &str) -> Child {
    command(role, None)
        .stdout(Stdio::piped())
        .spawn()
        .expect("a program")
}

fn say(text: &str) {
    println!("{text}");
    std::io::stdout().flush().expect("somebody listens");
}

/// Ten workers that never look up, each in a loop; says their numbers, and waits to be killed.
fn busy() {
    let pool: Pool<Do, Processes> = Pool::builder().workers(10).build().expect("a pool");
    let handles: Vec<_> = (0..10)
        .map(|_| pool.submit(Do::Spin(600_000)).expect("taken"))
        .collect();
    let running = |stage| matches!(stage, Stage::Running { .. });
    assert!(wait_until(|| handles
        .iter()
        .all(|one| running(one.stage()))));
    let pids: Vec<String> = children().iter().map(ToString::to_string).collect();
    say(&pids.join(" "));
    std::thread::sleep(Duration::from_secs(600));
}

/// Deletes its own file, loses its worker, and goes on with another.
fn deleted() {
    goes_on_after(|own| std::fs::remove_file(own).expect("deleted"));
}

/// Moves its own file and puts another in its place, loses its worker, and goes on with another.
fn moved() {
    goes_on_after(|own| {
        std::fs::rename(own, own.with_extension("elsewhere")).expect("moved");
        std::fs::write(own, "#!/bin/sh\nexit 3\n").expect("another");
    });
}

fn goes_on_after(harm: impl FnOnce(&std::path::Path)) {
    let pool: Pool<Do, Processes> = Pool::builder().workers(1).build().expect("a pool");
    let first = pool.submit(Do::Pid).expect("taken").wait().expect("done");
    harm(&std::env::current_exe().expect("its own path"));
    let terms = Terms {
        attempts: 2,
        ..Terms::default()
    };
    let handle = pool.submit_on(terms, Do::Sleep(200)).expect("taken");
    assert!(wait_until(|| handle.stage() != Stage::Queued));
    pool.kill_worker(0);
    handle.wait().expect("done by another");
    let second = pool.submit(Do::Pid).expect("taken").wait().expect("done");
    assert_ne!(first, second);
    say("went on");
}

/// Wants more workers than it may have.
fn many() {
    let pool: Pool<Do, Processes> = Pool::builder().workers(100).build().expect("a pool");
    let outcomes = pool.map((0..300).map(|_| Do::Sleep(2)));
    match outcomes {
        Ok(outcomes) => {
            let done = outcomes.iter().filter(|one| one.is_ok()).count();
            let why = outcomes.iter().find_map(|one| one.as_ref().err());
            say(&format!("{done} done, {why:?}"));
        }
        Err(error) => say(&format!("not taken: {error}")),
    }
}
