//! Whether a job waits for what it reads from: all its workers have work, and yet neither they nor anybody else
//! use the cores.

use super::cores::Load;

/// For so many samples, two seconds: what is shorter is nothing to act on.
const SAMPLES: u32 = 4;
/// Below this part of what the workers could use they wait.
const WORKING: f32 = 0.6;
/// Where the cores are as busy as this on average, others keep the workers from them.
const CROWDED: f32 = 85.0;

/// What limits the job that runs.
#[derive(Default)]
pub(crate) struct Bottleneck {
    /// Of which sample the last word was.
    sample: u64,
    /// Samples in a row that say the workers wait.
    waiting: u32,
}

impl Bottleneck {
    /// Takes in a sample, if it is a new one. `workers`: how many there are, if all of them have work.
    pub(crate) fn note(&mut self, load: &Load, workers: Option<usize>) {
        if std::mem::replace(&mut self.sample, load.samples) == load.samples {
            return;
        }
        let waits = workers.is_some_and(|workers| waits(load, workers));
        self.waiting = if waits { self.waiting + 1 } else { 0 };
    }

    /// The disk, or the network, is what the job waits for.
    pub(crate) fn is_the_disk(&self) -> bool {
        self.waiting >= SAMPLES
    }
}

fn waits(load: &Load, workers: usize) -> bool {
    let cores = load.cores.len();
    let (Some(own), false) = (load.own, cores == 0) else {
        return false;
    };
    let busy = load
        .cores
        .iter()
        .filter_map(|core| core.back())
        .sum::<f32>()
        / cores as f32;
    own < WORKING * 100.0 * workers.min(cores) as f32 && busy < CROWDED
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(samples: u64, own: f32, cores: [f32; 2]) -> Load {
        Load {
            cores: cores.map(|core| [core].into()).into(),
            own: Some(own),
            sampling: true,
            samples,
        }
    }

    fn after(own: f32, cores: [f32; 2], workers: Option<usize>) -> bool {
        let mut bottleneck = Bottleneck::default();
        for sample in 1..=u64::from(SAMPLES) {
            assert!(!bottleneck.is_the_disk());
            // As often as the window draws.
            for _ in 0..10 {
                bottleneck.note(&load(sample, own, cores), workers);
            }
        }
        bottleneck.is_the_disk()
    }

    #[test]
    fn workers_that_have_work_and_use_no_core_wait_for_the_disk() {
        assert!(after(30.0, [20.0, 25.0], Some(2)));
        assert!(
            after(100.0, [50.0, 50.0], Some(8)),
            "two cores are all there is"
        );
    }

    #[test]
    fn whoever_works_or_has_no_work_or_no_core_to_itself_does_not() {
        assert!(!after(190.0, [99.0, 98.0], Some(2)));
        assert!(!after(90.0, [45.0, 55.0], Some(1)), "one worker, one core");
        assert!(!after(30.0, [20.0, 25.0], None));
        assert!(!after(60.0, [99.0, 98.0], Some(2)), "others have the cores");
    }

    #[test]
    fn one_sample_of_work_ends_it() {
        let mut bottleneck = Bottleneck::default();
        for sample in 1..=9 {
            bottleneck.note(&load(sample, 10.0, [9.0, 9.0]), Some(2));
        }
        assert!(bottleneck.is_the_disk());
        bottleneck.note(&load(10, 180.0, [95.0, 95.0]), Some(2));
        assert!(!bottleneck.is_the_disk());
    }
}
