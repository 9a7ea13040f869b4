//! What a manager costs, beside what lies in shared memory (`shared_rates`): calls one by one, and
//! many in one call; with sides that sleep at once, and with such that stay awake for a millisecond. Prints one JSON object of rates a second.
//!
//!     cargo run --release -p workers --example manager_rates [CALLS]

use std::error::Error;
use std::time::{Duration, Instant};

use serde_json::{Map, Value as Json};
use workers::shared::manager::{Key, Manager, Over};

const BATCH: usize = 1000;

fn main() -> Result<(), Box<dyn Error>> {
    workers::child_entry(&[]);
    let calls: u64 = match std::env::args().nth(1) {
        Some(number) => number.parse()?,
        None => 100_000,
    };
    let mut rates = Map::new();
    let key = Key::random()?;
    let awake = Duration::from_millis(1);
    for (way, over, awake) in [
        ("socket", Over::Local, Duration::ZERO),
        ("socket, awake", Over::Local, awake),
        ("TCP", Over::Tcp(key), Duration::ZERO),
        ("TCP, awake", Over::Tcp(key), awake),
    ] {
        let manager = Manager::start_awake(over, awake)?;
        measure(&manager, calls, &mut |what, count, began| {
            let rate = count as f64 / began.elapsed().as_secs_f64();
            rates.insert(format!("{way}, {what}"), Json::from(rate.round()));
        })?;
    }
    println!("{}", serde_json::to_string_pretty(&rates)?);
    Ok(())
}

fn measure(
    manager: &Manager,
    calls: u64,
    note: &mut dyn FnMut(&str, u64, Instant),
) -> Result<(), Box<dyn Error>> {
    let dict = manager.dict::<u64, u64>()?;
    let began = Instant::now();
    for n in 0..calls {
        dict.insert(&n, &n)?;
    }
    note("dict, insert", calls, began);
    let began = Instant::now();
    for n in 0..calls {
        dict.get(&n)?;
    }
    note("dict, get", calls, began);

    let list = manager.list::<u64>()?;
    let began = Instant::now();
    for n in 0..calls {
        list.push(&n)?;
    }
    note("list, push", calls, began);

    let lock = manager.lock()?;
    let began = Instant::now();
    for _ in 0..calls / 2 {
        drop(lock.acquire()?);
    }
    note("lock, acquire and release", calls / 2, began);

    let many = calls * 20;
    let began = Instant::now();
    list.extend(0..many)?;
    note("list, extend", many, began);
    let began = Instant::now();
    list.snapshot()?;
    note("list, snapshot", many + calls, began);
    let began = Instant::now();
    dict.extend((0..many).map(|n| (n, n)))?;
    note("dict, extend", many, began);
    let keys: Vec<u64> = (0..many).collect();
    let began = Instant::now();
    dict.get_many(&keys)?;
    note("dict, get many", many, began);

    let queue = manager.queue::<u64>(BATCH * 10)?;
    let began = Instant::now();
    for n in 0..calls / 2 {
        queue.put(&n)?;
        queue.get()?;
    }
    note("queue, put and get", calls / 2, began);
    let began = Instant::now();
    std::thread::scope(|scope| {
        let putter = scope.spawn(|| queue.put_all(0..many));
        let mut got = 0;
        while got < many {
            got += queue.get_many(BATCH, None)?.len() as u64;
        }
        // It has put all that was got.
        putter.join().unwrap_or(Ok(()))
    })?;
    note("queue, many at once", many, began);
    Ok(())
}
