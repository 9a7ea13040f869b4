//! Files that are chosen together with the lists that name them: which of the listed are meant.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::listed::plain;
use crate::manifest::read::{Expected, Item, ListReader, with_slashes};
use crate::name::composed;

/// Paths that stand for what a list calls so, in whatever Unicode form, and for whatever is listed
/// below them.
pub(super) struct Chosen(HashSet<PathBuf>);

impl Chosen {
    pub(super) fn new<'a>(paths: impl IntoIterator<Item = &'a PathBuf>) -> Self {
        Self(paths.into_iter().map(|path| in_one_form(path)).collect())
    }

    /// Whether the result of this entry may bear one of the names, or lie below it.
    pub(super) fn has(&self, path: &Path) -> bool {
        readings(path).any(|path| path.ancestors().any(|path| self.0.contains(path)))
    }

    /// Strikes out what stands for this entry.
    fn strike(&mut self, path: &Path) {
        for path in readings(path) {
            for path in path.ancestors() {
                self.0.remove(path);
            }
        }
    }
}

/// A path by which every other form of it is known too.
fn in_one_form(path: &Path) -> PathBuf {
    composed(path).map_or_else(|| path.to_owned(), PathBuf::from)
}

/// What a listed path may mean.
fn readings(path: &Path) -> impl Iterator<Item = PathBuf> {
    let slashed = with_slashes(path).map(|path| in_one_form(&path));
    std::iter::once(in_one_form(path)).chain(slashed)
}

/// Whether these lists name each of these files, and something below each of these folders: whoever
/// chooses them together means to have them verified. The lists are read until that is known, to
/// their ends if need be, so it takes as long as that does. Nothing else is looked at.
#[must_use]
pub fn are_all_listed(lists: &[PathBuf], chosen: &[PathBuf]) -> bool {
    let chosen: Vec<PathBuf> = chosen.iter().map(|path| plain(path)).collect();
    let mut open = Chosen::new(&chosen);
    for list in lists {
        let base = list.parent().unwrap_or(Path::new(""));
        let Ok(items) = ListReader::open(list, &Expected::default()) else {
            continue;
        };
        for item in items {
            match item {
                Ok(Item::Listed(listed)) => open.strike(&plain(&base.join(&listed.path))),
                Ok(Item::Bad(_)) => {}
                Err(_) => break,
            }
            if open.0.is_empty() {
                return true;
            }
        }
    }
    open.0.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_chosen_is_listed_by_name_below_a_folder_or_in_another_form_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let list = |name: &str, names: &[&str]| {
            let lines = names.iter().map(|name| format!("00000000  {name}\n"));
            std::fs::write(path(name), lines.collect::<String>()).unwrap();
            path(name)
        };
        let lists = [
            list("a.crc32", &["image.iso", "./photos/1.jpg"]),
            list("b.crc32", &["win\\2.jpg", "caf\u{e9}"]),
        ];
        let listed = |names: &[&str]| {
            let chosen: Vec<PathBuf> = names.iter().map(|name| path(name)).collect();
            are_all_listed(&lists, &chosen)
        };
        for names in [
            &["image.iso"][..],
            &["photos", "image.iso"],
            &["photos/1.jpg"],
            &["win"],
            &["cafe\u{301}"],
            &["."],
        ] {
            assert!(listed(names), "{names:?}");
        }
        for names in [
            &["other.iso"][..],
            &["image.iso", "other.iso"],
            &["photos/2.jpg"],
            &["photo"],
            &["image.iso/1"],
        ] {
            assert!(!listed(names), "{names:?}");
        }
        assert!(!are_all_listed(&[path("gone.md5")], &[path("image.iso")]));
    }
}
