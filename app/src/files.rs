//! Which of the files below the chosen folders count: as it is typed and ticked, as a job takes it
//! along, and what is wrong with it while it is typed.

use serde::{Deserialize, Serialize};
use workers::{BadPattern, BadSize, Selection, Size};

/// Characters that a field for patterns takes, and patterns in it. Each keystroke makes all of them
/// anew on the thread that draws, and each is held against every file.
pub(crate) const LONGEST: usize = 2000;
const MOST: usize = 100;

/// What a job takes, beside what was chosen by name.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Files {
    pub(crate) selection: Selection,
    /// What symbolic links lead to counts too.
    pub(crate) follow_links: bool,
}

impl Files {
    /// In words, of which the first `most` are said and the others counted.
    pub(crate) fn in_words(&self, most: usize) -> String {
        let selection = self.selection.in_words(most);
        match (self.follow_links, self.selection.is_everything()) {
            (false, _) => selection,
            (true, true) => format!("{selection}, links followed"),
            (true, false) => format!("links followed; {selection}"),
        }
    }

    /// How many the job left out, if anything was to be.
    pub(crate) fn left_out(&self, left_out: u64) -> Option<String> {
        (!self.selection.is_everything()).then(|| match left_out {
            0 => "none left out by your choice".to_owned(),
            n => format!("{} left out by your choice", crate::format::count(n)),
        })
    }
}

/// What stands in the fields, and what is ticked. Kept in the settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Typed {
    pub(crate) hidden: bool,
    pub(crate) junk: bool,
    pub(crate) other_file_systems: bool,
    /// Empty: no limit.
    pub(crate) smallest: String,
    pub(crate) largest: String,
    /// Patterns, one a line or separated by commas.
    pub(crate) only: String,
    pub(crate) without: String,
}

impl Default for Typed {
    fn default() -> Self {
        Self {
            hidden: true,
            junk: true,
            other_file_systems: true,
            smallest: String::new(),
            largest: String::new(),
            only: String::new(),
            without: String::new(),
        }
    }
}

/// A field that can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    Smallest,
    Largest,
    Only,
    Without,
}

/// Something that was typed and cannot be meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mistake {
    pub(crate) field: Field,
    pub(crate) why: Why,
}

/// What is wrong, in words for whoever is still typing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Why {
    #[error(transparent)]
    Size(#[from] BadSize),
    #[error(transparent)]
    Pattern(#[from] BadPattern),
    #[error("{0} patterns; {MOST} are the most")]
    TooMany(usize),
    #[error("{largest} is less than the smallest size, {smallest}")]
    NoneLeft { smallest: Size, largest: Size },
}

impl Typed {
    fn read(&self) -> Result<Selection, Vec<Mistake>> {
        let mut selection = Selection::default();
        selection.hidden = self.hidden;
        selection.junk = self.junk;
        selection.other_file_systems = self.other_file_systems;
        let mut mistakes = Vec::new();
        let mut note = |field, why| mistakes.push(Mistake { field, why });
        for (field, text, limit) in [
            (Field::Smallest, &self.smallest, &mut selection.smallest),
            (Field::Largest, &self.largest, &mut selection.largest),
        ] {
            match text.trim() {
                "" => {}
                text => match text.parse() {
                    Ok(Size(bytes)) => *limit = bytes,
                    Err(error) => note(field, Why::Size(error)),
                },
            }
        }
        if selection.smallest > selection.largest {
            let (smallest, largest) = (Size(selection.smallest), Size(selection.largest));
            note(Field::Largest, Why::NoneLeft { smallest, largest });
        }
        type Add = fn(&mut Selection, &str) -> Result<(), BadPattern>;
        for (field, text, add) in [
            (Field::Only, &self.only, Selection::only as Add),
            (Field::Without, &self.without, Selection::leave_out as Add),
        ] {
            let patterns = patterns(text);
            if patterns.len() > MOST {
                note(field, Why::TooMany(patterns.len()));
                continue;
            }
            for pattern in patterns {
                if let Err(error) = add(&mut selection, pattern) {
                    note(field, Why::Pattern(error));
                }
            }
        }
        if mistakes.is_empty() {
            Ok(selection)
        } else {
            Err(mistakes)
        }
    }

    fn clear(&mut self, field: Field) {
        match field {
            Field::Smallest => self.smallest.clear(),
            Field::Largest => self.largest.clear(),
            Field::Only => self.only.clear(),
            Field::Without => self.without.clear(),
        }
    }
}

/// The patterns in a text, one a line or separated by commas. A comma in `{jpg,png}` or `[,;]`
/// separates no patterns.
fn patterns(text: &str) -> Vec<&str> {
    let mut patterns = Vec::new();
    for line in text.lines() {
        let (mut begin, mut braces, mut escaped) = (0, 0usize, false);
        // Where the set that is open has its first character, which may be its own end.
        let mut set: Option<usize> = None;
        for (at, c) in line.char_indices() {
            if std::mem::take(&mut escaped) {
                continue;
            }
            match (c, set) {
                // There it stands between folders.
                ('\\', None) if !cfg!(windows) => escaped = true,
                ('!' | '^', Some(first)) if at == first => set = Some(at + 1),
                (']', Some(first)) if at > first => set = None,
                (_, Some(_)) => {}
                ('[', None) => set = Some(at + 1),
                ('{', None) => braces += 1,
                ('}', None) => braces = braces.saturating_sub(1),
                (',', None) if braces == 0 => {
                    patterns.push(&line[begin..at]);
                    begin = at + 1;
                }
                _ => {}
            }
        }
        patterns.push(&line[begin..]);
    }
    patterns
        .into_iter()
        .map(str::trim)
        .filter(|pattern| !pattern.is_empty())
        .collect()
}

/// The choice in the window, and how it is understood.
pub(crate) struct FilesField {
    typed: Typed,
    read: Result<Selection, Vec<Mistake>>,
}

impl FilesField {
    /// As it was kept. What cannot be understood is dropped, and told.
    pub(crate) fn kept(mut typed: Typed) -> (Self, Vec<Mistake>) {
        let mistakes = typed.read().err().unwrap_or_default();
        mistakes
            .iter()
            .for_each(|mistake| typed.clear(mistake.field));
        let read = typed.read();
        (Self { typed, read }, mistakes)
    }

    pub(crate) fn set(&mut self, typed: Typed) {
        self.read = typed.read();
        self.typed = typed;
    }

    pub(crate) const fn typed(&self) -> &Typed {
        &self.typed
    }

    /// What counts.
    ///
    /// # Errors
    /// What was typed cannot be understood.
    pub(crate) fn selection(&self) -> Result<&Selection, &[Mistake]> {
        self.read.as_ref().map_err(Vec::as_slice)
    }

    /// What is wrong with a field, a line for each thing.
    pub(crate) fn wrong(&self, field: Field) -> Option<String> {
        let mistakes = self.read.as_ref().err()?.iter();
        let lines: Vec<String> = mistakes
            .filter(|mistake| mistake.field == field)
            .map(|mistake| mistake.why.to_string())
            .collect();
        (!lines.is_empty()).then(|| lines.join("\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(only: &str, without: &str) -> Typed {
        Typed {
            only: only.to_owned(),
            without: without.to_owned(),
            ..Typed::default()
        }
    }

    #[test]
    fn patterns_stand_on_lines_or_between_commas_but_not_those_of_braces_and_sets() {
        for (text, expected) in [
            ("", &[][..]),
            (" , \n\n,", &[]),
            ("*.tmp", &["*.tmp"]),
            ("*.tmp, *.bak\ntarget/ ", &["*.tmp", "*.bak", "target/"]),
            ("*.{jpg,png},*.gif", &["*.{jpg,png}", "*.gif"]),
            ("[,;]*, [!,]x, []],b", &["[,;]*", "[!,]x", "[]]", "b"]),
            // What is never closed ends with its line.
            ("{a,b\nc", &["{a,b", "c"]),
        ] {
            assert_eq!(patterns(text), expected, "{text}");
        }
        if cfg!(not(windows)) {
            assert_eq!(patterns(r"a\,b,\{,c"), [r"a\,b", r"\{", "c"]);
        }
    }

    #[test]
    fn a_choice_is_said_in_words_and_nothing_typed_is_all_files() {
        let (field, mistakes) = FilesField::kept(Typed::default());
        assert_eq!(mistakes, []);
        let selection = field.selection().expect("everything").clone();
        let mut files = Files {
            selection,
            follow_links: false,
        };
        assert_eq!(files.in_words(9), "all files");
        assert_eq!(files.left_out(0), None);
        files.follow_links = true;
        assert_eq!(files.in_words(9), "all files, links followed");

        let typed = Typed {
            hidden: false,
            smallest: " 10 mb ".to_owned(),
            ..typed("", "*.tmp, *.bak")
        };
        let selection = typed.read().expect("a choice");
        let files = Files {
            selection,
            follow_links: false,
        };
        assert_eq!(
            files.in_words(usize::MAX),
            "without hidden files, *.tmp, *.bak; at least 10 MB"
        );
        assert_eq!(files.in_words(1), "without hidden files and 3 more");
        assert_eq!(
            files.left_out(1204).as_deref(),
            Some("1,204 left out by your choice")
        );
    }

    #[test]
    fn every_mistake_is_named_at_its_field() {
        let mut field = FilesField::kept(Typed::default()).0;
        field.set(Typed {
            smallest: "10 XB".to_owned(),
            largest: "5 MB".to_owned(),
            ..typed("*.jpg, [", "{\n*.tmp\n[z-a]")
        });
        let wrong = |field: &FilesField, of| field.wrong(of).unwrap_or_default();
        assert!(wrong(&field, Field::Smallest).starts_with("'10 XB' is no size"));
        assert_eq!(field.wrong(Field::Largest), None);
        assert!(wrong(&field, Field::Only).starts_with("'[' is no pattern: "));
        let without = wrong(&field, Field::Without);
        assert_eq!(without.lines().count(), 2, "{without}");
        assert!(field.selection().is_err());

        field.set(Typed {
            smallest: "10 MB".to_owned(),
            largest: "5 MB".to_owned(),
            ..Typed::default()
        });
        assert_eq!(
            wrong(&field, Field::Largest),
            "5 MB is less than the smallest size, 10 MB"
        );
        field.set(typed("", &"a,".repeat(MOST + 1)));
        assert_eq!(
            wrong(&field, Field::Without),
            "101 patterns; 100 are the most"
        );
    }

    #[test]
    fn what_was_kept_and_cannot_be_understood_is_dropped_and_told() {
        let (field, mistakes) = FilesField::kept(Typed {
            hidden: false,
            largest: "lots".to_owned(),
            ..typed("*.jpg", "[")
        });
        assert_eq!(mistakes.len(), 2);
        let selection = field.selection().expect("what is left is a choice");
        assert_eq!(selection.to_string(), "only *.jpg; without hidden files");
    }

    #[test]
    fn the_longest_that_can_be_typed_is_read_in_no_time_worth_mention() {
        let many = format!("{},", "*".repeat(LONGEST / MOST - 1)).repeat(MOST);
        for text in [
            many,
            "[!a]?*".repeat(LONGEST / 6),
            "{a,".repeat(LONGEST / 3),
        ] {
            let began = std::time::Instant::now();
            let _ = typed(&text, &text).read();
            // Far below what anybody would notice where the program is built for use.
            assert!(began.elapsed().as_secs_f64() < 2.0, "{:?}", began.elapsed());
        }
    }
}
