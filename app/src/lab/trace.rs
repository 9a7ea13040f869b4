//! What happens in an experiment, recorded as it happens: lanes of who did what when, marks, values
//! over time, a wait-for graph, curves.
//!
//! Each lane and series has a buffer of its own behind a lock that only its recorder and, a few
//! times a second, the sampler take. The sampler puts them together to a [`Picture`]; the window
//! tries one lock that is held for as long as it takes to swap a pointer.
#![expect(
    clippy::disallowed_methods,
    reason = "recorders and the sampler have threads of their own; the window only uses `latest`"
)]

mod bounded;
mod graph;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use serde::{Deserialize, Serialize};

pub(crate) use bounded::{Kind, Nanos, Span, coalesced};
pub(crate) use graph::{Edge, Graph, Tie};

use bounded::{Points, Spans};

/// Marks beyond so many are not kept.
const MARKS: usize = 512;
/// Points of a curve beyond so many are not kept.
const CURVE: usize = 1024;

/// All that was recorded until a moment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Picture {
    pub(crate) lanes: Vec<Lane>,
    pub(crate) marks: Vec<Mark>,
    pub(crate) series: Vec<Series>,
    pub(crate) graph: Graph,
    pub(crate) curves: Vec<Curve>,
    /// When this was so.
    pub(crate) now: Nanos,
}

impl Picture {
    /// Whether there is nothing to see.
    pub(crate) fn is_empty(&self) -> bool {
        self.lanes.is_empty()
            && self.series.is_empty()
            && self.graph.edges.is_empty()
            && self.curves.is_empty()
    }

    /// Up to when something happened.
    pub(crate) fn end(&self) -> Nanos {
        let spans = self.lanes.iter().filter_map(|lane| lane.spans.last());
        let points = self.series.iter().filter_map(|series| series.points.last());
        spans
            .map(|span| span.to)
            .chain(points.map(|point| point.0))
            .chain(self.marks.iter().map(|mark| mark.at))
            .max()
            .unwrap_or(0)
    }

    /// What was left out or made one, for want of room.
    pub(crate) fn simplified(&self) -> u64 {
        let lanes: u64 = self.lanes.iter().map(|lane| lane.merged).sum();
        let series: u64 = self.series.iter().map(|series| series.left_out).sum();
        lanes + series
    }
}

/// What one thread or process did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Lane {
    /// Lanes of one name stand together.
    pub(crate) group: String,
    pub(crate) name: String,
    /// In the order of time.
    pub(crate) spans: Vec<Span>,
    /// Spans that were made one with their neighbours.
    pub(crate) merged: u64,
}

/// Something that happened at one moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Mark {
    pub(crate) at: Nanos,
    pub(crate) text: String,
}

/// A value over time. It stays as it is until the next point.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Series {
    pub(crate) name: String,
    pub(crate) points: Vec<(Nanos, f64)>,
    /// What it must not exceed, if there is such a thing.
    pub(crate) limit: Option<f64>,
    pub(crate) left_out: u64,
}

/// One value against another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Curve {
    pub(crate) name: String,
    pub(crate) x: String,
    pub(crate) y: String,
    pub(crate) points: Vec<(f64, f64)>,
}

/// The record of one experiment; every copy is the same.
#[derive(Clone)]
pub(crate) struct Trace(Arc<Inner>);

struct Inner {
    epoch: Instant,
    /// How long the experiment had run at `epoch`.
    offset: Nanos,
    lanes: Mutex<Vec<Arc<LaneBuffer>>>,
    series: Mutex<Vec<Arc<SeriesBuffer>>>,
    rest: Mutex<Rest>,
    /// What children have recorded, by their number.
    children: Mutex<BTreeMap<u32, Picture>>,
    published: Mutex<Arc<Picture>>,
}

#[derive(Default)]
struct Rest {
    marks: Vec<Mark>,
    graph: Graph,
    curves: Vec<Curve>,
}

struct LaneBuffer {
    group: String,
    name: String,
    inside: Mutex<LaneState>,
}

#[derive(Default)]
struct LaneState {
    spans: Spans,
    open: Option<(Nanos, Kind)>,
}

struct SeriesBuffer {
    name: String,
    limit: Option<f64>,
    points: Mutex<Points>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Trace {
    /// Of an experiment that begins now.
    pub(crate) fn begin() -> Self {
        Self::since(Instant::now(), 0)
    }

    /// Of an experiment that had run for `offset` at `epoch`.
    pub(crate) fn since(epoch: Instant, offset: Nanos) -> Self {
        Self(Arc::new(Inner {
            epoch,
            offset,
            lanes: Mutex::default(),
            series: Mutex::default(),
            rest: Mutex::default(),
            children: Mutex::default(),
            published: Mutex::default(),
        }))
    }

    /// Time since the experiment began.
    pub(crate) fn now(&self) -> Nanos {
        let elapsed = u64::try_from(self.0.epoch.elapsed().as_nanos()).unwrap_or(u64::MAX);
        elapsed.saturating_add(self.0.offset)
    }

    /// A lane below those that are there, or the one of that name.
    pub(crate) fn lane(&self, group: &str, name: &str) -> LaneRecorder {
        let mut lanes = lock(&self.0.lanes);
        let known = lanes
            .iter()
            .find(|lane| lane.group == group && lane.name == name)
            .cloned();
        let lane = known.unwrap_or_else(|| {
            let lane = Arc::new(LaneBuffer {
                group: group.to_owned(),
                name: name.to_owned(),
                inside: Mutex::default(),
            });
            lanes.push(lane.clone());
            lane
        });
        LaneRecorder {
            trace: self.clone(),
            lane,
        }
    }

    /// A value over time, with what it must not exceed.
    pub(crate) fn series(&self, name: &str, limit: Option<f64>) -> SeriesRecorder {
        let series = Arc::new(SeriesBuffer {
            name: name.to_owned(),
            limit,
            points: Mutex::default(),
        });
        lock(&self.0.series).push(series.clone());
        SeriesRecorder {
            trace: self.clone(),
            series,
        }
    }

    /// Something happened now.
    pub(crate) fn mark(&self, text: impl Into<String>) {
        let at = self.now();
        let mut rest = lock(&self.0.rest);
        if rest.marks.len() < MARKS {
            rest.marks.push(Mark {
                at,
                text: text.into(),
            });
        }
    }

    /// Changes the wait-for graph.
    pub(crate) fn graph(&self, change: impl FnOnce(&mut Graph, Nanos)) {
        let now = self.now();
        change(&mut lock(&self.0.rest).graph, now);
    }

    /// Adds a point to the curve of that name, which is made if there is none.
    pub(crate) fn point(&self, name: &str, (x_name, y_name): (&str, &str), (x, y): (f64, f64)) {
        let mut rest = lock(&self.0.rest);
        let index = rest.curves.iter().position(|curve| curve.name == name);
        let index = index.unwrap_or_else(|| {
            rest.curves.push(Curve {
                name: name.to_owned(),
                x: x_name.to_owned(),
                y: y_name.to_owned(),
                points: Vec::new(),
            });
            rest.curves.len() - 1
        });
        let points = &mut rest.curves[index].points;
        if points.len() < CURVE {
            points.push((x, y));
        }
    }

    /// Takes over what a child has recorded so far, in place of what it had before.
    pub(crate) fn adopt(&self, child: u32, picture: Picture) {
        lock(&self.0.children).insert(child, picture);
    }

    /// All that was recorded until now.
    pub(crate) fn picture(&self) -> Picture {
        let now = self.now();
        let lanes: Vec<_> = lock(&self.0.lanes).clone();
        let series: Vec<_> = lock(&self.0.series).clone();
        let mut picture = {
            let rest = lock(&self.0.rest);
            Picture {
                lanes: Vec::new(),
                marks: rest.marks.clone(),
                series: Vec::new(),
                graph: rest.graph.clone(),
                curves: rest.curves.clone(),
                now,
            }
        };
        picture.lanes = lanes.iter().map(|lane| lane.read(now)).collect();
        picture.series = series.iter().map(|series| series.read()).collect();
        for child in lock(&self.0.children).values() {
            picture.take_in(child);
        }
        picture.in_order_of_time();
        picture.marks.sort_by_key(|mark| mark.at);
        picture
    }

    /// Shows what was recorded so far to [`latest`](Self::latest).
    pub(crate) fn publish(&self) {
        let picture = Arc::new(self.picture());
        *lock(&self.0.published) = picture;
    }

    /// What was shown last, unless it is being replaced at this moment.
    pub(crate) fn latest(&self) -> Option<Arc<Picture>> {
        self.0.published.try_lock().ok().map(|shown| shown.clone())
    }
}

impl Picture {
    /// Groups that began later stand lower; within a group, lanes stay as they are.
    fn in_order_of_time(&mut self) {
        let mut begun: BTreeMap<String, Nanos> = BTreeMap::new();
        for lane in &self.lanes {
            let from = lane.spans.first().map_or(Nanos::MAX, |span| span.from);
            let earliest = begun.entry(lane.group.clone()).or_insert(from);
            *earliest = from.min(*earliest);
        }
        // Stable, so lanes of a group that is together already stay together.
        self.lanes
            .sort_by_cached_key(|lane| (begun.get(&lane.group).copied(), lane.group.clone()));
    }

    fn take_in(&mut self, other: &Self) {
        for lane in &other.lanes {
            // What a later child did in the same place goes on with the lane of that name.
            let same = self.lanes.iter_mut().find(|own| own.goes_on_with(lane));
            if let Some(own) = same {
                own.spans.extend_from_slice(&lane.spans);
                own.merged += lane.merged;
                continue;
            }
            // Beside those of its group, wherever they stand.
            let place = self.lanes.iter().rposition(|own| own.group == lane.group);
            let place = place.map_or(self.lanes.len(), |index| index + 1);
            self.lanes.insert(place, lane.clone());
        }
        self.marks.extend(other.marks.iter().cloned());
        self.series.extend(other.series.iter().cloned());
        self.curves.extend(other.curves.iter().cloned());
        self.graph.edges.extend(other.graph.edges.iter().cloned());
        self.graph.closed = self.graph.closed.or(other.graph.closed);
    }
}

impl Lane {
    /// Whether another lane has the same name, and begins when this one has ended.
    fn goes_on_with(&self, other: &Self) -> bool {
        let follows = match (self.spans.last(), other.spans.first()) {
            (Some(last), Some(next)) => last.to <= next.from,
            (None, _) | (_, None) => true,
        };
        self.name == other.name && self.group == other.group && follows
    }
}

impl LaneBuffer {
    fn read(&self, now: Nanos) -> Lane {
        let state = lock(&self.inside);
        let mut spans = state.spans.get().to_vec();
        // What goes on is shown as far as it has got.
        if let Some((from, kind)) = state.open {
            spans.push(Span::new(from, now, kind));
        }
        Lane {
            group: self.group.clone(),
            name: self.name.clone(),
            spans,
            merged: state.spans.merged(),
        }
    }
}

impl SeriesBuffer {
    fn read(&self) -> Series {
        let points = lock(&self.points);
        Series {
            name: self.name.clone(),
            points: points.get().to_vec(),
            limit: self.limit,
            left_out: points.left_out(),
        }
    }
}

/// Records what one thread or process does, one thing at a time.
pub(crate) struct LaneRecorder {
    trace: Trace,
    lane: Arc<LaneBuffer>,
}

impl LaneRecorder {
    /// From now on it does this; what it did before is over. Gives the moment.
    pub(crate) fn begin(&self, kind: Kind) -> Nanos {
        self.change(Some(kind))
    }

    /// From now on it does nothing.
    pub(crate) fn end(&self) -> Nanos {
        self.change(None)
    }

    /// It did this from one moment to another, which is told afterwards; what is told is told in the
    /// order of time.
    pub(crate) fn add(&self, from: Nanos, to: Nanos, kind: Kind) {
        lock(&self.lane.inside)
            .spans
            .push(Span::new(from, to, kind));
    }

    fn change(&self, next: Option<Kind>) -> Nanos {
        let now = self.trace.now();
        let mut state = lock(&self.lane.inside);
        let state = &mut *state;
        if let Some((from, kind)) = state.open.take() {
            state.spans.push(Span::new(from, now, kind));
        }
        state.open = next.map(|kind| (now, kind));
        now
    }
}

/// Ends what its owner did, so that one who panics does not seem to go on.
impl Drop for LaneRecorder {
    fn drop(&mut self) {
        self.end();
    }
}

/// Records a value over time.
pub(crate) struct SeriesRecorder {
    trace: Trace,
    series: Arc<SeriesBuffer>,
}

impl SeriesRecorder {
    /// From now on it is `value`. The caller changes and records it under one lock, or the order of
    /// two changes may be lost.
    pub(crate) fn set(&self, value: f64) {
        let mut points = lock(&self.series.points);
        // Under the lock, so that time never goes back.
        points.push(self.trace.now(), value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_on_is_seen_and_what_ended_stays() {
        let trace = Trace::begin();
        let lane = trace.lane("threads", "one");
        lane.begin(Kind::Wait);
        lane.begin(Kind::Work);
        let picture = trace.picture();
        let kinds: Vec<Kind> = picture.lanes[0]
            .spans
            .iter()
            .map(|span| span.kind)
            .collect();
        assert_eq!(kinds, [Kind::Wait, Kind::Work]);
        drop(lane);
        let (later, latest) = (trace.picture(), trace.picture());
        assert_eq!(later.lanes, latest.lanes, "nothing goes on");
        assert_eq!(later.lanes[0].spans.len(), 2);
    }

    #[test]
    fn what_a_child_recorded_stands_beside_its_group_and_the_latest_of_it_counts() {
        let trace = Trace::begin();
        for group in ["threads", "processes"] {
            trace.lane(group, "one");
        }
        let child = Trace::since(Instant::now(), 500);
        child.lane("threads", "two").begin(Kind::Work);
        trace.adopt(1, child.picture());
        child.lane("threads", "three");
        trace.adopt(1, child.picture());
        let names: Vec<String> = trace
            .picture()
            .lanes
            .into_iter()
            .map(|lane| lane.name)
            .collect();
        assert_eq!(names, ["one", "two", "three", "one"]);
        assert!(child.picture().lanes[0].spans[0].from >= 500);
    }

    #[test]
    fn a_lane_goes_on_where_a_later_child_has_one_of_its_name() {
        let trace = Trace::begin();
        let child = |from| {
            let child = Trace::since(Instant::now(), 0);
            child.lane("counts", "one").add(from, from + 50, Kind::Work);
            child.picture()
        };
        trace.adopt(1, child(100));
        trace.adopt(2, child(150));
        // At the same time as the first, so it is somebody else.
        trace.adopt(3, child(120));
        let lanes = trace.picture().lanes;
        let spans: Vec<usize> = lanes.iter().map(|lane| lane.spans.len()).collect();
        assert_eq!(spans, [2, 1]);
    }

    #[test]
    fn the_window_sees_what_was_published_and_no_more() {
        let trace = Trace::begin();
        trace.mark("first");
        assert!(trace.latest().expect("nobody writes").is_empty());
        trace.publish();
        trace.mark("second");
        assert_eq!(trace.latest().expect("nobody writes").marks.len(), 1);
    }
}
