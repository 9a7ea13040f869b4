//! A worker's end in words, for its lane and its log.

use super::in_hand::{Fate, FilesInHand};
use crate::event::Cause;

/// How it ended, and what became of what it held.
pub(super) fn obituary(how: &str, files: &FilesInHand) -> String {
    let went = match (files.passed_on(), files.total()) {
        (_, 0) => return format!("{how}; it held no file"),
        (0, _) => String::new(),
        (1, _) => "; its file went to others".to_owned(),
        (n, _) => format!("; its {n} files went to others"),
    };
    let given_up = files.count(Fate::Skipped) + files.count(Fate::TimedOut);
    let given_up = match given_up {
        0 => "",
        _ => "; the file it was at was given up",
    };
    let aside = match files.count(Fate::SetAside) {
        0 => "",
        1 => "; one file was set aside",
        _ => "; some files were set aside",
    };
    format!("{how}{given_up}{went}{aside}")
}

/// Who wanted it, to follow how it ended.
pub(super) fn because(cause: Cause) -> &'static str {
    match cause {
        Cause::Unasked => "",
        Cause::Kill => ", by request",
        Cause::Drill => " by the fault drill",
        Cause::Skip => ", to skip a file",
        Cause::FileLimit => ", for a file took too long",
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Fate, FilesInHand, obituary};

    #[test]
    fn every_file_is_accounted_for_in_words() {
        let mut files = FilesInHand::default();
        assert_eq!(obituary("died", &files), "died; it held no file");
        files.add(Path::new("a"), Fate::Requeued);
        assert_eq!(obituary("died", &files), "died; its file went to others");
        files.add(Path::new("b"), Fate::TriedAlone);
        files.add(Path::new("c"), Fate::SetAside);
        assert_eq!(
            obituary("died", &files),
            "died; its 2 files went to others; one file was set aside"
        );
        let mut files = FilesInHand::default();
        files.add(Path::new("a"), Fate::Skipped);
        assert_eq!(
            obituary("died", &files),
            "died; the file it was at was given up"
        );
    }
}
