//! What is said where a list left its algorithm open, and nothing but the length of its digests tells.

use std::path::Path;

use workers::{Algorithm, shown};

/// Says what the list was taken for and what else it may be; nothing if there is one candidate.
pub(super) fn say(list: &Path, candidates: &[Algorithm]) {
    let names: Vec<&str> = candidates.iter().map(|a| a.name()).collect();
    let [taken, others @ .., last] = &*names else {
        return;
    };
    let others = match others {
        [] => (*last).to_owned(),
        others => format!("{} or {last}", others.join(", ")),
    };
    eprintln!(
        "thawsum: {}: its lines do not name their algorithm, and are taken for {}; \
         if they are of {}, say so with -a",
        shown(list),
        taken,
        others,
    );
}
