//! What the subcommands that give verdicts print with `--json`.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::{program, slashed};

/// Rows by path and verdict, the summary, and the rest of what came of it.
pub struct Rows {
    /// In the order of the output; paths are [`slashed`].
    pub rows: Vec<(String, String, Value)>,
    /// The last line.
    pub summary: Value,
    /// Exit status and what was said.
    pub output: Output,
}

impl Rows {
    /// Runs `thawsum` in a folder. Whatever the verdicts are, every row is counted once.
    #[must_use]
    pub fn of(folder: &Path, arguments: &[&str]) -> Self {
        let output = Command::new(program())
            .arg(arguments[0])
            .arg("--json")
            .args(&arguments[1..])
            .current_dir(folder)
            .output()
            .expect("thawsum runs");
        let mut lines: Vec<Value> = String::from_utf8(output.stdout.clone())
            .expect("JSON is text")
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect();
        let summary = lines
            .pop()
            .unwrap_or_else(|| panic!("no summary: {output:?}"))["summary"]
            .clone();
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        let rows: Vec<_> = lines
            .iter()
            .map(|line| {
                (
                    slashed(&text(&line["path"])),
                    text(&line["verdict"]),
                    line.clone(),
                )
            })
            .collect();
        let counts = summary["verdicts"].as_object().expect("counts");
        let counted: u64 = counts.values().filter_map(Value::as_u64).sum();
        assert_eq!(counted, rows.len() as u64, "{summary}");
        assert_eq!(summary["files"], counted, "{summary}");
        assert_eq!(summary["not_reached"], 0);
        Self {
            rows,
            summary,
            output,
        }
    }

    /// Path and verdict of each row.
    #[must_use]
    pub fn verdicts(&self) -> Vec<(&str, &str)> {
        self.rows
            .iter()
            .map(|(path, verdict, _)| (path.as_str(), verdict.as_str()))
            .collect()
    }

    /// What there is to say of a row, [`slashed`].
    #[must_use]
    pub fn reason(&self, row: usize) -> String {
        slashed(self.rows[row].2["reason"].as_str().unwrap_or_default())
    }

    /// The exit status.
    #[must_use]
    pub fn status(&self) -> Option<i32> {
        self.output.status.code()
    }
}
