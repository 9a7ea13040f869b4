//! `thawsum lab`: lists the experiments, or runs one without a window.

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Args;
use crossbeam_channel::{bounded, never, select};
use serde_json::{Value, json};

use super::{experiments, status};
use crate::format::duration;
use crate::lab::controls::{Allowed, Chosen};
use crate::lab::runner::{Ended, For, Record, Run};
use crate::lab::{self, Experiment};

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The experiment; without it, all are listed
    #[arg(value_name = "NAME", value_parser = experiments(), hide_possible_values = true)]
    name: Option<usize>,

    /// Set a control, as in tasks=20; may be repeated
    #[arg(long, value_name = "CONTROL=VALUE", requires = "name")]
    set: Vec<String>,

    /// Print one JSON object instead of text
    #[arg(long)]
    json: bool,
}

/// Why nothing was run.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Choice(#[from] lab::controls::BadChoice),
    #[error("a thread could not be started: {0}")]
    Thread(#[source] io::Error),
    #[error("the result could not be printed: {0}")]
    Print(#[source] io::Error),
    #[error("interrupted twice; nothing was waited for")]
    Interrupted,
}

impl Failure {
    fn status(&self) -> u8 {
        match self {
            Self::Choice(_) => status::USAGE,
            Self::Thread(_) | Self::Print(_) => status::WRONG,
            Self::Interrupted => status::INTERRUPTED,
        }
    }
}

pub(super) fn run(options: &Options) -> ExitCode {
    let experiment = options.name.and_then(|index| lab::ALL.get(index));
    let done = match experiment {
        None => list(options.json),
        Some(experiment) => one(*experiment, options),
    };
    match done {
        Ok(status) => ExitCode::from(status),
        Err(failure) => {
            eprintln!("thawsum: {failure}");
            ExitCode::from(failure.status())
        }
    }
}

fn list(as_json: bool) -> Result<u8, Failure> {
    let text = if as_json {
        let all: Vec<Value> = lab::ALL.iter().map(|one| about(*one)).collect();
        format!("{}\n", Value::from(all))
    } else {
        let width = lab::ALL.iter().map(|one| one.name().len()).max();
        let mut text = String::from("Experiments; run one with 'thawsum lab NAME':\n");
        for one in lab::ALL {
            let (name, room) = (one.name(), width.unwrap_or(0) + 4);
            text.push_str(&format!("\n  {name:room$}{}\n", one.sentences()));
            for control in one.controls() {
                text.push_str(&format!(
                    "  {:room$}--set {}={}  ({})\n",
                    "",
                    control.name,
                    by_itself(control.allowed),
                    control.allowed
                ));
            }
        }
        text
    };
    print(&text)?;
    Ok(0)
}

/// An experiment as scripts see it before it runs.
fn about(one: &dyn Experiment) -> Value {
    let controls: Vec<Value> = one
        .controls()
        .iter()
        .map(|control| {
            json!({
                "name": control.name,
                "unit": (!control.unit.is_empty()).then_some(control.unit),
                "default": by_itself(control.allowed),
                "allowed": control.allowed.to_string(),
            })
        })
        .collect();
    json!({
        "name": one.name(),
        "title": one.title(),
        "about": one.sentences(),
        "controls": controls,
    })
}

fn by_itself(allowed: Allowed) -> String {
    match allowed {
        Allowed::Number { default, .. } => default.to_string(),
        Allowed::Choice { choices, default } => choices
            .get(default)
            .map_or_else(String::new, |choice| (*choice).to_owned()),
        Allowed::Folder => String::new(),
    }
}

fn one(experiment: &'static dyn Experiment, options: &Options) -> Result<u8, Failure> {
    let mut chosen = Chosen::defaults(experiment.controls());
    for setting in &options.set {
        chosen.set(experiment.name(), setting)?;
    }
    let record = to_its_end(experiment, chosen)?;
    if options.json {
        print(&format!("{}\n", record.json()))?;
    } else {
        print(&plain(&record))?;
        if let Some(reason) = record.ended.reason() {
            eprintln!("thawsum: {}: {reason}", experiment.name());
        }
    }
    Ok(match &record.ended {
        Ended::Finished(outcome) if outcome.is_as_expected() => 0,
        Ended::Stopped => status::INTERRUPTED,
        Ended::Finished(_) | Ended::Failed(_) | Ended::Panicked(_) => status::WRONG,
    })
}

fn to_its_end(experiment: &'static dyn Experiment, chosen: Chosen) -> Result<Record, Failure> {
    let (interrupt, mut interrupted) = bounded(2);
    let handler = ctrlc::set_handler(move || {
        if interrupt.try_send(()).is_err() {
            // Nobody has taken the first two: end without ceremony. Children end with this.
            std::process::exit(i32::from(status::INTERRUPTED));
        }
    });
    if let Err(error) = handler {
        eprintln!("thawsum: Ctrl-C will end the program without a report: {error}");
        interrupted = never();
    }
    let mut run =
        Run::start(experiment, chosen, For::CommandLine, || {}).map_err(Failure::Thread)?;
    loop {
        select! {
            recv(run.ended()) -> record => match record {
                Ok(record) => return Ok(record),
                // Its thread is gone without a word; that has words of its own.
                Err(_) => if let Some(record) = run.poll() {
                    return Ok(record);
                },
            },
            recv(interrupted) -> _ => {
                if run.is_stopping() {
                    return Err(Failure::Interrupted);
                }
                run.stop();
            }
        }
    }
}

/// What was measured, for a terminal.
fn plain(record: &Record) -> String {
    let experiment = record.experiment;
    let mut text = format!("{}\n{}\n", experiment.title(), experiment.sentences());
    if let Some(outcome) = record.outcome() {
        for table in &outcome.tables {
            text.push_str(&format!("\n{}", table.plain()));
            let sources = table.columns.iter().filter_map(|column| {
                let source = column.source?;
                Some(format!("  {}: {source}\n", column.title))
            });
            text.extend(sources);
        }
        text.push('\n');
        for check in &outcome.checks {
            text.push_str(&if check.held {
                format!("  ✓ {}\n", check.statement)
            } else {
                format!("  ✗ not so: {}\n", check.statement)
            });
        }
    }
    text.push_str(&format!(
        "\n{} after {}.\n",
        crate::format::first_upper(record.ended.name()),
        duration(record.took)
    ));
    text
}

fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        // Whoever read it has read enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        printed => printed.map_err(Failure::Print),
    }
}
