//! How long a job will still take. What a file costs and what a byte costs are fitted to the bundles
//! that have ended: on a rotating disk a small file costs as much as a megabyte of a large one, in
//! memory as much as some kilobytes, and a guess from bytes alone would be wrong by the ratio of the
//! two. What is left is then given to workers in thought, so that one long file which one worker is
//! left alone with counts for what it is.

use std::time::{Duration, Instant};

use crate::tasks::bundle::Item;

/// A file costs what so many bytes cost, until there is something to tell it from: 4 µs beside
/// 1.9 GB/s and two workers, from this program's benchmark.
const A_FILE: f64 = 16_000.0;
/// How much that counts for against what is measured.
const DOUBT: f64 = 1e-5;
/// Times are not measured better than to this many seconds.
const JITTER: f64 = 0.001;
/// What was measured so many seconds of work ago counts half: disks and networks change.
const HALF_LIFE: f64 = 20.0;
/// What was measured while the walk went on counts so much: it takes a core, or the disk.
const BESIDE_WALK: f64 = 0.02;
/// Nobody can know before a moment has passed without the walk.
const FIRST: Duration = Duration::from_millis(300);
/// From one forecast to the next.
const EVERY: Duration = Duration::from_millis(100);
/// Forecasts kept for the record, before every other one is dropped.
const KEPT: usize = 1024;

/// An amount of work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Amount {
    pub(crate) files: u64,
    pub(crate) bytes: u64,
}

impl Amount {
    pub(crate) fn new(files: usize, bytes: u64) -> Self {
        Self {
            files: files as u64,
            bytes,
        }
    }

    pub(crate) fn of(items: &[Item]) -> Self {
        Self::new(items.len(), items.iter().map(Item::bytes).sum())
    }

    pub(crate) fn add(&mut self, more: Self) {
        self.files += more.files;
        self.bytes += more.bytes;
    }

    pub(crate) fn less(self, done: Self) -> Self {
        Self {
            files: self.files.saturating_sub(done.files),
            bytes: self.bytes.saturating_sub(done.bytes),
        }
    }

    /// With a file for what it costs where nothing else is known.
    pub(crate) fn in_bytes(self) -> u128 {
        u128::from(self.files) * A_FILE as u128 + u128::from(self.bytes)
    }
}

/// A bundle that a worker is at.
pub(crate) struct AtWork {
    /// Which of those that read at once, from 0 on.
    pub(crate) reader: usize,
    pub(crate) took: Duration,
    pub(crate) done: Amount,
    pub(crate) left: Amount,
}

/// What nobody has begun.
#[derive(Default)]
pub(crate) struct Ahead {
    pub(crate) all: Amount,
    /// Bytes of the largest file.
    pub(crate) largest: u64,
}

/// A forecast that was made, beside what came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forecast {
    /// When it was made: time at work since the start, without pauses.
    pub after: Duration,
    /// How long the rest would take, as it said.
    pub said: Duration,
    /// How long the rest took, without pauses.
    pub took: Duration,
}

/// Measures, foretells, and keeps what it foretold.
pub(crate) struct Forecaster {
    measured: Measured,
    workers: usize,
    made: Vec<(Duration, Duration)>,
    /// Only every so many forecasts are kept, and how many were passed over since.
    stride: usize,
    passed: usize,
    due: Instant,
}

impl Forecaster {
    pub(crate) fn new(workers: usize) -> Self {
        Self {
            measured: Measured::default(),
            workers: workers.max(1),
            made: Vec::new(),
            stride: 1,
            passed: 0,
            due: Instant::now() + FIRST,
        }
    }

    /// The walk is over.
    pub(crate) fn scanned(&mut self) {
        self.measured.fade(BESIDE_WALK);
        self.due = Instant::now() + FIRST;
    }

    /// A worker was at this for so long.
    pub(crate) fn learn(&mut self, done: Amount, took: Duration) {
        let half_life = HALF_LIFE * self.workers as f64;
        self.measured
            .fade(0.5_f64.powf(took.as_secs_f64() / half_life));
        self.measured.add(done, took);
    }

    pub(crate) fn is_due(&self) -> bool {
        Instant::now() >= self.due
    }

    /// How long `workers` of them still need, `elapsed` after the start; `None`: nothing has been
    /// measured yet.
    pub(crate) fn foretell(
        &mut self,
        elapsed: Duration,
        workers: usize,
        at_work: &[AtWork],
        ahead: &Ahead,
    ) -> Option<Duration> {
        self.due = Instant::now() + EVERY;
        let mut measured = self.measured;
        for bundle in at_work {
            measured.add(bundle.done, bundle.took);
        }
        let price = measured.price()?;
        let mut busy = vec![0.0; workers.max(1)];
        for bundle in at_work {
            if let Some(busy) = busy.get_mut(bundle.reader) {
                *busy += price.of(bundle.left);
            }
        }
        let largest = price.of(Amount::new(1, ahead.largest));
        let left = ended(busy, price.of(ahead.all)).max(largest);
        let left = Duration::try_from_secs_f64(left).ok()?;
        self.keep(elapsed, left);
        Some(left)
    }

    fn keep(&mut self, elapsed: Duration, left: Duration) {
        self.passed += 1;
        if self.passed < self.stride {
            return;
        }
        self.passed = 0;
        self.made.push((elapsed, left));
        if self.made.len() >= KEPT {
            let mut odd = false;
            self.made.retain(|_| {
                odd = !odd;
                odd
            });
            self.stride *= 2;
        }
    }

    /// The first forecast after a tenth of the job, now that it has taken `total`.
    pub(crate) fn at_a_tenth(&self, total: Duration) -> Option<Forecast> {
        let &(after, said) = self.made.iter().find(|made| made.0 >= total / 10)?;
        Some(Forecast {
            after,
            said,
            took: total.saturating_sub(after),
        })
    }
}

/// Sums for a weighted least-squares fit of `seconds = file * files + byte * bytes`, by relative error:
/// what else goes on in the machine makes a bundle slower by a part of its time. By absolute error, a
/// second's noise on large files would be taken for the price of a file.
#[derive(Clone, Copy, Debug, Default)]
struct Measured {
    files_files: f64,
    files_bytes: f64,
    bytes_bytes: f64,
    files_seconds: f64,
    bytes_seconds: f64,
    files: f64,
    bytes: f64,
    seconds: f64,
}

/// Seconds of one worker.
#[derive(Clone, Copy, Debug)]
struct Price {
    file: f64,
    byte: f64,
}

impl Price {
    fn of(self, amount: Amount) -> f64 {
        self.file * amount.files as f64 + self.byte * amount.bytes as f64
    }
}

impl Measured {
    fn add(&mut self, done: Amount, took: Duration) {
        let (files, bytes) = (done.files as f64, done.bytes as f64);
        let seconds = took.as_secs_f64();
        if files + bytes == 0.0 || seconds <= 0.0 {
            return;
        }
        let weight = seconds.max(JITTER).powi(-2);
        self.files_files += weight * files * files;
        self.files_bytes += weight * files * bytes;
        self.bytes_bytes += weight * bytes * bytes;
        self.files_seconds += weight * files * seconds;
        self.bytes_seconds += weight * bytes * seconds;
        self.files += files;
        self.bytes += bytes;
        self.seconds += seconds;
    }

    fn fade(&mut self, keep: f64) {
        for sum in [
            &mut self.files_files,
            &mut self.files_bytes,
            &mut self.bytes_bytes,
            &mut self.files_seconds,
            &mut self.bytes_seconds,
            &mut self.files,
            &mut self.bytes,
            &mut self.seconds,
        ] {
            *sum *= keep;
        }
    }

    /// By relative error what is slow now and then counts for too little (of four bundles that took 1,
    /// 1, 1 and 10 seconds it makes 1.03 for one, and 3.25 is what it costs), so the fit tells how much
    /// dearer a file is than a byte, and what all of it took tells the rest.
    fn price(&self) -> Option<Price> {
        let fitted = self.fitted()?;
        let scale = self.seconds / (fitted.file * self.files + fitted.byte * self.bytes);
        scale.is_finite().then_some(Price {
            file: fitted.file * scale,
            byte: fitted.byte * scale,
        })
    }

    fn fitted(&self) -> Option<Price> {
        if self.bytes_seconds <= 0.0 {
            return (self.files_files > 0.0).then(|| Price {
                file: self.files_seconds / self.files_files,
                byte: self.files_seconds / self.files_files / A_FILE,
            });
        }
        // Bundles that are all of one kind do not tell files from bytes: what they leave open is
        // settled by one more observation, that a file costs what `A_FILE` bytes cost.
        let doubt = DOUBT * self.bytes_bytes / (A_FILE * A_FILE);
        let files_files = self.files_files + doubt;
        let files_bytes = self.files_bytes - doubt * A_FILE;
        let bytes_bytes = self.bytes_bytes + doubt * A_FILE * A_FILE;
        let both = files_files * bytes_bytes - files_bytes * files_bytes;
        let file = (self.files_seconds * bytes_bytes - self.bytes_seconds * files_bytes) / both;
        let byte = (self.bytes_seconds * files_files - self.files_seconds * files_bytes) / both;
        // Nothing costs less than nothing: the other one then explains it all.
        let price = if file <= 0.0 {
            Price {
                file: 0.0,
                byte: self.bytes_seconds / self.bytes_bytes,
            }
        } else if byte <= 0.0 {
            Price {
                file: self.files_seconds / self.files_files,
                byte: 0.0,
            }
        } else {
            Price { file, byte }
        };
        (price.file.is_finite() && price.byte.is_finite()).then_some(price)
    }
}

/// When the last of the workers is done, if each is busy for so many seconds and `rest` is shared
/// out so that those who are done first take most of it.
fn ended(mut busy: Vec<f64>, mut rest: f64) -> f64 {
    busy.sort_by(f64::total_cmp);
    let longest = busy.last().copied().unwrap_or(0.0);
    let mut level = busy.first().copied().unwrap_or(0.0);
    for (filled, next) in (1..).zip(busy.iter().skip(1)) {
        let room = (next - level) * f64::from(filled);
        if rest <= room {
            return longest;
        }
        rest -= room;
        level = *next;
    }
    longest + rest / busy.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_file_at_the_end_is_waited_for() {
        assert_eq!(ended(vec![9.0, 1.0], 0.0), 9.0);
        assert_eq!(ended(vec![9.0, 1.0], 8.0), 9.0);
        assert_eq!(ended(vec![9.0, 1.0], 10.0), 10.0);
        assert_eq!(ended(vec![0.0, 0.0, 6.0], 3.0), 6.0);
        assert_eq!(ended(vec![1.0], 3.0), 4.0);
    }

    #[test]
    fn a_file_and_a_byte_each_cost_what_they_cost() {
        let mut forecaster = Forecaster::new(2);
        // A millisecond a file, and a gigabyte a second.
        for files in [100, 300, 500] {
            let done = Amount::new(files, 1_000_000);
            let took = Duration::from_millis(files as u64 + 1);
            forecaster.learn(done, took);
        }
        let large = Amount::new(1, 1_000_000_000);
        forecaster.learn(large, Duration::from_millis(1001));
        let ahead = Ahead {
            all: Amount::new(20_000, 4_000_000_000),
            largest: 1_000_000_000,
        };
        let left = forecaster.foretell(Duration::from_secs(1), 2, &[], &ahead);
        let seconds = left.map_or(0.0, |left| left.as_secs_f64());
        assert!((seconds - 12.0).abs() < 0.5, "{seconds}");
    }

    #[test]
    fn files_that_are_all_alike_and_empty_ones_are_foretold() {
        for bytes in [0, 50_000, 5_000_000] {
            let mut forecaster = Forecaster::new(1);
            for _ in 0..20 {
                forecaster.learn(Amount::new(10, bytes), Duration::from_millis(100));
            }
            let ahead = Ahead {
                all: Amount::new(1000, bytes * 100),
                largest: bytes / 10,
            };
            let left = forecaster.foretell(Duration::from_secs(1), 1, &[], &ahead);
            let seconds = left.map_or(0.0, |left| left.as_secs_f64());
            assert!((seconds - 10.0).abs() < 0.5, "{bytes}: {seconds}");
        }
    }

    #[test]
    fn what_is_slow_now_and_then_counts_for_what_it_costs() {
        let mut forecaster = Forecaster::new(1);
        for bundle in 0..40 {
            let took = Duration::from_millis(if bundle % 4 == 3 { 1000 } else { 100 });
            forecaster.learn(Amount::new(500, 1_000_000), took);
        }
        let ahead = Ahead {
            all: Amount::new(50_000, 100_000_000),
            largest: 1_000_000,
        };
        let left = forecaster.foretell(Duration::from_secs(1), 1, &[], &ahead);
        let seconds = left.map_or(0.0, |left| left.as_secs_f64());
        assert!((seconds - 32.5).abs() < 6.5, "{seconds}");
    }

    #[test]
    fn what_was_said_after_a_tenth_is_kept_however_long_it_takes() {
        let mut forecaster = Forecaster::new(1);
        forecaster.learn(Amount::new(1000, 0), Duration::from_secs(1));
        for tenth in 0..50_000 {
            let elapsed = Duration::from_millis(tenth * 100);
            let ahead = Ahead {
                all: Amount::new(50_000 - tenth as usize, 0),
                largest: 0,
            };
            forecaster.foretell(elapsed, 1, &[], &ahead);
        }
        assert!(forecaster.made.len() < KEPT);
        let total = Duration::from_secs(5000);
        let forecast = forecaster.at_a_tenth(total);
        assert!(
            forecast.is_some_and(|made| made.after >= total / 10 && made.after < total / 9),
            "{forecast:?}"
        );
    }
}
