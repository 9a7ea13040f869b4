//! Which duplicates are of one file, and what each such group wastes.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use workers::Verdict;

use crate::results::Snapshot;

/// Files with the same content.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Group {
    /// How many there are besides the one that they are duplicates of.
    pub(crate) copies: u64,
    /// Their bytes: what could be saved.
    pub(crate) bytes: u64,
}

/// The groups, by the rows that are in them.
#[derive(Clone, Default)]
pub(crate) struct Groups {
    /// By row; shorter than the rows where the last of them are in no group. Numbers and no map of
    /// paths, which the window would be kept waiting to free.
    of_rows: Arc<Vec<Option<u32>>>,
    groups: Arc<Vec<Group>>,
}

impl Groups {
    pub(crate) fn of(rows: &Snapshot) -> Self {
        let mut numbers: HashMap<&Path, u32> = HashMap::new();
        let mut groups: Vec<Group> = Vec::new();
        let mut of_rows = Vec::new();
        for (index, row) in rows.rows().enumerate() {
            let Some(Verdict::Duplicate(of)) = row.other() else {
                continue;
            };
            let next = u32::try_from(groups.len()).unwrap_or(u32::MAX);
            let number = *numbers.entry(of).or_insert(next);
            if number == next {
                groups.push(Group::default());
            }
            if let Some(group) = groups.get_mut(number as usize) {
                group.copies += 1;
                group.bytes += row.size();
            }
            of_rows.resize(index, None);
            of_rows.push(Some(number));
        }
        Self {
            of_rows: Arc::new(of_rows),
            groups: Arc::new(groups),
        }
    }

    /// The group that a row is in.
    pub(crate) fn get(&self, row: u32) -> Option<Group> {
        let number = (*self.of_rows.get(row as usize)?)?;
        self.groups.get(number as usize).copied()
    }

    pub(crate) fn len(&self) -> usize {
        self.groups.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::Results;
    use workers::FileResult;

    #[test]
    fn rows_of_one_original_are_one_group_wherever_they_stand() {
        let row = |path: &str, of: Option<&str>| FileResult {
            path: path.into(),
            size: 5,
            verdict: match of {
                Some(of) => Verdict::Duplicate(Path::new(of).into()),
                None => Verdict::New,
            },
        };
        let mut results = Results::default();
        results.append(vec![
            row("b", Some("a")),
            row("x", None),
            row("q", Some("p")),
            row("c", Some("a")),
            row("y", None),
        ]);
        let groups = Groups::of(&results.snapshot());
        let group = |copies, bytes| Some(Group { copies, bytes });
        assert_eq!(groups.len(), 2);
        assert_eq!(
            [0, 1, 2, 3, 4].map(|row| groups.get(row)),
            [group(2, 10), None, group(1, 5), group(2, 10), None]
        );
    }
}
