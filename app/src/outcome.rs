//! What came out of a job, in words that can be read from across the room. This file has those of
//! a verification; other kinds of work have files of their own.

mod comparison;
mod duplicates;

use workers::{Counts, Ending, Guess, Summary, VerdictKind};

use crate::format::{count, counted};
use crate::work::{Scope, Work};

/// How it went. Shown as colour, icon and words together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Grade {
    /// Everything is as listed.
    Well,
    /// Somebody should have a look.
    Look,
    /// Something is wrong or missing.
    Wrong,
    /// It ended before anything can be said.
    Open,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) grade: Grade,
    pub(crate) words: String,
}

/// Verdicts that people would call by one word.
struct Group {
    kinds: &'static [VerdictKind],
    /// After a number, in a list of several groups.
    word: &'static str,
    /// After "1 of 7 files", and after "2 of 7 files".
    one: &'static str,
    many: &'static str,
    grade: Grade,
}

/// The most serious first.
const GROUPS: [Group; 6] = [
    Group {
        kinds: &[VerdictKind::Failed],
        word: "wrong",
        one: "is wrong",
        many: "are wrong",
        grade: Grade::Wrong,
    },
    Group {
        kinds: &[VerdictKind::Missing],
        word: "missing",
        one: "is missing",
        many: "are missing",
        grade: Grade::Wrong,
    },
    Group {
        kinds: &[
            VerdictKind::Unreadable,
            VerdictKind::Crashed,
            VerdictKind::TimedOut,
        ],
        word: "unreadable",
        one: "could not be read",
        many: "could not be read",
        grade: Grade::Wrong,
    },
    Group {
        kinds: &[VerdictKind::ChangedWhileReading],
        word: "changed while reading",
        one: "changed while it was read",
        many: "changed while they were read",
        grade: Grade::Look,
    },
    Group {
        kinds: &[VerdictKind::Moved],
        word: "moved",
        one: "has moved",
        many: "have moved",
        grade: Grade::Look,
    },
    Group {
        kinds: &[VerdictKind::Skipped],
        word: "not checked",
        one: "was not checked",
        many: "were not checked",
        grade: Grade::Look,
    },
];

/// How many rows are about files that a list names.
fn listed(counts: &Counts) -> u64 {
    let others = [
        VerdictKind::New,
        VerdictKind::Duplicate,
        VerdictKind::BadLine,
    ];
    counts.total() - others.iter().map(|&kind| counts.get(kind)).sum::<u64>()
}

fn found(counts: &Counts) -> Vec<(u64, &'static Group)> {
    GROUPS
        .iter()
        .map(|group| {
            (
                group.kinds.iter().map(|&kind| counts.get(kind)).sum(),
                group,
            )
        })
        .filter(|&(n, _)| n > 0)
        .collect()
}

/// In a few words: "3 wrong, 2 missing".
fn several(found: &[(u64, &Group)]) -> String {
    let parts: Vec<String> = found
        .iter()
        .map(|(n, group)| format!("{} {}", count(*n), group.word))
        .collect();
    parts.join(", ")
}

/// The lines that are no file's, after what became of files.
fn and_bad_lines(counts: &Counts) -> String {
    match counts.get(VerdictKind::BadLine) {
        0 => String::new(),
        bad => format!(", and {} could not be read", counted(bad, "line", "lines")),
    }
}

/// What is wrong, in a few words. `None` if nothing is.
fn problems(counts: &Counts) -> Option<Outcome> {
    let found = found(counts);
    let mut parts: Vec<String> = Vec::new();
    if !found.is_empty() {
        parts.push(several(&found));
    }
    let bad = counts.get(VerdictKind::BadLine);
    if bad > 0 {
        parts.push(counted(bad, "bad line", "bad lines"));
    }
    let wrong = found.iter().any(|(_, group)| group.grade == Grade::Wrong);
    (!parts.is_empty()).then(|| Outcome {
        grade: if wrong { Grade::Wrong } else { Grade::Look },
        words: parts.join(", "),
    })
}

/// What came out of a job that is over; `None` where nothing was asked. `wasted` are the bytes of
/// its duplicates.
pub(crate) fn outcome(work: &Work, summary: &Summary, wasted: u64) -> Option<Outcome> {
    match work {
        Work::Hash { .. } => None,
        Work::Verify(verification) => Some(of_verification(summary, verification.scope)),
        Work::Duplicates(_) => Some(duplicates::outcome(summary, wasted)),
        Work::Compare(_) => Some(comparison::outcome(summary)),
    }
}

/// What can be said while it runs, if anything can.
pub(crate) fn so_far(work: &Work, counts: &Counts) -> Option<Outcome> {
    match work {
        Work::Hash { .. } | Work::Duplicates(_) => None,
        Work::Verify(_) => problems(counts),
        Work::Compare(_) => comparison::differences(counts),
    }
    .map(|so_far| Outcome {
        words: format!("{} so far", so_far.words),
        ..so_far
    })
}

fn of_verification(summary: &Summary, scope: Scope) -> Outcome {
    let counts = &summary.counts;
    let say = |grade, words: String| Outcome { grade, words };
    match &summary.ending {
        Ending::Completed => completed(counts, scope),
        Ending::Cancelled => match problems(counts) {
            Some(so_far) => say(so_far.grade, format!("Cancelled: {} so far", so_far.words)),
            None => say(
                Grade::Open,
                format!(
                    "Cancelled after {} of {}",
                    count(counts.total()),
                    counted(summary.found, "file", "files")
                ),
            ),
        },
        Ending::Failed(_) => match problems(counts) {
            Some(so_far) => say(Grade::Wrong, format!("Stopped: {} so far", so_far.words)),
            None => say(Grade::Wrong, "Stopped".to_owned()),
        },
    }
}

fn completed(counts: &Counts, scope: Scope) -> Outcome {
    let say = |grade, words: String| Outcome { grade, words };
    let all = listed(counts);
    let bad = counts.get(VerdictKind::BadLine);
    if all == 0 {
        return match bad {
            0 => say(Grade::Look, "The list names no file".to_owned()),
            _ => say(
                Grade::Wrong,
                format!("{} could not be read", counted(bad, "line", "lines")),
            ),
        };
    }
    let but = and_bad_lines(counts);
    match found(counts).as_slice() {
        [] => {
            let now = match scope {
                Scope::All | Scope::Chosen => "",
                Scope::Again => "now ",
            };
            let words = match all {
                1 => format!("The file is {now}as listed{but}"),
                _ => format!("All {} files are {now}as listed{but}", count(all)),
            };
            say(if bad > 0 { Grade::Look } else { Grade::Well }, words)
        }
        [(n, group)] => {
            let words = match (*n, all) {
                (1, 1) => format!("The file {}", group.one),
                (1, _) => format!("1 of {} files {}", count(all), group.one),
                (n, _) if n == all => format!("All {} files {}", count(all), group.many),
                (n, _) => format!("{} of {} files {}", count(n), count(all), group.many),
            };
            say(group.grade, format!("{words}{but}"))
        }
        groups => {
            let wrong = groups.iter().any(|(_, group)| group.grade == Grade::Wrong);
            let words = format!("{} of {} files{but}", several(groups), count(all));
            say(if wrong { Grade::Wrong } else { Grade::Look }, words)
        }
    }
}

/// The lists whose algorithm was guessed, and was guessed wrong by the look of it: where nothing is as
/// listed, that is likelier than that every file is damaged. One file that matches shows that the guess
/// was right.
pub(crate) fn doubtful(summary: &Summary) -> &[Guess] {
    let wrong = summary.counts.get(VerdictKind::Failed);
    match summary.counts.get(VerdictKind::Ok) {
        0 if wrong > 0 => &summary.guesses,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(verdicts: &[(VerdictKind, u64)]) -> (Grade, String) {
        let mut counts = Counts::default();
        for &(kind, n) in verdicts {
            (0..n).for_each(|_| counts.add(kind));
        }
        let outcome = completed(&counts, Scope::All);
        (outcome.grade, outcome.words)
    }

    #[test]
    fn one_look_tells_how_it_went() {
        use VerdictKind::{BadLine, Failed, Missing, Moved, New, Ok, Skipped, TimedOut};
        for (verdicts, grade, text) in [
            (
                &[(Ok, 1200), (New, 3)][..],
                Grade::Well,
                "All 1,200 files are as listed",
            ),
            (&[(Ok, 1)], Grade::Well, "The file is as listed"),
            (
                &[(Ok, 9), (Failed, 3)],
                Grade::Wrong,
                "3 of 12 files are wrong",
            ),
            (
                &[(Ok, 9), (Missing, 1)],
                Grade::Wrong,
                "1 of 10 files is missing",
            ),
            (&[(Missing, 4)], Grade::Wrong, "All 4 files are missing"),
            (&[(Failed, 1)], Grade::Wrong, "The file is wrong"),
            (
                &[(Ok, 1), (TimedOut, 1)],
                Grade::Wrong,
                "1 of 2 files could not be read",
            ),
            (
                &[(Ok, 5), (Moved, 2)],
                Grade::Look,
                "2 of 7 files have moved",
            ),
            (
                &[(Ok, 5), (Skipped, 1)],
                Grade::Look,
                "1 of 6 files was not checked",
            ),
            (
                &[(Ok, 5), (Failed, 1), (Missing, 2)],
                Grade::Wrong,
                "1 wrong, 2 missing of 8 files",
            ),
            (
                &[(Ok, 5), (BadLine, 1)],
                Grade::Look,
                "All 5 files are as listed, and 1 line could not be read",
            ),
            (
                &[(Ok, 99), (Failed, 1), (Missing, 2), (BadLine, 1)],
                Grade::Wrong,
                "1 wrong, 2 missing of 102 files, and 1 line could not be read",
            ),
            (&[(BadLine, 2)], Grade::Wrong, "2 lines could not be read"),
            (&[(New, 2)], Grade::Look, "The list names no file"),
        ] {
            assert_eq!(words(verdicts), (grade, text.to_owned()));
        }
    }

    #[test]
    fn whatever_is_wrong_is_never_called_well() {
        use VerdictKind::{Different, OnlyLeft, OnlyRight, Same};
        for kind in VerdictKind::ALL {
            // Comparing alone gives these.
            if matches!(kind, Same | Different | OnlyLeft | OnlyRight) {
                continue;
            }
            let (grade, words) = words(&[(VerdictKind::Ok, 5), (kind, 1)]);
            assert_eq!(
                grade == Grade::Well,
                !kind.is_wrong() && kind != VerdictKind::Skipped,
                "{kind:?}: {words}"
            );
        }
    }
}
