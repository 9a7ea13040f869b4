//! Finding the files of a job. Runs on a thread of its own and never opens a file: pipes,
//! sockets and devices are told by their type and passed over.

use std::fs::{DirEntry, FileType, Metadata, ReadDir};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use crate::job::Links;
use crate::selection::Selection;
use crate::tasks::identity::device_of;
use crate::verdict::{FileResult, SkipReason, Verdict};

/// A file as it was at one moment. Whoever finds the same afterwards knows that nobody has
/// written to it meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Seen {
    /// Bytes.
    pub(crate) size: u64,
    /// When it was last written to, nanoseconds since 1970, wrapped; 0 where no system says. A
    /// `SystemTime` is twice as large, and there is one for every file that waits.
    pub(crate) modified: u64,
}

impl From<&Metadata> for Seen {
    fn from(meta: &Metadata) -> Self {
        let since = |time: std::time::SystemTime| match time.duration_since(UNIX_EPOCH) {
            Ok(after) => after.as_nanos() as u64,
            Err(before) => (before.duration().as_nanos() as u64).wrapping_neg(),
        };
        Self {
            size: meta.len(),
            modified: meta.modified().map_or(0, since),
        }
    }
}

/// A path that the walk came to.
pub(crate) enum Found {
    /// A file to hash.
    File { path: PathBuf, seen: Seen },
    /// A folder, which has no verdict of its own; whoever drives the walk looks up.
    Folder,
    /// A file or a folder that does not count.
    LeftOut(PathBuf),
    /// A path that already has its verdict: skipped, or not to be looked at.
    Settled(FileResult),
}

/// Every path below the roots, in the order in which the system lists them.
pub(crate) struct Walk {
    roots: std::vec::IntoIter<PathBuf>,
    links: Links,
    selection: Selection,
    /// The root that is being walked, and the file system it is on where that matters.
    root: PathBuf,
    device: Option<u64>,
    left_out: Arc<AtomicU64>,
    /// The folder that is open: one at a time, however deep the tree.
    open: Option<(PathBuf, ReadDir)>,
    /// Folders that were seen and not yet opened. A stack, so that a tree's breadth is held and
    /// not the whole of it.
    pending: Vec<PathBuf>,
    /// The walk of a root whose links are followed.
    following: Option<walkdir::IntoIter>,
}

impl Walk {
    pub(crate) fn new(roots: Vec<PathBuf>, links: Links, selection: Selection) -> Self {
        Self {
            roots: roots.into_iter(),
            links,
            selection,
            root: PathBuf::new(),
            device: None,
            left_out: Arc::default(),
            open: None,
            pending: Vec::new(),
            following: None,
        }
    }

    /// Has the files and folders that do not count counted there.
    pub(crate) fn counting(mut self, left_out: Arc<AtomicU64>) -> Self {
        self.left_out = left_out;
        self
    }

    /// Whether something that the walk came upon counts.
    fn counts(&self, path: &Path, is_folder: bool) -> bool {
        let counts = self.selection.needs_no_look() || {
            let below = path.strip_prefix(&self.root).unwrap_or(path);
            self.selection.counts(below, path, is_folder)
        };
        let counts = counts
            && !(is_folder
                && self.device.is_some()
                && device_of(path).is_some_and(|device| Some(device) != self.device));
        self.note(counts)
    }

    fn note(&self, counts: bool) -> bool {
        if !counts {
            self.left_out.fetch_add(1, Ordering::Relaxed);
        }
        counts
    }

    /// What walkdir found where links are followed.
    fn followed(&self, entry: walkdir::DirEntry) -> Found {
        if entry.file_type().is_dir() {
            return Found::Folder;
        }
        if !entry.file_type().is_file() {
            let verdict = Verdict::Skipped(skip_reason(entry.file_type()));
            return settled(entry.into_path(), verdict);
        }
        match entry.metadata() {
            // A file that somebody named counts, whatever its size.
            Ok(meta) if entry.depth() == 0 => Found::File {
                path: entry.into_path(),
                seen: Seen::from(&meta),
            },
            Ok(meta) => self.file(entry.into_path(), &meta),
            Err(error) => settled(entry.into_path(), Verdict::Unreadable(error.to_string())),
        }
    }

    /// A file that counts but for its size, which is known only now.
    fn file(&self, path: PathBuf, meta: &Metadata) -> Found {
        if self.note(self.selection.counts_size(meta.len())) {
            Found::File {
                path,
                seen: Seen::from(meta),
            }
        } else {
            Found::LeftOut(path)
        }
    }

    fn begin(&mut self, root: PathBuf) -> Found {
        self.root.clone_from(&root);
        self.device = (!self.selection.other_file_systems)
            .then(|| device_of(&root))
            .flatten();
        if self.links == Links::Follow {
            // walkdir knows a link that leads back to a folder above it.
            let walker = walkdir::WalkDir::new(root).follow_links(true);
            self.following = Some(walker.into_iter());
            return Found::Folder;
        }
        // A link that the user named is meant, as with every other checksum program.
        match std::fs::metadata(&root) {
            Ok(meta) if meta.is_dir() => {
                self.pending.push(root);
                Found::Folder
            }
            Ok(meta) if meta.is_file() => Found::File {
                path: root,
                seen: Seen::from(&meta),
            },
            Ok(meta) => settled(root, Verdict::Skipped(skip_reason(meta.file_type()))),
            Err(error) => settled(root, Verdict::Unreadable(error.to_string())),
        }
    }

    /// Not walkdir's own metadata, which looks the whole path up again: the system's entry is
    /// asked about relative to its open folder. Measured, a third of the scan's time.
    fn classify(&mut self, entry: &DirEntry) -> Found {
        let kind = match entry.file_type() {
            Ok(kind) => kind,
            Err(error) => return settled(entry.path(), Verdict::Unreadable(error.to_string())),
        };
        let path = entry.path();
        if !self.counts(&path, kind.is_dir()) {
            return Found::LeftOut(path);
        }
        if kind.is_dir() {
            self.pending.push(path);
            return Found::Folder;
        }
        if !kind.is_file() {
            return settled(path, Verdict::Skipped(skip_reason(kind)));
        }
        match entry.metadata() {
            Ok(meta) => self.file(path, &meta),
            Err(error) => settled(path, Verdict::Unreadable(error.to_string())),
        }
    }
}

impl Iterator for Walk {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        loop {
            if let Some((folder, entries)) = &mut self.open {
                match entries.next() {
                    Some(Ok(entry)) => return Some(self.classify(&entry)),
                    Some(Err(error)) => {
                        let verdict = Verdict::Unreadable(error.to_string());
                        let found = settled(folder.clone(), verdict);
                        // Whether it would go on or say the same for ever, nobody knows.
                        self.open = None;
                        return Some(found);
                    }
                    None => self.open = None,
                }
            } else if let Some(walker) = &mut self.following {
                match walker.next() {
                    None => self.following = None,
                    Some(Ok(entry)) if entry.depth() > 0 => {
                        let is_folder = entry.file_type().is_dir();
                        if self.counts(entry.path(), is_folder) {
                            return Some(self.followed(entry));
                        }
                        if is_folder && let Some(walker) = &mut self.following {
                            walker.skip_current_dir();
                        }
                        return Some(Found::LeftOut(entry.into_path()));
                    }
                    Some(Ok(entry)) => return Some(self.followed(entry)),
                    Some(Err(error)) => return Some(Found::Settled(refused(&error))),
                }
            } else if let Some(folder) = self.pending.pop() {
                match std::fs::read_dir(&folder) {
                    Ok(entries) => self.open = Some((folder, entries)),
                    Err(error) => {
                        return Some(settled(folder, Verdict::Unreadable(error.to_string())));
                    }
                }
            } else {
                let root = self.roots.next()?;
                return Some(self.begin(root));
            }
        }
    }
}

fn settled(path: PathBuf, verdict: Verdict) -> Found {
    Found::Settled(FileResult {
        path,
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
