//! Placeholder until the window is drawn.
use crate::way::Way;
use std::path::PathBuf;
use std::process::ExitCode;
use workers::Algorithm;
pub struct Wishes {
    pub paths: Vec<PathBuf>,
    pub way: Option<Way>,
    pub algorithm: Option<Algorithm>,
    pub workers: Option<usize>,
}
pub fn open(wishes: Wishes) -> ExitCode {
    let _ = (wishes.paths, wishes.way, wishes.algorithm, wishes.workers);
    ExitCode::from(2)
}
