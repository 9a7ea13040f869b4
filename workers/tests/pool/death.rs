//! Behaviours 20 to 28: workers die.

#[cfg(target_os = "linux")]
use std::io::{BufRead as _, BufReader};
use std::time::Duration;
#[cfg(target_os = "linux")]
use std::time::Instant;

use workers::pool::{Death, Executor, Pool, Processes, Status, Terms};
#[cfg(target_os = "linux")]
use workers::pool::{Doing, WorkerNow};

use crate::tasks::{Do, Signal};
use crate::tethered::{self, Line, Tethered};
use crate::trials;
use crate::world::{begins, number};
#[cfg(target_os = "linux")]
use crate::world::{children, is_alive, wait_until};

trials! {
    both: [
        a_dying_task_leaves_a_usable_pool,
    ],
    processes: [
        the_last_words_of_a_worker_are_told,
        a_result_that_was_sent_before_the_worker_was_killed_is_kept,
        a_task_that_kills_every_worker_is_set_aside_after_its_second_kill,
        the_pool_never_restarts_in_a_hot_loop,
        a_killed_worker_is_nobodys_fault,
        tasks_that_waited_behind_a_deadly_one_are_done,
        what_a_task_started_ends_when_its_worker_crashes,
        what_a_task_started_ends_when_the_worker_is_killed,
        what_a_task_started_outlives_a_worker_that_ends_well,
        a_worker_at_a_task_ends_with_a_program_that_is_killed,
    ],
    linux: [
        every_death_has_a_name,
        workers_killed_at_random_leave_every_task_with_one_outcome,
        no_worker_outlives_a_parent_that_is_killed_under_load,
    ],
}

fn pool<E: Executor>(workers: usize) -> Pool<Do, E> {
    Pool::builder().workers(workers).build().expect("a pool")
}

fn a_dying_task_leaves_a_usable_pool<E: Executor>() {
    let pool = pool::<E>(1);
    for _ in 0..3 {
        let outcome = pool
            .submit(Do::Panic("on purpose".to_owned()))
            .expect("taken")
            .wait();
        assert!(matches!(outcome, Err(Death::Panicked(_))));
        pool.submit(Do::Square(2))
            .expect("usable")
            .wait()
            .expect("done");
    }
}

/// Ten workers in a loop on however few cores there are, and nobody left to tell them to end.
#[cfg(target_os = "linux")]
fn no_worker_outlives_a_parent_that_is_killed_under_load() {
    let mut parent = crate::roles::start("busy");
    let mut line = String::new();
    let mut said = BufReader::new(parent.stdout.take().expect("a pipe"));
    said.read_line(&mut line).expect("a line");
    let workers: Vec<u32> = line
        .split_whitespace()
        .map(|pid| pid.parse().expect("a number"))
        .collect();
    assert_eq!(workers.len(), 10, "{line}");
    assert!(workers.iter().all(|&pid| is_alive(pid)));
    parent.kill().expect("it runs");
    parent.wait().expect("it was ours");
    let killed = Instant::now();
    assert!(wait_until(|| !workers.iter().any(|&pid| is_alive(pid))));
    let took = killed.elapsed();
    assert!(took < Duration::from_secs(2), "{took:?}");
}

#[cfg(target_os = "linux")]
fn every_death_has_a_name() {
    let pool = pool::<Processes>(1);
    let of = |task| {
        pool.submit(task)
            .expect("taken")
            .wait()
            .expect_err("a death")
    };
    let signal = |death: Death| match death {
        Death::Crashed(exit) => match exit.status {
            Status::Signal { name, .. } => name,
            other => panic!("{other}"),
        },
        other => panic!("{other}"),
    };
    assert_eq!(signal(of(Do::Raise(Signal::Kill))), "SIGKILL");
    assert_eq!(signal(of(Do::Raise(Signal::Segv))), "SIGSEGV");
    assert_eq!(signal(of(Do::Raise(Signal::Abort))), "SIGABRT");
    // Even one that calls itself a success ended without an output.
    for code in [0, 1, 42] {
        match of(Do::Exit(code)) {
            Death::Crashed(exit) => assert_eq!(exit.status, Status::Code(code)),
            other => panic!("{other}"),
        }
    }
    assert!(matches!(of(Do::Fail(String::new())), Death::Failed(_)));
    assert!(matches!(of(Do::Panic(String::new())), Death::Panicked(_)));
}

fn the_last_words_of_a_worker_are_told() {
    let pool = pool::<Processes>(1);
    pool.submit(Do::Print(100))
        .expect("taken")
        .wait()
        .expect("done");
    let death = pool
        .submit(Do::Exit(9))
        .expect("taken")
        .wait()
        .expect_err("a death");
    let Death::Crashed(exit) = &death else {
        panic!("{death}");
    };
    assert!(
        exit.said
            .as_deref()
            .is_some_and(|said| said.starts_with("ooo")),
        "{death}"
    );
}

fn a_result_that_was_sent_before_the_worker_was_killed_is_kept() {
    for _ in 0..20 {
        let pool: Pool<Do, Processes> =
            Pool::builder().workers(1).batch(2).build().expect("a pool");
        let first = pool.submit(Do::Echo(vec![7; 100_000])).expect("taken");
        let second = pool.submit(Do::Raise(Signal::Kill)).expect("taken");
        assert_eq!(first.wait().expect("it was done"), vec![7; 100_000]);
        assert!(matches!(second.wait(), Err(Death::Crashed(_))));
    }
}

#[cfg(target_os = "linux")]
fn workers_killed_at_random_leave_every_task_with_one_outcome() {
    let pool: Pool<Do, Processes> = Pool::builder().workers(4).batch(3).build().expect("a pool");
    let terms = Terms {
        attempts: 1000,
        ..Terms::default()
    };
    let handles: Vec<_> = (0..400)
        .map(|n| {
            (
                n,
                pool.submit_on(terms, Do::Echo(vec![n as u8; 3000]))
                    .expect("taken"),
            )
        })
        .collect();
    let mut seed = 12345u32;
    let mut killed = 0;
    while handles
        .iter()
        .any(|(_, handle)| handle.stage() != workers::pool::Stage::Ended)
        && killed < 60
    {
        seed = seed.wrapping_mul(1_103_515_245).wrapping_add(12345);
        // Of those at work: one that never gets to its first task is a matter of its own.
        let at_work = |one: &WorkerNow| matches!(one.doing, Doing::Working { .. });
        let workers = pool.workers().into_iter().filter(at_work);
        let victims: Vec<u32> = workers.filter_map(|one| one.pid).collect();
        if let Some(&victim) = victims.get(seed as usize / 65536 % victims.len().max(1)) {
            // A stranger's signal, as from a terminal.
            let _ = nix::sys::signal::kill(
                nix::unistd::Pid::from_raw(victim.cast_signed()),
                nix::sys::signal::Signal::SIGKILL,
            );
            killed += 1;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(killed > 0);
    for (n, handle) in handles {
        assert_eq!(
            handle.wait().expect("tried until it was done"),
            vec![n as u8; 3000]
        );
    }
    pool.join();
    assert!(children().is_empty());
}

fn a_task_that_kills_every_worker_is_set_aside_after_its_second_kill() {
    let pool = pool::<Processes>(2);
    let terms = Terms {
        attempts: 2,
        ..Terms::default()
    };
    let deadly = pool.submit_on(terms, Do::Exit(66)).expect("taken");
    let others: Vec<_> = (0..20)
        .map(|n| pool.submit_on(terms, Do::Square(n)).expect("taken"))
        .collect();
    match deadly.wait() {
        Err(Death::SetAside(exits)) => {
            assert_eq!(exits.len(), 2);
            assert!(exits.iter().all(|exit| exit.status == Status::Code(66)));
        }
        other => panic!("{other:?}"),
    }
    for other in others {
        other.wait().expect("the others never notice");
    }
    assert_eq!(pool.turnover().lost, 2);
}

fn the_pool_never_restarts_in_a_hot_loop() {
    let pool = pool::<Processes>(1);
    let terms = Terms {
        attempts: usize::MAX,
        ..Terms::default()
    };
    let handle = pool.submit_on(terms, Do::Exit(1)).expect("taken");
    std::thread::sleep(Duration::from_secs(2));
    let started = pool.turnover().started;
    assert!(
        (2..=12).contains(&started),
        "{started} workers in two seconds"
    );
    drop(pool);
    assert!(matches!(handle.wait(), Err(Death::Cancelled(_))));
}

fn a_killed_worker_is_nobodys_fault() {
    let pool = pool::<Processes>(1);
    let twice = Terms {
        attempts: 2,
        ..Terms::default()
    };
    let before = number(&pool.submit(Do::Pid).expect("taken").wait().expect("done"));
    let handle = pool.submit_on(twice, Do::Sleep(500)).expect("taken");
    assert!(begins(&handle));
    for _ in 0..3 {
        pool.kill_worker(0);
        std::thread::sleep(Duration::from_millis(100));
    }
    handle
        .wait()
        .expect("another one did it, and none was its fault");
    // One that may not be begun twice is not.
    let once = pool.submit(Do::Sleep(500)).expect("taken");
    assert!(begins(&once));
    pool.kill_worker(0);
    assert!(matches!(once.wait(), Err(Death::Crashed(_))));
    let after = number(&pool.submit(Do::Pid).expect("taken").wait().expect("done"));
    assert_ne!(before, after);
}

fn tasks_that_waited_behind_a_deadly_one_are_done() {
    let pool: Pool<Do, Processes> = Pool::builder()
        .workers(1)
        .batch(10)
        .build()
        .expect("a pool");
    let tasks = [
        Do::Square(1),
        Do::Exit(5),
        Do::Square(2),
        Do::Exit(5),
        Do::Square(3),
    ];
    let outcomes = pool.map(tasks).expect("taken");
    let done: Vec<bool> = outcomes.iter().map(Result::is_ok).collect();
    assert_eq!(done, [true, false, true, false, true], "{outcomes:?}");
}

/// A pool of one worker, and a program that a task has started and left behind.
fn pool_with_tethered() -> (Pool<Do, Processes>, Tethered) {
    let pool = pool::<Processes>(1);
    let line = Line::open();
    pool.submit(Do::LeaveBehind(line.port()))
        .expect("taken")
        .wait()
        .expect("started");
    let mut left = line.accept();
    assert!(left.is_alive(), "its task is done, its worker is there");
    (pool, left)
}

fn what_a_task_started_ends_when_its_worker_crashes() {
    // The first looks like a success and is none: nobody told the worker to end.
    for deadly in [Do::Exit(0), Do::Exit(9), Do::Raise(Signal::Kill)] {
        let (pool, mut left) = pool_with_tethered();
        let death = pool.submit(deadly.clone()).expect("taken").wait();
        assert!(matches!(death, Err(Death::Crashed(_))), "{death:?}");
        assert!(left.ends(), "{deadly:?}");
    }
}

fn what_a_task_started_ends_when_the_worker_is_killed() {
    let (pool, mut left) = pool_with_tethered();
    let handle = pool.submit(Do::Stubborn(60_000)).expect("taken");
    assert!(begins(&handle));
    pool.kill(&handle);
    assert!(matches!(handle.wait(), Err(Death::Cancelled(_))));
    assert!(left.ends());
}

fn what_a_task_started_outlives_a_worker_that_ends_well() {
    let (pool, mut left) = pool_with_tethered();
    pool.join();
    assert!(left.is_alive());
}

fn a_worker_at_a_task_ends_with_a_program_that_is_killed() {
    let (worker, left_behind) = (Line::open(), Line::open());
    let mut program = tethered::employ(worker.port(), left_behind.port()).expect("a program");
    let (mut worker, mut left_behind) = (worker.accept(), left_behind.accept());
    assert!(worker.is_alive() && left_behind.is_alive());
    program.kill().expect("it runs");
    program.wait().expect("it was ours");
    assert!(worker.ends());
    // Only a job object reaches as far as that.
    if cfg!(windows) {
        assert!(left_behind.ends());
    } else {
        assert!(left_behind.is_alive());
    }
}
