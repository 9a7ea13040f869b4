//! Digests every file below a folder with a hashing job, the largest caller that the pool has.
//!
//!     cargo run --release -p workers --example digest_tree -- FOLDER

use std::error::Error;
use std::path::PathBuf;

use workers::{
    Algorithm, Event, Job, JobSpec, Links, Priority, RunOn, Selection, Sink, Verdict, shown,
};

fn main() -> Result<(), Box<dyn Error>> {
    workers::child_entry(&[]);

    let folder = std::env::args_os()
        .nth(1)
        .map_or_else(|| PathBuf::from("."), PathBuf::from);
    let spec = JobSpec {
        roots: vec![folder],
        algorithms: vec![Algorithm::Sha256],
        links: Links::Skip,
        selection: Selection::default(),
        workers: std::thread::available_parallelism().map_or(1, usize::from),
        priority: Priority::Normal,
        file_limit: None,
    };
    let (sink, events) = Sink::new(|| ());
    let job = Job::start(spec, RunOn::Processes, sink)?;
    for event in events {
        match event {
            Event::Results(results) => {
                for result in results {
                    let path = shown(&result.path);
                    match result.verdict {
                        Verdict::Hashed(digest) => {
                            let hex: String = digest.iter().map(|b| format!("{b:02x}")).collect();
                            println!("{hex}  {path}");
                        }
                        other => eprintln!("{path}: {other:?}"),
                    }
                }
            }
            Event::Worker { worker, what, .. } => eprintln!("worker {}: {what:?}", worker + 1),
            Event::Finished(summary) => {
                eprintln!(
                    "{} of {} files, {} bytes, {:.2} s",
                    summary.counts.total(),
                    summary.found,
                    summary.bytes,
                    summary.wall.as_secs_f64()
                );
                break;
            }
        }
    }
    job.join();
    Ok(())
}
