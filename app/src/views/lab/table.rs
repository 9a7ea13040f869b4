//! What was measured, and whether what must be true is.

use eframe::egui::{Align2, Rect, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use crate::lab::outcome::{Outcome, Table};
use crate::theme;
use crate::widgets::panel::{panel, title_line};
use crate::widgets::{announce, text};

const TITLE: f32 = 24.0;
const LINE: f32 = 26.0;
const CHECK: f32 = 22.0;

/// Shows a panel with all tables and statements.
pub(super) fn show(ui: &mut Ui, outcome: &Outcome) {
    let tables: f32 = outcome.tables.iter().map(height).sum();
    let checks = outcome.checks.len() as f32 * CHECK + 8.0;
    let height = 24.0 + TITLE + tables + checks;
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    let name = "Measured now, on this machine";
    panel(ui, rect, name, |ui| {
        let palette = theme::palette(ui);
        let inside = ui.max_rect();
        let head = title_line(ui);
        let font = theme::small_strong();
        text::put(ui, head, Align2::LEFT_CENTER, name, &font, palette.dim);
        let mut y = inside.top() + TITLE;
        for table in &outcome.tables {
            let place = Rect::from_min_size(
                pos2(inside.left(), y),
                vec2(inside.width(), self::height(table)),
            );
            one(ui, place, table);
            y = place.bottom();
        }
        y += 8.0;
        for check in &outcome.checks {
            let line =
                Rect::from_min_size(pos2(inside.left() + 8.0, y), vec2(inside.width(), CHECK));
            let (icon, color, words) = if check.held {
                ("✓", palette.green, check.statement.clone())
            } else {
                ("✗", palette.red, format!("not so: {}", check.statement))
            };
            text::run(
                ui,
                line,
                8.0,
                &[
                    (icon, theme::strong(), color),
                    (&words, theme::body(), palette.text),
                ],
            );
            y += CHECK;
        }
    });
}

fn height(table: &Table) -> f32 {
    let title = if table.title.is_empty() { 0.0 } else { LINE };
    title + LINE * (table.rows.len() + 1) as f32 + 4.0
}

fn one(ui: &mut Ui, rect: Rect, table: &Table) {
    let palette = theme::palette(ui);
    let mut y = rect.top();
    if !table.title.is_empty() {
        let line = Rect::from_min_size(pos2(rect.left(), y), vec2(rect.width(), LINE));
        let font = theme::small_strong();
        text::put(
            ui,
            line,
            Align2::LEFT_CENTER,
            &table.title,
            &font,
            palette.text,
        );
        y += LINE;
    }
    let columns = places(ui, rect, table);
    for (column, (left, right)) in table.columns.iter().zip(&columns) {
        let cell = Rect::from_min_max(pos2(*left, y), pos2(*right, y + LINE));
        let align = alignment(column.is_figures());
        let font = theme::small();
        let response = text::put(ui, cell, align, &column.title, &font, palette.dim);
        if let Some(source) = column.source {
            response.on_hover_text(source);
        }
    }
    y += LINE;
    for row in &table.rows {
        ui.painter()
            .hline(rect.x_range(), y, Stroke::new(1.0, palette.line));
        let mut words = Vec::new();
        for ((column, cell), (left, right)) in table.columns.iter().zip(row).zip(&columns) {
            let place = Rect::from_min_max(pos2(*left, y), pos2(*right, y + LINE));
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
            let align = alignment(column.is_figures());
            let at = align.align_size_within_rect(galley.size(), place);
            ui.painter().galley(at.min, galley, color);
            words.push(match column.title.as_str() {
                "" => text,
                title => format!("{title} {text}"),
            });
        }
        let line = Rect::from_min_size(pos2(rect.left(), y), vec2(rect.width(), LINE));
        let words = words.join(", ");
        announce(ui, line, || WidgetInfo::labeled(Role::Row, true, &words));
        y += LINE;
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
    let palette = theme::palette(ui);
    let measure = |text: String| {
        let galley = ui
            .painter()
            .layout_no_wrap(text, theme::body(), palette.text);
        galley.size().x
    };
    let needed: Vec<f32> = table
        .columns
        .iter()
        .enumerate()
        .map(|(index, column)| {
            let cells = table.rows.iter().filter_map(|row| row.get(index));
            cells
                .map(|cell| measure(column.text(cell)))
                .chain([measure(column.title.clone())])
                .fold(0.0, f32::max)
        })
        .collect();
    let inside = rect.shrink2(vec2(8.0, 0.0));
    let total: f32 = needed.iter().sum();
    let gaps = needed.len().saturating_sub(1).max(1) as f32;
    let gap = ((inside.width() - total) / gaps).max(8.0);
    // Where there is too little room, all give way by the same share.
    let share = ((inside.width() - gap * gaps) / total.max(1.0)).min(1.0);
    let mut x = inside.left();
    needed
        .into_iter()
        .map(|width| {
            let place = (x, x + width * share);
            x = place.1 + gap;
            place
        })
        .collect()
}
