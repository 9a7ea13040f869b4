//! What was measured, and whether what must be true is.

use eframe::egui::{
    Align2, Color32, FontId, Pos2, Rect, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2,
};

use super::checks;
use super::columns::{self, Columns};
use crate::lab::outcome::{Cell, Column, Outcome, Table};
use crate::theme;
use crate::widgets::panel::{inside_width, panel, title_line};
use crate::widgets::{announce, text};

const TITLE: f32 = 24.0;
/// Between two tables side by side.
const BESIDE: f32 = 36.0;
/// Below the last table.
const BELOW: f32 = 6.0;
/// What a second line takes up, of column titles and of words.
const TITLE_LINE: f32 = 14.0;
const SECOND_LINE: f32 = 16.0;

/// How high lines are.
#[derive(Clone, Copy)]
struct Lines {
    row: f32,
    check: f32,
}

const AIRY: Lines = Lines {
    row: 26.0,
    check: 22.0,
};
const DENSE: Lines = Lines {
    row: 21.0,
    check: 19.0,
};

/// Where everything goes in a panel.
pub(super) struct Plan<'a> {
    lines: Lines,
    /// Tables that stand side by side.
    bands: Vec<Vec<Placed<'a>>>,
    checks: checks::Plan<'a>,
    pub(super) height: f32,
}

/// A table with its place in a band.
struct Placed<'a> {
    table: &'a Table,
    /// From the left edge of the band, and how wide it may be.
    left: f32,
    width: f32,
    columns: Columns,
}

/// The height that a panel has.
#[derive(Clone, Copy)]
pub(super) struct Room {
    /// If all of the page is to be seen at once.
    pub(super) airy: f32,
    /// If what is to be looked for need not be.
    pub(super) dense: f32,
}

/// Plans a panel that is so wide, and as high as it must be. Where it would be too high, lines are
/// closer and what fits side by side stands so; then, the statements that hold are one line.
pub(super) fn plan<'a>(ui: &Ui, outcome: &'a Outcome, width: f32, room: Room) -> Plan<'a> {
    let width = inside_width(width);
    let planned = |lines: Lines, is_close: bool, statements: checks::Room| {
        let bands = bands(ui, outcome, width, is_close);
        let checks = checks::plan(ui, outcome, width - 8.0, statements);
        Plan::new(lines, bands, checks)
    };
    let airy = planned(AIRY, false, checks::Room::Ample);
    if airy.height <= room.airy {
        return airy;
    }
    let dense = planned(DENSE, true, checks::Room::Scarce);
    if dense.height <= room.dense {
        return dense;
    }
    planned(DENSE, true, checks::Room::Least)
}

/// Tables below each other, or side by side where they have room: each as wide as it needs to be, and
/// the rest shared out.
fn bands<'a>(ui: &Ui, outcome: &'a Outcome, width: f32, is_close: bool) -> Vec<Vec<Placed<'a>>> {
    let tables = outcome.tables.iter();
    let tables: Vec<_> = tables
        .map(|table| {
            let needed = if is_close {
                columns::natural(ui, table)
            } else {
                width
            };
            (table, needed)
        })
        .collect();
    let place = |band: Vec<(&'a Table, f32)>| {
        let count = band.len() as f32;
        let taken = band.iter().map(|one| one.1).sum::<f32>() + BESIDE * (count - 1.0);
        let more = (width - taken) / count;
        let mut left = 0.0;
        let mut placed: Vec<Placed<'a>> = band
            .into_iter()
            .map(|(table, needed)| {
                let width = needed + more;
                let placed = Placed {
                    table,
                    left,
                    width,
                    columns: columns::share(ui, table, width),
                };
                left += width + BESIDE;
                placed
            })
            .collect();
        // So that rows side by side are one line.
        let lines = placed.iter().map(|one| one.columns.title_lines).max();
        for one in &mut placed {
            one.columns.title_lines = lines.unwrap_or(1);
        }
        placed
    };
    let bands = checks::pack(tables, width, BESIDE);
    bands.into_iter().map(place).collect()
}

impl<'a> Plan<'a> {
    fn new(lines: Lines, bands: Vec<Vec<Placed<'a>>>, checks: checks::Plan<'a>) -> Self {
        let tables: f32 = bands.iter().map(|band| band_height(band, lines)).sum();
        let statements = checks.lines() as f32 * lines.check;
        Self {
            lines,
            bands,
            checks,
            height: 24.0 + TITLE + tables + BELOW + statements,
        }
    }
}

fn band_height(band: &[Placed<'_>], lines: Lines) -> f32 {
    let heights = band.iter().map(|placed| placed.height(lines));
    heights.fold(0.0, f32::max)
}

impl Placed<'_> {
    fn height(&self, lines: Lines) -> f32 {
        let title = f32::from(u8::from(!self.table.title.is_empty())) * lines.row;
        let rows = self.columns.row_lines.iter();
        let rows: f32 = rows.map(|count| row_height(*count, lines)).sum();
        title + self.titles_height(lines) + rows + 4.0
    }

    fn titles_height(&self, lines: Lines) -> f32 {
        lines.row + TITLE_LINE * (self.columns.title_lines - 1) as f32
    }
}

fn row_height(count: usize, lines: Lines) -> f32 {
    lines.row + SECOND_LINE * (count - 1) as f32
}

/// Shows a panel with all tables and statements.
pub(super) fn show(ui: &mut Ui, plan: &Plan<'_>) {
    let size = vec2(ui.available_width(), plan.height);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let name = "Measured now, on this machine";
    panel(ui, rect, name, |ui| {
        let palette = theme::palette(ui);
        let inside = ui.max_rect();
        let head = title_line(ui);
        let font = theme::small_strong();
        text::put(ui, head, Align2::LEFT_CENTER, name, &font, palette.dim);
        let mut y = inside.top() + TITLE;
        for band in &plan.bands {
            for placed in band {
                let corner = pos2(inside.left() + placed.left, y);
                one(ui, corner, placed, plan.lines);
            }
            y += band_height(band, plan.lines);
        }
        let place = Rect::from_min_max(pos2(inside.left() + 8.0, y + BELOW), inside.max);
        checks::show(ui, place, &plan.checks, plan.lines.check);
    });
}

fn one(ui: &mut Ui, corner: Pos2, placed: &Placed<'_>, lines: Lines) {
    let palette = theme::palette(ui);
    let table = placed.table;
    let mut y = corner.y;
    let across = corner.x..=corner.x + placed.columns.width;
    if !table.title.is_empty() {
        let line = Rect::from_min_size(pos2(corner.x, y), vec2(placed.width, lines.row));
        let (at, font) = (Align2::LEFT_CENTER, theme::small_strong());
        text::put(ui, line, at, &table.title, &font, palette.text);
        y += lines.row;
    }
    let places = || {
        let places = placed.columns.places.iter();
        places.map(|(left, right)| corner.x + left..=corner.x + right)
    };
    let height = placed.titles_height(lines);
    for (column, place) in table.columns.iter().zip(places()) {
        let cell = Rect::from_x_y_ranges(place, y..=y + height);
        title(ui, cell, column, placed.columns.title_lines);
    }
    y += height;
    for (cells, count) in table.rows.iter().zip(&placed.columns.row_lines) {
        let height = row_height(*count, lines);
        ui.painter()
            .hline(across.clone(), y, Stroke::new(1.0, palette.line));
        let line = Rect::from_x_y_ranges(across.clone(), y..=y + height);
        let in_columns = table.columns.iter().zip(cells).zip(places());
        row(
            ui,
            line,
            in_columns.map(|((column, cell), place)| {
                (column, cell, Rect::from_x_y_ranges(place, line.y_range()))
            }),
        );
        y += height;
    }
}

fn row<'a>(ui: &mut Ui, line: Rect, cells: impl Iterator<Item = (&'a Column, &'a Cell, Rect)>) {
    let palette = theme::palette(ui);
    let (mut words, mut was_cut) = (Vec::new(), false);
    for (column, cell, place) in cells {
        let text = column.text(cell);
        let color = if column.source.is_some() {
            palette.dim
        } else {
            palette.text
        };
        let parts = parts(ui, &text, &theme::body(), place.width());
        was_cut |= lines(
            ui,
            place,
            &parts,
            (column, &theme::body(), color),
            SECOND_LINE,
        );
        words.push(match column.title.as_str() {
            "" => text,
            title => format!("{title} {text}"),
        });
    }
    let words = words.join(", ");
    let row = announce(ui, line, || WidgetInfo::labeled(Role::Row, true, &words));
    if was_cut {
        row.on_hover_text(&words);
    }
}

/// A text on as many lines as it takes to fit into a width, two at most.
fn parts<'a>(ui: &Ui, text: &'a str, font: &FontId, width: f32) -> Vec<&'a str> {
    if text::width(ui, text, font) <= width + 0.5 {
        return vec![text];
    }
    match columns::halves(ui, text, font) {
        ("", whole) => vec![whole],
        (first, second) => vec![first, second],
    }
}

/// Paints lines in the middle of `place`; says whether any of them had to be cut.
fn lines(
    ui: &Ui,
    place: Rect,
    parts: &[&str],
    (column, font, color): (&Column, &FontId, Color32),
    height: f32,
) -> bool {
    let mut was_cut = false;
    let mut middle = place.center().y - height * (parts.len() - 1) as f32 / 2.0;
    for part in parts {
        let width = place.width() + 0.5;
        let galley = text::layout(ui, part, font, color, width, text::Cut::End);
        was_cut |= galley.elided;
        let line =
            Rect::from_center_size(pos2(place.center().x, middle), vec2(place.width(), height));
        let at = alignment(column).align_size_within_rect(galley.size(), line);
        ui.painter().galley(at.min, galley, color);
        middle += height;
    }
    was_cut
}

/// The title of a column, at the foot of `cell`.
fn title(ui: &mut Ui, cell: Rect, column: &Column, most: usize) {
    let palette = theme::palette(ui);
    let (font, whole) = (theme::small(), column.title.as_str());
    let parts = if most > 1 {
        parts(ui, whole, &font, cell.width())
    } else {
        vec![whole]
    };
    let height = TITLE_LINE * parts.len() as f32;
    let foot = cell.bottom() - 4.0;
    let place = Rect::from_x_y_ranges(cell.x_range(), foot - height..=foot);
    let was_cut = lines(ui, place, &parts, (column, &font, palette.dim), TITLE_LINE);
    let response = announce(ui, cell, || {
        WidgetInfo::labeled(Role::ColumnHeader, true, whole)
    });
    match column.source {
        Some(source) if was_cut => response.on_hover_text(format!("{whole}: {source}")),
        Some(source) => response.on_hover_text(source),
        None if was_cut => response.on_hover_text(whole),
        None => response,
    };
}

fn alignment(column: &Column) -> Align2 {
    if column.is_figures() {
        Align2::RIGHT_CENTER
    } else {
        Align2::LEFT_CENTER
    }
}
