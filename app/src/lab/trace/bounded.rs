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
    /// What most of the time was.
    pub(crate) kind: Kind,
    /// If it stands for several. Two who take turns that are too short to be kept would seem to be at
    /// work at once otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mix: Option<Mix>,
}

/// For how much of a time it was what, in 255ths, in the order of [`Kind::ALL`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Mix([u8; Kind::ALL.len()]);

impl Span {
    pub(crate) fn new(from: Nanos, to: Nanos, kind: Kind) -> Self {
        Self {
            from,
            to: to.max(from),
            kind,
            mix: None,
        }
    }

    /// For how much of its time it was of that kind, from 0 to 1.
    pub(crate) fn share(&self, kind: Kind) -> f64 {
        match self.mix {
            Some(Mix(parts)) => f64::from(parts[kind as usize]) / f64::from(u8::MAX),
            None => f64::from(u8::from(self.kind == kind)),
        }
    }

    /// For how long it was of that kind.
    pub(crate) fn time_of(&self, kind: Kind) -> Nanos {
        (self.to.saturating_sub(self.from) as f64 * self.share(kind)) as Nanos
    }
}

/// Makes neighbours one that together last no longer than `resolution`.
pub(crate) fn coalesced(spans: &[Span], resolution: Nanos) -> Vec<Span> {
    let mut out: Vec<Span> = Vec::with_capacity(spans.len());
    let mut first = 0;
    for (index, span) in spans.iter().enumerate() {
        if span.to.saturating_sub(spans[first].from) > resolution {
            out.extend(as_one(&spans[first..index]));
            first = index;
        }
    }
    out.extend(as_one(&spans[first.min(spans.len())..]));
    out
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
        self.spans = coalesced(&self.spans, self.resolution);
        self.merged += (before - self.spans.len()) as u64;
    }
}

/// One span for several.
fn as_one(cluster: &[Span]) -> Option<Span> {
    let (first, last) = (cluster.first()?, cluster.last()?);
    if cluster.len() == 1 {
        return Some(*first);
    }
    let times = Kind::ALL.map(|kind| cluster.iter().map(|span| span.time_of(kind)).sum::<Nanos>());
    let kind = Kind::ALL
        .into_iter()
        .max_by_key(|kind| times[*kind as usize])?;
    if times[kind as usize] == 0 {
        // All have lasted no time at all.
        return Some(Span::new(first.from, last.to, first.kind));
    }
    let whole = last.to.saturating_sub(first.from).max(1) as f64;
    let part = |time: Nanos| (time as f64 / whole * f64::from(u8::MAX)).round() as u8;
    Some(Span {
        mix: Some(Mix(times.map(part))),
        ..Span::new(first.from, last.to, kind)
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
            let kind = if index % 2 == 0 {
                Kind::Work
            } else {
                Kind::Wait
            };
            spans.push(Span::new(index * 100, index * 100 + 60, kind));
        }
        let kept = spans.get();
        assert!(kept.len() < SPANS);
        assert_eq!(kept.len() as u64 + spans.merged(), 1_000_000);
        assert_eq!(kept[0].from, 0);
        assert_eq!(kept[kept.len() - 1].to, 999_999 * 100 + 60);
        assert!(kept.windows(2).all(|pair| pair[0].to <= pair[1].from));
        // 60 of each 200 are work, and as many waiting.
        let mixed: Vec<&Span> = kept.iter().filter(|span| span.mix.is_some()).collect();
        assert!(mixed.len() > 100, "{}", mixed.len());
        for span in mixed {
            for kind in [Kind::Work, Kind::Wait] {
                let share = span.share(kind);
                assert!(
                    (0.25..0.35).contains(&share),
                    "{kind:?} {share} of {span:?}"
                );
            }
        }
    }

    #[test]
    fn a_short_span_among_long_ones_gives_way_and_long_ones_stay() {
        let mut spans = Spans::default();
        for index in 0..4_000_u64 {
            // A long one among many short ones.
            let from = index * 1_000_000;
            let to = from + if index == 2_000 { 900_000 } else { 10 };
            let kind = if index == 2_000 {
                Kind::Stuck
            } else {
                Kind::Work
            };
            spans.push(Span::new(from, to, kind));
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
