//! Behaviours 9 to 13: workers come and go.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use workers::pool::{Death, Executor, Pool, Processes, Stage, SubmitError, Terms};
use workers::process::usage::CpuClock;

use crate::tasks::{Count, Do, SetUp, Unknown};
use crate::trials;
use crate::world::{PATIENCE, number, wait_until};

trials! {
    both: [
        never_more_tasks_run_than_there_are_workers,
        an_idle_worker_is_used_before_a_new_one_is_started,
        resizing_works_under_load,
        after_n_tasks_a_worker_is_replaced_and_no_task_is_lost,
        an_initializer_that_fails_makes_submitting_fail_with_the_reason,
        a_burst_at_a_failing_initializer_is_answered_whole,
        a_pool_that_never_came_up_can_be_closed_and_joined,
        a_smaller_pool_uses_fewer_workers_with_a_backlog_too,
        short_tasks_that_wait_behind_a_long_one_go_to_another,
        long_tasks_after_short_ones_are_for_all_workers,
        times_without_end_are_for_ever,
    ],
    processes: [
        the_processor_time_of_workers_that_have_ended_is_counted,
        an_executable_that_cannot_start_makes_submitting_fail,
        a_task_that_no_worker_knows_makes_submitting_fail,
        an_initializer_that_ends_the_process_is_told,
        a_mebibyte_printed_harms_no_frame_and_is_kept,
        what_a_task_prints_is_known_to_be_its_own,
        a_task_may_start_a_child_that_uses_standard_input,
    ],
    linux: [
        an_executable_that_is_no_worker_makes_submitting_fail,
        more_workers_than_the_system_gives_are_no_harm,
        the_programs_file_may_be_deleted_while_it_runs,
        the_programs_file_may_be_moved_and_replaced_while_it_runs,
    ],
}

fn never_more_tasks_run_than_there_are_workers<E: Executor>() {
    let pool: Pool<Do, E> = Pool::builder().workers(3).batch(4).build().expect("a pool");
    let handles: Vec<_> = (0..30)
        .map(|_| pool.submit(Do::Sleep(30)).expect("taken"))
        .collect();
    let mut most = 0;
    let running = |handles: &[workers::pool::Handle<Do>]| {
        handles
            .iter()
            .filter(|handle| matches!(handle.stage(), Stage::Running { .. }))
            .count()
    };
    while handles.iter().any(|handle| handle.stage() != Stage::Ended) {
        most = most.max(running(&handles));
        std::thread::sleep(Duration::from_millis(1));
    }
    // A task that has just ended may be seen running with its successor.
    assert!((1..=6).contains(&most), "{most} at once");
    assert_eq!(pool.turnover().started, 3);
}

fn short_tasks_that_wait_behind_a_long_one_go_to_another<E: Executor>() {
    let folder = tempfile::tempdir().expect("a folder");
    let gate = folder.path().join("gate");
    let pool: Pool<Do, E> = Pool::builder().workers(2).build().expect("a pool");
    // So that it is known how short they are, and each worker is given many.
    for outcome in pool.imap_unordered((0..3_000).map(Do::Square)) {
        outcome.expect("taken").1.expect("done");
    }
    pool.pause();
    let long = Do::Await(gate.to_str().expect("text").to_owned());
    let long = pool.submit(long).expect("taken");
    let short: Vec<_> = (0..200)
        .map(|n| pool.submit(Do::Square(n)).expect("taken"))
        .collect();
    pool.resume();
    for handle in short {
        let outcome = handle.wait_timeout(PATIENCE).ok();
        outcome.expect("not behind the long one").expect("done");
    }
    assert!(matches!(long.stage(), Stage::Running { .. }));
    std::fs::write(&gate, "").expect("written");
    long.wait().expect("done");
}

fn long_tasks_after_short_ones_are_for_all_workers<E: Executor>() {
    let folder = tempfile::tempdir().expect("a folder");
    let gate = folder.path().join("gate");
    let pool: Pool<Do, E> = Pool::builder().workers(3).build().expect("a pool");
    // One worker, and it is known to take hundreds of these in its hands.
    for n in 0..50 {
        let outcome = pool.submit(Do::Square(n)).expect("taken").wait();
        outcome.expect("done");
    }
    let long: Vec<_> = (0..3)
        .map(|_| {
            let long = Do::Await(gate.to_str().expect("text").to_owned());
            pool.submit(long).expect("taken")
        })
        .collect();
    let running = |stage| matches!(stage, Stage::Running { .. });
    assert!(wait_until(|| long.iter().all(|one| running(one.stage()))));
    std::fs::write(&gate, "").expect("written");
    for handle in long {
        handle.wait().expect("done");
    }
}

fn an_idle_worker_is_used_before_a_new_one_is_started<E: Executor>() {
    let pool: Pool<Do, E> = Pool::builder().workers(8).build().expect("a pool");
    for n in 0..20 {
        pool.submit(Do::Square(n))
            .expect("taken")
            .wait()
            .expect("done");
    }
    assert_eq!(pool.turnover().started, 1);
}

fn resizing_works_under_load<E: Executor>() {
    let pool: Pool<Do, E> = Pool::builder().workers(1).build().expect("a pool");
    let handles: Vec<_> = (0..120)
        .map(|n| (n, pool.submit(Do::Square(n)).expect("taken")))
        .collect();
    for workers in [4, 2, 6, 1, 3] {
        pool.resize(workers).expect("a size that can be had");
        std::thread::sleep(Duration::from_millis(5));
    }
    for (n, handle) in handles {
        assert_eq!(handle.wait().expect("done"), (n * n).to_le_bytes());
    }
    assert!(pool.resize(0).is_err());
    pool.join();
}

fn after_n_tasks_a_worker_is_replaced_and_no_task_is_lost<E: Executor>() {
    // With a backlog, in batches too, and closed at once.
    for batch in [1, 3] {
        let pool: Pool<Do, E> = Pool::builder()
            .workers(2)
            .batch(batch)
            .tasks_per_worker(5)
            .build()
            .expect("a pool");
        let handles: Vec<_> = (0..52)
            .map(|n| (n, pool.submit(Do::Square(n)).expect("taken")))
            .collect();
        pool.close();
        for (n, handle) in handles {
            assert_eq!(handle.wait().expect("done"), (n * n).to_le_bytes());
        }
        let started = pool.turnover().started;
        assert!(
            (11..=14).contains(&started),
            "{started} workers for 52 tasks"
        );
        assert_eq!(pool.turnover().lost, 0);
        pool.join();
    }
}

fn an_initializer_that_fails_makes_submitting_fail_with_the_reason<E: Executor>() {
    for (set_up, word) in [(SetUp::Fail, "no licence"), (SetUp::Panic, "no hope")] {
        let pool: Pool<Count, E> = Pool::builder_with(set_up)
            .workers(2)
            .build()
            .expect("a pool");
        let outcome = pool.submit(Count(1)).expect("taken").wait();
        assert!(
            matches!(&outcome, Err(Death::NoWorker(why)) if why.contains(word)),
            "{outcome:?}"
        );
        let refused = pool.submit(Count(1)).err();
        assert!(matches!(refused, Some(SubmitError::NoWorker(why)) if why.contains(word)));
    }
}

fn fails_promptly<T: workers::pool::Work>(pool: &Pool<T, Processes>, task: T, word: &str) {
    let since = Instant::now();
    let outcome = pool.submit(task).expect("taken").wait();
    match outcome {
        Err(Death::NoWorker(why)) => assert!(why.contains(word), "{why}"),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("somebody did it"),
    }
    assert!(
        since.elapsed() < Duration::from_secs(5),
        "{:?}",
        since.elapsed()
    );
}

fn an_executable_that_cannot_start_makes_submitting_fail() {
    let pool: Pool<Do, Processes> = Pool::builder()
        .executable("/nowhere/at/all")
        .build()
        .expect("a pool");
    // Every system has its own words before the number.
    fails_promptly(&pool, Do::Pid, "(os error");
}

#[cfg(target_os = "linux")]
fn an_executable_that_is_no_worker_makes_submitting_fail() {
    for (program, word) in [("/bin/true", "hello"), ("/bin/echo", "protocol")] {
        let pool: Pool<Do, Processes> =
            Pool::builder().executable(program).build().expect("a pool");
        fails_promptly(&pool, Do::Pid, word);
    }
}

fn a_task_that_no_worker_knows_makes_submitting_fail() {
    let pool: Pool<Unknown, Processes> = Pool::builder().build().expect("a pool");
    fails_promptly(&pool, Unknown, "child_entry");
}

fn an_initializer_that_ends_the_process_is_told() {
    let pool: Pool<Count, Processes> = Pool::builder_with(SetUp::Exit(7)).build().expect("a pool");
    fails_promptly(&pool, Count(1), "exited with code 7");
}

fn a_mebibyte_printed_harms_no_frame_and_is_kept() {
    let pool: Pool<Do, Processes> = Pool::builder()
        .workers(1)
        .keep_output(true)
        .build()
        .expect("a pool");
    let handle = pool.submit(Do::Print(1 << 20)).expect("taken");
    let task = handle.number();
    handle.wait().expect("done");
    let printed = pool.printed(task);
    assert!(printed.len() >= 2 << 20, "{} bytes", printed.len());
    assert!(
        printed
            .lines()
            .all(|line| line.bytes().all(|byte| byte == b'o'))
    );
}

fn what_a_task_prints_is_known_to_be_its_own() {
    let pool: Pool<Do, Processes> = Pool::builder()
        .workers(2)
        .batch(3)
        .keep_output(true)
        .build()
        .expect("a pool");
    let quiet = pool.submit(Do::Square(1)).expect("taken");
    let loud: Vec<_> = (1..=5)
        .map(|n| (n, pool.submit(Do::Print(n * 100)).expect("taken")))
        .collect();
    let number = quiet.number();
    quiet.wait().expect("done");
    assert_eq!(pool.printed(number), "");
    for (n, handle) in loud {
        let number = handle.number();
        handle.wait().expect("done");
        assert_eq!(pool.printed(number).len(), 2 * n * 100);
    }
}

fn a_task_may_start_a_child_that_uses_standard_input() {
    let pool: Pool<Do, Processes> = Pool::builder().workers(1).build().expect("a pool");
    assert_eq!(
        pool.submit(Do::ReadInput)
            .expect("taken")
            .wait()
            .expect("done"),
        b""
    );
    let pids: HashSet<u32> = (0..3)
        .map(|_| number(&pool.submit(Do::Pid).expect("taken").wait().expect("done")))
        .collect();
    assert_eq!(pids.len(), 1, "the protocol went on undisturbed");
    assert!(wait_until(|| pool.turnover().lost == 0));
}

fn a_burst_at_a_failing_initializer_is_answered_whole<E: Executor>() {
    for _ in 0..5 {
        let pool: Pool<Count, E> = Pool::builder_with(SetUp::Fail)
            .workers(2)
            .build()
            .expect("a pool");
        let handles: Vec<_> = (0..2000)
            .map_while(|_| pool.submit(Count(1)).ok())
            .collect();
        for handle in handles {
            let outcome = handle.wait_timeout(PATIENCE);
            assert!(matches!(outcome, Ok(Err(Death::NoWorker(_)))));
        }
        pool.join();
    }
}

fn a_pool_that_never_came_up_can_be_closed_and_joined<E: Executor>() {
    for _ in 0..10 {
        let pool: Pool<Count, E> = Pool::builder_with(SetUp::Fail)
            .workers(3)
            .eager()
            .build()
            .expect("a pool");
        if let Ok(handle) = pool.submit(Count(1)) {
            handle.cancel();
        }
        pool.join();
    }
}

fn a_smaller_pool_uses_fewer_workers_with_a_backlog_too<E: Executor>() {
    let pool: Pool<Do, E> = Pool::builder().workers(4).build().expect("a pool");
    let handles: Vec<_> = (0..60)
        .map(|_| pool.submit(Do::Sleep(20)).expect("taken"))
        .collect();
    assert!(wait_until(|| handles[8].stage() == Stage::Ended));
    pool.resize(1).expect("a size");
    // Those that were at work end the task they were at.
    assert!(wait_until(|| handles[20].stage() == Stage::Ended));
    let mut places = HashSet::new();
    for handle in &handles[30..] {
        wait_until(|| handle.stage() != Stage::Queued);
        if let Stage::Running { worker, .. } = handle.stage() {
            places.insert(worker);
        }
    }
    assert_eq!(places, HashSet::from([0]));
}

fn times_without_end_are_for_ever<E: Executor>() {
    let pool: Pool<Do, E> = Pool::builder()
        .workers(1)
        .grace(Duration::MAX)
        .build()
        .expect("a pool");
    let terms = Terms {
        limit: Some(Duration::MAX),
        ..Terms::default()
    };
    let handle = pool.submit_on(terms, Do::Sleep(50)).expect("taken");
    handle.wait().expect("in time");
    let handle = pool.submit_on(terms, Do::Sleep(60_000)).expect("taken");
    assert!(wait_until(|| handle.stage() != Stage::Queued));
    handle.cancel();
    assert!(matches!(handle.wait(), Err(Death::Cancelled(_))));
}

/// Each worker takes three pipes, of which this program may not have enough.
#[cfg(target_os = "linux")]
fn more_workers_than_the_system_gives_are_no_harm() {
    let role = crate::roles::command("many", None);
    let output = std::process::Command::new("sh")
        .args(["-c", "ulimit -n 64 && exec \"$0\""])
        .arg(role.get_program())
        .envs(
            role.get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        )
        .output()
        .expect("sh");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("300 done, None"), "{output:?}");
    assert!(!String::from_utf8_lossy(&output.stderr).contains("panicked"));
}

/// Has a copy of this program do something to its own file and go on; the folder of the copy.
#[cfg(target_os = "linux")]
fn goes_on_after(role: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let copy = folder.path().join("a copy");
    std::fs::copy(std::env::current_exe().expect("its own path"), &copy).expect("copied");
    let output = crate::roles::command(role, Some(&copy))
        .output()
        .expect("it runs");
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "went on\n",
        "{output:?}"
    );
    folder
}

#[cfg(target_os = "linux")]
fn the_programs_file_may_be_moved_and_replaced_while_it_runs() {
    let folder = goes_on_after("moved");
    assert!(folder.path().join("a copy.elsewhere").exists());
}

#[cfg(target_os = "linux")]
fn the_programs_file_may_be_deleted_while_it_runs() {
    let folder = goes_on_after("deleted");
    assert!(!folder.path().join("a copy").exists());
}

fn the_processor_time_of_workers_that_have_ended_is_counted() {
    const EACH: Duration = Duration::from_millis(400);
    let clock = CpuClock::start();
    let pool: Pool<Do, Processes> = Pool::builder().workers(2).build().expect("a pool");
    let burn = || Do::Burn(u64::try_from(EACH.as_millis()).expect("few"));
    for outcome in pool.map([burn(), burn()]).expect("taken") {
        outcome.expect("done");
    }
    pool.join();
    let counted = clock.elapsed().expect("every system tells");
    // This process waits meanwhile, and uses far less than that itself.
    assert!(counted >= 2 * EACH, "{counted:?}");
}
