//! `thawsum [PATH...]`: the window.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use workers::Algorithm;

use super::instructions::Allowed;
use super::{algorithms, experiments, parse_workers, status};
use crate::algorithms::Algorithms;
use crate::lab;
use crate::lab::controls::{BadChoice, Chosen};
use crate::settings::Theme;
use crate::target::Aim;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Files and folders to start on at once
    // Said of the paths and not of the other: completions for zsh are made without them.
    #[arg(value_name = "PATH", conflicts_with = "compare")]
    paths: Vec<PathBuf>,

    /// Compare two folders, checksum files or files
    #[arg(long, num_args = 2, value_names = ["PATH", "OTHER"], conflicts_with = "duplicates")]
    compare: Vec<PathBuf>,

    /// Find files with the same content below the PATHs
    #[arg(long, requires = "paths")]
    duplicates: bool,

    /// Who does the work
    #[arg(long, value_enum)]
    run_on: Option<crate::way::Way>,

    /// Algorithm; may be repeated
    #[arg(short, long = "algorithm", value_name = "NAME", value_parser = algorithms(), hide_possible_values = true)]
    algorithm: Vec<Algorithm>,

    /// Number of workers
    #[arg(short = 'j', long, value_name = "N", value_parser = parse_workers)]
    workers: Option<usize>,

    #[command(flatten)]
    instructions: Allowed,

    /// Ask for a folder first, if no PATH is given
    #[arg(long)]
    choose_folder: bool,

    /// Open the lab on this experiment and run it
    #[arg(long, value_name = "NAME", hide = true, value_parser = experiments())]
    experiment: Option<usize>,

    /// Set a control of that experiment
    #[arg(
        long,
        value_name = "CONTROL=VALUE",
        hide = true,
        requires = "experiment"
    )]
    set: Vec<String>,

    /// When the first job or experiment is done, save a picture of the window and end
    #[arg(long, value_name = "FILE", hide = true)]
    picture: Option<PathBuf>,

    /// The number of the process that opened this window, and with which it is to end
    #[arg(long, value_name = "PID", hide = true)]
    parent: Option<u32>,

    /// Size of the window in points, as in 1280x800
    #[arg(long, value_name = "WxH", hide = true, value_parser = parse_size)]
    size: Option<(f32, f32)>,

    /// Theme: dark, light or system
    #[arg(long, value_name = "NAME", hide = true, value_parser = parse_theme)]
    theme: Option<Theme>,
}

fn parse_size(text: &str) -> Result<(f32, f32), String> {
    text.split_once('x')
        .and_then(|(width, height)| Some((width.parse().ok()?, height.parse().ok()?)))
        .ok_or_else(|| "two numbers, as in 1280x800".to_owned())
}

fn parse_theme(text: &str) -> Result<Theme, String> {
    match text {
        "dark" => Ok(Theme::Dark),
        "light" => Ok(Theme::Light),
        "system" => Ok(Theme::System),
        _ => Err("dark, light or system".to_owned()),
    }
}

pub(super) fn run(options: Options) -> ExitCode {
    if let Some(parent) = options.parent
        && let Err(error) = workers::process::child::tie_to_parent(parent)
    {
        eprintln!("thawsum: whoever opened this window cannot be watched, or is gone: {error}");
        return ExitCode::FAILURE;
    }
    let (paths, aim) = if options.duplicates {
        (options.paths, Some(Aim::Duplicates))
    } else if options.compare.is_empty() {
        (options.paths, None)
    } else {
        (options.compare, Some(Aim::Compare))
    };
    let experiment = match options.experiment.map(|index| chosen(index, &options.set)) {
        None => None,
        Some(Ok(experiment)) => Some(experiment),
        Some(Err(error)) => {
            eprintln!("thawsum: {error}");
            return ExitCode::from(status::USAGE);
        }
    };
    options.instructions.apply();
    // Whoever wants a picture or is a parent waits for this very process.
    if options.picture.is_none() && options.parent.is_none() && crate::twin::open_window() {
        return ExitCode::SUCCESS;
    }
    crate::window::open(crate::window::Wishes {
        paths,
        aim,
        way: options.run_on,
        algorithms: Algorithms::of(&options.algorithm),
        workers: options.workers,
        choose_folder: options.choose_folder,
        experiment,
        picture: options.picture,
        size: options.size,
        theme: options.theme,
    })
}

/// An experiment by its place in the list, and what it is to run with.
fn chosen(index: usize, settings: &[String]) -> Result<(usize, Chosen), BadChoice> {
    let (name, controls) = lab::ALL
        .get(index)
        .map_or(("", &[][..]), |one| (one.name(), one.controls()));
    let mut chosen = Chosen::defaults(controls);
    for setting in settings {
        chosen.set(name, setting)?;
    }
    Ok((index, chosen))
}
