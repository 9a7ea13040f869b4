//! Watching a part that is to hang, and ending it: what cannot happen otherwise is waited for as
//! long as the experiment says, and then the process is killed with all that hangs in it.

use std::time::{Duration, Instant};

use workers::process::Status;

use super::children::Part;
use super::context::Failure;

/// A part that has not come to where it is to hang by then hangs somewhere else.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// How a part that was to hang was ended.
pub(crate) struct Killed {
    /// Whether it said and did nothing more, as long as it was watched.
    pub(crate) hung: bool,
    /// For how long it was watched.
    pub(crate) watched: Duration,
    /// From the call that kills it until the system said that it is gone.
    pub(crate) end_took: Duration,
    pub(crate) status: Status,
}

impl Killed {
    /// For a table and for scripts: what became of it.
    pub(crate) fn words(&self) -> String {
        if self.hung {
            format!("hung; {}", self.status)
        } else {
            "went on".to_owned()
        }
    }
}

/// Watches a part that hangs from now on, and kills it.
pub(crate) fn watch_and_kill(part: &Part, watch: Duration) -> Result<Killed, Failure> {
    let begun = Instant::now();
    let heard = part.hear(watch)?;
    let watched = begun.elapsed();
    let killed = Instant::now();
    let status = part.kill();
    Ok(Killed {
        hung: heard.is_none(),
        watched,
        end_took: killed.elapsed(),
        status,
    })
}
