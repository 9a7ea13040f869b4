//! Lists whose names start above the folder that they are compared with: `Pictures/a`, or
//! `/home/me/Pictures/a`, for the `a` in a folder `Pictures`.

use std::path::{Path, PathBuf};

/// What stands before all of `names` and is not meant within `folder`: their leading folders up to
/// one that is called as it is. `None` where names are meant as they are.
///
/// Only where names as they are could fit nothing in the folder: a name that fits is never read in
/// another way. That the folder lies where the names say is not asked for, because a backup does not.
pub(super) fn above<'a>(
    folder: &Path,
    names: impl IntoIterator<Item = &'a Path>,
) -> Option<PathBuf> {
    let folder = std::path::absolute(folder).ok()?;
    let called = folder.file_name()?;
    let mut names = names.into_iter();
    let first = names.next()?.parent()?;
    let mut above = PathBuf::new();
    // The shortest of several, which leaves most of the names to be compared.
    for part in first.components() {
        above.push(part);
        if part.as_os_str() == called {
            break;
        }
    }
    let ends_so = above.file_name() == Some(called);
    let fits = || {
        above
            .components()
            .next()
            .is_some_and(|top| folder.join(top).symlink_metadata().is_ok())
    };
    let all_below = ends_so
        && names.all(|name| {
            name.parent()
                .is_some_and(|parent| parent.starts_with(&above))
        });
    (all_below && (above.is_absolute() || !fits())).then_some(above)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(folder: &Path, names: &[&str]) -> Option<PathBuf> {
        above(folder, names.iter().map(Path::new))
    }

    #[test]
    fn names_that_all_start_above_the_folder_are_told_from_those_that_do_not() {
        let disk = tempfile::tempdir().unwrap();
        let folder = disk.path().join("Pictures");
        std::fs::create_dir(&folder).unwrap();
        let found = of(&folder, &["Pictures/a", "Pictures/b/c"]);
        assert_eq!(found.as_deref(), Some(Path::new("Pictures")));
        let found = of(&folder, &["me/Pictures/Pictures/a", "me/Pictures/b"]);
        assert_eq!(found.as_deref(), Some(Path::new("me/Pictures")));
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
        assert_eq!(above(&folder, [whole.as_path()]), Some(folder.clone()));
    }
}
