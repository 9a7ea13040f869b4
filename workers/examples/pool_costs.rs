//! What a pool costs beside the work itself: start of a worker, round trip, messages, large
//! payloads, cancelling. Prints one JSON object; `scripts/bench --pool` sets it beside Python's.
//!
//!     cargo run --release -p workers --example pool_costs

use std::error::Error;
use std::time::{Duration, Instant};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use workers::pool::{
    Context, Executor, Failure, Kind, Pool, Processes, Stage, Task, Threads, Work,
};

/// Small tasks for one measurement.
const SMALL: usize = 100_000;
const SMALL_BYTES: usize = 256;
const LARGE: usize = 16;
const LARGE_BYTES: usize = 16 << 20;
const TRIPS: usize = 5_000;
const STARTS: usize = 20;
const CANCELS: usize = 10;

/// Bytes that cross as bytes; serde takes a `Vec<u8>` for a list of numbers.
struct Bytes(Vec<u8>);

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <&[u8]>::deserialize(deserializer).map(|bytes| Self(bytes.to_owned()))
    }
}

#[derive(Serialize, Deserialize)]
enum Cost {
    Nothing,
    Take(Bytes),
    GiveBack(Bytes),
    Wait,
}

impl Task for Cost {
    type Output = Bytes;

    fn run(self, context: &Context<'_, Self>) -> Result<Bytes, Failure> {
        match self {
            Self::Nothing | Self::Take(_) => Ok(Bytes(Vec::new())),
            Self::GiveBack(bytes) => Ok(bytes),
            Self::Wait => loop {
                context.checkpoint()?;
                std::thread::sleep(Duration::from_micros(100));
            },
        }
    }
}

/// Sends so many messages ahead of its end.
#[derive(Serialize, Deserialize)]
struct Stream(usize);

impl Work for Stream {
    type Output = ();
    type Part = Bytes;
    type SetUp = ();
    type State = ();

    fn set_up((): ()) -> Result<(), Failure> {
        Ok(())
    }
    fn work(self, (): &mut (), context: &Context<'_, Self>) -> Result<(), Failure> {
        for _ in 0..self.0 {
            context.part(Bytes(vec![7; SMALL_BYTES]));
        }
        Ok(())
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    workers::child_entry(&[Kind::of::<Cost>(), Kind::of::<Stream>()]);
    let processes = measure::<Processes>()?;
    let threads = measure::<Threads>()?;
    println!(r#"{{"processes": {processes}, "threads": {threads}}}"#);
    Ok(())
}

fn pool<E: Executor>() -> Result<Pool<Cost, E>, Box<dyn Error>> {
    Ok(Pool::builder().workers(1).build()?)
}

fn measure<E: Executor>() -> Result<String, Box<dyn Error>> {
    let mut starts = Vec::new();
    for _ in 0..STARTS {
        let since = Instant::now();
        let pool = pool::<E>()?;
        pool.submit(Cost::Nothing)?.wait()?;
        starts.push(since.elapsed());
    }
    let cold = starts[0];
    let warm = median(&mut starts[1..]);

    let one = pool::<E>()?;
    let mut trips = Vec::with_capacity(TRIPS);
    for _ in 0..TRIPS {
        let since = Instant::now();
        one.submit(Cost::Nothing)?.wait()?;
        trips.push(since.elapsed());
    }
    let trip = median(&mut trips);

    let small = small::<E>()?;
    let messages = messages::<E>()?;

    let since = Instant::now();
    for _ in 0..LARGE {
        let back = one
            .submit(Cost::GiveBack(Bytes(vec![7; LARGE_BYTES])))?
            .wait()?;
        assert_eq!(back.0.len(), LARGE_BYTES);
    }
    let large = (LARGE * LARGE_BYTES) as f64 / since.elapsed().as_secs_f64() / 1e9;

    let mut cancels = Vec::new();
    for _ in 0..CANCELS {
        let handle = one.submit(Cost::Wait)?;
        while !matches!(handle.stage(), Stage::Running { .. }) {
            std::thread::sleep(Duration::from_micros(100));
        }
        let since = Instant::now();
        handle.cancel();
        assert!(handle.wait().is_err());
        cancels.push(since.elapsed());
    }
    let us = |time: Duration| time.as_secs_f64() * 1e6;
    Ok(format!(
        r#"{{"start_cold_us": {:.0}, "start_warm_us": {:.0}, "round_trip_us": {:.1}, "small_per_s": {small:.0}, "messages_per_s": {messages:.0}, "large_gb_per_s": {large:.2}, "cancel_us": {:.0}}}"#,
        us(cold),
        us(warm),
        us(trip),
        us(median(&mut cancels)),
    ))
}

/// Small tasks a second, each with a result of its own.
fn small<E: Executor>() -> Result<f64, Box<dyn Error>> {
    let pool = pool::<E>()?;
    let since = Instant::now();
    let tasks = (0..SMALL).map(|_| Cost::Take(Bytes(vec![7; SMALL_BYTES])));
    let done = pool
        .imap_unordered(tasks)
        .filter(|one| matches!(one, Ok((_, Ok(_)))))
        .count();
    assert_eq!(done, SMALL);
    Ok(SMALL as f64 / since.elapsed().as_secs_f64())
}

/// Messages a second from a task to whoever submitted it.
fn messages<E: Executor>() -> Result<f64, Box<dyn Error>> {
    let pool: Pool<Stream, E> = Pool::builder().workers(1).build()?;
    pool.submit(Stream(1))?.wait()?;
    let since = Instant::now();
    let handle = pool.submit(Stream(SMALL))?;
    let mut came = 0;
    while came < SMALL {
        match handle.try_part() {
            Some(part) => came += usize::from(part.0.len() == SMALL_BYTES),
            None => std::thread::sleep(Duration::from_micros(100)),
        }
    }
    handle.wait()?;
    Ok(SMALL as f64 / since.elapsed().as_secs_f64())
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
