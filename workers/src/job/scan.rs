//! The thread that finds what there is to do, ahead of the workers.

use std::io;
use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender, bounded};

use super::plan::{Plan, Share};
use crate::cancel::CancelToken;
use crate::progress::Totals;

/// Paths sent at a time, and how many such bundles may wait.
const BUNDLE: usize = 256;
const WAITING: usize = 64;

/// Starts the walk; the channel closes when it is done.
pub(crate) fn spawn<P: Plan>(
    source: impl Iterator<Item = P::Found> + Send + 'static,
    totals: Arc<Totals>,
    cancel: CancelToken,
) -> io::Result<Receiver<Vec<P::Found>>> {
    let (bundles, listener) = bounded(WAITING);
    std::thread::Builder::new()
        .name("scan".to_owned())
        .spawn(move || run::<P>(source, &totals, &cancel, &bundles))?;
    Ok(listener)
}

fn run<P: Plan>(
    source: impl Iterator<Item = P::Found>,
    totals: &Totals,
    cancel: &CancelToken,
    bundles: &Sender<Vec<P::Found>>,
) {
    let mut bundle = Vec::with_capacity(BUNDLE);
    let mut sum = Share::default();
    // The first bundles are small, so that the workers begin at once.
    let mut limit = 8;
    for found in source {
        if cancel.is_cancelled() {
            break;
        }
        let Some(share) = P::share(&found) else {
            continue;
        };
        sum.rows += share.rows;
        sum.bytes += share.bytes;
        bundle.push(found);
        if bundle.len() >= limit {
            limit = (limit * 2).min(BUNDLE);
            let Share { rows, bytes } = std::mem::take(&mut sum);
            totals.found(rows, bytes);
            let full = std::mem::replace(&mut bundle, Vec::with_capacity(BUNDLE));
            if bundles.send(full).is_err() {
                break;
            }
        }
    }
    if !bundle.is_empty() {
        totals.found(sum.rows, sum.bytes);
        // Nobody listens any more only when the job has ended.
        let _ = bundles.send(bundle);
    }
    totals.scan_finished();
}
