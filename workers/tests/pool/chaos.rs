//! Schedules that nobody thought of, ten thousand tasks, and bytes from enemies.

use std::io::{Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use workers::pool::{Death, Executor, Handle, Pool, Processes, Terms, Threads};

use crate::tasks::{Do, Signal};
use crate::trials;
use crate::world::{PATIENCE, children, resident, wait_until};

trials! {
    both: [
        any_schedule_ends_with_one_outcome_for_each_task,
    ],
    processes: [],
    linux: [
        descriptors_threads_and_memory_are_flat_over_ten_thousand_tasks,
        a_worker_fed_with_damaged_frames_ends_with_an_error,
        a_parent_fed_with_damaged_frames_has_an_error_and_no_more_memory,
    ],
}

/// The same numbers from the same seed on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

fn task(dice: &mut Dice, can_die: bool) -> Do {
    match dice.roll(if can_die { 9 } else { 6 }) {
        0 | 1 => Do::Square(dice.roll(1000)),
        2 => Do::Echo(vec![9; dice.roll(200_000) as usize]),
        3 => Do::Sleep(dice.roll(40)),
        4 => Do::Fail("on purpose".to_owned()),
        5 => Do::Panic("on purpose".to_owned()),
        6 => Do::Exit(4),
        7 => Do::Raise(Signal::Kill),
        _ => Do::Stubborn(dice.roll(60)),
    }
}

/// What only some pools can do.
trait Killing: Executor {
    /// Ends a task, or the worker in some place, by force, where that can be done.
    fn kill(_pool: &Pool<Do, Self>, _task: &Handle<Do>, _dice: &mut Dice)
    where
        Self: Sized,
    {
    }
}

impl Killing for Threads {}

impl Killing for Processes {
    fn kill(pool: &Pool<Do, Self>, task: &Handle<Do>, dice: &mut Dice) {
        if dice.roll(2) == 0 {
            pool.kill(task);
        } else {
            pool.kill_worker(dice.roll(5) as usize);
        }
    }
}

fn any_schedule_ends_with_one_outcome_for_each_task<E: Killing>() {
    let can_die = E::CAN_KILL;
    for seed in 1..=12u64 {
        let mut dice = Dice(0x9e37_79b9_7f4a_7c15u64.wrapping_mul(seed));
        let mut builder = Pool::<Do, E>::builder().workers(1 + dice.roll(4) as usize);
        if dice.roll(3) > 0 {
            builder = builder.batch(1 + dice.roll(4) as usize);
        }
        let pool = builder
            .tasks_per_worker(1 + dice.roll(20) as u32)
            .grace(Duration::from_millis(50))
            .build()
            .expect("a pool");
        let mut handles: Vec<Handle<Do>> = Vec::new();
        for _ in 0..80 {
            match dice.roll(13) {
                0..=6 => {
                    let terms = Terms {
                        priority: dice.roll(3) as i32,
                        attempts: 1 + dice.roll(3) as usize,
                        limit: (dice.roll(4) == 0).then_some(Duration::from_millis(30)),
                    };
                    handles.push(
                        pool.submit_on(terms, task(&mut dice, can_die))
                            .expect("open"),
                    );
                }
                7 if !handles.is_empty() => {
                    handles[dice.roll(handles.len() as u64) as usize].cancel();
                }
                8 => pool.resize(1 + dice.roll(5) as usize).expect("a size"),
                9 => pool.pause(),
                10 => pool.resume(),
                11 if !handles.is_empty() => {
                    let at = dice.roll(handles.len() as u64) as usize;
                    E::kill(&pool, &handles[at], &mut dice);
                }
                _ => std::thread::sleep(Duration::from_millis(dice.roll(10))),
            }
        }
        pool.resume();
        match dice.roll(3) {
            0 => pool.close(),
            1 => pool.terminate(),
            _ => {}
        }
        if dice.roll(2) == 0 {
            drop(pool);
        } else {
            pool.join();
        }
        for (n, handle) in handles.into_iter().enumerate() {
            assert!(
                handle.wait_timeout(PATIENCE).is_ok(),
                "seed {seed}: task {n} has no outcome"
            );
        }
        assert!(children().is_empty(), "seed {seed}: {:?}", children());
    }
}

fn descriptors_threads_and_memory_are_flat_over_ten_thousand_tasks() {
    let count = |folder: &str| std::fs::read_dir(folder).expect("/proc").count();
    let look = || (count("/proc/self/fd"), count("/proc/self/task"), resident());
    let pool: Pool<Do, Processes> = Pool::builder()
        .workers(4)
        .tasks_per_worker(100)
        .build()
        .expect("a pool");
    let round = |tasks: u64| {
        let done = pool
            .imap_unordered((0..tasks).map(Do::Square))
            .filter(|outcome| matches!(outcome, Ok((_, Ok(_)))))
            .count();
        assert_eq!(done as u64, tasks);
    };
    round(1000);
    let before = look();
    round(10_000);
    // Those that were being replaced at that moment come and go.
    assert!(
        wait_until(|| {
            let (descriptors, threads, kib) = look();
            descriptors <= before.0 + 12 && threads <= before.1 + 16 && kib <= before.2 + 8 * 1024
        }),
        "{before:?} became {:?}",
        look()
    );
    assert!(pool.turnover().started >= 100, "{:?}", pool.turnover());
    assert_eq!(pool.turnover().lost, 0);
}

/// Bytes that no worker sends: each kind of damage, and noise.
fn damage() -> Vec<Vec<u8>> {
    let mut damage = vec![
        vec![],
        vec![1],
        vec![0, 0, 0],
        // No byte where a message should be.
        vec![0, 0, 0, 0],
        // More than any frame may have, and as much as one may, of which nothing comes.
        u32::MAX.to_le_bytes().to_vec(),
        (64u32 << 20).to_le_bytes().to_vec(),
        // A message of no known kind, and one cut short.
        vec![1, 0, 0, 0, 0xff],
        vec![9, 0, 0, 0, 0, 1],
        // A text that claims to be longer than its frame.
        vec![6, 0, 0, 0, 0, 2, 0xff, 0xff, 0xff, 0x7f],
    ];
    let mut dice = Dice(77);
    for _ in 0..40 {
        let length = dice.roll(300) as usize;
        let mut noise: Vec<u8> = (0..length).map(|_| dice.roll(256) as u8).collect();
        if dice.roll(2) == 0 && length > 4 {
            // A true length, so that it is the message that is noise.
            noise[..4].copy_from_slice(&(length as u32 - 4).to_le_bytes());
        }
        damage.push(noise);
    }
    damage
}

fn worker() -> Command {
    let mut command = Command::new(std::env::current_exe().expect("its own path"));
    command
        .args(["worker", "--parent", &std::process::id().to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn a_worker_fed_with_damaged_frames_ends_with_an_error() {
    for bytes in damage() {
        let mut child = worker().spawn().expect("a worker");
        // It may have ended before it was all written.
        let _ = child.stdin.take().expect("a pipe").write_all(&bytes);
        let since = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().expect("a child") {
                break status;
            }
            assert!(since.elapsed() < PATIENCE, "hangs on {bytes:?}");
            std::thread::sleep(Duration::from_millis(2));
        };
        let mut said = String::new();
        child
            .stderr
            .take()
            .expect("a pipe")
            .read_to_string(&mut said)
            .expect("text");
        assert!(!said.contains("panicked"), "{bytes:?}: {said}");
        // Nothing at all is a parent that has gone, which is no error.
        let expected = i32::from(!bytes.is_empty());
        assert_eq!(status.code(), Some(expected), "{bytes:?}: {said}");
    }
}

fn a_parent_fed_with_damaged_frames_has_an_error_and_no_more_memory() {
    // What a worker says first, from one of them.
    let mut child = worker().spawn().expect("a worker");
    drop(child.stdin.take());
    let mut hello = Vec::new();
    child
        .stdout
        .take()
        .expect("a pipe")
        .read_to_end(&mut hello)
        .expect("hello");
    child.wait().expect("it ends");
    assert!(hello.len() > 4);
    // And that it is ready: the second kind of message, with nothing in it.
    hello.extend_from_slice(&[1, 0, 0, 0, 1]);

    let folder = tempfile::tempdir().expect("a folder");
    let before = resident();
    for (n, bytes) in damage().into_iter().take(20).enumerate() {
        let words = folder.path().join(format!("{n}.bytes"));
        std::fs::write(&words, [hello.clone(), bytes.clone()].concat()).expect("written");
        let program = folder.path().join(format!("{n}.sh"));
        let script = format!("#!/bin/sh\ncat '{}'\n", words.display());
        std::fs::write(&program, script).expect("written");
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).expect("set");
        let pool: Pool<Do, Processes> = Pool::builder()
            .workers(1)
            .executable(&program)
            .build()
            .expect("a pool");
        let handle = pool.submit(Do::Square(1)).expect("taken");
        let Ok(outcome) = handle.wait_timeout(PATIENCE) else {
            panic!("hangs on {bytes:?}");
        };
        assert!(
            matches!(outcome, Err(Death::NoWorker(_) | Death::Crashed(_))),
            "{bytes:?}: {outcome:?}"
        );
    }
    let grown = resident().saturating_sub(before);
    assert!(grown < 70 << 10, "{grown} KiB more");
}
