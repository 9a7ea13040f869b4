//! Behaviours 1 to 8: what comes back.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use workers::pool::{Death, Executor, Pool, PoolError, Processes, Stage, SubmitError, Terms};

use crate::tasks::{Awkward, Count, Do, SetUp};
use crate::trials;
use crate::world::PATIENCE;

trials! {
    both: [
        map_keeps_order_for_any_batch_size,
        unordered_gives_the_same_results,
        empty_input_returns_at_once,
        zeros_are_errors_before_anything_starts,
        an_input_that_fails_at_item_k_gives_k_results_then_the_error,
        wait_with_a_timeout_returns_on_time_and_the_task_goes_on,
        one_failing_task_leaves_its_siblings_alone,
        an_error_carries_message_and_place,
        a_panic_carries_message_place_and_backtrace,
        many_submitters_lose_nothing_and_get_nothing_twice,
        a_callback_may_submit,
        a_panicking_callback_harms_nobody,
        payloads_of_any_size_go_through_whole,
        a_burst_before_the_workers_are_up_never_blocks,
        a_lazy_input_is_not_taken_all_at_once,
        progress_and_parts_arrive,
        a_full_queue_refuses_or_waits,
        higher_priorities_go_first,
    ],
    processes: [
        what_cannot_cross_the_pipe_is_an_error_with_its_name,
    ],
    linux: [
        requests_and_outputs_are_freed_when_done,
    ],
}

fn pool<E: Executor>(workers: usize) -> Pool<Do, E> {
    Pool::builder().workers(workers).build().expect("a pool")
}

fn squares(n: u64) -> Vec<Vec<u8>> {
    (0..n).map(|n| (n * n).to_le_bytes().to_vec()).collect()
}

fn map_keeps_order_for_any_batch_size<E: Executor>() {
    for batch in [1, 2, 7, 64, 1000] {
        let pool: Pool<Do, E> = Pool::builder()
            .workers(3)
            .batch(batch)
            .build()
            .expect("a pool");
        let got: Vec<Vec<u8>> = pool
            .map((0..200).map(Do::Square))
            .expect("taken")
            .into_iter()
            .map(|outcome| outcome.expect("a square"))
            .collect();
        assert_eq!(got, squares(200), "batch {batch}");
        let lazy: Vec<Vec<u8>> = pool
            .imap((0..50).map(Do::Square))
            .map(|outcome| outcome.expect("taken").expect("a square"))
            .collect();
        assert_eq!(lazy, squares(50));
    }
}

fn unordered_gives_the_same_results<E: Executor>() {
    let pool = pool::<E>(4);
    let mut got: Vec<(usize, Vec<u8>)> = pool
        .imap_unordered((0..300).map(Do::Square))
        .map(|outcome| {
            let (index, outcome) = outcome.expect("taken");
            (index, outcome.expect("a square"))
        })
        .collect();
    got.sort();
    let wanted: Vec<(usize, Vec<u8>)> = squares(300).into_iter().enumerate().collect();
    assert_eq!(got, wanted);
}

fn empty_input_returns_at_once<E: Executor>() {
    let pool = pool::<E>(2);
    assert!(pool.map([]).expect("taken").is_empty());
    assert_eq!(pool.imap([]).count(), 0);
    assert_eq!(pool.imap_unordered([]).count(), 0);
    assert_eq!(pool.turnover().started, 0, "nobody was needed");
}

fn zeros_are_errors_before_anything_starts<E: Executor>() {
    let none = Pool::<Do, E>::builder().workers(0).build();
    assert!(matches!(none, Err(PoolError::NoWorkers)));
    let many = Pool::<Do, E>::builder().workers(100_000).build();
    assert!(matches!(
        many,
        Err(PoolError::TooManyWorkers { asked: 100_000, .. })
    ));
    for zero in [
        Pool::<Do, E>::builder().batch(0).build(),
        Pool::<Do, E>::builder().queue(0).build(),
        Pool::<Do, E>::builder().tasks_per_worker(0).build(),
    ] {
        assert!(matches!(zero, Err(PoolError::Zero(_))));
    }
}

fn an_input_that_fails_at_item_k_gives_k_results_then_the_error<E: Executor>() {
    let pool = pool::<E>(2);
    let input = (0..10).map(|n| {
        if n == 4 {
            Err("no more")
        } else {
            Ok(Do::Square(n))
        }
    });
    let (outcomes, error) = pool.try_map(input).expect("taken");
    assert_eq!(outcomes.len(), 4);
    assert!(outcomes.iter().all(Result::is_ok));
    assert_eq!(error, Some("no more"));
    assert_eq!(pool.map([Do::Square(3)]).expect("usable").len(), 1);
}

fn wait_with_a_timeout_returns_on_time_and_the_task_goes_on<E: Executor>() {
    let pool = pool::<E>(1);
    let handle = pool.submit(Do::Sleep(600)).expect("taken");
    let since = Instant::now();
    let handle = handle
        .wait_timeout(Duration::from_millis(50))
        .expect_err("not done yet");
    assert!(
        since.elapsed() < Duration::from_millis(500),
        "{:?}",
        since.elapsed()
    );
    assert_ne!(handle.stage(), Stage::Ended);
    handle.wait().expect("it went on");
}

fn one_failing_task_leaves_its_siblings_alone<E: Executor>() {
    let pool = pool::<E>(2);
    let tasks = (0..40).map(|n| match n % 4 {
        1 => Do::Fail("on purpose".to_owned()),
        2 => Do::Panic("on purpose".to_owned()),
        _ => Do::Square(n),
    });
    for (n, outcome) in pool.map(tasks).expect("taken").into_iter().enumerate() {
        match n % 4 {
            1 => assert!(matches!(outcome, Err(Death::Failed(_)))),
            2 => assert!(matches!(outcome, Err(Death::Panicked(_)))),
            _ => assert_eq!(outcome.expect("done"), ((n * n) as u64).to_le_bytes()),
        }
    }
}

fn an_error_carries_message_and_place<E: Executor>() {
    let outcome = pool::<E>(1)
        .submit(Do::Fail("the moon is full".to_owned()))
        .expect("taken")
        .wait();
    let Err(Death::Failed(failure)) = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(failure.message(), "the moon is full");
    assert!(failure.place().contains("tasks.rs:"), "{failure}");
}

fn a_panic_carries_message_place_and_backtrace<E: Executor>() {
    let outcome = pool::<E>(1)
        .submit(Do::Panic("help".to_owned()))
        .expect("taken")
        .wait();
    let Err(Death::Panicked(panic)) = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(panic.message, "help");
    assert!(panic.place.contains("tasks.rs:"), "{}", panic.place);
    assert!(panic.backtrace.contains("run"), "{}", panic.backtrace);
}

fn many_submitters_lose_nothing_and_get_nothing_twice<E: Executor>() {
    let pool = Arc::new(pool::<E>(3));
    let threads: Vec<_> = (0..8u64)
        .map(|thread| {
            let pool = pool.clone();
            std::thread::spawn(move || {
                for n in 0..100 {
                    let wanted = (thread * 1000 + n).to_le_bytes().to_vec();
                    let handle = pool.submit(Do::Echo(wanted.clone())).expect("taken");
                    assert_eq!(handle.wait().expect("done"), wanted);
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().expect("every one its own");
    }
}

fn a_callback_may_submit<E: Executor>() {
    let pool = Arc::new(pool::<E>(1));
    let (say, hear) = mpsc::channel();
    let again = pool.clone();
    pool.submit(Do::Square(3))
        .expect("taken")
        .then(move |outcome| {
            outcome.expect("a square");
            again
                .submit(Do::Square(4))
                .expect("taken")
                .then(move |outcome| {
                    say.send(outcome).expect("somebody listens");
                });
        });
    let outcome = hear.recv_timeout(PATIENCE).expect("both callbacks ran");
    assert_eq!(outcome.expect("a square"), 16u64.to_le_bytes());
}

fn a_panicking_callback_harms_nobody<E: Executor>() {
    let pool = pool::<E>(1);
    let calls = Arc::new(AtomicUsize::new(0));
    for n in 0..6 {
        let calls = calls.clone();
        pool.submit(Do::Square(n)).expect("taken").then(move |_| {
            calls.fetch_add(1, Ordering::Relaxed);
            assert!(n % 2 == 0, "on purpose");
        });
    }
    assert!(crate::world::wait_until(
        || calls.load(Ordering::Relaxed) == 6
    ));
    pool.submit(Do::Square(1))
        .expect("usable")
        .wait()
        .expect("done");
}

fn payloads_of_any_size_go_through_whole<E: Executor>() {
    let pool = pool::<E>(2);
    // Either side of what a pipe holds on Linux and macOS, and far beyond; all of them at once.
    let sizes = [
        0,
        1,
        16_383,
        16_384,
        65_535,
        65_536,
        65_537,
        1 << 20,
        16 << 20,
    ];
    let bytes = |size: usize| {
        (0..size)
            .map(|n| (n * 7 + n / 251) as u8)
            .collect::<Vec<u8>>()
    };
    let handles: Vec<_> = sizes
        .iter()
        .map(|&size| pool.submit(Do::Echo(bytes(size))).expect("taken"))
        .collect();
    for (size, handle) in sizes.into_iter().zip(handles) {
        assert!(handle.wait().expect("back") == bytes(size), "{size} bytes");
    }
}

fn a_burst_before_the_workers_are_up_never_blocks<E: Executor>() {
    let pool = pool::<E>(1);
    let since = Instant::now();
    let handles: Vec<_> = (0..5000)
        .map(|n| pool.submit(Do::Square(n)).expect("taken"))
        .collect();
    assert!(since.elapsed() < PATIENCE / 4);
    for handle in handles {
        handle.wait().expect("done");
    }
}

fn a_lazy_input_is_not_taken_all_at_once<E: Executor>() {
    let pool = pool::<E>(2);
    let taken = AtomicUsize::new(0);
    let input = (0..).map(|n| {
        taken.fetch_add(1, Ordering::Relaxed);
        Do::Square(n % 100)
    });
    assert_eq!(pool.imap(input).take(10).count(), 10);
    assert!(taken.load(Ordering::Relaxed) < 5000);
}

fn progress_and_parts_arrive<E: Executor>() {
    let pool = pool::<E>(1);
    let handle = pool.submit(Do::Progress).expect("taken");
    assert!(crate::world::wait_until(|| handle
        .progress()
        .is_some_and(|(done, of)| done > 0 && of == 10)));
    handle.wait().expect("done");

    let counting: Pool<Count, E> = Pool::builder_with(SetUp::From(40))
        .workers(1)
        .build()
        .expect("a pool");
    let handle = counting.submit(Count(3)).expect("taken");
    assert!(crate::world::wait_until(|| handle.stage() == Stage::Ended));
    let parts: Vec<u32> = std::iter::from_fn(|| handle.try_part()).collect();
    assert_eq!(parts, [41, 42, 43]);
    assert_eq!(handle.wait().expect("done"), 43);
    // The worker keeps its state from one task to the next.
    assert_eq!(
        counting
            .submit(Count(1))
            .expect("taken")
            .wait()
            .expect("done"),
        44
    );
}

fn a_full_queue_refuses_or_waits<E: Executor>() {
    let pool: Pool<Do, E> = Pool::builder().workers(1).queue(2).build().expect("a pool");
    let running = pool.submit(Do::Sleep(700)).expect("taken");
    assert!(crate::world::wait_until(|| running.stage() != Stage::Queued));
    let waiting: Vec<_> = (0..2)
        .map(|n| pool.submit(Do::Square(n)).expect("room"))
        .collect();
    let refused = pool.submit_timeout(Terms::default(), Do::Square(9), Duration::ZERO);
    assert_eq!(refused.err(), Some(SubmitError::Full));
    let late = pool.submit(Do::Square(5)).expect("it waited for room");
    assert_eq!(running.stage(), Stage::Ended, "there was room only then");
    assert_eq!(waiting.len(), 2);
    late.wait().expect("done");
}

fn higher_priorities_go_first<E: Executor>() {
    let pool = pool::<E>(1);
    let blocker = pool.submit(Do::Sleep(300)).expect("taken");
    assert!(crate::world::wait_until(|| blocker.stage() != Stage::Queued));
    let (say, hear) = mpsc::channel();
    for priority in [0, 5, -3, 5, 9] {
        let say = say.clone();
        let terms = Terms {
            priority,
            ..Terms::default()
        };
        pool.submit_on(terms, Do::Square(1))
            .expect("taken")
            .then(move |_| {
                say.send(priority).expect("somebody listens");
            });
    }
    let order: Vec<i32> = hear.iter().take(5).collect();
    assert_eq!(order, [9, 5, 5, 0, -3]);
}

fn what_cannot_cross_the_pipe_is_an_error_with_its_name() {
    let pool: Pool<Awkward, Processes> = Pool::builder().workers(1).build().expect("a pool");
    let outcome = pool
        .submit(Awkward::Request(crate::tasks::Unreadable))
        .expect("taken")
        .wait();
    assert!(
        matches!(&outcome, Err(Death::Garbled(why)) if why.contains("request")),
        "{outcome:?}"
    );
    let outcome = pool
        .submit(Awkward::Explosive(crate::tasks::Explosive))
        .expect("taken")
        .wait();
    assert!(
        matches!(&outcome, Err(Death::Garbled(why)) if why.contains("bang")),
        "{outcome:?}"
    );
    let outcome = pool.submit(Awkward::Output).expect("taken").wait();
    assert!(
        matches!(&outcome, Err(Death::Garbled(why)) if why.contains("output")),
        "{outcome:?}"
    );
    pool.submit(Awkward::Fine)
        .expect("usable")
        .wait()
        .expect("done");
    assert_eq!(pool.turnover().lost, 0);

    let pool = self::pool::<Processes>(1);
    let outcome = pool.submit(Do::Huge(100 << 20)).expect("taken").wait();
    assert!(
        matches!(&outcome, Err(Death::Garbled(why)) if why.contains("limit")),
        "{outcome:?}"
    );
    let refused = pool.submit(Do::Echo(vec![0; 100 << 20]));
    assert!(matches!(refused, Err(SubmitError::Garbled(_))));
    pool.submit(Do::Square(1))
        .expect("usable")
        .wait()
        .expect("done");
}

#[cfg(target_os = "linux")]
fn requests_and_outputs_are_freed_when_done() {
    let pool = pool::<Processes>(2);
    let round = || {
        for _ in 0..4 {
            pool.submit(Do::Echo(vec![1; 2 << 20]))
                .expect("taken")
                .wait()
                .expect("back");
        }
    };
    round();
    let before = crate::world::resident();
    for _ in 0..5 {
        round();
    }
    let grown = crate::world::resident().saturating_sub(before);
    assert!(
        grown < 100 << 10,
        "{grown} KiB are left of 640 MiB that passed"
    );
}
