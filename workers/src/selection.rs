//! Which of the files below a folder count.

mod hidden;

use std::ffi::OsStr;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use globset::{GlobBuilder, GlobMatcher};
use serde::ser::{Serialize, SerializeStruct as _, Serializer};

use crate::size::Size;
use hidden::is_hidden;

/// Files and folders that systems and their file managers leave behind, and that nobody means:
/// macOS's, Windows', KDE's and the waste baskets of all.
const JUNK: &[&str] = &[
    ".DS_Store",
    "._*",
    ".AppleDouble",
    ".DocumentRevisions-V100",
    ".Spotlight-V100",
    ".TemporaryItems",
    ".Trashes",
    ".fseventsd",
    "$RECYCLE.BIN",
    "System Volume Information",
    "Thumbs.db",
    "ehthumbs.db",
    "desktop.ini",
    ".directory",
    ".Trash-*",
];

/// Which of the files below a folder count. Files and folders that somebody names always do; this
/// is about what is below them. Everything, unless set otherwise.
///
/// ```
/// use workers::Selection;
///
/// let mut selection = Selection::default();
/// selection.leave_out("*.tmp")?;
/// selection.leave_out("target/")?;
/// selection.junk = false;
/// selection.smallest = 10_000_000;
/// assert_eq!(
///     selection.to_string(),
///     "without system leftovers, *.tmp, target/; at least 10 MB"
/// );
/// assert!(selection.leave_out("[").is_err());
/// # Ok::<(), workers::BadPattern>(())
/// ```
#[derive(Clone, Debug)]
pub struct Selection {
    /// Files and folders whose name begins with a dot, and on Windows those that are marked as
    /// hidden.
    pub hidden: bool,
    /// `.DS_Store`, `Thumbs.db` and their kind.
    pub junk: bool,
    /// What lies on another file system than the folder that was named. Windows has no such
    /// thing below a folder but through links, which are not followed.
    pub other_file_systems: bool,
    /// Smaller files do not count, bytes.
    pub smallest: u64,
    /// Larger files do not count, bytes.
    pub largest: u64,
    only: Vec<Pattern>,
    without: Vec<Pattern>,
    junk_patterns: Arc<[Pattern]>,
}

impl Default for Selection {
    fn default() -> Self {
        Self {
            hidden: true,
            junk: true,
            other_file_systems: true,
            smallest: 0,
            largest: u64::MAX,
            only: Vec::new(),
            without: Vec::new(),
            junk_patterns: JUNK
                .iter()
                .filter_map(|text| Pattern::new(text).ok())
                .collect(),
        }
    }
}

/// A pattern that cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{pattern}' is no pattern: {why}")]
pub struct BadPattern {
    /// As it was given.
    pub pattern: String,
    /// What is wrong with it.
    pub why: String,
}

/// A pattern as in a `.gitignore` file: without a slash it is about a name at any depth, with one
/// about the path from the folder on; one that ends in a slash is about folders alone.
#[derive(Clone)]
struct Pattern {
    text: String,
    matcher: GlobMatcher,
    whole_path: bool,
    folders_only: bool,
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Pattern {
    fn new(text: &str) -> Result<Self, BadPattern> {
        let glob = text.strip_suffix('/').unwrap_or(text);
        let matcher = GlobBuilder::new(glob.strip_prefix('/').unwrap_or(glob))
            .literal_separator(true)
            .backslash_escape(!cfg!(windows))
            .case_insensitive(cfg!(windows))
            .build()
            .map_err(|error| BadPattern {
                pattern: text.to_owned(),
                why: error.kind().to_string(),
            })?
            .compile_matcher();
        Ok(Self {
            text: text.to_owned(),
            matcher,
            whole_path: glob.contains('/'),
            folders_only: text.ends_with('/'),
        })
    }

    fn is_about(&self, below: &Path, name: &OsStr, is_folder: bool) -> bool {
        if self.folders_only && !is_folder {
            return false;
        }
        if self.whole_path {
            self.matcher.is_match(below)
        } else {
            self.matcher.is_match(name)
        }
    }
}

impl Selection {
    /// Only files that fit this pattern, or lie in a folder that does, count; may be called for
    /// several patterns, of which one must fit.
    ///
    /// # Errors
    /// It is no pattern.
    pub fn only(&mut self, pattern: &str) -> Result<(), BadPattern> {
        self.only.push(Pattern::new(pattern)?);
        Ok(())
    }

    /// Files that fit this pattern do not count, nor does what is in folders that do.
    ///
    /// # Errors
    /// It is no pattern.
    pub fn leave_out(&mut self, pattern: &str) -> Result<(), BadPattern> {
        self.without.push(Pattern::new(pattern)?);
        Ok(())
    }

    /// The names that [`Selection::junk`] is about, as patterns.
    #[must_use]
    pub const fn junk_names() -> &'static [&'static str] {
        JUNK
    }

    /// Whether everything counts.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.needs_no_look() && self.other_file_systems
    }

    /// Whether no entry need be looked at for its own sake.
    pub(crate) fn needs_no_look(&self) -> bool {
        self.hidden
            && self.junk
            && self.smallest == 0
            && self.largest == u64::MAX
            && self.only.is_empty()
            && self.without.is_empty()
    }

    /// Whether to look into a folder, or at a file, of this path below the root. The size is
    /// another matter, see [`Selection::counts_size`].
    pub(crate) fn counts(&self, below: &Path, path: &Path, is_folder: bool) -> bool {
        let Some(name) = below.file_name() else {
            return true;
        };
        let fits = |pattern: &Pattern| pattern.is_about(below, name, is_folder);
        if (!self.hidden && is_hidden(name, path))
            || (!self.junk && self.junk_patterns.iter().any(fits))
            || self.without.iter().any(fits)
        {
            return false;
        }
        // A folder may hold what is wanted whatever it is called itself.
        is_folder || self.only.is_empty() || self.is_wanted(below)
    }

    fn is_wanted(&self, below: &Path) -> bool {
        below.ancestors().enumerate().any(|(up, part)| {
            part.file_name().is_some_and(|name| {
                self.only
                    .iter()
                    .any(|pattern| pattern.is_about(part, name, up > 0))
            })
        })
    }

    /// Whether a file counts of which no more is known than its name below a folder, and perhaps
    /// its size.
    pub(crate) fn counts_listed(&self, name: &Path, size: Option<u64>) -> bool {
        let folders = || name.ancestors().skip(1);
        size.is_none_or(|size| self.counts_size(size))
            && self.counts(name, name, false)
            && folders().all(|folder| self.counts(folder, folder, true))
    }

    pub(crate) fn counts_size(&self, size: u64) -> bool {
        (self.smallest..=self.largest).contains(&size)
    }
}

/// One thing that was chosen, in words that others are put beside.
struct Term {
    /// Said once for all that follow and have the same.
    lead: &'static str,
    what: String,
}

impl Selection {
    fn terms(&self) -> Vec<Term> {
        let mut terms = Vec::new();
        let mut say = |chosen: bool, lead, what: &dyn fmt::Display| {
            if chosen {
                let what = what.to_string();
                terms.push(Term { lead, what });
            }
        };
        for Pattern { text, .. } in &self.only {
            say(true, "only ", text);
        }
        say(!self.hidden, "without ", &"hidden files");
        say(!self.junk, "without ", &"system leftovers");
        for Pattern { text, .. } in &self.without {
            say(true, "without ", text);
        }
        say(self.smallest > 0, "at least ", &Size(self.smallest));
        say(self.largest < u64::MAX, "at most ", &Size(self.largest));
        say(!self.other_file_systems, "", &"on one file system");
        terms
    }

    /// What counts, in words, of which the first `most` are said and the others counted.
    #[must_use]
    pub fn in_words(&self, most: usize) -> String {
        let terms = self.terms();
        if terms.is_empty() {
            return "all files".to_owned();
        }
        let mut words = String::new();
        let mut before = "";
        for Term { lead, what } in terms.iter().take(most) {
            if words.is_empty() {
                words.push_str(lead);
            } else if *lead == before {
                words.push_str(", ");
            } else {
                words.push_str("; ");
                words.push_str(lead);
            }
            words.push_str(what);
            before = lead;
        }
        match terms.len().saturating_sub(most) {
            0 => words,
            1 if most == 0 => "1 limit".to_owned(),
            n if most == 0 => format!("{n} limits"),
            n => format!("{words} and {n} more"),
        }
    }

    /// How many things were chosen: as many as [`Selection::in_words`] can say.
    #[must_use]
    pub fn limits(&self) -> usize {
        self.terms().len()
    }
}

/// In words, for reports.
impl fmt::Display for Selection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_words(usize::MAX))
    }
}

/// For programs: sizes in bytes, `null` for no limit; patterns as they were given.
impl Serialize for Selection {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let texts = |patterns: &[Pattern]| -> Vec<String> {
            patterns.iter().map(|one| one.text.clone()).collect()
        };
        let mut map = serializer.serialize_struct("Selection", 8)?;
        map.serialize_field("everything", &self.is_everything())?;
        map.serialize_field("hidden", &self.hidden)?;
        map.serialize_field("junk", &self.junk)?;
        map.serialize_field("other_file_systems", &self.other_file_systems)?;
        let smallest = (self.smallest > 0).then_some(self.smallest);
        map.serialize_field("smallest", &smallest)?;
        let largest = (self.largest < u64::MAX).then_some(self.largest);
        map.serialize_field("largest", &largest)?;
        map.serialize_field("only", &texts(&self.only))?;
        map.serialize_field("without", &texts(&self.without))?;
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(selection: &Selection, paths: &[&str]) -> Vec<String> {
        paths
            .iter()
            .filter(|path| {
                // As a walk comes to it: by its folders.
                let below = Path::new(path);
                let mut folders: Vec<&Path> = below.ancestors().skip(1).collect();
                folders.reverse();
                folders
                    .iter()
                    .all(|folder| selection.counts(folder, folder, true))
                    && selection.counts(below, below, false)
            })
            .map(|path| (*path).to_owned())
            .collect()
    }

    const PATHS: [&str; 7] = [
        "a.txt",
        "b.tmp",
        "sub/a.txt",
        "sub/target/x.txt",
        "target/y.txt",
        ".hidden/z.txt",
        "sub/.DS_Store",
    ];

    #[test]
    fn everything_counts_unless_somebody_says_otherwise() {
        assert_eq!(counted(&Selection::default(), &PATHS), PATHS);
        assert!(Selection::default().is_everything());
    }

    #[test]
    fn a_pattern_without_a_slash_is_about_names_and_one_with_about_paths() {
        let mut selection = Selection::default();
        selection.leave_out("target").expect("a pattern");
        selection.leave_out("*.tmp").expect("a pattern");
        assert_eq!(
            counted(&selection, &PATHS),
            ["a.txt", "sub/a.txt", ".hidden/z.txt", "sub/.DS_Store"]
        );
        let mut selection = Selection::default();
        selection.leave_out("/target/").expect("a pattern");
        selection.leave_out("sub/*.txt").expect("a pattern");
        assert_eq!(
            counted(&selection, &PATHS),
            [
                "a.txt",
                "b.tmp",
                "sub/target/x.txt",
                ".hidden/z.txt",
                "sub/.DS_Store"
            ]
        );
    }

    #[test]
    fn only_is_about_files_and_the_folders_they_are_in() {
        let mut selection = Selection::default();
        selection.only("*.tmp").expect("a pattern");
        selection.only("sub/target").expect("a pattern");
        assert_eq!(counted(&selection, &PATHS), ["b.tmp", "sub/target/x.txt"]);
    }

    #[test]
    fn what_is_listed_counts_by_its_folders_its_name_and_its_size() {
        let mut selection = Selection {
            hidden: false,
            smallest: 5,
            ..Selection::default()
        };
        selection.leave_out("target/").expect("a pattern");
        let counts = |name: &str, size| selection.counts_listed(Path::new(name), size);
        assert!(counts("sub/a.txt", None));
        assert!(counts("sub/a.txt", Some(5)));
        assert!(!counts("sub/a.txt", Some(4)));
        assert!(!counts(".git/config", None));
        assert!(!counts("sub/target/x", None));
        assert!(counts("sub/target", None), "a file of that name");
    }

    #[test]
    fn hidden_files_and_junk_are_two_matters() {
        let junk = Selection {
            junk: false,
            ..Selection::default()
        };
        assert_eq!(counted(&junk, &PATHS), PATHS[..6]);
        let hidden = Selection {
            hidden: false,
            ..Selection::default()
        };
        assert_eq!(counted(&hidden, &PATHS), PATHS[..5]);
    }

    #[test]
    fn what_counts_is_said_in_words_and_what_is_too_much_is_counted() {
        let mut selection = Selection::default();
        assert_eq!(selection.in_words(2), "all files");
        selection.hidden = false;
        assert_eq!(selection.in_words(1), "without hidden files");
        for pattern in ["*.tmp", "*.bak"] {
            selection.leave_out(pattern).expect("a pattern");
        }
        selection.only("*.jpg").expect("a pattern");
        selection.largest = 4 << 30;
        selection.other_file_systems = false;
        for (most, words) in [
            (0, "6 limits"),
            (1, "only *.jpg and 5 more"),
            (3, "only *.jpg; without hidden files, *.tmp and 3 more"),
            (
                6,
                "only *.jpg; without hidden files, *.tmp, *.bak; at most 4 GiB; on one file system",
            ),
        ] {
            assert_eq!(selection.in_words(most), words);
        }
        assert_eq!(selection.limits(), 6);
    }

    #[test]
    fn programs_get_bytes_and_patterns_and_null_for_no_limit() {
        let mut selection = Selection {
            junk: false,
            smallest: 7,
            ..Selection::default()
        };
        selection.leave_out("*.tmp").expect("a pattern");
        assert_eq!(
            serde_json::to_value(&selection).expect("JSON"),
            serde_json::json!({
                "everything": false, "hidden": true, "junk": false, "other_file_systems": true,
                "smallest": 7, "largest": null, "only": [], "without": ["*.tmp"],
            })
        );
    }
}
