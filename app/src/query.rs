//! Which rows the table shows, in which order: worked out on a thread of its own, so that a sort
//! of a million rows costs the window nothing. The latest question wins; while the answer is on
//! its way the table shows the last one.

use std::borrow::Cow;
use std::cmp::{Ordering, Reverse};
use std::io;
use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender, unbounded};
use workers::{Algorithm, Digest, FileResult, Mismatch, Verdict, VerdictKind};

use crate::groups::Groups;
use crate::results::{Row, Snapshot};

/// What the table is asked to show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Query {
    pub(crate) column: Column,
    pub(crate) descending: bool,
    /// Part of a path or the beginning of a digest, in any letter case; empty shows all.
    pub(crate) text: String,
    /// Only rows with this verdict.
    pub(crate) kind: Option<VerdictKind>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Column {
    #[default]
    Path,
    Size,
    /// The digest that begins with this byte of those that a row has, or whatever there is to say
    /// in place of digests.
    Digest {
        from: usize,
    },
    State,
    /// What a duplicate's group wastes, most first; whatever is no duplicate comes after them.
    Waste,
}

/// Row numbers in the order asked for.
#[derive(Clone)]
pub(crate) struct Answer {
    pub(crate) query: Query,
    pub(crate) order: Arc<Vec<u32>>,
    /// How many rows there were when it was worked out.
    pub(crate) seen: usize,
    pub(crate) groups: Groups,
    /// What the rows were known to be hashed with.
    algorithms: Arc<[Algorithm]>,
    /// Which results it is about.
    generation: u64,
}

struct Question {
    query: Query,
    rows: Snapshot,
    /// In the order in which digests stand in the rows; none where that is not known yet.
    algorithms: Arc<[Algorithm]>,
    generation: u64,
}

/// The thread's face in the window.
pub(crate) struct QueryThread {
    questions: Sender<Question>,
    answers: Receiver<Answer>,
    generation: u64,
    asked: Option<(Query, usize)>,
    answer: Option<Answer>,
}

impl QueryThread {
    /// Starts the thread; `wake` is called after each answer.
    pub(crate) fn start(wake: impl Fn() + Send + 'static) -> io::Result<Self> {
        let (questions, inbox) = unbounded();
        let (outbox, answers) = unbounded();
        std::thread::Builder::new()
            .name("sort and filter".to_owned())
            .spawn(move || work(&inbox, &outbox, &wake))?;
        Ok(Self {
            questions,
            answers,
            generation: 0,
            asked: None,
            answer: None,
        })
    }

    /// New results: answers about the old ones are worth nothing.
    pub(crate) fn reset(&mut self) {
        self.generation += 1;
        self.asked = None;
        self.answer = None;
    }

    /// Takes what has been answered. Never waits.
    pub(crate) fn poll(&mut self) {
        while let Ok(answer) = self.answers.try_recv() {
            if answer.generation == self.generation {
                // It may answer an older question than the one that is on its way.
                if matches!(&self.asked, Some((asked, _)) if *asked == answer.query) {
                    self.asked = None;
                }
                self.answer = Some(answer);
            }
        }
    }

    /// Whether `query` over `rows` rows should be asked now: it is not what was answered last,
    /// and no question is on its way that would do.
    pub(crate) fn is_stale(&self, query: &Query, rows: usize) -> bool {
        match (&self.asked, &self.answer) {
            (Some((asked, _)), _) => asked != query,
            (None, Some(answer)) => answer.query != *query || answer.seen != rows,
            (None, None) => true,
        }
    }

    /// Whether the rows shown answer another question than this.
    pub(crate) fn is_other(&self, query: &Query) -> bool {
        self.answer
            .as_ref()
            .is_none_or(|answer| answer.query != *query)
    }

    pub(crate) fn ask(&mut self, query: Query, rows: Snapshot, algorithms: Arc<[Algorithm]>) {
        self.asked = Some((query.clone(), rows.len()));
        // The thread lives as long as this end does.
        let _ = self.questions.send(Question {
            query,
            rows,
            algorithms,
            generation: self.generation,
        });
    }

    pub(crate) fn answer(&self) -> Option<&Answer> {
        self.answer.as_ref()
    }
}

#[expect(clippy::disallowed_methods, reason = "the thread that sorts")]
fn work(questions: &Receiver<Question>, answers: &Sender<Answer>, wake: &dyn Fn()) {
    workers::process::priority::lower_this_thread();
    let mut last: Option<Answer> = None;
    while let Ok(mut question) = questions.recv() {
        // Only the latest counts.
        while let Ok(newer) = questions.try_recv() {
            question = newer;
        }
        let reusable = last.take().filter(|last| {
            last.generation == question.generation
                && last.query == question.query
                && last.algorithms == question.algorithms
                && last.seen <= question.rows.len()
        });
        let answer = solve(question, reusable);
        last = Some(answer.clone());
        if answers.send(answer).is_err() {
            return;
        }
        wake();
    }
}

/// Sorts the rows that are new since `known` and merges them with it: results come in small
/// parts, and sorting everything again for each would be quadratic.
fn solve(question: Question, known: Option<Answer>) -> Answer {
    let Question {
        query,
        rows,
        algorithms,
        generation,
    } = question;
    let filter = Filter::new(&query, &algorithms);
    let groups = Groups::of(&rows);
    // What a group wastes changes with every row of it, and so does the order of those before.
    let known = known.filter(|_| query.column != Column::Waste);
    let from = known.as_ref().map_or(0, |known| known.seen);
    let compare = |&a: &u32, &b: &u32| -> Ordering {
        let ordering = match (rows.get(a as usize), rows.get(b as usize)) {
            (Some(row_a), Some(row_b)) => {
                let waste = |row: u32| Reverse(groups.get(row).map(|group| group.bytes));
                let by_waste = match query.column {
                    Column::Waste => waste(a).cmp(&waste(b)),
                    _ => Ordering::Equal,
                };
                by_waste.then_with(|| compare(query.column, &row_a, &row_b))
            }
            _ => Ordering::Equal,
        };
        let ordering = if query.descending {
            ordering.reverse()
        } else {
            ordering
        };
        ordering.then(a.cmp(&b))
    };
    let numbers = u32::try_from(from).unwrap_or(u32::MAX)..;
    let mut fresh: Vec<u32> = numbers
        .zip(rows.rows_from(from))
        .filter(|(_, row)| filter.passes(row))
        .map(|(index, _)| index)
        .collect();
    fresh.sort_unstable_by(compare);
    let order = match known {
        Some(known) if !known.order.is_empty() => merge(&known.order, &fresh, compare),
        _ => fresh,
    };
    Answer {
        query,
        order: Arc::new(order),
        seen: rows.len(),
        groups,
        algorithms,
        generation,
    }
}

fn merge(a: &[u32], b: &[u32], compare: impl Fn(&u32, &u32) -> Ordering) -> Vec<u32> {
    let mut out = Vec::with_capacity(a.len() + b.len());
    let (mut a, mut b) = (a.iter().peekable(), b.iter().peekable());
    while let (Some(x), Some(y)) = (a.peek(), b.peek()) {
        let from_a = compare(x, y) != Ordering::Greater;
        out.extend(if from_a { a.next() } else { b.next() });
    }
    out.extend(a);
    out.extend(b);
    out
}

fn compare(column: Column, a: &Row<'_>, b: &Row<'_>) -> Ordering {
    let by_path = || a.cmp_paths(b);
    match column {
        Column::Path => by_path(),
        Column::Size => a.size().cmp(&b.size()).then_with(by_path),
        Column::Digest { from } => detail(a, from).cmp(&detail(b, from)).then_with(by_path),
        Column::Waste => detail(a, 0).cmp(&detail(b, 0)).then_with(by_path),
        // What is wrong comes first.
        Column::State => {
            let severity = |row: &Row<'_>| row.kind().severity();
            severity(a).cmp(&severity(b)).then_with(by_path)
        }
    }
}

fn detail<'a>(row: &Row<'a>, from: usize) -> Cow<'a, [u8]> {
    match (row.digests(), row.other().and_then(Verdict::reason)) {
        (Some(digests), _) => digests.get(from..).unwrap_or(digests).into(),
        (None, Some(Cow::Borrowed(why))) => why.as_bytes().into(),
        (None, Some(Cow::Owned(why))) => why.into_bytes().into(),
        (None, None) => Cow::default(),
    }
}

/// What the file has, each for itself, and what it should have had.
fn digests<'a>(row: &'a FileResult, algorithms: &'a [Algorithm]) -> impl Iterator<Item = &'a [u8]> {
    let (first, second): (Option<&[u8]>, Option<&[u8]>) = match row.verdict.bare() {
        Verdict::Failed(mismatch) => match &**mismatch {
            Mismatch::Digest {
                expected, found, ..
            } => (Some(found), Some(expected)),
            Mismatch::Size { .. } => (None, None),
        },
        other if algorithms.len() < 2 => (other.digests(), None),
        _ => (None, None),
    };
    let several = if algorithms.len() < 2 {
        &[]
    } else {
        algorithms
    };
    let each = row.verdict.each_found(several);
    let each = each.map(|(_, Digest(digest))| digest);
    first.into_iter().chain(second).chain(each)
}

struct Filter<'a> {
    text: String,
    kind: Option<VerdictKind>,
    algorithms: &'a [Algorithm],
}

impl<'a> Filter<'a> {
    fn new(query: &Query, algorithms: &'a [Algorithm]) -> Self {
        Self {
            algorithms,
            text: query.text.trim().to_lowercase(),
            kind: query.kind,
        }
    }

    fn passes(&self, row: &Row<'_>) -> bool {
        if self.kind.is_some_and(|kind| kind != row.kind()) {
            return false;
        }
        if self.text.is_empty() {
            return true;
        }
        let row = row.unpack();
        if digests(&row, self.algorithms)
            .any(|digest| Digest(digest).to_string().starts_with(&self.text))
        {
            return true;
        }
        row.path
            .to_string_lossy()
            .to_lowercase()
            .contains(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::Results;

    fn row(path: &str, size: u64) -> FileResult {
        FileResult {
            path: path.into(),
            size,
            verdict: Verdict::Hashed(Box::new([size as u8; 4])),
        }
    }

    fn ask(results: &Results, query: &Query, known: Option<Answer>) -> Answer {
        let question = Question {
            query: query.clone(),
            rows: results.snapshot(),
            algorithms: Arc::default(),
            generation: 0,
        };
        solve(question, known)
    }

    #[test]
    fn rows_that_come_later_are_merged_into_the_order() {
        let mut results = Results::default();
        let query = Query::default();
        results.append(vec![row("c", 1), row("a", 2)]);
        let first = ask(&results, &query, None);
        assert_eq!(*first.order, [1, 0]);
        results.append(vec![row("b", 3), row("d", 0)]);
        assert_eq!(*ask(&results, &query, Some(first)).order, [1, 2, 0, 3]);
    }

    #[test]
    fn what_is_wrong_is_found_by_either_digest_and_comes_first_by_state() {
        let mut results = Results::default();
        let mismatch = Mismatch::Digest {
            algorithm: Algorithm::Crc32,
            expected: Box::new([0x11; 4]),
            found: Box::new([0x22; 4]),
            all: Box::default(),
        };
        let with = |path: &str, verdict| FileResult {
            verdict,
            ..row(path, 1)
        };
        results.append(vec![
            row("a", 1),
            with("b", Verdict::New),
            with("c", Verdict::Missing),
            with("d", Verdict::Failed(Box::new(mismatch))),
        ]);
        for text in ["1111", "2222"] {
            let query = Query {
                text: text.to_owned(),
                ..Query::default()
            };
            assert_eq!(*ask(&results, &query, None).order, [3]);
        }
        let query = Query {
            column: Column::State,
            ..Query::default()
        };
        assert_eq!(*ask(&results, &query, None).order, [3, 2, 1, 0]);
    }

    #[test]
    fn a_filter_finds_parts_of_paths_and_beginnings_of_digests() {
        let mut results = Results::default();
        results.append(vec![
            row("Photos/Iceland.nef", 0xab),
            row("notes.txt", 0xcd),
        ]);
        let text = |text: &str| Query {
            text: text.to_owned(),
            ..Query::default()
        };
        assert_eq!(*ask(&results, &text("ICELAND"), None).order, [0]);
        assert_eq!(*ask(&results, &text("cdcd"), None).order, [1]);
        assert!(ask(&results, &text("nothing"), None).order.is_empty());
    }

    #[test]
    fn each_of_several_digests_is_found_and_sorted_by() {
        let hashed = |path: &str, digests: [u8; 8]| FileResult {
            verdict: Verdict::Hashed(Box::new(digests)),
            ..row(path, 1)
        };
        let mut results = Results::default();
        results.append(vec![
            hashed("a", [1, 1, 1, 1, 9, 9, 9, 9]),
            hashed("b", [2, 2, 2, 2, 8, 8, 8, 8]),
        ]);
        let order = |text: &str, from: usize| {
            let query = Query {
                column: Column::Digest { from },
                text: text.to_owned(),
                ..Query::default()
            };
            let question = Question {
                query,
                rows: results.snapshot(),
                algorithms: Arc::new([Algorithm::Crc32, Algorithm::Crc32]),
                generation: 0,
            };
            solve(question, None).order.to_vec()
        };
        assert_eq!((order("", 0), order("", 4)), (vec![0, 1], vec![1, 0]));
        assert_eq!((order("0202", 0), order("0808", 0)), (vec![1], vec![1]));
        // Where one digest ends and the next begins is no place to find anything.
        assert_eq!(order("020208", 0), [0; 0]);
    }
}
