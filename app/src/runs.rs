//! One line for every run of this session, so that frozen and responsive stand side by side.

use std::io::{self, Write};
use std::sync::Arc;

use serde::Serialize;
use workers::Algorithm;

use crate::files::Files;
use crate::way::Way;

/// A finished run. Times are in seconds or milliseconds as named.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Run {
    pub(crate) number: usize,
    /// What was done: `hash`, `verify`.
    pub(crate) kind: &'static str,
    pub(crate) way: Way,
    pub(crate) workers: usize,
    /// Of a verification: those of its lists.
    #[serde(rename = "algorithm", serialize_with = "joined")]
    pub(crate) algorithms: Arc<[Algorithm]>,
    pub(crate) what: String,
    pub(crate) ending: &'static str,
    pub(crate) files: u64,
    pub(crate) bytes: u64,
    pub(crate) wall_s: f64,
    pub(crate) bytes_per_s: f64,
    /// Of the program and its workers, the drawing included.
    pub(crate) cpu_s: Option<f64>,
    /// The longest time the event loop left a question unanswered.
    pub(crate) worst_stall_ms: Option<f64>,
    pub(crate) p99_latency_ms: Option<f64>,
    pub(crate) frames: u64,
    /// Which files counted.
    #[serde(flatten)]
    pub(crate) counted: Files,
    /// Files and folders that did not.
    pub(crate) left_out: u64,
}

fn names(algorithms: &[Algorithm]) -> String {
    let names: Vec<&str> = algorithms.iter().map(|one| one.name()).collect();
    names.join("+")
}

fn joined<S: serde::Serializer>(
    algorithms: &[Algorithm],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&names(algorithms))
}

const COLUMNS: &str = "number,kind,way,workers,algorithm,what,ending,files,bytes,wall_s,bytes_per_s,cpu_s,worst_stall_ms,p99_latency_ms,frames,left_out,counted";

pub(crate) fn write_csv(runs: &[Run], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{COLUMNS}")?;
    for run in runs {
        let optional = |value: Option<f64>| value.map(|v| format!("{v:.3}")).unwrap_or_default();
        writeln!(
            out,
            "{},{},{},{},{},\"{}\",{},{},{},{:.6},{:.0},{},{},{},{},{},\"{}\"",
            run.number,
            run.kind,
            run.way.name(),
            run.workers,
            names(&run.algorithms),
            run.what.replace('"', "\"\""),
            run.ending,
            run.files,
            run.bytes,
            run.wall_s,
            run.bytes_per_s,
            optional(run.cpu_s),
            optional(run.worst_stall_ms),
            optional(run.p99_latency_ms),
            run.frames,
            run.left_out,
            run.counted.in_words(usize::MAX).replace('"', "\"\""),
        )?;
    }
    Ok(())
}

pub(crate) fn write_json(runs: &[Run], out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, runs)?;
    out.write_all(b"\n")
}
