//! How long the job will still take, from what is held and what waits.

use super::Foreman;
use crate::job::forecast::AtWork;
use crate::job::plan::Plan;
use crate::pool::Executor;

impl<E: Executor, P: Plan> Foreman<E, P> {
    /// The walk has taken a core, or the disk, until now.
    pub(super) fn measure_anew(&mut self) {
        for held in self.held.values_mut() {
            if held.worker.is_some() {
                let (done, took) = held.measured();
                self.forecaster.learn(done, took);
                held.before.add(done);
                held.begun = held.heard;
            }
        }
        self.forecaster.scanned();
    }

    pub(super) fn foretell(&mut self) {
        if !self.forecaster.is_due() || self.is_paused() || !self.totals.now().scan_done {
            return;
        }
        let mut ahead = self.backlog.ahead();
        let mut at_work = Vec::with_capacity(self.held.len());
        // Where fewer may read than there are, any of them may be at it.
        let mut readers = Vec::new();
        for held in self.held.values() {
            let (_, left) = held.amounts();
            match held.worker {
                Some(worker) => {
                    let (done, took) = held.measured();
                    let reader = readers.iter().position(|&reader| reader == worker);
                    at_work.push(AtWork {
                        reader: reader.unwrap_or_else(|| {
                            readers.push(worker);
                            readers.len() - 1
                        }),
                        took,
                        done,
                        left,
                    });
                }
                None => ahead.all.add(left),
            }
        }
        let places = self.places.iter().filter(|place| !place.given_up).count();
        let worked = self.worked();
        let readers = self
            .readers
            .as_ref()
            .map_or(places, |readers| readers.most(places));
        let left = self.forecaster.foretell(worked, readers, &at_work, &ahead);
        self.totals.foretell(left);
    }
}
