//! Behaviours 14 to 19: how tasks and pools are stopped.

use std::time::{Duration, Instant};

use workers::pool::{Death, Executor, Pool, Processes, Stage, Status, SubmitError, Terms, When};

use crate::tasks::Do;
use crate::trials;
use crate::world::{PATIENCE, begins, wait_until};
#[cfg(target_os = "linux")]
use crate::world::{children, is_alive, number, state_of};

trials! {
    both: [
        a_queued_task_that_is_cancelled_never_runs,
        a_task_in_a_batch_that_is_cancelled_never_runs,
        a_task_that_waits_behind_an_endless_one_ends_when_cancelled,
        a_running_task_that_looks_up_ends_when_cancelled,
        a_time_limit_counts_from_the_start_and_hits_only_its_task,
        cancel_and_shut_down_in_any_order_each_twice,
        submitting_after_close_is_an_error,
        closing_lets_what_was_submitted_finish,
        pausing_makes_tasks_wait,
        a_pause_does_not_count_against_a_time_limit,
    ],
    processes: [
        a_task_that_never_looks_up_is_ended_by_force,
        a_time_limit_is_told_apart_from_a_crash,
        shutdown_with_large_results_on_their_way_is_fast,
    ],
    linux: [
        a_task_that_ignores_signals_still_ends,
        a_grandchild_that_holds_the_pipes_does_not_delay_the_end,
        killing_a_task_ends_what_it_started,
        dropping_the_pool_leaves_no_process,
        workers_do_not_die_of_the_terminals_interrupt,
        a_pause_stops_a_worker_that_does_not_look_up,
        a_task_that_is_cancelled_in_a_pause_ends,
    ],
}

fn pool<E: Executor>(workers: usize) -> Pool<Do, E> {
    Pool::builder()
        .workers(workers)
        .grace(Duration::from_millis(100))
        .build()
        .expect("a pool")
}

fn notes(path: &std::path::Path) -> usize {
    std::fs::read_to_string(path).map_or(0, |text| text.lines().count())
}

fn never_runs<E: Executor>(pool: &Pool<Do, E>) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("notes");
    let note = || Do::Note(file.to_str().expect("text").to_owned(), 0);
    let blocker = pool.submit(Do::Sleep(300)).expect("taken");
    assert!(wait_until(|| blocker.stage() != Stage::Queued));
    let cancelled: Vec<_> = (0..3)
        .map(|_| pool.submit(note()).expect("taken"))
        .collect();
    let last = pool.submit(note()).expect("taken");
    for handle in &cancelled {
        handle.cancel();
    }
    for handle in cancelled {
        assert_eq!(handle.wait(), Err(Death::Cancelled(When::Queued)));
    }
    last.wait().expect("done");
    blocker.wait().expect("unaffected");
    assert_eq!(notes(&file), 1);
}

fn a_queued_task_that_is_cancelled_never_runs<E: Executor>() {
    never_runs(&pool::<E>(1));
}

fn a_task_in_a_batch_that_is_cancelled_never_runs<E: Executor>() {
    never_runs::<E>(&Pool::builder().workers(1).batch(8).build().expect("a pool"));
}

fn a_running_task_that_looks_up_ends_when_cancelled<E: Executor>() {
    let pool = pool::<E>(2);
    let sibling = pool.submit(Do::Sleep(400)).expect("taken");
    let handle = pool.submit(Do::Sleep(60_000)).expect("taken");
    assert!(begins(&handle));
    handle.cancel();
    assert_eq!(handle.wait(), Err(Death::Cancelled(When::Running)));
    sibling.wait().expect("unaffected");
    assert_eq!(pool.turnover().lost, 0, "politely");
}

fn a_time_limit_counts_from_the_start_and_hits_only_its_task<E: Executor>() {
    let pool = pool::<E>(1);
    let limit = Duration::from_millis(300);
    let terms = Terms {
        limit: Some(limit),
        ..Terms::default()
    };
    // It waits longer than its limit, and then is quick.
    let blocker = pool.submit(Do::Sleep(500)).expect("taken");
    let patient = pool.submit_on(terms, Do::Sleep(10)).expect("taken");
    let slow = pool.submit_on(terms, Do::Sleep(60_000)).expect("taken");
    let after = pool.submit(Do::Square(2)).expect("taken");
    blocker.wait().expect("no limit");
    patient.wait().expect("in time, counted from its start");
    assert_eq!(slow.wait(), Err(Death::TimedOut(limit)));
    after.wait().expect("unaffected");
}

fn cancel_and_shut_down_in_any_order_each_twice<E: Executor>() {
    for order in 0..6 {
        let pool = pool::<E>(2);
        let handles: Vec<_> = (0..6)
            .map(|_| pool.submit(Do::Sleep(200)).expect("taken"))
            .collect();
        for step in 0..4 {
            match (order + step) % 3 {
                0 => handles.iter().for_each(workers::pool::Handle::cancel),
                1 => pool.close(),
                _ => pool.terminate(),
            }
        }
        for handle in handles {
            match handle.wait() {
                Ok(_) | Err(Death::Cancelled(_)) => {}
                Err(other) => panic!("order {order}: {other}"),
            }
        }
        assert!(pool.submit(Do::Square(1)).is_err());
        pool.join();
    }
    #[cfg(target_os = "linux")]
    assert!(children().is_empty(), "{:?}", children());
}

fn submitting_after_close_is_an_error<E: Executor>() {
    let pool = pool::<E>(1);
    pool.submit(Do::Square(1))
        .expect("taken")
        .wait()
        .expect("done");
    pool.close();
    assert_eq!(pool.submit(Do::Square(1)).err(), Some(SubmitError::Closed));
}

fn closing_lets_what_was_submitted_finish<E: Executor>() {
    let pool = pool::<E>(2);
    let handles: Vec<_> = (0..20)
        .map(|n| pool.submit(Do::Square(n)).expect("taken"))
        .collect();
    pool.join();
    for handle in handles {
        handle.wait().expect("done");
    }
}

fn pausing_makes_tasks_wait<E: Executor>() {
    let pool = pool::<E>(1);
    let handle = pool.submit(Do::Sleep(300)).expect("taken");
    assert!(begins(&handle));
    pool.pause();
    let handle = handle
        .wait_timeout(Duration::from_millis(900))
        .expect_err("it waits");
    pool.resume();
    handle.wait().expect("it went on");
}

fn a_pause_does_not_count_against_a_time_limit<E: Executor>() {
    let pool = pool::<E>(1);
    let terms = Terms {
        limit: Some(Duration::from_millis(600)),
        ..Terms::default()
    };
    // Sleeps by the clock, so that all that is left after the pause is to see that it is over.
    let handle = pool.submit_on(terms, Do::Sleep(300)).expect("taken");
    assert!(begins(&handle));
    pool.pause();
    std::thread::sleep(Duration::from_millis(900));
    pool.resume();
    handle.wait().expect("in its own time");
}

fn a_task_that_waits_behind_an_endless_one_ends_when_cancelled<E: Executor>() {
    let pool: Pool<Do, E> = Pool::builder().workers(1).batch(8).build().expect("a pool");
    let endless = pool.submit(Do::Sleep(600_000)).expect("taken");
    assert!(begins(&endless));
    let waiting: Vec<_> = (0..3)
        .map(|n| pool.submit(Do::Square(n)).expect("taken"))
        .collect();
    for handle in &waiting {
        handle.cancel();
    }
    for handle in waiting {
        let outcome = handle.wait_timeout(PATIENCE).expect("at once");
        assert_eq!(outcome, Err(Death::Cancelled(When::Queued)));
    }
    endless.cancel();
    assert_eq!(endless.wait(), Err(Death::Cancelled(When::Running)));
}

#[cfg(target_os = "linux")]
fn a_pause_stops_a_worker_that_does_not_look_up() {
    let pool = pool::<Processes>(1);
    let pid = number(&pool.submit(Do::Pid).expect("taken").wait().expect("done"));
    let handle = pool.submit(Do::Stubborn(300)).expect("taken");
    assert!(begins(&handle));
    pool.pause();
    assert!(wait_until(|| state_of(pid) == Some('T')));
    let handle = handle
        .wait_timeout(Duration::from_millis(600))
        .expect_err("it is stopped");
    pool.resume();
    handle.wait().expect("it went on");
    assert_eq!(pool.turnover().lost, 0);
}

#[cfg(target_os = "linux")]
fn a_task_that_is_cancelled_in_a_pause_ends() {
    let pool = pool::<Processes>(2);
    let cancelled = pool.submit(Do::Sleep(60_000)).expect("taken");
    let paused = pool.submit(Do::Sleep(300)).expect("taken");
    assert!(begins(&cancelled) && begins(&paused));
    pool.pause();
    cancelled.cancel();
    let outcome = cancelled.wait_timeout(PATIENCE).expect("it ends");
    assert_eq!(outcome, Err(Death::Cancelled(When::Running)));
    // It heard, and did not have to be killed for it.
    assert_eq!(pool.turnover().lost, 0);
    let paused = paused
        .wait_timeout(Duration::from_millis(600))
        .expect_err("it is stopped");
    pool.resume();
    paused.wait().expect("it went on");
}

fn a_task_that_never_looks_up_is_ended_by_force() {
    let pool = pool::<Processes>(2);
    let sibling = pool.submit(Do::Sleep(600)).expect("taken");
    let handle = pool.submit(Do::Stubborn(60_000)).expect("taken");
    assert!(begins(&handle));
    handle.cancel();
    let outcome = handle.wait_timeout(PATIENCE).expect("it ends");
    assert_eq!(outcome, Err(Death::Cancelled(When::Running)));
    sibling.wait().expect("unaffected");
}

#[cfg(target_os = "linux")]
fn a_task_that_ignores_signals_still_ends() {
    let pool = pool::<Processes>(1);
    let handle = pool.submit(Do::IgnoreSignals).expect("taken");
    assert!(begins(&handle));
    handle.cancel();
    let outcome = handle.wait_timeout(PATIENCE).expect("it ends");
    assert_eq!(outcome, Err(Death::Cancelled(When::Running)));
    // One that is stopped, too.
    let handle = pool
        .submit(Do::Raise(crate::tasks::Signal::Stop))
        .expect("taken");
    assert!(begins(&handle));
    handle.cancel();
    let outcome = handle.wait_timeout(PATIENCE).expect("it ends");
    assert_eq!(outcome, Err(Death::Cancelled(When::Running)));
}

fn a_time_limit_is_told_apart_from_a_crash() {
    let pool = pool::<Processes>(1);
    let limit = Duration::from_millis(150);
    let terms = Terms {
        limit: Some(limit),
        attempts: 3,
        ..Terms::default()
    };
    let outcome = pool
        .submit_on(terms, Do::Stubborn(60_000))
        .expect("taken")
        .wait();
    assert_eq!(outcome, Err(Death::TimedOut(limit)));
    let outcome = pool.submit(Do::Exit(3)).expect("taken").wait();
    assert!(
        matches!(&outcome, Err(Death::Crashed(exit)) if exit.status == Status::Code(3)),
        "{outcome:?}"
    );
}

#[cfg(target_os = "linux")]
fn a_grandchild_that_holds_the_pipes_does_not_delay_the_end() {
    let since = Instant::now();
    let pool = pool::<Processes>(1);
    let grandchild = number(
        &pool
            .submit(Do::Grandchild)
            .expect("taken")
            .wait()
            .expect("done"),
    );
    assert!(is_alive(grandchild));
    pool.join();
    assert!(
        since.elapsed() < Duration::from_secs(10),
        "{:?}",
        since.elapsed()
    );
    // It was no part of any task that was stopped; it goes on, and is ended here.
    let _ = nix::sys::signal::kill(
        nix::unistd::Pid::from_raw(grandchild.cast_signed()),
        nix::sys::signal::Signal::SIGKILL,
    );
}

#[cfg(target_os = "linux")]
fn killing_a_task_ends_what_it_started() {
    let pool = pool::<Processes>(1);
    let grandchild = number(
        &pool
            .submit(Do::Grandchild)
            .expect("taken")
            .wait()
            .expect("done"),
    );
    let handle = pool.submit(Do::Stubborn(60_000)).expect("taken");
    assert!(begins(&handle));
    pool.kill(&handle);
    assert_eq!(handle.wait(), Err(Death::Cancelled(When::Running)));
    assert!(
        wait_until(|| !is_alive(grandchild)),
        "{grandchild} is alive"
    );
}

fn shutdown_with_large_results_on_their_way_is_fast() {
    let pool = pool::<Processes>(2);
    let handles: Vec<_> = (0..6)
        .map(|_| pool.submit(Do::Huge(16 << 20)).expect("taken"))
        .collect();
    assert!(wait_until(|| handles
        .iter()
        .any(|handle| handle.stage() != Stage::Queued)));
    let since = Instant::now();
    drop(pool);
    assert!(
        since.elapsed() < Duration::from_secs(5),
        "{:?}",
        since.elapsed()
    );
    for handle in handles {
        assert!(matches!(handle.wait(), Ok(_) | Err(Death::Cancelled(_))));
    }
}

#[cfg(target_os = "linux")]
fn dropping_the_pool_leaves_no_process() {
    let pool = pool::<Processes>(4);
    let handles: Vec<_> = (0..8)
        .map(|_| pool.submit(Do::Stubborn(60_000)).expect("taken"))
        .collect();
    assert!(wait_until(|| children().len() == 4));
    drop(pool);
    assert!(children().is_empty(), "not even a zombie: {:?}", children());
    for handle in handles {
        assert!(matches!(handle.wait(), Err(Death::Cancelled(_))));
    }
}

#[cfg(target_os = "linux")]
fn workers_do_not_die_of_the_terminals_interrupt() {
    let pool = pool::<Processes>(1);
    let pid = number(&pool.submit(Do::Pid).expect("taken").wait().expect("done"));
    let group = |pid: u32| {
        nix::unistd::getpgid(Some(nix::unistd::Pid::from_raw(pid.cast_signed()))).expect("a group")
    };
    assert_ne!(
        group(pid),
        group(std::process::id()),
        "a terminal signals a whole group"
    );
}
