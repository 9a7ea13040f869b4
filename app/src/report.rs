//! The report of a job that answers a question: what was asked, when and how, and a line for every
//! file. Not a checksum list, on purpose: one made of what a verification found would declare damaged
//! files sound.
//!
//! Text and CSV name files as [`shown`] does, so that no name can break a line; JSON has the name
//! itself, and its bytes where they are no text.

mod heading;

use std::borrow::Cow;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use serde::Serialize;
use serde::ser::SerializeMap as _;
use workers::{Algorithm, Counts, Digest, FileResult, Mismatch, Verdict, VerdictKind, shown};

use crate::files::Files;
use crate::format::{count, counted};
use crate::json_path::json_path;
use crate::results::{ByPath, Row, Snapshot};
use crate::work::Work;
use heading::{Heading, Line};

/// How a report can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReportFormat {
    Text,
    Csv,
    Json,
}

impl ReportFormat {
    pub(crate) const ALL: [Self; 3] = [Self::Text, Self::Csv, Self::Json];

    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Text => "Plain text",
            Self::Csv => "CSV",
            Self::Json => "JSON",
        }
    }

    pub(crate) const fn extension(self) -> &'static str {
        match self {
            Self::Text => "txt",
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }
}

/// Everything that a report is made of.
pub(crate) struct Report {
    /// What was done; never hashing alone, which is saved as a checksum list.
    pub(crate) work: Arc<Work>,
    pub(crate) rows: Snapshot,
    /// In the order in which digests stand in the rows; none as long as the job runs.
    pub(crate) algorithms: Arc<[Algorithm]>,
    /// What came out, in a sentence.
    pub(crate) outcome: String,
    /// Whether every listed file has its verdict.
    pub(crate) complete: bool,
    /// Which files counted, of those that no list names.
    pub(crate) files: Files,
    /// Files and folders that did not; known when the job is over.
    pub(crate) left_out: Option<u64>,
}

impl Report {
    /// Writes it, the files sorted by path, byte by byte.
    ///
    /// # Errors
    /// Those of `out`.
    pub(crate) fn write(&self, format: ReportFormat, out: &mut dyn Write) -> io::Result<()> {
        let rows = self.rows.by_path(|_| true);
        let mut counts = Counts::default();
        self.rows.rows().for_each(|row| counts.add(row.kind()));
        match format {
            ReportFormat::Text => self.write_text(&rows, &counts, out),
            ReportFormat::Csv => self.write_csv(&rows, out),
            ReportFormat::Json => self.write_json(&rows, &counts, out),
        }
    }

    fn write_text(
        &self,
        rows: &ByPath<'_>,
        counts: &Counts,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let Some(heading) = Heading::of(&self.work) else {
            return Ok(());
        };
        let say = |out: &mut dyn Write, label: &str, text: &str| {
            writeln!(out, "{:<14} {text}", format!("{label}:"))
        };
        let lines = |out: &mut dyn Write, lines: &[Line]| -> io::Result<()> {
            for Line { label, text, .. } in lines {
                for (index, text) in text.iter().enumerate() {
                    match index {
                        0 => say(out, label, text)?,
                        _ => writeln!(out, "{:<14} {text}", "")?,
                    }
                }
            }
            Ok(())
        };
        writeln!(out, "{}", heading.title)?;
        writeln!(out)?;
        say(out, "Outcome", &self.outcome)?;
        if !self.complete {
            writeln!(
                out,
                "               not complete: it was still running, or ended early"
            )?;
        }
        say(out, "Begun", &date(heading.begun))?;
        lines(out, &heading.subject)?;
        if !self.algorithms.is_empty() {
            let labels: Vec<&str> = self.algorithms.iter().map(|one| one.label()).collect();
            say(out, "Algorithms", &labels.join(", "))?;
        }
        lines(out, &heading.terms)?;
        if !self.files.selection.is_everything() {
            say(out, "Files", &self.files.in_words(usize::MAX))?;
            if let Some(n) = self.left_out {
                let what = counted(n, "file or folder", "files and folders");
                say(out, "Left out", &format!("{what}, by choice"))?;
            }
        }
        let parts: Vec<String> = VerdictKind::ALL
            .into_iter()
            .filter(|&kind| counts.get(kind) > 0)
            .map(|kind| format!("{} {}", count(counts.get(kind)), word(kind)))
            .collect();
        let all = counted(counts.total(), "line", "lines");
        let all = match parts.as_slice() {
            [] => all,
            parts => format!("{all}: {}", parts.join(", ")),
        };
        say(out, "Counts", &all)?;
        writeln!(out)?;
        rows.rows().try_for_each(|row| line(&row.unpack(), out))
    }

    fn write_csv(&self, rows: &ByPath<'_>, out: &mut dyn Write) -> io::Result<()> {
        let [first, second] = self.halves();
        // Verifications had no such column from the start, and programs count on that.
        let others = !matches!(*self.work, Work::Verify(_));
        let more = if others { ",other_path" } else { "" };
        writeln!(
            out,
            "path,verdict,size,algorithm,{first},{second},reason{more}"
        )?;
        for row in rows.rows() {
            let row = row.unpack();
            let fields = self.fields(&row);
            for field in [
                &*shown(&row.path),
                row.verdict.kind().name(),
                &*row.size.to_string(),
                &*fields.algorithm,
                &*fields.expected,
                &*fields.found,
            ] {
                write!(out, "{},", quoted(field))?;
            }
            write!(out, "{}", quoted(fields.reason.as_deref().unwrap_or("")))?;
            if others {
                let other = fields.other_path.map(shown).unwrap_or_default();
                write!(out, ",{}", quoted(&other))?;
            }
            writeln!(out)?;
        }
        Ok(())
    }

    /// What the two digests or sizes of a file that differs are.
    fn halves(&self) -> [&'static str; 2] {
        match *self.work {
            Work::Compare(_) => ["left", "right"],
            _ => ["expected", "found"],
        }
    }

    fn write_json(
        &self,
        rows: &ByPath<'_>,
        counts: &Counts,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let Some(heading) = Heading::of(&self.work) else {
            return Ok(());
        };
        let counts: serde_json::Map<String, serde_json::Value> = VerdictKind::ALL
            .into_iter()
            .map(|kind| (kind.name().to_owned(), counts.get(kind).into()))
            .collect();
        let algorithms: Vec<&str> = self.algorithms.iter().map(|one| one.name()).collect();
        let mut head = serde_json::Map::new();
        head.insert("begun".to_owned(), date(heading.begun).into());
        head.insert("outcome".to_owned(), self.outcome.as_str().into());
        head.insert("complete".to_owned(), self.complete.into());
        head.insert("algorithms".to_owned(), algorithms.into());
        for line in heading.subject.into_iter().chain(heading.terms) {
            let (key, value) = line.json;
            head.insert(key.to_owned(), value);
        }
        head.insert(
            "selection".to_owned(),
            serde_json::to_value(&self.files.selection)?,
        );
        head.insert("left_out".to_owned(), self.left_out.into());
        head.insert("counts".to_owned(), counts.into());
        // A file a line, by hand: a value of a million files would be in memory twice.
        write!(out, "{{\"{}\": ", heading.key)?;
        serde_json::to_writer(&mut *out, &head)?;
        writeln!(out, ",\n\"files\": [")?;
        let [first, second] = self.halves();
        for (index, row) in rows.rows().enumerate() {
            if index > 0 {
                writeln!(out, ",")?;
            }
            let row = row.unpack();
            let row = JsonRow {
                row: &row,
                fields: self.fields(&row),
                halves: [first, second],
            };
            serde_json::to_writer(&mut *out, &row)?;
        }
        writeln!(out, "\n]}}")
    }

    /// What was expected and what was found. Of a file that is as listed they are the same.
    fn fields<'a>(&self, row: &'a FileResult) -> Fields<'a> {
        let mut fields = Fields {
            algorithm: String::new(),
            expected: String::new(),
            found: String::new(),
            reason: row.verdict.reason(),
            other_path: match row.verdict.bare() {
                Verdict::Moved(other) | Verdict::Duplicate(other) => Some(other),
                _ => None,
            },
        };
        match row.verdict.bare() {
            Verdict::Hashed(_) | Verdict::Verified(_) => {
                let (mut names, mut digests) = (Vec::new(), Vec::new());
                for (algorithm, digest) in row.verdict.each_digest(&self.algorithms) {
                    names.push(algorithm.name());
                    digests.push(digest.to_string());
                }
                fields.algorithm = names.join(" ");
                fields.expected = digests.join(" ");
                fields.found.clone_from(&fields.expected);
            }
            Verdict::Failed(mismatch) | Verdict::Different(mismatch) => match &**mismatch {
                Mismatch::Digest {
                    algorithm,
                    expected,
                    found,
                    all: _,
                } => {
                    fields.algorithm = algorithm.name().to_owned();
                    fields.expected = Digest(expected).to_string();
                    fields.found = Digest(found).to_string();
                }
                Mismatch::Size { expected, found } => {
                    fields.algorithm = "size".to_owned();
                    fields.expected = expected.to_string();
                    fields.found = found.to_string();
                }
            },
            _ => {}
        }
        fields
    }
}

struct Fields<'a> {
    algorithm: String,
    expected: String,
    found: String,
    reason: Option<Cow<'a, str>>,
    /// The other file that the verdict is about.
    other_path: Option<&'a Path>,
}

struct JsonRow<'a> {
    row: &'a FileResult,
    fields: Fields<'a>,
    halves: [&'static str; 2],
}

impl Serialize for JsonRow<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self {
            row,
            fields,
            halves: [first, second],
        } = self;
        let mut map = serializer.serialize_map(None)?;
        let (path, hex) = json_path(&row.path);
        map.serialize_entry("path", &path)?;
        if let Some(hex) = hex {
            map.serialize_entry("path_hex", &hex)?;
        }
        map.serialize_entry("verdict", row.verdict.kind().name())?;
        map.serialize_entry("size", &row.size)?;
        map.serialize_entry("algorithm", &fields.algorithm)?;
        map.serialize_entry(*first, &fields.expected)?;
        map.serialize_entry(*second, &fields.found)?;
        map.serialize_entry("reason", &fields.reason)?;
        if let Some(other) = fields.other_path {
            let (path, hex) = json_path(other);
            map.serialize_entry("other_path", &path)?;
            if let Some(hex) = hex {
                map.serialize_entry("other_path_hex", &hex)?;
            }
        }
        map.end()
    }
}

/// A file as one line of text, for reports and the clipboard.
pub(crate) fn line(row: &FileResult, out: &mut dyn Write) -> io::Result<()> {
    let (word, path) = (word(row.verdict.kind()), shown(&row.path));
    match row.verdict.reason() {
        Some(why) if !matches!(row.verdict, Verdict::Missing | Verdict::New) => {
            writeln!(out, "{word:<22} {path}: {why}")
        }
        _ => writeln!(out, "{word:<22} {path}"),
    }
}

/// Rows as lines of text, for the clipboard.
pub(crate) fn lines<'a>(rows: impl Iterator<Item = Row<'a>>) -> String {
    let mut text = Vec::new();
    for row in rows {
        // Writing to memory does not fail.
        let _ = line(&row.unpack(), &mut text);
    }
    String::from_utf8_lossy(&text).into_owned()
}

/// Where a report on these lists goes if nobody says otherwise: beside the first of them.
pub(crate) fn suggested(lists: &[PathBuf], format: ReportFormat) -> PathBuf {
    let first = lists
        .first()
        .map(PathBuf::as_path)
        .unwrap_or(Path::new("checksums"));
    let mut name = first.file_name().unwrap_or("checksums".as_ref()).to_owned();
    name.push("-report.");
    name.push(format.extension());
    first.with_file_name(name)
}

fn word(kind: VerdictKind) -> &'static str {
    crate::cli::wording(kind)
}

/// As RFC 4180 has it; always quoted, so that no program takes digits for a number or a name that
/// begins with `=` for a formula's start of its own.
fn quoted(field: &str) -> String {
    format!("\"{}\"", field.replace('"', "\"\""))
}

/// The moment in UTC, as ISO 8601 writes it: `2026-11-21 09:05:00 UTC`.
fn date(moment: SystemTime) -> String {
    let seconds = moment
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    let (mut days, second) = (seconds / 86_400, seconds % 86_400);
    let is_leap =
        |year: u64| year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
    let mut year = 1970;
    loop {
        let length = if is_leap(year) { 366 } else { 365 };
        if days < length {
            break;
        }
        days -= length;
        year += 1;
    }
    let february = if is_leap(year) { 29 } else { 28 };
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    format!(
        "{year}-{month:02}-{:02} {:02}:{:02}:{:02} UTC",
        days + 1,
        second / 3600,
        second / 60 % 60,
        second % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::Results;
    use crate::work::{Scope, Verification};
    use std::time::Duration;
    use workers::Unlisted;

    fn report() -> Report {
        let row = |path: &str, size, verdict| FileResult {
            path: path.into(),
            size,
            verdict,
        };
        let mut results = Results::default();
        results.append(vec![
            row("b, \"c\"", 5, Verdict::Verified(Box::new([0xab; 4]))),
            row(
                "a",
                7,
                Verdict::Failed(Box::new(Mismatch::Digest {
                    algorithm: Algorithm::Crc32,
                    expected: Box::new([1; 4]),
                    found: Box::new([2; 4]),
                    all: Box::default(),
                })),
            ),
            row("gone\n", 0, Verdict::Missing),
        ]);
        Report {
            work: Arc::new(Work::Verify(Verification {
                lists: vec!["/photos/list.sfv".into()],
                algorithm: None,
                unlisted: Unlisted::Reported,
                scope: Scope::All,
                begun: SystemTime::UNIX_EPOCH + Duration::from_secs(1_709_254_861),
            })),
            rows: results.snapshot(),
            algorithms: [Algorithm::Crc32].into(),
            outcome: "1 wrong, 1 missing of 3 files".to_owned(),
            complete: true,
            files: Files::default(),
            left_out: Some(0),
        }
    }

    fn written(format: ReportFormat) -> String {
        let mut text = Vec::new();
        report().write(format, &mut text).unwrap();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn the_text_says_what_was_verified_and_has_a_line_for_every_file_by_path() {
        let text = written(ReportFormat::Text);
        for part in [
            "Outcome:       1 wrong, 1 missing of 3 files\n",
            "Begun:         2024-03-01 01:01:01 UTC\n",
            "Checksum file: /photos/list.sfv\n",
            "Other files:   reported as new\n",
            "Counts:        3 lines: 1 OK, 1 FAILED, 1 MISSING\n",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(
            text.ends_with(
                "\nFAILED                 a: its CRC-32 is 02020202, not 01010101\n\
             OK                     b, \"c\"\n\
             MISSING                gone\\n\n"
            ),
            "{text}"
        );
    }

    #[test]
    fn what_was_left_out_by_choice_is_said_to_people_and_programs() {
        let mut report = report();
        report.files.selection.hidden = false;
        report.left_out = Some(12);
        let write = |format| {
            let mut text = Vec::new();
            report.write(format, &mut text).unwrap();
            String::from_utf8(text).unwrap()
        };
        let text = write(ReportFormat::Text);
        let lines =
            "Files:         without hidden files\nLeft out:      12 files and folders, by choice\n";
        assert!(text.contains(lines), "{text}");
        assert!(!written(ReportFormat::Text).contains("Left out"));
        let json: serde_json::Value = serde_json::from_str(&write(ReportFormat::Json)).unwrap();
        assert_eq!(json["verification"]["selection"]["hidden"], false);
        assert_eq!(json["verification"]["left_out"], 12);
    }

    #[test]
    fn csv_has_what_was_expected_and_found() {
        assert_eq!(
            written(ReportFormat::Csv),
            "path,verdict,size,algorithm,expected,found,reason\n\
             \"a\",\"failed\",\"7\",\"crc32\",\"01010101\",\"02020202\",\"its CRC-32 is 02020202, not 01010101\"\n\
             \"b, \"\"c\"\"\",\"ok\",\"5\",\"crc32\",\"abababab\",\"abababab\",\"\"\n\
             \"gone\\n\",\"missing\",\"0\",\"\",\"\",\"\",\"it is not there\"\n"
        );
    }

    #[test]
    fn json_is_one_object_whose_counts_add_up() {
        let value: serde_json::Value = serde_json::from_str(&written(ReportFormat::Json)).unwrap();
        let files = value["files"].as_array().unwrap();
        let counts = value["verification"]["counts"].as_object().unwrap();
        let counted: u64 = counts.values().filter_map(serde_json::Value::as_u64).sum();
        assert_eq!((files.len(), counted), (3, 3));
        assert_eq!(files[0]["expected"], "01010101");
        assert_eq!(files[2]["path"], "gone\n");
        assert_eq!(value["verification"]["begun"], "2024-03-01 01:01:01 UTC");
    }

    #[test]
    fn dates_are_right_around_leap_days() {
        let at = |seconds| date(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
        assert_eq!(at(0), "1970-01-01 00:00:00 UTC");
        assert_eq!(at(951_782_400), "2000-02-29 00:00:00 UTC");
        assert_eq!(at(4_107_542_399), "2100-02-28 23:59:59 UTC");
        assert_eq!(at(4_107_542_400), "2100-03-01 00:00:00 UTC");
    }
}
