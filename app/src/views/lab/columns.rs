//! The columns of a table: as wide as they need to be, titles on two lines where one is too wide.

use eframe::egui::{FontId, Ui};

use crate::lab::outcome::{Cell, Column, Table};
use crate::theme;
use crate::widgets::text;

/// Between two columns, at least, and where a table is as wide as it would like to be.
const LEAST_GAP: f32 = 8.0;
const GAP: f32 = 18.0;
/// No two columns are further apart, so that a row is read as a row.
const MOST_GAP: f32 = 150.0;
/// Left and right of all columns.
const MARGIN: f32 = 8.0;
/// No column of words is narrower, unless its words are.
const LEAST_OF_WORDS: f32 = 96.0;
/// So finely room is shared out, and no column of words becomes wider than all steps.
const STEP: f32 = 4.0;
const MOST_STEPS: usize = 200;

/// Where columns are.
pub(super) struct Columns {
    /// From where to where each goes, from the table's left edge.
    pub(super) places: Vec<(f32, f32)>,
    /// With what is free left and right of all.
    pub(super) width: f32,
    /// How many lines titles take up.
    pub(super) title_lines: usize,
    /// And each row.
    pub(super) row_lines: Vec<usize>,
}

/// How wide columns must be.
struct Needs {
    /// For the widest cell.
    cells: Vec<f32>,
    /// For its title on one line, and on two.
    one_line: Vec<f32>,
    two_lines: Vec<f32>,
}

impl Needs {
    fn of(ui: &Ui, table: &Table) -> Self {
        let width = |text: &str, font: &FontId| text::width(ui, text, font);
        let cells = |index: usize, column: &Column| {
            let cells = table.rows.iter().filter_map(|row| row.get(index));
            cells
                .map(|cell| width(&column.text(cell), &theme::body()))
                .fold(0.0, f32::max)
        };
        let columns = || table.columns.iter();
        Self {
            cells: columns()
                .enumerate()
                .map(|(index, column)| cells(index, column))
                .collect(),
            one_line: columns()
                .map(|column| width(&column.title, &theme::small()))
                .collect(),
            two_lines: columns()
                .map(|column| {
                    let (first, second) = halves(ui, &column.title, &theme::small());
                    width(first, &theme::small()).max(width(second, &theme::small()))
                })
                .collect(),
        }
    }

    fn with(&self, titles: &[f32]) -> Vec<f32> {
        let both = self.cells.iter().zip(titles);
        both.map(|(cell, title)| cell.max(*title)).collect()
    }

    fn gaps(&self) -> f32 {
        self.cells.len().saturating_sub(1) as f32
    }
}

/// How wide a table is whose columns stand as close as they are still read well.
pub(super) fn natural(ui: &Ui, table: &Table) -> f32 {
    let needs = Needs::of(ui, table);
    let columns = needs.with(&needs.two_lines).iter().sum::<f32>();
    let title = text::width(ui, &table.title, &theme::small_strong());
    (columns + GAP * needs.gaps() + 2.0 * MARGIN).max(title)
}

/// Shares out the width of a table.
pub(super) fn share(ui: &Ui, table: &Table, width: f32) -> Columns {
    let needs = Needs::of(ui, table);
    let inside = width - 2.0 * MARGIN;
    let room = inside - LEAST_GAP * needs.gaps();
    let fits = |columns: &[f32]| columns.iter().sum::<f32>() <= room;
    let (mut columns, mut title_lines) = (needs.with(&needs.one_line), 1);
    if !fits(&columns) {
        (columns, title_lines) = (needs.with(&needs.two_lines), 2);
        widen(&mut columns, &needs, room);
    }
    if !fits(&columns) {
        columns = cut(table, &needs, room);
    }
    let gap = (inside - columns.iter().sum::<f32>()) / needs.gaps().max(1.0);
    let gap = gap.clamp(LEAST_GAP, MOST_GAP);
    let mut x = MARGIN;
    let places = columns.into_iter().map(|width| {
        let place = (x, x + width);
        x = place.1 + gap;
        place
    });
    let places: Vec<(f32, f32)> = places.collect();
    let is_cut = |cells: &Vec<Cell>| {
        let cells = table.columns.iter().zip(cells).zip(&places);
        let mut words = cells.filter(|((column, _), _)| !column.is_figures());
        words.any(|((column, cell), place)| {
            text::width(ui, &column.text(cell), &theme::body()) > place.1 - place.0 + 0.5
        })
    };
    Columns {
        row_lines: table
            .rows
            .iter()
            .map(|row| 1 + usize::from(is_cut(row)))
            .collect(),
        width: places.last().map_or(0.0, |last| last.1) + MARGIN,
        places,
        title_lines,
    }
}

/// Gives titles that lack the least for one line what they lack, as far as it goes.
fn widen(columns: &mut [f32], needs: &Needs, room: f32) {
    let mut spare = room - columns.iter().sum::<f32>();
    let lacks = columns.iter().zip(&needs.one_line);
    let mut lacks: Vec<(usize, f32)> = lacks
        .map(|(column, title)| title - column)
        .enumerate()
        .filter(|lack| lack.1 > 0.0)
        .collect();
    lacks.sort_by(|one, other| one.1.total_cmp(&other.1));
    for (index, lack) in lacks {
        if lack > spare {
            return;
        }
        columns[index] += lack;
        spare -= lack;
    }
}

/// Where there is too little room: words share what figures leave, the widest of them on two lines. A
/// figure that is cut would be another figure; where there is not even room for all of them, their
/// titles are cut.
fn cut(table: &Table, needs: &Needs, room: f32) -> Vec<f32> {
    let is_words: Vec<bool> = table.columns.iter().map(|one| !one.is_figures()).collect();
    let whole = needs.with(&needs.two_lines);
    let least = |index: usize| whole[index].min(LEAST_OF_WORDS);
    let sum = |columns: &[f32]| columns.iter().sum::<f32>();
    let columns = || whole.iter().enumerate();
    let mut cut: Vec<f32> = columns()
        .map(|(index, width)| {
            if is_words[index] {
                least(index)
            } else {
                *width
            }
        })
        .collect();
    let over = sum(&cut) - room;
    if over > 0.0 {
        let of_titles: f32 = columns()
            .filter(|(index, _)| !is_words[*index])
            .map(|(index, width)| width - needs.cells[index])
            .sum();
        let part = (over / of_titles.max(1.0)).min(1.0);
        for (index, width) in columns().filter(|(index, _)| !is_words[*index]) {
            cut[index] = width - (width - needs.cells[index]) * part;
        }
        return cut;
    }
    // All words get as much as the widest of them that has to be cut.
    let mut most = LEAST_OF_WORDS;
    for _ in 0..MOST_STEPS {
        let wider = most + STEP;
        let grown: Vec<f32> = columns()
            .map(|(index, width)| {
                if is_words[index] {
                    width.min(wider)
                } else {
                    *width
                }
            })
            .collect();
        if sum(&grown) > room {
            break;
        }
        (cut, most) = (grown, wider);
    }
    cut
}

/// A text on two lines, the longer of which is as short as can be.
pub(super) fn halves<'a>(ui: &Ui, text: &'a str, font: &FontId) -> (&'a str, &'a str) {
    let width = |text: &str| text::width(ui, text, font);
    let splits = text.match_indices(' ').map(|(at, _)| {
        let (first, second) = (&text[..at], &text[at + 1..]);
        (first, second, width(first).max(width(second)))
    });
    let best = splits.min_by(|one, other| one.2.total_cmp(&other.2));
    best.map_or(("", text), |(first, second, _)| (first, second))
}
