//! Thawsum: the window, the command line and what they share. Knows egui; the work itself is in
//! the `workers` crate.

pub mod cli;
mod format;
mod save;
mod way;
mod window;
