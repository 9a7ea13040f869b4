//! A pool of squares: the same work in order, as it comes, by threads and by processes.
//!
//!     cargo run -p workers --example squares

use std::error::Error;

use serde::{Deserialize, Serialize};
use workers::pool::{Context, Executor, Failure, Kind, Pool, Processes, Task, Threads};

#[derive(Serialize, Deserialize)]
struct Square(u64);

impl Task for Square {
    type Output = u64;

    fn run(self, _context: &Context<'_, Self>) -> Result<u64, Failure> {
        self.0
            .checked_mul(self.0)
            .ok_or_else(|| Failure::new(format!("the square of {} is too large", self.0)))
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    workers::child_entry(&[Kind::of::<Square>()]);
    show::<Threads>("threads")?;
    show::<Processes>("processes")
}

/// Who works is one word.
fn show<E: Executor>(who: &str) -> Result<(), Box<dyn Error>> {
    let pool = Pool::<Square, E>::builder().workers(4).build()?;

    let in_order: Vec<u64> = pool
        .map((0..10).map(Square))?
        .into_iter()
        .collect::<Result<_, _>>()?;
    println!("{who}, in order: {in_order:?}");

    let mut as_they_come = Vec::new();
    for outcome in pool.imap_unordered((0..10).map(Square)) {
        let (place, square) = outcome?;
        as_they_come.push((place, square?));
    }
    println!("{who}, as they come: {as_they_come:?}");

    let death = pool.submit(Square(u64::MAX))?.wait();
    println!("{who}, one that cannot be: {death:?}");
    pool.join();
    Ok(())
}
