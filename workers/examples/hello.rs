//! The smallest program with a pool: one task, done by a child process.
//!
//!     cargo run -p workers --example hello

use std::error::Error;

use serde::{Deserialize, Serialize};
use workers::pool::{Context, Failure, Kind, Pool, Processes, Task};

/// What is to be done, as it crosses the pipe.
#[derive(Serialize, Deserialize)]
struct Greet(String);

impl Task for Greet {
    type Output = String;

    fn run(self, _context: &Context<'_, Self>) -> Result<String, Failure> {
        Ok(format!(
            "Hello, {}, from process {}",
            self.0,
            std::process::id()
        ))
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    // A worker is this same program, and never comes past this line.
    workers::child_entry(&[Kind::of::<Greet>()]);

    let pool = Pool::<Greet, Processes>::builder().build()?;
    let greeting = pool.submit(Greet("world".to_owned()))?.wait()?;
    println!("{greeting}; this is {}", std::process::id());
    Ok(())
}
