//! Which of the files below a folder count: options that every subcommand has that walks.

use clap::Args;
use workers::{BadPattern, Selection, Size};

#[derive(Debug, Args)]
pub(super) struct Select {
    /// Only files that fit PATTERN, or lie in a folder that does; as in .gitignore: without a slash
    /// it is about names, with one about paths below the folder
    #[arg(long, value_name = "PATTERN")]
    only: Vec<String>,

    /// Without files and folders that fit PATTERN
    #[arg(long, value_name = "PATTERN")]
    without: Vec<String>,

    /// Without hidden files and folders
    #[arg(long)]
    no_hidden: bool,

    /// Without .DS_Store, Thumbs.db and other things that systems leave behind
    #[arg(long)]
    no_junk: bool,

    /// Not into other file systems that are mounted below
    #[arg(long)]
    one_file_system: bool,

    /// Only files of this size and more: bytes, or with K, M, G, T for powers of 1000 and Ki, Mi, Gi,
    /// Ti for powers of 1024
    #[arg(long, value_name = "SIZE")]
    smallest: Option<Size>,

    /// Only files of this size and less
    #[arg(long, value_name = "SIZE")]
    largest: Option<Size>,
}

impl Select {
    pub(super) fn selection(&self) -> Result<Selection, BadPattern> {
        let mut selection = Selection::default();
        selection.hidden = !self.no_hidden;
        selection.junk = !self.no_junk;
        selection.other_file_systems = !self.one_file_system;
        selection.smallest = self.smallest.map_or(0, |Size(bytes)| bytes);
        selection.largest = self.largest.map_or(u64::MAX, |Size(bytes)| bytes);
        for pattern in &self.only {
            selection.only(pattern)?;
        }
        for pattern in &self.without {
            selection.leave_out(pattern)?;
        }
        Ok(selection)
    }
}
