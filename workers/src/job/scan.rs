//! The thread that walks, ahead of the workers.

use std::io;
use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender, bounded};

use crate::cancel::CancelToken;
use crate::progress::Totals;
use crate::tasks::walk::{Found, Walk};

/// Paths sent at a time, and how many such bundles may wait.
const BUNDLE: usize = 256;
const WAITING: usize = 64;

/// Starts the walk; the channel closes when it is done.
pub(crate) fn spawn(
    walk: Walk,
    totals: Arc<Totals>,
    cancel: CancelToken,
) -> io::Result<Receiver<Vec<Found>>> {
    let (bundles, listener) = bounded(WAITING);
    std::thread::Builder::new()
        .name("scan".to_owned())
        .spawn(move || run(walk, &totals, &cancel, &bundles))?;
    Ok(listener)
}

fn run(walk: Walk, totals: &Totals, cancel: &CancelToken, bundles: &Sender<Vec<Found>>) {
    let mut bundle = Vec::with_capacity(BUNDLE);
    let mut bytes = 0;
    // The first bundles are small, so that the workers begin at once.
    let mut limit = 8;
    for found in walk {
        if cancel.is_cancelled() {
            break;
        }
        if let Found::Folder = found {
            continue;
        }
        if let Found::File { seen, .. } = &found {
            bytes += seen.size;
        }
        bundle.push(found);
        if bundle.len() >= limit {
            limit = (limit * 2).min(BUNDLE);
            totals.found(bundle.len() as u64, std::mem::take(&mut bytes));
            let full = std::mem::replace(&mut bundle, Vec::with_capacity(BUNDLE));
            if bundles.send(full).is_err() {
                break;
            }
        }
    }
    if !bundle.is_empty() {
        totals.found(bundle.len() as u64, bytes);
        // Nobody listens any more only when the job has ended.
        let _ = bundles.send(bundle);
    }
    totals.scan_finished();
}
