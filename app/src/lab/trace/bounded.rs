//! Spans and points in bounded memory. When there are too many, neighbours become one, and the
//! picture says so; what is drawn has fewer pixels anyway.

use serde::{Deserialize, Serialize};

/// Nanoseconds since the experiment began.
pub(crate) type Nanos = u64;

/// What somebody did for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Kind {
    /// At work, or inside of what is guarded.
    Work,
    /// At work: the other of two.
    Other,
    /// Waiting for somebody.
    Wait,
    /// Holding a lock.
    Hold,
    /// Waiting in vain.
    Stuck,
}

impl Kind {
    pub(crate) const ALL: [Self; 5] =
        [Self::Work, Self::Other, Self::Wait, Self::Hold, Self::Stuck];
}

/// From when to when somebody did what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Span {
    pub(crate) from: Nanos,
    pub(crate) to: Nanos,
    pub(crate) kind: Kind,
}

/// At most so many spans a lane.
const SPANS: usize = 2048;
/// At most so many points a series.
const POINTS: usize = 2048;

/// The spans of one lane, in the order of time.
#[derive(Clone, Debug, Default)]
pub(super) struct Spans {
    spans: Vec<Span>,
    /// Spans that were made one with a neighbour.
    merged: u64,
    /// Spans that together last no longer are made one. Doubles when there are too many.
    resolution: Nanos,
}

impl Spans {
    pub(super) fn push(&mut self, span: Span) {
        self.spans.push(span);
        if self.spans.len() < SPANS {
            return;
        }
        // What is new may be finer than what was made one before.
        self.coalesce();
        while self.spans.len() > SPANS / 2 {
            self.resolution = self.resolution.saturating_mul(2).max(1_000);
            self.coalesce();
        }
    }

    pub(super) fn get(&self) -> &[Span] {
        &self.spans
    }

    pub(super) fn merged(&self) -> u64 {
        self.merged
    }

    fn coalesce(&mut self) {
        let before = self.spans.len();
        let mut out: Vec<Span> = Vec::with_capacity(before);
        let mut cluster: Vec<Span> = Vec::new();
        for span in self.spans.drain(..) {
            if let Some(first) = cluster.first()
                && span.to.saturating_sub(first.from) > self.resolution
            {
                out.extend(as_one(&cluster));
                cluster.clear();
            }
            cluster.push(span);
        }
        out.extend(as_one(&cluster));
        self.merged += (before - out.len()) as u64;
        self.spans = out;
    }
}

/// One span for several: of the kind that most of the time was.
fn as_one(cluster: &[Span]) -> Option<Span> {
    let (first, last) = (cluster.first()?, cluster.last()?);
    let time_of = |kind: Kind| -> Nanos {
        let of_kind = cluster.iter().filter(|span| span.kind == kind);
        of_kind.map(|span| span.to.saturating_sub(span.from)).sum()
    };
    let kind = Kind::ALL.into_iter().max_by_key(|kind| time_of(*kind))?;
    Some(Span {
        from: first.from,
        to: last.to,
        // All may have lasted no time at all.
        kind: if time_of(kind) == 0 { first.kind } else { kind },
    })
}

/// A value over time, kept so that no peak and no valley is lost.
#[derive(Clone, Debug, Default)]
pub(super) struct Points {
    points: Vec<(Nanos, f64)>,
    left_out: u64,
}

impl Points {
    pub(super) fn push(&mut self, at: Nanos, value: f64) {
        self.points.push((at, value));
        if self.points.len() < POINTS {
            return;
        }
        let before = self.points.len();
        self.points = self
            .points
            .chunks(4)
            .flat_map(|four| {
                let by_value = |a: &&(Nanos, f64), b: &&(Nanos, f64)| a.1.total_cmp(&b.1);
                let low = four.iter().min_by(by_value).copied();
                let high = four.iter().max_by(by_value).copied();
                let mut both: Vec<(Nanos, f64)> = low.into_iter().chain(high).collect();
                both.sort_by_key(|point| point.0);
                both
            })
            .collect();
        self.left_out += (before - self.points.len()) as u64;
    }

    pub(super) fn get(&self) -> &[(Nanos, f64)] {
        &self.points
    }

    pub(super) fn left_out(&self) -> u64 {
        self.left_out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_million_spans_take_bounded_room_and_keep_their_order_and_ends() {
        let mut spans = Spans::default();
        for index in 0..1_000_000_u64 {
            spans.push(Span {
                from: index * 100,
                to: index * 100 + 60,
                kind: if index % 2 == 0 {
                    Kind::Work
                } else {
                    Kind::Wait
                },
            });
        }
        let kept = spans.get();
        assert!(kept.len() < SPANS);
        assert_eq!(kept.len() as u64 + spans.merged(), 1_000_000);
        assert_eq!(kept[0].from, 0);
        assert_eq!(kept[kept.len() - 1].to, 999_999 * 100 + 60);
        assert!(kept.windows(2).all(|pair| pair[0].to <= pair[1].from));
    }

    #[test]
    fn a_short_span_among_long_ones_gives_way_and_long_ones_stay() {
        let mut spans = Spans::default();
        for index in 0..4_000_u64 {
            // A long one among many short ones.
            let from = index * 1_000_000;
            let to = from + if index == 2_000 { 900_000 } else { 10 };
            spans.push(Span {
                from,
                to,
                kind: if index == 2_000 {
                    Kind::Stuck
                } else {
                    Kind::Work
                },
            });
        }
        assert!(spans.get().iter().any(|span| span.kind == Kind::Stuck));
    }

    #[test]
    fn peaks_and_valleys_are_never_left_out() {
        let mut points = Points::default();
        for at in 0..100_000_u64 {
            let value = match at {
                31_337 => 9.0,
                60_001 => -9.0,
                _ => 1.0,
            };
            points.push(at, value);
        }
        let values: Vec<f64> = points.get().iter().map(|point| point.1).collect();
        assert!(values.len() < POINTS);
        assert!(points.left_out() > 0);
        assert!(values.contains(&9.0) && values.contains(&-9.0));
        assert!(points.get().windows(2).all(|pair| pair[0].0 <= pair[1].0));
    }
}
