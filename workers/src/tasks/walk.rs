//! Finding the files of a job. Runs on a thread of its own and never opens a file: pipes,
//! sockets and devices are told by their type and passed over.

use std::fs::FileType;
use std::path::{Path, PathBuf};

use crate::job::Links;
use crate::verdict::{FileResult, SkipReason, Verdict};

/// A path that the walk came to.
pub(crate) enum Found {
    /// A file to hash, with its size in bytes.
    File { path: PathBuf, size: u64 },
    /// A folder, which has no verdict of its own; whoever drives the walk looks up.
    Folder,
    /// A path that already has its verdict: skipped, or not to be looked at.
    Settled(FileResult),
}

/// Every path below the roots, in the order in which the system lists them.
pub(crate) struct Walk {
    roots: std::vec::IntoIter<PathBuf>,
    current: Option<walkdir::IntoIter>,
    links: Links,
}

impl Walk {
    pub(crate) fn new(roots: Vec<PathBuf>, links: Links) -> Self {
        Self {
            roots: roots.into_iter(),
            current: None,
            links,
        }
    }
}

impl Iterator for Walk {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        loop {
            let Some(walker) = &mut self.current else {
                let root = self.roots.next()?;
                // Unsorted: sorting a folder means holding it whole, and results are sorted at
                // the end anyway. walkdir keeps few folders open, however deep the tree.
                let walker = walkdir::WalkDir::new(root).follow_links(self.links == Links::Follow);
                self.current = Some(walker.into_iter());
                continue;
            };
            match walker.next() {
                None => self.current = None,
                Some(Ok(entry)) if entry.file_type().is_dir() || is_linked_root(&entry) => {
                    return Some(Found::Folder);
                }
                Some(Ok(entry)) => return Some(classify(&entry)),
                Some(Err(error)) => return Some(Found::Settled(refused(&error))),
            }
        }
    }
}

/// A root that is a link to a folder: walked, though it is listed as a link.
fn is_linked_root(entry: &walkdir::DirEntry) -> bool {
    entry.depth() == 0 && entry.path_is_symlink() && entry.path().is_dir()
}

fn classify(entry: &walkdir::DirEntry) -> Found {
    let path = entry.path();
    // A link that the user named is meant, as with every other checksum program.
    let named_link = entry.depth() == 0 && entry.path_is_symlink();
    let metadata = if named_link {
        std::fs::metadata(path)
    } else if entry.file_type().is_file() {
        entry.metadata().map_err(std::io::Error::from)
    } else {
        return settled(path, Verdict::Skipped(skip_reason(entry.file_type())));
    };
    match metadata {
        Ok(meta) if meta.is_file() => Found::File {
            path: path.to_owned(),
            size: meta.len(),
        },
        Ok(meta) => settled(path, Verdict::Skipped(skip_reason(meta.file_type()))),
        Err(error) => settled(path, Verdict::Unreadable(error.to_string())),
    }
}

fn settled(path: &Path, verdict: Verdict) -> Found {
    Found::Settled(FileResult {
        path: path.to_owned(),
        size: 0,
        verdict,
    })
}

fn refused(error: &walkdir::Error) -> FileResult {
    let reason = match (error.loop_ancestor(), error.io_error()) {
        (Some(ancestor), _) => format!(
            "a symbolic link that leads back to {}",
            crate::name::shown(ancestor)
        ),
        (None, Some(io)) => io.to_string(),
        (None, None) => error.to_string(),
    };
    FileResult {
        path: error.path().unwrap_or(Path::new("")).to_owned(),
        size: 0,
        verdict: Verdict::Unreadable(reason),
    }
}

#[cfg(unix)]
pub(crate) fn skip_reason(kind: FileType) -> SkipReason {
    use std::os::unix::fs::FileTypeExt as _;
    if kind.is_fifo() {
        SkipReason::NamedPipe
    } else if kind.is_socket() {
        SkipReason::Socket
    } else if kind.is_block_device() || kind.is_char_device() {
        SkipReason::Device
    } else if kind.is_symlink() {
        SkipReason::SymbolicLink
    } else {
        SkipReason::Other
    }
}

#[cfg(not(unix))]
pub(crate) fn skip_reason(kind: FileType) -> SkipReason {
    if kind.is_symlink() {
        SkipReason::SymbolicLink
    } else {
        SkipReason::Other
    }
}
