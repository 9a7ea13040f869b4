//! Thawsum: the window, the command line and what they share. Knows egui; the work itself is in
//! the `workers` crate.

mod algorithms;
mod app;
mod attention;
pub mod cli;
mod command;
mod console;
mod desktop;
mod dialog;
mod displays;
mod event_loop;
mod expectation;
mod files;
mod format;
mod gpu;
mod groups;
mod history;
mod job;
mod json_path;
mod keys;
mod lab;
mod meter;
mod notice;
mod opened;
mod outcome;
mod picture;
mod query;
mod renderer;
mod report;
mod results;
mod runs;
mod save;
mod saving;
mod session;
mod settings;
mod target;
mod theme;
mod twin;
#[cfg(test)]
mod ui_tests;
mod views;
mod way;
mod widgets;
mod window;
mod wish;
mod work;
mod worker_log;

/// The kinds of tasks of this program's own, which its worker processes must know beside hashing
/// jobs: those of the lab's pools.
pub const TASKS: &[workers::pool::Kind] = lab::TASKS;
