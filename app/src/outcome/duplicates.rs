//! What came out of looking for files with the same content.

use workers::{Counts, Ending, Summary, VerdictKind};

use super::{Grade, Outcome};
use crate::format::{bytes, counted};

/// Says it; `wasted` are the bytes of all files that could go.
pub(super) fn outcome(summary: &Summary, wasted: u64) -> Outcome {
    let counts = &summary.counts;
    let say = |grade, words: String| Outcome { grade, words };
    match &summary.ending {
        Ending::Completed => completed(counts, wasted, summary.left_out),
        // Which files are the same is known when the last one is read, not before.
        Ending::Cancelled => say(
            Grade::Open,
            "Cancelled before all files were compared".to_owned(),
        ),
        Ending::Failed(_) => say(Grade::Wrong, "Stopped".to_owned()),
    }
}

fn completed(counts: &Counts, wasted: u64, left_out: u64) -> Outcome {
    let unread: u64 = VerdictKind::ALL
        .into_iter()
        .filter(|kind| kind.is_wrong())
        .map(|kind| counts.get(kind))
        .sum();
    let but = match unread {
        0 => String::new(),
        n => format!(", but {} could not be read", counted(n, "file", "files")),
    };
    let (grade, words) = match counts.get(VerdictKind::Duplicate) {
        0 if unread == 0 && left_out > 0 => (
            Grade::Well,
            "No two files are the same, but for what you left out".to_owned(),
        ),
        0 if unread == 0 => (Grade::Well, "No two files are the same".to_owned()),
        0 => (Grade::Look, "No two files were found the same".to_owned()),
        n => (
            Grade::Look,
            format!(
                "{} could go, {}",
                counted(n, "file", "files"),
                bytes(wasted)
            ),
        ),
    };
    Outcome {
        grade,
        words: words + &but,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(duplicates: u64, unreadable: u64, wasted: u64) -> (Grade, String) {
        let mut counts = Counts::default();
        (0..duplicates).for_each(|_| counts.add(VerdictKind::Duplicate));
        (0..unreadable).for_each(|_| counts.add(VerdictKind::Unreadable));
        let outcome = completed(&counts, wasted, 0);
        (outcome.grade, outcome.words)
    }

    #[test]
    fn what_could_go_is_said_with_its_space_and_with_what_nobody_knows() {
        for (counts, grade, text) in [
            ((0, 0, 0), Grade::Well, "No two files are the same"),
            (
                (1204, 0, 3_400_000_000),
                Grade::Look,
                "1,204 files could go, 3.40 GB",
            ),
            ((1, 0, 12), Grade::Look, "1 file could go, 12 B"),
            (
                (0, 2, 0),
                Grade::Look,
                "No two files were found the same, but 2 files could not be read",
            ),
            (
                (3, 1, 9),
                Grade::Look,
                "3 files could go, 9 B, but 1 file could not be read",
            ),
        ] {
            let (duplicates, unreadable, wasted) = counts;
            assert_eq!(
                words(duplicates, unreadable, wasted),
                (grade, text.to_owned())
            );
        }
    }
}
