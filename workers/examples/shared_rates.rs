//! What sharing between processes costs: locks, counters, messages from one process to another,
//! and the way there and back. Prints one JSON object of rates a second.
//!
//!     cargo run --release -p workers --example shared_rates [MESSAGES]

use std::error::Error;
use std::process::{Child, Command};
use std::time::Instant;

use serde_json::{Map, Value as Json};
use workers::shared::{
    Batch, End, Event, Lock, LockedValue, Queue, ReentrantLock, Semaphore, Token, Value,
};

const MESSAGE: [u8; 256] = [7; 256];
/// What a queue or pipe holds: a quarter of what most processors keep near one core.
const ROOM: usize = 256 * 1024;
const ROLE: &str = "SHARED_RATES_ROLE";
const BATCH: usize = 256;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    if let Ok(role) = std::env::var(ROLE) {
        return play(&role, &arguments.collect::<Vec<_>>());
    }
    let messages: u64 = match arguments.next() {
        Some(number) => number.parse()?,
        None => 2_000_000,
    };
    let mut rates = Map::new();
    let mut note = |name: &str, count: u64, began: Instant| {
        let rate = count as f64 / began.elapsed().as_secs_f64();
        rates.insert(name.to_owned(), Json::from(rate.round()));
    };
    alone(messages, &mut note)?;
    under_a_lock(messages, &mut note)?;
    through_a_queue(messages, &mut note)?;
    through_a_pipe(messages, &mut note)?;
    println!("{}", serde_json::to_string_pretty(&rates)?);
    Ok(())
}

type Note<'a> = &'a mut dyn FnMut(&str, u64, Instant);

/// Nobody else wants it.
fn alone(count: u64, note: Note<'_>) -> Outcome<()> {
    let lock = Lock::new()?;
    let began = Instant::now();
    for _ in 0..count {
        drop(lock.acquire());
    }
    note("lock, uncontended", count, began);

    let lock = ReentrantLock::new()?;
    let began = Instant::now();
    for _ in 0..count {
        drop(lock.acquire());
    }
    note("reentrant lock, uncontended", count, began);

    let semaphore = Semaphore::new(1)?;
    let began = Instant::now();
    for _ in 0..count {
        drop(semaphore.acquire());
    }
    note("semaphore, uncontended", count, began);

    let value = Value::new(0_u64)?;
    let began = Instant::now();
    for _ in 0..count {
        value.fetch_add(1);
    }
    note("add to a value", count, began);
    Ok(())
}

fn under_a_lock(count: u64, note: Note<'_>) -> Outcome<()> {
    let sum = LockedValue::new(0_u64)?;
    let (ready, go) = (Event::new()?, Event::new()?);
    let child = start(
        "add",
        &[
            sum.token().to_string(),
            count.to_string(),
            ready.token().to_string(),
            go.token().to_string(),
        ],
    )?;
    ready.wait();
    let began = Instant::now();
    go.set();
    add(&sum, count);
    ends(child)?;
    let both = *sum.acquire().into_guard();
    note("lock, two processes", both, began);
    Ok(())
}

fn add(sum: &LockedValue<u64>, count: u64) {
    for _ in 0..count {
        *sum.acquire().into_guard() += 1;
    }
}

fn through_a_queue(count: u64, note: Note<'_>) -> Outcome<()> {
    let queue = Queue::new(ROOM)?;
    let token = queue.token().to_string();
    for putters in [1, 2] {
        let each = count / putters;
        let start_putters = || -> Outcome<Vec<Child>> {
            (0..putters)
                .map(|_| start("put", &[token.clone(), each.to_string()]))
                .collect()
        };
        let children = start_putters()?;
        queue.get()?;
        let began = Instant::now();
        for _ in 1..each * putters {
            queue.get()?;
        }
        note(
            &format!("queue, {putters} to 1, one by one"),
            each * putters,
            began,
        );
        children.into_iter().try_for_each(ends)?;

        let children = start_putters()?;
        let mut batch = Batch::new();
        let mut taken = queue.get_batch(&mut batch, BATCH, None)?;
        let began = Instant::now();
        while (taken as u64) < each * putters {
            taken += queue.get_batch(&mut batch, BATCH, None)?;
        }
        note(
            &format!("queue, {putters} to 1, in batches"),
            each * putters,
            began,
        );
        children.into_iter().try_for_each(ends)?;
    }
    Ok(())
}

fn through_a_pipe(count: u64, note: Note<'_>) -> Outcome<()> {
    let (here, there) = End::pair(ROOM)?;
    let child = start("send", &[there.hand_over().to_string(), count.to_string()])?;
    here.receive()?;
    let began = Instant::now();
    while here.receive().is_ok() {}
    note("pipe, one by one", count, began);
    ends(child)?;

    let (here, there) = End::pair(ROOM)?;
    let child = start("send", &[there.hand_over().to_string(), count.to_string()])?;
    let mut batch = Batch::new();
    here.receive_batch(&mut batch, BATCH, None)?;
    let began = Instant::now();
    while here.receive_batch(&mut batch, BATCH, None).is_ok() {}
    note("pipe, in batches", count, began);
    ends(child)?;

    let (here, there) = End::pair(ROOM)?;
    let child = start("echo", &[there.hand_over().to_string()])?;
    here.send(&MESSAGE)?;
    here.receive()?;
    let began = Instant::now();
    let trips = count / 20;
    for _ in 0..trips {
        here.send(&MESSAGE)?;
        here.receive()?;
    }
    note("pipe, there and back", trips, began);
    drop(here);
    ends(child)
}

fn start(role: &str, arguments: &[String]) -> Outcome<Child> {
    Ok(Command::new(std::env::current_exe()?)
        .env(ROLE, role)
        .args(arguments)
        .spawn()?)
}

fn ends(mut child: Child) -> Outcome<()> {
    let status = child.wait()?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("a child failed: {status}").into())
    }
}

/// What the other process does.
fn play(role: &str, arguments: &[String]) -> Outcome<()> {
    let token = arguments.first().ok_or("a token is missing")?;
    let count: u64 = arguments.get(1).map_or(Ok(0), |count| count.parse())?;
    match role {
        "add" => {
            let sum = token.parse::<Token<LockedValue<u64>>>()?.open()?;
            let [ready, go] = arguments.get(2..).ok_or("two events are missing")? else {
                return Err("two events are missing".into());
            };
            ready.parse::<Token<Event>>()?.open()?.set();
            go.parse::<Token<Event>>()?.open()?.wait();
            add(&sum, count);
        }
        "put" => {
            let queue = token.parse::<Token<Queue>>()?.open()?;
            for _ in 0..count {
                queue.put(&MESSAGE)?;
            }
        }
        "send" => {
            let end = token.parse::<Token<End>>()?.open()?;
            for _ in 0..count {
                end.send(&MESSAGE)?;
            }
        }
        "echo" => {
            let end = token.parse::<Token<End>>()?.open()?;
            while let Ok(message) = end.receive() {
                end.send(&message)?;
            }
        }
        other => return Err(format!("there is no role called {other}").into()),
    }
    Ok(())
}
