//! The folder that an experiment reads: one that was chosen, or one that is made for it in the
//! system's folder for temporary files, and removed afterwards.
#![expect(
    clippy::disallowed_methods,
    reason = "files are written on the experiment's own thread"
)]

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::context::{Failure, Lab};
use super::controls::Control;

/// Files are written, and a stop is looked for, in steps of so many bytes.
const STEP: usize = 1024 * 1024;

pub(crate) enum Folder {
    Chosen(PathBuf),
    /// Removed when it is dropped.
    Made(tempfile::TempDir),
}

/// What a folder is that is made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Made {
    pub(crate) files: u64,
    /// Of all files together; shared out evenly, and the rest left out.
    pub(crate) bytes: u64,
    pub(crate) content: Content,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// Another one in each file, which no disk compresses.
    Noise,
    /// Zeros, which most file systems keep no room for: for much to read that is soon made.
    Holes,
}

impl Folder {
    /// What is chosen by that control, or else a folder that is made.
    pub(crate) fn chosen_or_made(
        lab: &Lab,
        control: &Control,
        made: &Made,
    ) -> Result<Self, Failure> {
        if let Some(chosen) = lab.folder(control) {
            let failed = |source| Failure::File {
                path: chosen.to_owned(),
                source,
            };
            let data = std::fs::metadata(chosen).map_err(failed)?;
            if !data.is_dir() {
                return Err(failed(io::ErrorKind::NotADirectory.into()));
            }
            return Ok(Self::Chosen(chosen.to_owned()));
        }
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| Failure::File { path, source }
        };
        let folder = tempfile::Builder::new()
            .prefix("thawsum-lab-")
            .tempdir()
            .map_err(failed(&std::env::temp_dir()))?;
        let mut noise = Noise(0x9e37_79b9_7f4a_7c15);
        let mut buffer = vec![0; STEP];
        for number in 0..made.files {
            let path = folder.path().join(format!("file {number:04}"));
            let mut file = File::create(&path).map_err(failed(&path))?;
            let size = made.bytes / made.files.max(1);
            if made.content == Content::Holes {
                lab.checkpoint()?;
                file.set_len(size).map_err(failed(&path))?;
                continue;
            }
            let mut left = usize::try_from(size).unwrap_or(usize::MAX);
            while left > 0 {
                lab.checkpoint()?;
                let step = &mut buffer[..left.min(STEP)];
                noise.fill(step);
                file.write_all(step).map_err(failed(&path))?;
                left -= step.len();
            }
        }
        Ok(Self::Made(folder))
    }

    pub(crate) fn path(&self) -> &Path {
        match self {
            Self::Chosen(path) => path,
            Self::Made(folder) => folder.path(),
        }
    }

    /// Whether nobody else writes to it.
    pub(crate) fn is_own(&self) -> bool {
        matches!(self, Self::Made(_))
    }
}

/// Numbers in no order that matters: an xorshift, which costs less than writing them.
struct Noise(u64);

impl Noise {
    fn fill(&mut self, bytes: &mut [u8]) {
        for eight in bytes.chunks_mut(8) {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            let number = self.0.to_le_bytes();
            eight.copy_from_slice(&number[..eight.len()]);
        }
    }
}
