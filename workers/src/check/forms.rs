//! Files that are listed in one Unicode form of their name and are there in another.

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::name::composed;

/// What is in a folder, by composed names; `None` where several have one. Names in ASCII are not
/// in it.
type Names = HashMap<String, Option<OsString>>;

/// Finds the other form of a name. A folder is read once, when the first name was not found in it:
/// asking the system for each form that a name can have would never end, for a name of ten letters
/// with accents has a thousand.
#[derive(Default)]
pub(super) struct Forms {
    folders: HashMap<PathBuf, Names>,
    /// What paths of folders lead to, the ones that are there by another name included.
    resolved: HashMap<PathBuf, Option<PathBuf>>,
}

impl Forms {
    /// The one path that differs from this only in the Unicode form of its names; `None` if there
    /// is none, or more than one. To be asked where nothing is there by the path itself.
    pub(super) fn other(&mut self, path: &Path) -> Option<PathBuf> {
        // Of a path in ASCII there is no other form, nor of one that is no text.
        composed(path)?;
        self.find(path)
    }

    fn find(&mut self, path: &Path) -> Option<PathBuf> {
        let (above, name) = (path.parent()?, path.file_name()?);
        let folder = self.folder(above)?;
        if folder != above {
            let exact = folder.join(name);
            if exact.symlink_metadata().is_ok() {
                return Some(exact);
            }
        }
        let name = composed(name)?;
        let names = self
            .folders
            .entry(folder)
            .or_insert_with_key(|folder| names(folder));
        let name = names.get(&name)?.as_ref()?;
        // The folder of a path without one is the one that the program is in.
        Some(self.resolved.get(above)?.as_ref()?.join(name))
    }

    /// Where the folder is that this path means.
    fn folder(&mut self, path: &Path) -> Option<PathBuf> {
        if let Some(known) = self.resolved.get(path) {
            return known.clone();
        }
        let found = match path.as_os_str().is_empty() || path.symlink_metadata().is_ok() {
            true => Some(path.to_owned()),
            false => self.other(path),
        };
        self.resolved.insert(path.to_owned(), found.clone());
        found
    }
}

/// Nothing, if the folder cannot be read: then nothing is found there.
fn names(folder: &Path) -> Names {
    let folder = match folder.as_os_str().is_empty() {
        true => Path::new("."),
        false => folder,
    };
    let mut names = Names::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        if let Some(form) = composed(&name) {
            names
                .entry(form)
                .and_modify(|one| *one = None)
                .or_insert(Some(name));
        }
    }
    names
}
