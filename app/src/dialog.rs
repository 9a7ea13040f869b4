//! The system's file dialogs. The future is made on the window's thread, as macOS demands, and
//! waited for on another: a dialog that stays open for an hour costs the window nothing.
#![expect(
    clippy::disallowed_methods,
    reason = "each dialog is waited for by a thread of its own"
)]

use std::path::PathBuf;
use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender, unbounded};
use rfd::{AsyncFileDialog, FileHandle};

/// What came back from a dialog.
#[derive(Debug)]
pub(crate) enum Choice {
    /// Files or folders to hash, or checksum files to verify.
    Paths(Vec<PathBuf>),
    /// The second side of a comparison.
    Other(PathBuf),
    /// Where to save.
    SaveAs(PathBuf),
    /// The dialog was closed, or the system has none: the two cannot be told apart.
    Nothing { quickly: bool },
}

/// The dialog that is open, and where its answer arrives.
pub(crate) struct Dialogs {
    sender: Sender<Choice>,
    answers: Receiver<Choice>,
    open: bool,
    wake: Arc<dyn Fn() + Send + Sync>,
}

#[derive(Clone, Debug)]
pub(crate) enum Ask {
    Folder,
    Files,
    /// Checksum files.
    List,
    /// The second side of a comparison.
    OtherFolder,
    OtherFile,
    Save {
        folder: PathBuf,
        name: String,
    },
}

impl Dialogs {
    pub(crate) fn new(wake: Arc<dyn Fn() + Send + Sync>) -> Self {
        let (sender, answers) = unbounded();
        Self {
            sender,
            answers,
            open: false,
            wake,
        }
    }

    /// Opens a dialog, one at a time.
    pub(crate) fn open(&mut self, ask: Ask, parent: Option<&eframe::Frame>) {
        if self.open {
            return;
        }
        let mut dialog = AsyncFileDialog::new();
        if let Some(parent) = parent {
            dialog = dialog.set_parent(parent);
        }
        let (sender, wake) = (self.sender.clone(), self.wake.clone());
        let paths = |handles: Vec<FileHandle>| {
            handles
                .iter()
                .map(|handle| handle.path().to_owned())
                .collect()
        };
        let started = std::time::Instant::now();
        let answer: Box<dyn FnOnce() -> Option<Choice> + Send> = match ask {
            Ask::Folder => {
                let future = dialog.set_title("Choose a folder to hash").pick_folders();
                Box::new(move || {
                    pollster::block_on(future).map(|found| Choice::Paths(paths(found)))
                })
            }
            Ask::Files => {
                let future = dialog.set_title("Choose files to hash").pick_files();
                Box::new(move || {
                    pollster::block_on(future).map(|found| Choice::Paths(paths(found)))
                })
            }
            Ask::List => {
                let title = "Choose a checksum file to verify";
                let future = dialog.set_title(title).pick_files();
                Box::new(move || {
                    pollster::block_on(future).map(|found| Choice::Paths(paths(found)))
                })
            }
            Ask::OtherFolder => {
                let title = "Choose the folder to compare with";
                let future = dialog.set_title(title).pick_folder();
                Box::new(move || {
                    pollster::block_on(future).map(|found| Choice::Other(found.path().to_owned()))
                })
            }
            Ask::OtherFile => {
                let title = "Choose the checksum file or file to compare with";
                let future = dialog.set_title(title).pick_file();
                Box::new(move || {
                    pollster::block_on(future).map(|found| Choice::Other(found.path().to_owned()))
                })
            }
            Ask::Save { folder, name } => {
                let future = dialog
                    .set_title("Save the list")
                    .set_directory(folder)
                    .set_file_name(name)
                    .save_file();
                Box::new(move || {
                    pollster::block_on(future).map(|found| Choice::SaveAs(found.path().to_owned()))
                })
            }
        };
        let waiting = std::thread::Builder::new()
            .name("dialog".to_owned())
            .spawn(move || {
                let choice = answer().unwrap_or(Choice::Nothing {
                    quickly: started.elapsed() < std::time::Duration::from_millis(500),
                });
                // The window may be gone by now.
                let _ = sender.send(choice);
                wake();
            });
        self.open = waiting.is_ok();
    }

    /// What was chosen, if anything was since the last time. Never waits.
    pub(crate) fn poll(&mut self) -> Option<Choice> {
        let choice = self.answers.try_recv().ok()?;
        self.open = false;
        Some(choice)
    }
}
