//! Lists whose names start elsewhere than the other side's: `Pictures/a`, or `/home/me/Pictures/a`,
//! for the `a` in a folder `Pictures`, or in a list that was made in it. Names with `\` of Windows
//! programs are taken apart there.
//!
//! Everywhere only where names as they are could fit nothing on the other side: a name that fits is
//! never read in another way.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

use crate::manifest::read::with_slashes;

/// How many names are tried with each reading of two lists: enough to tell them apart.
const TRIED: usize = 4096;

/// The names of one list, as they are meant.
pub(super) struct Names<'a> {
    names: Vec<&'a Path>,
    /// What is between folders is `\`: the names with `/`.
    slashed: Option<Vec<PathBuf>>,
}

impl<'a> Names<'a> {
    pub(super) fn new(names: impl IntoIterator<Item = &'a Path>) -> Self {
        let names: Vec<&Path> = names.into_iter().collect();
        let is_plain = |name: &&Path| name.components().nth(1).is_none();
        // One name with `/` shows that a `\` is part of a name.
        let is_of_windows =
            names.iter().all(is_plain) && names.iter().any(|name| with_slashes(name).is_some());
        let slashed = |name: &&Path| with_slashes(name).unwrap_or_else(|| name.to_path_buf());
        let slashed = is_of_windows.then(|| names.iter().map(slashed).collect());
        Self { names, slashed }
    }

    fn len(&self) -> usize {
        self.names.len()
    }

    fn iter(&self) -> impl Iterator<Item = &Path> {
        (0..self.names.len()).map(|at| match &self.slashed {
            Some(slashed) => slashed[at].as_path(),
            None => self.names[at],
        })
    }

    fn above(&self, depth: usize) -> Option<Above> {
        (depth > 0).then_some(Above {
            depth,
            slashed: self.slashed.is_some(),
        })
    }

    /// The folders that all of them lie below, outermost first.
    fn common(&self) -> Vec<OsString> {
        let folders = |name: &Path| -> Vec<OsString> {
            let folders = name.parent().unwrap_or(Path::new("")).components();
            folders.map(|part| part.as_os_str().to_owned()).collect()
        };
        let mut names = self.iter();
        let mut common = names.next().map(folders).unwrap_or_default();
        for name in names {
            if common.is_empty() {
                break;
            }
            let parts = name.parent().unwrap_or(Path::new("")).components();
            let same = common
                .iter()
                .zip(parts)
                .take_while(|(a, b)| *a == b.as_os_str());
            common.truncate(same.count());
        }
        common
    }
}

/// What stands before all names of a list and is not meant within the other side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Above {
    /// How many folders that are, the root being one.
    depth: usize,
    slashed: bool,
}

impl Above {
    /// What a name of the list is called within the other side.
    pub(super) fn below(self, name: &Path) -> PathBuf {
        let meant = match self.slashed {
            true => with_slashes(name).map_or(Cow::Borrowed(name), Cow::Owned),
            false => Cow::Borrowed(name),
        };
        meant.components().skip(self.depth).collect()
    }
}

/// What stands before all of `names` and is not meant within `folder`: their leading folders up to
/// one that is called as it is. `None` where names are meant as they are.
///
/// That the folder lies where the names say is not asked for, because a backup does not.
pub(super) fn above(folder: &Path, names: &Names<'_>) -> Option<Above> {
    let folder = std::path::absolute(folder).ok()?;
    let called = folder.file_name()?;
    let common = names.common();
    // The shortest of several, which leaves most of the names to be compared.
    let depth = 1 + common.iter().position(|part| part == called)?;
    let top = Path::new(&common[0]);
    // A drive alone (`C:`) has no root, and joined to the folder would be looked for by itself.
    let is_of_a_system = matches!(
        top.components().next(),
        Some(Component::RootDir | Component::Prefix(_))
    );
    let fits = || folder.join(top).symlink_metadata().is_ok();
    (is_of_a_system || !fits()).then(|| names.above(depth))?
}

/// What stands before the names of two lists that are of one folder and were made from different
/// places: for each, its leading folders that the other does not have.
///
/// Folders on both sides are passed over only down to one that both have (`/home/me/Pictures` and
/// `/mnt/Pictures`, not `2019` and `2020`), and none where that brings less than half of the
/// shorter list together: what two lists have in common by accident is no folder.
pub(super) fn between(left: &Names<'_>, right: &Names<'_>) -> [Option<Above>; 2] {
    if left.len() > right.len() {
        let [right, left] = between(right, left);
        return [left, right];
    }
    let (few, many) = (left, right);
    let there: HashSet<&Path> = many.iter().collect();
    if few.iter().any(|name| there.contains(name)) {
        return [None, None];
    }
    let [of_few, of_many] = [few.common(), many.common()];
    let tried: Vec<&Path> = few
        .iter()
        .step_by(few.len().div_ceil(TRIED).max(1))
        .collect();
    let together = |skipped: usize, before: &[OsString]| {
        let before: PathBuf = before.iter().collect();
        let there = tried.iter().filter(|name| {
            let rest: PathBuf = name.components().skip(skipped).collect();
            there.contains(before.join(rest).as_path())
        });
        there.count()
    };
    // How much deeper one lies than the other says how to lay one over the other: what is left to
    // choose is how many folders stay, and all that are the same do.
    let best = (0..=of_few.len() + of_many.len())
        .filter_map(|shift| {
            let mut skipped = of_few.len().min(shift);
            let mut before = (skipped + of_many.len()).checked_sub(shift)?;
            let deepest = skipped;
            while skipped > 0 && before > 0 && of_few[skipped - 1] == of_many[before - 1] {
                (skipped, before) = (skipped - 1, before - 1);
            }
            let share_one = skipped < deepest;
            let may_be = skipped == 0 || before == 0 || share_one;
            let count = may_be.then(|| together(skipped, &of_many[..before]))?;
            Some((count, std::cmp::Reverse(skipped + before), skipped, before))
        })
        .max();
    match best {
        Some((count, _, skipped, before)) if count > 0 && 2 * count >= tried.len() => {
            [few.above(skipped), many.above(before)]
        }
        _ => [None, None],
    }
}

#[cfg(test)]
mod tests {
    use std::path::MAIN_SEPARATOR;

    use super::*;

    fn names<'a>(names: &'a [&str]) -> Names<'a> {
        Names::new(names.iter().map(Path::new))
    }

    /// How many folders of the names are above the folder.
    fn of(folder: &Path, all: &[&str]) -> Option<usize> {
        above(folder, &names(all)).map(|above| above.depth)
    }

    /// The names of both sides as they are compared.
    fn laid_over(left: &[&str], right: &[&str]) -> [Vec<String>; 2] {
        let [of_left, of_right] = between(&names(left), &names(right));
        [(of_left, left), (of_right, right)].map(|(above, names)| {
            let name = |name: &&str| match above {
                Some(above) => above
                    .below(Path::new(name))
                    .display()
                    .to_string()
                    .replace(MAIN_SEPARATOR, "/"),
                None => (*name).to_owned(),
            };
            names.iter().map(name).collect()
        })
    }

    #[test]
    fn names_that_all_start_above_the_folder_are_told_from_those_that_do_not() {
        let disk = tempfile::tempdir().unwrap();
        let folder = disk.path().join("Pictures");
        std::fs::create_dir(&folder).unwrap();
        let found = of(&folder, &["Pictures/a", "Pictures/b/c"]);
        assert_eq!(found, Some(1));
        let found = of(&folder, &["me/Pictures/Pictures/a", "me/Pictures/b"]);
        assert_eq!(found, Some(2));
        assert_eq!(of(&folder, &["Pictures/a", "b"]), None);
        assert_eq!(of(&folder, &["Pictures/a", "Pictures2/b"]), None);
        assert_eq!(of(&folder, &["a", "b"]), None);
        // A file that is called as the folder is.
        assert_eq!(of(&folder, &["Pictures"]), None);
        assert_eq!(of(&folder, &[]), None);
        // They may be meant as they are.
        std::fs::create_dir(folder.join("Pictures")).unwrap();
        assert_eq!(of(&folder, &["Pictures/a", "Pictures/b/c"]), None);
        let whole = folder.join("a");
        let found = above(&folder, &Names::new([whole.as_path()])).expect("it lies in it");
        assert_eq!(found.below(&whole), Path::new("a"));
    }

    #[test]
    fn two_lists_of_one_folder_are_laid_over_one_another() {
        let inside = ["1", "2", "d/3"];
        for outside in [
            ["Pictures/1", "Pictures/2", "Pictures/d/3"],
            [
                "/home/me/Pictures/1",
                "/home/me/Pictures/2",
                "/home/me/Pictures/d/3",
            ],
            ["../d/1", "../d/2", "../d/d/3"],
        ] {
            let expected = inside.map(str::to_owned).to_vec();
            for [left, right] in [[&inside, &outside], [&outside, &inside]] {
                let found = laid_over(left, right);
                assert_eq!(found, [expected.clone(), expected.clone()]);
            }
        }
        // A folder that both have stays.
        let [here, there] = laid_over(&["/home/me/P/1", "/home/me/P/2"], &["/mnt/P/1", "/mnt/P/2"]);
        assert_eq!(
            (here, there.as_slice()),
            (there.clone(), &["P/1".into(), "P/2".into()][..])
        );
        let [here, there] = laid_over(&["P/x/1", "P/x/2"], &["x/1", "x/2", "x/3"]);
        assert_eq!((&here[..], there.len()), (&there[..2], 3));
    }

    #[cfg(unix)]
    #[test]
    fn a_list_from_windows_is_laid_over_as_well() {
        let expected = ["1", "d/2"].map(str::to_owned).to_vec();
        let found = laid_over(&["1", "d/2"], &["Pictures\\1", "Pictures\\d\\2"]);
        assert_eq!(found, [expected.clone(), expected]);
        assert_eq!(
            of(Path::new("/mnt/Pictures"), &["C:\\Pictures\\1"]),
            Some(2)
        );
    }

    #[test]
    fn what_is_alike_by_accident_stays_as_it_is() {
        for (left, right) in [
            // Two folders, and not one in two places.
            (&["2019/1", "2019/2"][..], &["2020/1", "2020/2"][..]),
            // One name fits as it is.
            (&["1", "2"], &["1", "P/2"]),
            (
                &["README", "a", "b"],
                &["other/README", "other/c", "other/d"],
            ),
            (&[], &["a"]),
        ] {
            let found = laid_over(left, right);
            assert_eq!(found, [left, right].map(|side| side.to_vec()), "{left:?}");
        }
    }
}
