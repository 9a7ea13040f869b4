//! The same rates in Python, if this machine has one: our script, run by it in a part of its own,
//! so that it ends with all that it started when the experiment is stopped.
#![expect(
    clippy::disallowed_methods,
    reason = "the experiment's own thread, and a child process without a window"
)]

use std::io::{self, BufRead as _, BufReader, Read as _};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::rows;
use crate::lab::children::Heard;
use crate::lab::context::{Failure, Lab};
use crate::lab::part::PartSide;
use crate::lab::trace::{Kind, LaneRecorder};

pub(super) const PART: &str = "python";
const SCRIPT: &str = include_str!("rates.py");
/// The names that it goes by.
const NAMES: &[&str] = if cfg!(windows) {
    &["py", "python", "python3"]
} else {
    &["python3", "python"]
};
/// A row that takes longer hangs. Processes start slowly where they cannot fork.
const PATIENCE: Duration = Duration::from_secs(120);

/// One rate: how many a second, and processor seconds each.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Rate {
    name: String,
    pub(super) rate: f64,
    pub(super) cpu: f64,
}

/// What Python did.
pub(super) struct Python {
    /// As it calls itself.
    pub(super) version: String,
    rates: Vec<Rate>,
}

impl Python {
    pub(super) fn rate(&self, key: &str) -> Option<&Rate> {
        self.rates.iter().find(|rate| rate.name == key)
    }
}

#[derive(Serialize, Deserialize)]
struct Given {
    script: std::path::PathBuf,
    seconds: f64,
}

/// Runs it; an error in words says why there is nothing to compare with.
pub(super) fn measure(lab: &Lab, time: Duration) -> Result<Result<Python, String>, Failure> {
    // Here and not in the part, which may be killed and would leave it behind.
    let script = match written() {
        Ok(script) => script,
        Err(error) => return Ok(Err(format!("its script could not be written: {error}"))),
    };
    let part = lab.children().start(
        PART,
        &json!(Given {
            script: script.path().to_owned(),
            seconds: time.as_secs_f64(),
        }),
    )?;
    let mut python = Python {
        version: String::new(),
        rates: Vec::new(),
    };
    let mut lane: Option<LaneRecorder> = None;
    loop {
        match part.hear(PATIENCE)? {
            None => {
                return Err(Failure::Silent {
                    part: PART,
                    limit: PATIENCE,
                });
            }
            Some(Heard::Said(said)) => {
                if let Some(version) = said["version"].as_str() {
                    python.version = version.to_owned();
                } else if let Some(key) = said["begun"].as_str() {
                    lane = rows::ALL.iter().find(|row| row.key == key).map(|row| {
                        let lane = lab.trace().lane(row.group, row.name);
                        lane.begin(Kind::Hold);
                        lane
                    });
                } else if let Ok(rate) = Rate::deserialize(said) {
                    lane = None;
                    python.rates.push(rate);
                }
            }
            Some(Heard::Done(_)) => {
                drop(lane);
                return Ok(Ok(python));
            }
            Some(Heard::GaveUp(reason)) => return Ok(Err(reason)),
            Some(other) => return Err(other.failure(PART)),
        }
    }
}

fn written() -> io::Result<tempfile::NamedTempFile> {
    let file = tempfile::Builder::new()
        .prefix("thawsum-rates-")
        .suffix(".py")
        .tempfile()?;
    std::fs::write(file.path(), SCRIPT)?;
    Ok(file)
}

/// Starts Python and passes on what it prints.
pub(super) fn run(side: &PartSide, given: &Json) -> Result<Json, String> {
    let given = Given::deserialize(given).map_err(|error| error.to_string())?;
    let start = |name: &&str| {
        let mut python = Command::new(name);
        workers::process::without_console(&mut python);
        python
            .arg(&given.script)
            .arg(given.seconds.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .ok()
    };
    let Some(mut python) = NAMES.iter().find_map(start) else {
        return Err(format!(
            "there is no Python on this machine ({})",
            NAMES.join(", ")
        ));
    };
    let stderr = python.stderr.take();
    let complaint = std::thread::spawn(move || {
        let mut text = Vec::new();
        // What cannot be read was not said.
        let _ = stderr.map(|mut stderr| stderr.read_to_end(&mut text));
        String::from_utf8_lossy(&text).into_owned()
    });
    for line in python
        .stdout
        .take()
        .into_iter()
        .flat_map(|out| BufReader::new(out).lines())
    {
        let line = line.map_err(|error| error.to_string())?;
        if let Ok(said) = serde_json::from_str(&line) {
            side.say(said);
        }
    }
    let status = python.wait().map_err(|error| error.to_string())?;
    if status.success() {
        return Ok(Json::Null);
    }
    let complaint = complaint.join().unwrap_or_default();
    let last = complaint.trim().lines().last().unwrap_or("nothing");
    Err(format!("Python gave up ({status}) and said: {last}"))
}
