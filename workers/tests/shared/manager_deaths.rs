//! A manager, its maker and its clients, when one of them is killed.

use std::process::{Command, Stdio};
use std::time::Duration;
#[cfg(unix)]
use std::time::Instant;

use workers::shared::manager::{Error, List, Lock, Manager, Over, Queue, Token};
use workers::shared::{Event, Queue as Messages};

use crate::family::{PATIENCE, Role, start_and_wait, wait_until};
use crate::opened;

pub const ROLES: &[Role] = &[
    ("hold a manager's lock", hold),
    ("wait for a manager's lock", wait_for_lock),
    ("own a manager", own),
    ("put without end", put_without_end),
];

crate::trials! {
    a_managers_lock_goes_on_when_its_holder_is_killed_and_says_so,
    those_who_are_killed_while_they_wait_hold_up_nobody,
    a_panic_abandons_a_managers_lock,
    when_a_manager_is_killed_everybody_hears_of_it,
    #[cfg(unix)]
    a_manager_that_is_stopped_counts_as_not_answering,
    a_manager_ends_with_its_maker,
    a_manager_that_is_dropped_has_ended,
    clients_that_are_killed_midway_leave_whole_messages,
}

fn local() -> Manager {
    Manager::start(Over::Local).expect("a manager")
}

fn lock_of(argument: &str) -> Lock {
    argument.parse::<Token<Lock>>().unwrap().open().unwrap()
}

fn hold(arguments: &[String]) {
    let ready: Event = opened!(arguments[0]);
    let _held = lock_of(&arguments[1]).acquire().unwrap();
    ready.set();
    std::thread::sleep(PATIENCE);
}

fn wait_for_lock(arguments: &[String]) {
    let ready: Event = opened!(arguments[0]);
    let lock = lock_of(&arguments[1]);
    ready.set();
    let _held = lock.acquire().unwrap();
    std::thread::sleep(PATIENCE);
}

fn a_managers_lock_goes_on_when_its_holder_is_killed_and_says_so() {
    let manager = local();
    let lock = manager.lock().unwrap();
    let mut holder = start_and_wait("hold a manager's lock", &[&lock.token()]);
    assert!(lock.try_acquire().unwrap().is_none());
    std::thread::scope(|scope| {
        let waiter = scope.spawn(|| lock.acquire().unwrap().is_abandoned());
        holder.kill();
        assert!(waiter.join().unwrap());
    });
    assert!(!lock.acquire().unwrap().is_abandoned());
}

fn those_who_are_killed_while_they_wait_hold_up_nobody() {
    let manager = local();
    let lock = manager.lock().unwrap();
    let held = lock.acquire().unwrap();
    let mut waiting =
        [(); 3].map(|()| start_and_wait("wait for a manager's lock", &[&lock.token()]));
    waiting.iter_mut().for_each(crate::family::Kin::kill);
    drop(held);
    let next = lock.acquire_timeout(PATIENCE).unwrap();
    assert!(next.is_some());
}

fn a_panic_abandons_a_managers_lock() {
    let manager = local();
    let lock = manager.lock().unwrap();
    let panicked = std::thread::scope(|scope| {
        scope
            .spawn(|| {
                let _held = lock.acquire().unwrap();
                std::panic::resume_unwind(Box::new("on purpose"));
            })
            .join()
    });
    assert!(panicked.is_err());
    assert!(lock.acquire().unwrap().is_abandoned());
    assert!(!lock.acquire().unwrap().is_abandoned());
}

fn kill(pid: u32) {
    let pid = pid.to_string();
    let (program, arguments): (_, &[&str]) = if cfg!(windows) {
        ("taskkill", &["/F", "/PID", &pid])
    } else {
        ("kill", &["-KILL", &pid])
    };
    let status = Command::new(program)
        .args(arguments)
        .stdout(Stdio::null())
        .status();
    assert!(status.unwrap().success());
}

fn when_a_manager_is_killed_everybody_hears_of_it() {
    kill_while_others_wait(&local());
    let awake = Duration::from_millis(1);
    kill_while_others_wait(&Manager::start_awake(Over::Local, awake).expect("a manager"));
}

fn kill_while_others_wait(manager: &Manager) {
    let list = manager.list::<u64>().unwrap();
    let queue = manager.queue::<u64>(1).unwrap();
    let lock = manager.lock().unwrap();
    let token = list.token();
    let held = lock.acquire().unwrap().into_guard();
    std::thread::scope(|scope| {
        let waiters = [
            scope.spawn(|| queue.get().map(drop)),
            scope.spawn(|| lock.acquire().map(drop)),
            scope.spawn(|| list.push(&1).and_then(|()| queue.get().map(drop))),
        ];
        wait_until(|| list.len().unwrap() == 1);
        kill(manager.pid());
        for waiter in waiters {
            let heard = waiter.join().unwrap();
            assert!(matches!(heard, Err(Error::Gone)), "{heard:?}");
        }
    });
    assert!(matches!(list.len(), Err(Error::Gone)));
    assert!(matches!(token.open(), Err(Error::Gone)));
    assert!(matches!(manager.dict::<u8, u8>(), Err(Error::Gone)));
    assert!(matches!(held.release(), Err(Error::Gone)));
    wait_until(|| manager.ended().is_some());
}

/// Windows has no call that stops a process.
#[cfg(unix)]
fn a_manager_that_is_stopped_counts_as_not_answering() {
    let manager = local();
    let list = manager.list::<u64>().unwrap();
    let stop = Command::new("kill")
        .args(["-STOP", &manager.pid().to_string()])
        .status();
    assert!(stop.unwrap().success());
    let began = Instant::now();
    assert!(matches!(list.len(), Err(Error::NoAnswer(_))));
    assert!(began.elapsed() < PATIENCE);
    // And it can be ended all the same.
    drop(manager);
    assert!(matches!(list.len(), Err(Error::Gone)));
}

fn own(arguments: &[String]) {
    let ready: Event = opened!(arguments[0]);
    let messages: Messages = opened!(arguments[1]);
    let manager = local();
    let list = manager.list::<u64>().unwrap();
    messages.put(list.token().to_string().as_bytes()).unwrap();
    ready.set();
    std::thread::sleep(PATIENCE);
}

fn a_manager_ends_with_its_maker() {
    let messages = Messages::new(4096).unwrap();
    let mut maker = start_and_wait("own a manager", &[&messages.token()]);
    let text = String::from_utf8(messages.get().unwrap()).unwrap();
    let token: Token<List<u64>> = text.parse().unwrap();
    let list = token.open().unwrap();
    list.push(&1).unwrap();
    maker.kill();
    wait_until(|| matches!(list.len(), Err(Error::Gone)));
    assert!(matches!(token.open(), Err(Error::Gone)));
}

fn a_manager_that_is_dropped_has_ended() {
    let manager = local();
    let queue = manager.queue::<u64>(1).unwrap();
    std::thread::scope(|scope| {
        let waiter = scope.spawn(|| queue.get());
        // Whether it waits already makes no difference to what it hears.
        drop(manager);
        assert!(matches!(waiter.join().unwrap(), Err(Error::Gone)));
    });
}

/// What a killed client had sent is put some time after.
const SETTLES: Duration = Duration::from_secs(1);

fn put_without_end(arguments: &[String]) {
    let queue: Queue<Vec<u64>> = arguments[0].parse::<Token<_>>().unwrap().open().unwrap();
    for n in 0.. {
        queue.put(&vec![n; 3_000]).unwrap();
    }
}

fn clients_that_are_killed_midway_leave_whole_messages() {
    let manager = local();
    let queue = manager.queue::<Vec<u64>>(4).unwrap();
    for _ in 0..10 {
        let mut client = crate::family::start("put without end", &[&queue.token()]);
        let mut got = 0;
        let mut killed = false;
        // What is left after it was killed is in the queue.
        let limit = |killed| if killed { SETTLES } else { PATIENCE };
        while let Some(message) = queue.get_timeout(limit(killed)).unwrap() {
            assert_eq!(message, vec![got; 3_000]);
            got += 1;
            if got == 20 {
                client.kill();
                killed = true;
            }
        }
        assert!(got >= 20);
    }
}
