//! Several lists of the same files, of which one was made where names are composed and another where
//! they are decomposed.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use indexmap::IndexMap;

use crate::listed::{Expected, NamedBy};
use crate::name::composed;

/// Entries that are one file, by the disk's word: of one name in several Unicode forms, each from
/// other lists, where only one of the forms is there. A list that has two forms has two files.
pub(super) fn merge(entries: &mut IndexMap<PathBuf, Expected>, named_by: &[NamedBy]) {
    let mut forms: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, path) in entries.keys().enumerate() {
        if let Some(form) = composed(path) {
            forms.entry(form).or_default().push(at);
        }
    }
    let mut gone = HashSet::new();
    for group in forms.into_values().filter(|group| group.len() > 1) {
        let all = group.iter().try_fold(NamedBy::default(), |all, &at| {
            all.and_by_others(named_by[at])
        });
        let is_there = |at: &usize| {
            entries
                .get_index(*at)
                .is_some_and(|(path, _)| path.exists())
        };
        let mut there = group.iter().copied().filter(is_there);
        let (Some(_), Some(it), None) = (all, there.next(), there.next()) else {
            continue;
        };
        for other in group.into_iter().filter(|&at| at != it) {
            let said = std::mem::take(&mut entries[other]);
            entries[it].merge(&said);
            gone.insert(other);
        }
    }
    if !gone.is_empty() {
        let mut at = 0..;
        entries.retain(|_, _| at.next().is_some_and(|at| !gone.contains(&at)));
    }
}
