//! What was measured, and whether what must be true is.

use eframe::egui::{Align2, Rect, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use crate::lab::outcome::{Check, Outcome, Table};
use crate::theme;
use crate::widgets::panel::{inside_width, panel, title_line};
use crate::widgets::{announce, text};

const TITLE: f32 = 24.0;
/// Between two tables side by side.
const BESIDE: f32 = 36.0;
/// Between two columns, at least.
const LEAST_GAP: f32 = 8.0;

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
    bands: Vec<Vec<&'a Table>>,
    /// The lines of statements: how many there are in each, and how wide each is, if there are several.
    checks: Vec<Vec<(&'a Check, f32)>>,
    /// Whose statements that hold are one line.
    counted: Option<&'a Outcome>,
    pub(super) height: f32,
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
    let checks = outcome.checks.iter().map(|check| {
        let width = text::width(ui, &stated(check), &theme::body());
        (check, width + 52.0)
    });
    let checks: Vec<(&Check, f32)> = checks.collect();
    let tables = outcome.tables.iter().map(|table| vec![table]).collect();
    let lines = checks.iter().map(|check| vec![*check]).collect();
    let airy = Plan::new(AIRY, tables, lines, None);
    if airy.height <= room.airy {
        return airy;
    }
    let bands = side_by_side(ui, outcome, width);
    let packed = pack(checks.clone(), width - 8.0, 0.0);
    let dense = Plan::new(DENSE, bands.clone(), packed, None);
    if dense.height <= room.dense {
        return dense;
    }
    let failed = checks.into_iter().filter(|(check, _)| !check.held);
    let failed = pack(failed.collect(), width - 8.0, 0.0);
    Plan::new(DENSE, bands, failed, Some(outcome))
}

/// As many in a line as have room, in the order in which they are.
fn pack<T>(all: Vec<(T, f32)>, width: f32, gap: f32) -> Vec<Vec<(T, f32)>> {
    let mut lines: Vec<Vec<(T, f32)>> = Vec::new();
    let mut used = 0.0;
    for one in all {
        match lines.last_mut() {
            Some(line) if used + gap + one.1 <= width => {
                used += gap + one.1;
                line.push(one);
            }
            _ => {
                used = one.1;
                lines.push(vec![one]);
            }
        }
    }
    lines
}

fn stated(check: &Check) -> String {
    if check.held {
        check.statement.clone()
    } else {
        format!("not so: {}", check.statement)
    }
}

fn side_by_side<'a>(ui: &Ui, outcome: &'a Outcome, width: f32) -> Vec<Vec<&'a Table>> {
    let tables = outcome.tables.iter();
    let tables = tables.map(|table| (table, natural(ui, table))).collect();
    let bands = pack(tables, width, BESIDE).into_iter();
    bands
        .map(|band| band.into_iter().map(|(table, _)| table).collect())
        .collect()
}

impl<'a> Plan<'a> {
    fn new(
        lines: Lines,
        bands: Vec<Vec<&'a Table>>,
        checks: Vec<Vec<(&'a Check, f32)>>,
        counted: Option<&'a Outcome>,
    ) -> Self {
        let mut plan = Self {
            lines,
            bands,
            checks,
            counted,
            height: 0.0,
        };
        let tables: f32 = plan.bands.iter().map(|band| plan.band_height(band)).sum();
        let lines_of_checks = plan.checks.len() + usize::from(counted.is_some());
        let checks = lines_of_checks as f32 * lines.check;
        plan.height = 24.0 + TITLE + tables + checks + 6.0;
        plan
    }

    fn band_height(&self, band: &[&Table]) -> f32 {
        let heights = band.iter().map(|table| self.table_height(table));
        heights.fold(0.0, f32::max)
    }

    fn table_height(&self, table: &Table) -> f32 {
        let title = u8::from(!table.title.is_empty());
        self.lines.row * (table.rows.len() as f32 + 1.0 + f32::from(title)) + 4.0
    }
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
            let height = plan.band_height(band);
            let place = Rect::from_x_y_ranges(inside.x_range(), y..=y + height);
            show_band(ui, place, band, plan.lines.row);
            y += height;
        }
        checks(
            ui,
            Rect::from_min_max(pos2(inside.left(), y + 6.0), inside.max),
            plan,
        );
    });
}

/// Shows tables side by side: each as wide as it needs to be, and the rest shared out.
fn show_band(ui: &mut Ui, place: Rect, band: &[&Table], row: f32) {
    let needed: Vec<f32> = match band {
        [_] => vec![place.width()],
        _ => band.iter().map(|table| natural(ui, table)).collect(),
    };
    let count = band.len() as f32;
    let taken = needed.iter().sum::<f32>() + BESIDE * (count - 1.0);
    let more = (place.width() - taken).max(0.0) / count.max(1.0);
    let mut x = place.left();
    for (table, width) in band.iter().zip(needed) {
        let width = width + more;
        one(
            ui,
            Rect::from_x_y_ranges(x..=x + width, place.y_range()),
            table,
            row,
        );
        x += width + BESIDE;
    }
}

fn checks(ui: &mut Ui, place: Rect, plan: &Plan<'_>) {
    let palette = theme::palette(ui);
    let mut y = place.top();
    for line in &plan.checks {
        let mut x = place.left() + 8.0;
        for (check, width) in line {
            let (icon, color) = if check.held {
                ("✓", palette.green)
            } else {
                ("✗", palette.red)
            };
            let words = stated(check);
            let pieces = [
                (icon, theme::strong(), color),
                (&words, theme::body(), palette.text),
            ];
            let cell = Rect::from_min_max(pos2(x, y), pos2(place.right(), y + plan.lines.check));
            text::run(ui, cell, 8.0, &pieces);
            x += width;
        }
        y += plan.lines.check;
    }
    if let Some(outcome) = plan.counted {
        let corner = pos2(place.left() + 8.0, y);
        let line = Rect::from_min_max(corner, pos2(place.right(), y + plan.lines.check));
        how_many_hold(ui, line, outcome);
    }
}

/// How many statements hold, in one line; which, in its tooltip.
fn how_many_hold(ui: &mut Ui, line: Rect, outcome: &Outcome) {
    let palette = theme::palette(ui);
    let held: Vec<&str> = outcome
        .checks
        .iter()
        .filter(|check| check.held)
        .map(|check| check.statement.as_str())
        .collect();
    let words = if held.len() == outcome.checks.len() {
        format!("all {} statements hold", held.len())
    } else {
        format!("{} of {} statements hold", held.len(), outcome.checks.len())
    };
    let pieces = [
        ("✓", theme::strong(), palette.green),
        (&words, theme::body(), palette.text),
        ("point here to read them", theme::small(), palette.dim),
    ];
    text::run(ui, line, 8.0, &pieces);
    let all = held.join("\n");
    announce(ui, line, || WidgetInfo::labeled(Role::Label, true, &all)).on_hover_text(&all);
}

fn one(ui: &mut Ui, rect: Rect, table: &Table, row_height: f32) {
    let palette = theme::palette(ui);
    let mut y = rect.top();
    if !table.title.is_empty() {
        let line = Rect::from_min_size(pos2(rect.left(), y), vec2(rect.width(), row_height));
        let font = theme::small_strong();
        text::put(
            ui,
            line,
            Align2::LEFT_CENTER,
            &table.title,
            &font,
            palette.text,
        );
        y += row_height;
    }
    let columns = places(ui, rect, table);
    for (column, (left, right)) in table.columns.iter().zip(&columns) {
        let cell = Rect::from_min_max(pos2(*left, y), pos2(*right, y + row_height));
        let align = alignment(column.is_figures());
        let font = theme::small();
        let response = text::put(ui, cell, align, &column.title, &font, palette.dim);
        if let Some(source) = column.source {
            response.on_hover_text(source);
        }
    }
    y += row_height;
    for row in &table.rows {
        ui.painter()
            .hline(rect.x_range(), y, Stroke::new(1.0, palette.line));
        let (mut words, mut was_cut) = (Vec::new(), false);
        for ((column, cell), (left, right)) in table.columns.iter().zip(row).zip(&columns) {
            let place = Rect::from_min_max(pos2(*left, y), pos2(*right, y + row_height));
            let text = column.text(cell);
            let color = if column.source.is_some() {
                palette.dim
            } else {
                palette.text
            };
            let galley = text::layout(
                ui,
                &text,
                &theme::body(),
                color,
                place.width(),
                text::Cut::End,
            );
            was_cut |= galley.elided;
            let align = alignment(column.is_figures());
            let at = align.align_size_within_rect(galley.size(), place);
            ui.painter().galley(at.min, galley, color);
            words.push(match column.title.as_str() {
                "" => text,
                title => format!("{title} {text}"),
            });
        }
        let line = Rect::from_min_size(pos2(rect.left(), y), vec2(rect.width(), row_height));
        let words = words.join(", ");
        let row = announce(ui, line, || WidgetInfo::labeled(Role::Row, true, &words));
        if was_cut {
            row.on_hover_text(&words);
        }
        y += row_height;
    }
}

fn alignment(is_figures: bool) -> Align2 {
    if is_figures {
        Align2::RIGHT_CENTER
    } else {
        Align2::LEFT_CENTER
    }
}

/// From where to where each column goes: as wide as it needs to be, and the rest shared out.
fn places(ui: &Ui, rect: Rect, table: &Table) -> Vec<(f32, f32)> {
    let inside = rect.shrink2(vec2(8.0, 0.0));
    let mut needed = widths(ui, table, true);
    let gaps = needed.len().saturating_sub(1).max(1) as f32;
    let room = inside.width() - LEAST_GAP * gaps;
    if needed.iter().sum::<f32>() > room {
        // Titles give way first, then words. A figure that is cut would be another figure.
        // Titles share what room the cells leave.
        let cells = widths(ui, table, false);
        let spare = (room - cells.iter().sum::<f32>()).max(0.0);
        let titles = needed.iter().sum::<f32>() - cells.iter().sum::<f32>();
        let part = (spare / titles.max(1.0)).min(1.0);
        needed = needed
            .iter()
            .zip(&cells)
            .map(|(whole, cell)| cell + (whole - cell) * part)
            .collect();
        let over = needed.iter().sum::<f32>() - room;
        let are_words = table.columns.iter().map(|column| !column.is_figures());
        let words: f32 = needed
            .iter()
            .zip(are_words.clone())
            .filter(|(_, words)| *words)
            .map(|(width, _)| *width)
            .sum();
        let share = (1.0 - over.max(0.0) / words.max(1.0)).max(0.25);
        for (width, is_words) in needed.iter_mut().zip(are_words) {
            if is_words {
                *width *= share;
            }
        }
    }
    let total: f32 = needed.iter().sum();
    let gap = ((inside.width() - total) / gaps).max(LEAST_GAP);
    let mut x = inside.left();
    needed
        .into_iter()
        .map(|width| {
            let place = (x, x + width);
            x = place.1 + gap;
            place
        })
        .collect()
}

/// How wide a table is whose columns stand as close as they are still read well.
fn natural(ui: &Ui, table: &Table) -> f32 {
    let widths = widths(ui, table, true);
    let gaps = widths.len().saturating_sub(1) as f32;
    widths.iter().sum::<f32>() + 18.0 * gaps + 16.0
}

/// How wide the widest cell of each column is; with its title, which may be cut otherwise.
fn widths(ui: &Ui, table: &Table, with_titles: bool) -> Vec<f32> {
    let palette = theme::palette(ui);
    let measure = |text: String| {
        let galley = ui
            .painter()
            .layout_no_wrap(text, theme::body(), palette.text);
        galley.size().x
    };
    table
        .columns
        .iter()
        .enumerate()
        .map(|(index, column)| {
            let cells = table.rows.iter().filter_map(|row| row.get(index));
            cells
                .map(|cell| measure(column.text(cell)))
                .chain(with_titles.then(|| measure(column.title.clone())))
                .fold(0.0, f32::max)
        })
        .collect()
}
