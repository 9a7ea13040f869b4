//! Files whose names are written in different ways on the two sides.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use crate::manifest::read::with_slashes;
use crate::name::composed;

/// Two files, of which neither has a counterpart of just its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Match {
    pub(super) left: u32,
    pub(super) right: u32,
    pub(super) by: Difference,
}

/// How two names that mean one file differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Difference {
    /// A list has `\` between folders; the name as it is meant.
    Separators(PathBuf),
    /// In their Unicode form, and maybe in what is between folders too.
    Form,
}

/// Matches what is alone by name on the left and on the right. On a side that is a list, `\` may
/// stand for `/`. Where several names of one side would be one, none is matched: they are several.
pub(super) fn matches(alone: [&HashMap<Box<Path>, u32>; 2], is_list: [bool; 2]) -> Vec<Match> {
    let mut found = Vec::new();
    let mut taken = HashSet::new();
    for (side, other) in [(0, 1), (1, 0)]
        .into_iter()
        .filter(|&(side, _)| is_list[side])
    {
        let mut counterparts: HashMap<u32, Option<(u32, PathBuf)>> = HashMap::new();
        for (name, &at) in alone[side] {
            if let Some(meant) = with_slashes(name)
                && let Some(&counterpart) = alone[other].get(&*meant)
            {
                counterparts
                    .entry(counterpart)
                    .and_modify(|one| *one = None)
                    .or_insert(Some((at, meant)));
            }
        }
        for (counterpart, one) in counterparts {
            let Some((at, meant)) = one else { continue };
            taken.extend([at, counterpart]);
            let (left, right) = match side {
                0 => (at, counterpart),
                _ => (counterpart, at),
            };
            let by = Difference::Separators(meant);
            found.push(Match { left, right, by });
        }
    }
    let forms = |side: usize| {
        let mut forms: HashMap<String, Option<u32>> = HashMap::new();
        for (name, &at) in alone[side] {
            let meant = is_list[side].then(|| with_slashes(name)).flatten();
            if !taken.contains(&at)
                && let Some(form) = composed(meant.as_deref().unwrap_or(name))
            {
                forms
                    .entry(form)
                    .and_modify(|one| *one = None)
                    .or_insert(Some(at));
            }
        }
        forms
    };
    let right = forms(1);
    for (form, left) in forms(0) {
        if let Some(left) = left
            && let Some(&Some(right)) = right.get(&form)
        {
            let by = Difference::Form;
            found.push(Match { left, right, by });
        }
    }
    // As they were come upon, whatever the tables made of it.
    found.sort_unstable_by_key(|one| one.left);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(names: &[&str], from: u32) -> HashMap<Box<Path>, u32> {
        let names = names.iter().map(|name| Path::new(name).into());
        names.zip(from..).collect()
    }

    fn pairs(left: &[&str], right: &[&str], is_list: [bool; 2]) -> Vec<(u32, u32)> {
        let sides = [side(left, 0), side(right, 100)];
        matches([&sides[0], &sides[1]], is_list)
            .into_iter()
            .map(|one| (one.left, one.right))
            .collect()
    }

    #[cfg(unix)]
    #[test]
    fn only_a_list_may_mean_something_else_by_a_backslash() {
        let (windows, unix) = (&["a\\b\\c", "d"][..], &["e", "a/b/c"][..]);
        assert_eq!(pairs(windows, unix, [true, false]), [(0, 101)]);
        assert_eq!(pairs(unix, windows, [false, true]), [(1, 100)]);
        assert_eq!(pairs(windows, unix, [false, true]), []);
        // Two that would both be it.
        assert_eq!(pairs(&["a\\b/c", "a/b\\c"], &["a/b/c"], [true, true]), []);
    }

    #[test]
    fn one_name_of_each_form_is_one_and_two_are_two() {
        let (composed, decomposed) = ("caf\u{e9}", "cafe\u{301}");
        assert_eq!(pairs(&[composed], &[decomposed], [false; 2]), [(0, 100)]);
        // Another order of the same marks is one more form.
        let names = ["a\u{323}\u{302}", "a\u{302}\u{323}"];
        assert_eq!(pairs(&names, &["\u{1ead}"], [false; 2]), []);
    }

    #[cfg(unix)]
    #[test]
    fn both_may_differ_at_once() {
        let (left, right) = (["d\\caf\u{e9}"], ["d/cafe\u{301}"]);
        assert_eq!(pairs(&left, &right, [true, false]), [(0, 100)]);
        assert_eq!(pairs(&left, &right, [false, false]), []);
    }
}
