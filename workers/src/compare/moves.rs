//! Which of the files that are on one side alone have moved, and where to.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet, VecDeque};
use std::ffi::OsStr;
use std::path::Path;

use crate::algorithm::Algorithm;
use crate::listed::Expected;

/// A digest, and what makes one file of that content nearer than another.
type Place<'a> = (Algorithm, &'a [u8], Option<&'a OsStr>);

/// A file without a counterpart of its name.
pub(super) struct Alone<'a> {
    pub(super) at: u32,
    pub(super) name: Cow<'a, Path>,
    pub(super) known: &'a Expected,
}

/// What two equal files have in common beside their content, so that of several that could have
/// become one another those are paired that people would pair.
#[derive(Clone, Copy)]
enum Nearness {
    /// A folder was renamed, or the file put into another.
    FileName,
    /// It was renamed where it is.
    Folder,
    Nothing,
}

impl Nearness {
    /// The closest first.
    const ALL: [Self; 3] = [Self::FileName, Self::Folder, Self::Nothing];

    fn of(self, name: &Path) -> Option<&OsStr> {
        match self {
            Self::FileName => name.file_name(),
            Self::Folder => name.parent().map(Path::as_os_str),
            Self::Nothing => None,
        }
    }
}

/// Where files of the left side are now on the right one, each place taken once. What `is_same` says
/// no to, whose arguments are the left and the right file, is not paired.
pub(super) fn moves<'a>(
    mut left: Vec<Alone<'a>>,
    mut right: Vec<Alone<'a>>,
    is_same: impl Fn(u32, u32) -> bool,
) -> HashMap<u32, u32> {
    let mut moved = HashMap::new();
    // By name, not as they were come upon: a folder has no order of its own.
    for side in [&mut left, &mut right] {
        // An empty file has the content of every other.
        side.retain(|file| !file.known.is_empty_file());
        side.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    }
    for nearness in Nearness::ALL {
        let mut places: HashMap<Place<'_>, VecDeque<u32>> = HashMap::new();
        for file in &right {
            let near = nearness.of(&file.name);
            for (algorithm, digest) in file.known.digests() {
                let place = places.entry((algorithm, digest, near)).or_default();
                place.push_back(file.at);
            }
        }
        let mut taken = HashSet::new();
        for file in &left {
            let near = nearness.of(&file.name);
            let to = file.known.digests().find_map(|(algorithm, digest)| {
                let candidates = places.get_mut(&(algorithm, digest, near))?;
                // Those that were found before are in nobody's way again.
                while candidates.front().is_some_and(|at| taken.contains(at)) {
                    candidates.pop_front();
                }
                let is_it = |other: &u32| !taken.contains(other) && is_same(file.at, *other);
                candidates.iter().copied().find(is_it)
            });
            if let Some(to) = to {
                taken.insert(to);
                moved.insert(file.at, to);
            }
        }
        left.retain(|file| !moved.contains_key(&file.at));
        right.retain(|file| !taken.contains(&file.at));
    }
    moved
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::listed::Each;

    fn pairs(left: &[(&'static str, u8)], right: &[(&'static str, u8)]) -> Vec<[&'static str; 2]> {
        let known = |content: u8| {
            let each = Each {
                algorithms: &[Algorithm::Md5],
                digests: &[content; 16],
            };
            Expected::of(u64::from(content), &each)
        };
        let all: Vec<(&str, Expected)> = left
            .iter()
            .chain(right)
            .map(|&(name, content)| (name, known(content)))
            .collect();
        let side = |range: std::ops::Range<usize>| {
            let alone = |at: usize| Alone {
                at: at as u32,
                name: Cow::Borrowed(Path::new(all[at].0)),
                known: &all[at].1,
            };
            range.map(alone).collect::<Vec<Alone<'_>>>()
        };
        let moved = moves(side(0..left.len()), side(left.len()..all.len()), |_, _| {
            true
        });
        let name = |at: u32| all[at as usize].0;
        let mut pairs: Vec<_> = moved.into_iter().map(|(a, b)| [name(a), name(b)]).collect();
        pairs.sort_unstable();
        pairs
    }

    #[test]
    fn of_equal_files_those_of_one_name_are_paired_then_those_of_one_folder() {
        let left = [("a/1", 7), ("a/2", 7), ("b/3", 7), ("c/4", 7)];
        let right = [("z/9", 7), ("b/5", 7), ("z/2", 7), ("z/1", 7)];
        let expected = [
            ["a/1", "z/1"],
            ["a/2", "z/2"],
            ["b/3", "b/5"],
            ["c/4", "z/9"],
        ];
        assert_eq!(pairs(&left, &right), expected);
    }

    #[test]
    fn what_nothing_tells_apart_is_paired_by_name_and_each_place_is_taken_once() {
        let found = pairs(&[("b/2", 7), ("a/1", 7), ("c/3", 7)], &[("y", 7), ("x", 7)]);
        assert_eq!(found, [["a/1", "x"], ["b/2", "y"]]);
    }

    #[test]
    fn a_name_is_no_reason_without_the_content_and_empty_files_have_not_moved() {
        assert!(pairs(&[("a/1", 7), ("e", 0)], &[("b/1", 8), ("f", 0)]).is_empty());
    }
}
