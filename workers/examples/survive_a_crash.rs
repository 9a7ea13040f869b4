//! Tasks that fail, panic, crash, hang and print, and a pool that has a name for each.
//!
//!     cargo run -p workers --example survive_a_crash

use std::error::Error;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use workers::pool::{Context, Failure, Kind, Pool, Processes, Task, Terms};

#[derive(Clone, Debug, Serialize, Deserialize)]
enum Deed {
    Work,
    Fail,
    Panic,
    Abort,
    Exit,
    Hang,
}

impl Task for Deed {
    type Output = String;

    fn run(self, _context: &Context<'_, Self>) -> Result<String, Failure> {
        println!("about to {self:?}");
        match self {
            Self::Work => Ok("done".to_owned()),
            Self::Fail => Ok(std::fs::read_to_string("/no/such/file")?),
            Self::Panic => panic!("an index out of range, say"),
            Self::Abort => std::process::abort(),
            Self::Exit => std::process::exit(3),
            Self::Hang => loop {
                std::thread::sleep(Duration::from_secs(1));
            },
        }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    workers::child_entry(&[Kind::of::<Deed>()]);

    let pool = Pool::<Deed, Processes>::builder()
        .workers(2)
        .keep_output(true)
        .build()?;
    let deeds = [
        Deed::Work,
        Deed::Fail,
        Deed::Panic,
        Deed::Abort,
        Deed::Exit,
        Deed::Hang,
        Deed::Work,
    ];
    let terms = Terms {
        limit: Some(Duration::from_secs(1)),
        attempts: 2,
        ..Terms::default()
    };
    let handles = deeds
        .iter()
        .map(|deed| pool.submit_on(terms, deed.clone()))
        .collect::<Result<Vec<_>, _>>()?;
    for (deed, handle) in deeds.iter().zip(handles) {
        let task = handle.number();
        match handle.wait() {
            Ok(output) => println!("{deed:?}: {output}"),
            Err(death) => println!("{deed:?}: {death}"),
        }
        print!("    it printed: {}", pool.printed(task));
    }
    println!("{:?}", pool.turnover());
    Ok(())
}
