//! Latencies in buckets a fiftieth wide: constant memory however long a run lasts.

use std::time::Duration;

/// From 10 µs on; everything shorter is in the first bucket.
const FLOOR_S: f64 = 10e-6;
const STEP: f64 = 1.02;
/// Up to about an hour.
const BUCKETS: usize = 1000;

#[derive(Clone)]
pub(crate) struct Histogram {
    buckets: Vec<u64>,
    count: u64,
    worst: Duration,
}

impl Default for Histogram {
    fn default() -> Self {
        Self {
            buckets: vec![0; BUCKETS],
            count: 0,
            worst: Duration::ZERO,
        }
    }
}

impl Histogram {
    /// Counts one answer. A question that waited longer than `interval` kept the next ones from
    /// being asked; those are counted too, as Gil Tene's HdrHistogram does it, or else a stall
    /// of ten seconds would be one slow answer among two hundred quick ones.
    pub(crate) fn record(&mut self, latency: Duration, interval: Duration) {
        self.worst = self.worst.max(latency);
        let mut unanswered = latency;
        loop {
            self.buckets[bucket(unanswered)] += 1;
            self.count += 1;
            match unanswered.checked_sub(interval) {
                Some(rest) if !rest.is_zero() && !interval.is_zero() => unanswered = rest,
                _ => break,
            }
        }
    }

    pub(crate) fn worst(&self) -> Option<Duration> {
        (self.count > 0).then_some(self.worst)
    }

    /// The latency that this share of questions (0 to 1) was answered within.
    pub(crate) fn quantile(&self, share: f64) -> Option<Duration> {
        if self.count == 0 {
            return None;
        }
        let rank = (share * self.count as f64).ceil().max(1.0) as u64;
        let mut seen = 0;
        for (index, &n) in self.buckets.iter().enumerate() {
            seen += n;
            if seen >= rank {
                let upper = FLOOR_S * STEP.powi(i32::try_from(index).unwrap_or(0));
                return Some(Duration::from_secs_f64(upper).min(self.worst));
            }
        }
        Some(self.worst)
    }
}

fn bucket(latency: Duration) -> usize {
    let ratio = (latency.as_secs_f64() / FLOOR_S).max(1.0);
    ((ratio.ln() / STEP.ln()).ceil() as usize).min(BUCKETS - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_stall_counts_for_the_questions_it_swallowed() {
        let mut histogram = Histogram::default();
        let interval = Duration::from_millis(50);
        for _ in 0..200 {
            histogram.record(Duration::from_millis(1), interval);
        }
        assert!(histogram.quantile(0.99).unwrap() < Duration::from_millis(2));
        histogram.record(Duration::from_secs(10), interval);
        assert_eq!(histogram.worst(), Some(Duration::from_secs(10)));
        let upper = histogram.quantile(0.75).unwrap();
        assert!(upper > Duration::from_secs(1), "{upper:?}");
    }
}
