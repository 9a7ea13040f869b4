//! What an experiment measured: tables for people, facts for scripts, and statements that must be
//! true, each with whether it held.

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::format;

/// All that an experiment measured.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) tables: Vec<Table>,
    pub(crate) facts: Vec<(&'static str, Value)>,
    pub(crate) checks: Vec<Check>,
}

impl Outcome {
    /// Notes something that scripts may want to know.
    pub(crate) fn fact(&mut self, name: &'static str, value: impl Into<Value>) {
        self.facts.push((name, value.into()));
    }

    /// Notes whether a statement that must be true is.
    pub(crate) fn check(&mut self, statement: impl Into<String>, held: bool) {
        self.checks.push(Check {
            statement: statement.into(),
            held,
        });
    }

    /// Whether all that must be true is.
    pub(crate) fn is_as_expected(&self) -> bool {
        self.checks.iter().all(|check| check.held)
    }
}

/// A statement that must be true.
#[derive(Clone, Debug)]
pub(crate) struct Check {
    /// As it is if it holds: "never more than 5 were inside".
    pub(crate) statement: String,
    pub(crate) held: bool,
}

/// Figures beside each other. What each row is about stands in its first cell.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    /// What it is about, where there are several; or empty.
    pub(crate) title: String,
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Vec<Cell>>,
}

impl Table {
    pub(crate) fn new(columns: Vec<Column>) -> Self {
        Self {
            title: String::new(),
            columns,
            rows: Vec::new(),
        }
    }

    pub(crate) fn titled(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// Adds a row, whose cells are in the order of the columns.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.rows.push(cells.into_iter().collect());
    }
}

/// What the cells of a column say.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    pub(crate) title: String,
    pub(crate) unit: Unit,
    /// Where the figures come from, if they were not measured just now.
    pub(crate) source: Option<&'static str>,
}

impl Column {
    pub(crate) fn new(title: impl Into<String>, unit: Unit) -> Self {
        Self {
            title: title.into(),
            unit,
            source: None,
        }
    }

    /// One of figures that others measured, long ago.
    pub(crate) fn historic(title: impl Into<String>, unit: Unit, source: &'static str) -> Self {
        Self {
            title: title.into(),
            unit,
            source: Some(source),
        }
    }

    /// A cell of this column as people read it.
    pub(crate) fn text(&self, cell: &Cell) -> String {
        match cell {
            Cell::Text(text) => text.clone(),
            Cell::Nothing => "–".to_owned(),
            Cell::Number(number) => self.unit.text(*number),
        }
    }

    /// Whether the cells of this column are figures, which stand at the right.
    pub(crate) fn is_figures(&self) -> bool {
        self.unit != Unit::Words
    }
}

/// What a column counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Words,
    /// How many.
    Count,
    Seconds,
    /// How many a second.
    PerSecond,
    /// So many times another figure.
    Times,
    /// Processor time in the time that passed: 2 if two cores were busy all the while.
    Cores,
}

impl Unit {
    fn name(self) -> Option<&'static str> {
        match self {
            Self::Words => None,
            Self::Count => Some("count"),
            Self::Seconds => Some("seconds"),
            Self::PerSecond => Some("per second"),
            Self::Times => Some("times"),
            Self::Cores => Some("cores"),
        }
    }

    fn text(self, number: f64) -> String {
        match self {
            Self::Words => number.to_string(),
            Self::Count if number < 0.0 => format!("−{}", format::count((-number) as u64)),
            Self::Count => format::count(number as u64),
            Self::Seconds => seconds(number),
            Self::PerSecond => format!("{}/s", significant(number)),
            Self::Times => format!("{} ×", significant(number)),
            Self::Cores => significant(number),
        }
    }
}

/// Three significant digits, thousands separated.
pub(crate) fn significant(number: f64) -> String {
    match number.abs() {
        n if n >= 999.5 => {
            let beyond = 10_f64.powf(n.log10().floor() - 2.0);
            let rounded = (n / beyond).round() * beyond;
            let sign = if number < 0.0 { "−" } else { "" };
            format!("{sign}{}", format::count(rounded as u64))
        }
        n if n >= 99.95 => format!("{number:.0}"),
        n if n >= 9.995 => format!("{number:.1}"),
        _ => format!("{number:.2}"),
    }
}

/// Seconds, in the unit in which they are read best.
pub(crate) fn seconds(number: f64) -> String {
    match Duration::try_from_secs_f64(number) {
        Ok(time) if number >= 59.95 => format::duration(time),
        Ok(_) if number >= 0.999_5 => format!("{} s", significant(number)),
        Ok(_) if number >= 0.999_5e-3 => format!("{} ms", significant(number * 1e3)),
        Ok(_) if number >= 0.999_5e-6 => format!("{} µs", significant(number * 1e6)),
        Ok(time) => format!("{} ns", time.as_nanos()),
        Err(_) => "–".to_owned(),
    }
}

/// One figure or word.
#[derive(Clone, Debug)]
pub(crate) enum Cell {
    Text(String),
    /// In the unit of its column.
    Number(f64),
    /// There is none.
    Nothing,
}

impl Cell {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub(crate) fn count(number: u64) -> Self {
        Self::Number(number as f64)
    }

    pub(crate) fn time(time: Duration) -> Self {
        Self::Number(time.as_secs_f64())
    }

    fn json(&self) -> Value {
        match self {
            Self::Text(text) => json!(text),
            Self::Number(number) => json!(number),
            Self::Nothing => Value::Null,
        }
    }
}

impl Outcome {
    /// The parts of the JSON that are about what was measured.
    pub(crate) fn json(&self) -> Map<String, Value> {
        let tables: Vec<Value> = self.tables.iter().map(Table::json).collect();
        let checks: Vec<Value> = self
            .checks
            .iter()
            .map(|check| json!({"statement": check.statement, "held": check.held}))
            .collect();
        let facts: Map<String, Value> = self
            .facts
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect();
        [
            ("facts".to_owned(), facts.into()),
            ("tables".to_owned(), tables.into()),
            ("checks".to_owned(), checks.into()),
        ]
        .into_iter()
        .collect()
    }
}

impl Table {
    fn json(&self) -> Value {
        let columns: Vec<Value> = self
            .columns
            .iter()
            .map(|column| {
                json!({
                    "title": column.title,
                    "unit": column.unit.name(),
                    "historic": column.source,
                })
            })
            .collect();
        let rows: Vec<Vec<Value>> = self
            .rows
            .iter()
            .map(|row| row.iter().map(Cell::json).collect())
            .collect();
        json!({"title": self.title, "columns": columns, "rows": rows})
    }

    /// For a terminal: columns side by side, figures at the right.
    pub(crate) fn plain(&self) -> String {
        let head = self.columns.iter().map(|column| column.title.clone());
        let mut lines: Vec<Vec<String>> = vec![head.collect()];
        for row in &self.rows {
            let cells = self.columns.iter().zip(row);
            lines.push(cells.map(|(column, cell)| column.text(cell)).collect());
        }
        let width = |index: usize| {
            let cells = lines.iter().filter_map(|line| line.get(index));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.columns.len()).map(width).collect();
        let mut out = String::new();
        if !self.title.is_empty() {
            out.push_str(&format!("{}\n", self.title));
        }
        for line in &lines {
            let cells = line.iter().zip(&widths).zip(&self.columns);
            let cells: Vec<String> = cells
                .map(|((cell, width), column)| {
                    let room = " ".repeat(width - cell.chars().count());
                    if column.is_figures() {
                        format!("{room}{cell}")
                    } else {
                        format!("{cell}{room}")
                    }
                })
                .collect();
            out.push_str(&format!("  {}\n", cells.join("   ").trim_end()));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::new(vec![
            Column::new("", Unit::Words),
            Column::new("took", Unit::Seconds),
            Column::historic("2009", Unit::Seconds, "a talk"),
        ]);
        table.row([
            Cell::text("in sequence"),
            Cell::Number(5.12),
            Cell::Number(24.6),
        ]);
        table.row([Cell::text("alone"), Cell::Number(0.000_012), Cell::Nothing]);
        table
    }

    #[test]
    fn a_table_in_a_terminal_has_its_figures_at_the_right() {
        let lines: Vec<String> = table().plain().lines().map(str::to_owned).collect();
        assert_eq!(lines.len(), 3);
        let ends: Vec<usize> = lines.iter().map(|line| line.chars().count()).collect();
        assert!(ends.iter().all(|end| *end == ends[0]), "{lines:?}");
        assert!(lines[2].contains("12.0 µs") && lines[2].ends_with('–'));
    }

    #[test]
    fn figures_have_three_digits_that_count_and_a_unit_in_which_they_are_short() {
        for (number, text) in [
            (56_092_746.0, "56,100,000"),
            (999.6, "1,000"),
            (123.4, "123"),
            (45.52, "45.5"),
            (1.0, "1.00"),
            (-1_234.0, "−1,230"),
        ] {
            assert_eq!(significant(number), text);
        }
        for (number, text) in [
            (24.6, "24.6 s"),
            (75.0, "1:15"),
            (0.974, "974 ms"),
            (0.000_996, "996 µs"),
            (0.0, "0 ns"),
            (-1.0, "–"),
        ] {
            assert_eq!(seconds(number), text);
        }
    }

    #[test]
    fn scripts_get_plain_numbers_in_the_unit_that_stands_beside_them() {
        let outcome = Outcome {
            tables: vec![table()],
            ..Outcome::default()
        };
        let json = Value::from(outcome.json());
        assert_eq!(json["tables"][0]["columns"][1]["unit"], "seconds");
        assert_eq!(json["tables"][0]["columns"][2]["historic"], "a talk");
        assert_eq!(json["tables"][0]["rows"][0][1], 5.12);
        assert_eq!(json["tables"][0]["rows"][1][2], Value::Null);
    }
}
