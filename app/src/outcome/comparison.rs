//! What came out of a comparison.

use workers::{Counts, Ending, Summary, VerdictKind};

use super::{Grade, Outcome, and_bad_lines};
use crate::format::{count, counted};

/// Kinds of verdict that people would call by one word, most serious first.
const GROUPS: [(&[VerdictKind], &str, Grade); 6] = [
    (&[VerdictKind::Different], "different", Grade::Wrong),
    (&[VerdictKind::OnlyLeft], "only on the left", Grade::Look),
    (&[VerdictKind::OnlyRight], "only on the right", Grade::Look),
    (&[VerdictKind::Moved], "moved", Grade::Look),
    (
        &[
            VerdictKind::Unreadable,
            VerdictKind::Crashed,
            VerdictKind::TimedOut,
        ],
        "unreadable",
        Grade::Wrong,
    ),
    (
        &[VerdictKind::ChangedWhileReading],
        "changed while reading",
        Grade::Look,
    ),
];

/// What differs so far, in a few words; `None` if nothing does.
pub(super) fn differences(counts: &Counts) -> Option<Outcome> {
    let files = of_files(counts);
    match counts.get(VerdictKind::BadLine) {
        0 => files,
        bad => {
            let lines = counted(bad, "bad line", "bad lines");
            Some(match files {
                None => Outcome {
                    grade: Grade::Look,
                    words: lines,
                },
                Some(files) => Outcome {
                    words: format!("{}, {lines}", files.words),
                    ..files
                },
            })
        }
    }
}

fn of_files(counts: &Counts) -> Option<Outcome> {
    let mut worst = Grade::Look;
    let mut parts: Vec<String> = Vec::new();
    for (kinds, word, grade) in GROUPS {
        let n: u64 = kinds.iter().map(|&kind| counts.get(kind)).sum();
        if n > 0 {
            parts.push(format!("{} {word}", count(n)));
            if grade == Grade::Wrong {
                worst = Grade::Wrong;
            }
        }
    }
    (!parts.is_empty()).then(|| Outcome {
        grade: worst,
        words: parts.join(", "),
    })
}

pub(super) fn outcome(summary: &Summary) -> Outcome {
    let counts = &summary.counts;
    let so_far = differences(counts);
    let say = |grade, words: &str| Outcome {
        grade,
        words: words.to_owned(),
    };
    match (&summary.ending, so_far) {
        (Ending::Completed, _) => completed(counts, summary.left_out),
        (Ending::Cancelled, None) => say(Grade::Open, "Cancelled before all was compared"),
        (Ending::Cancelled, Some(so_far)) => Outcome {
            words: format!("Cancelled: {} so far", so_far.words),
            ..so_far
        },
        (Ending::Failed(_), None) => say(Grade::Wrong, "Stopped"),
        (Ending::Failed(_), Some(so_far)) => Outcome {
            grade: Grade::Wrong,
            words: format!("Stopped: {} so far", so_far.words),
        },
    }
}

fn completed(counts: &Counts, left_out: u64) -> Outcome {
    let skipped = counts.get(VerdictKind::Skipped);
    let bad = counts.get(VerdictKind::BadLine);
    // A line that cannot be read is no file.
    let compared = counts.total() - skipped - bad;
    let (grade, words) = match of_files(counts) {
        Some(found) => (
            found.grade,
            format!("{} of {}", found.words, counted(compared, "file", "files")),
        ),
        None if compared == 0 && skipped == 0 && left_out > 0 => (
            Grade::Look,
            "Nothing was compared: you left out all there is".to_owned(),
        ),
        None if compared == 0 && skipped == 0 => (Grade::Look, "Both sides are empty".to_owned()),
        None if skipped > 0 => (
            Grade::Look,
            format!(
                "The two sides are the same, but {} not looked at",
                counted(skipped, "thing was", "things were")
            ),
        ),
        None if left_out > 0 => (
            Grade::Well,
            "The two sides are the same, but for what you left out".to_owned(),
        ),
        None => (Grade::Well, "The two sides are the same".to_owned()),
    };
    let grade = match grade {
        Grade::Well if bad > 0 => Grade::Look,
        grade => grade,
    };
    let words = format!("{words}{}", and_bad_lines(counts));
    Outcome { grade, words }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(verdicts: &[(VerdictKind, u64)]) -> (Grade, String) {
        let mut counts = Counts::default();
        for &(kind, n) in verdicts {
            (0..n).for_each(|_| counts.add(kind));
        }
        let outcome = completed(&counts, 0);
        (outcome.grade, outcome.words)
    }

    #[test]
    fn one_look_tells_whether_the_sides_are_the_same() {
        use VerdictKind::{BadLine, Different, Moved, OnlyLeft, OnlyRight, Same, Skipped};
        for (verdicts, grade, text) in [
            (
                &[(Same, 120)][..],
                Grade::Well,
                "The two sides are the same",
            ),
            (&[], Grade::Look, "Both sides are empty"),
            (
                &[(Same, 5), (Different, 2), (OnlyLeft, 1), (Moved, 1)],
                Grade::Wrong,
                "2 different, 1 only on the left, 1 moved of 9 files",
            ),
            (
                &[(BadLine, 1), (OnlyLeft, 3)],
                Grade::Look,
                "3 only on the left of 3 files, and 1 line could not be read",
            ),
            (
                &[(BadLine, 2), (Same, 3)],
                Grade::Look,
                "The two sides are the same, and 2 lines could not be read",
            ),
            (
                &[(OnlyRight, 1)],
                Grade::Look,
                "1 only on the right of 1 file",
            ),
            (
                &[(Same, 5), (Skipped, 1)],
                Grade::Look,
                "The two sides are the same, but 1 thing was not looked at",
            ),
        ] {
            assert_eq!(words(verdicts), (grade, text.to_owned()));
        }
    }

    #[test]
    fn what_was_left_out_is_not_called_the_same() {
        let mut counts = Counts::default();
        let words = |counts: &Counts| completed(counts, 3).words;
        assert_eq!(
            words(&counts),
            "Nothing was compared: you left out all there is"
        );
        counts.add(VerdictKind::Same);
        assert_eq!(
            words(&counts),
            "The two sides are the same, but for what you left out"
        );
    }

    #[test]
    fn whatever_is_wrong_is_never_called_the_same() {
        use VerdictKind::{Duplicate, Failed, Missing, New, Ok};
        for kind in VerdictKind::ALL {
            // A comparison gives none of these.
            if matches!(kind, Ok | Failed | Missing | New | Duplicate) {
                continue;
            }
            let (grade, words) = words(&[(VerdictKind::Same, 5), (kind, 1)]);
            assert_eq!(grade == Grade::Well, kind == VerdictKind::Same, "{words}");
        }
    }
}
