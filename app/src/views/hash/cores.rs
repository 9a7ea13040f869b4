//! What it costs: every core now and over the last minute, and this program's own share.

use eframe::egui::{Align2, Rect, Role, Ui, WidgetInfo, pos2, vec2};
use workers::Medium;

use crate::job::JobState;
use crate::meter::cores::KEPT;
use crate::session::Session;
use crate::theme;
use crate::widgets::announce;
use crate::widgets::panel::{panel, title_line};
use crate::widgets::sparkline::sparkline;
use crate::widgets::text;

const CELL_HEIGHT: f32 = 50.0;
const TITLE: f32 = 22.0;

pub(super) fn height(session: &Session) -> f32 {
    let cores = session.cores.load().cores.len().max(1);
    let rows = cores.div_ceil(per_row(cores));
    24.0 + TITLE + rows as f32 * CELL_HEIGHT + (rows - 1) as f32 * 8.0
}

fn per_row(cores: usize) -> usize {
    match cores {
        0..=4 => cores.max(1),
        5..=16 => 4,
        17..=48 => 8,
        _ => 16,
    }
}

/// What the line above the cores says at its left and right, and whether that is worth attention.
fn titles(session: &Session) -> (&'static str, String, bool) {
    let load = session.cores.load();
    let waits = session.bottleneck.is_the_disk();
    let care = match &session.job {
        JobState::Running(running) => running.totals.care,
        _ => Medium::Any,
    };
    let own = match load.own {
        _ if waits && care == Medium::Rotating => {
            "the disk is the limit; one worker at a time reads".to_owned()
        }
        _ if waits && care == Medium::Network => {
            "the network is the limit; more workers will not help".to_owned()
        }
        _ if waits => "the disk is the limit; more workers will not help".to_owned(),
        Some(own) if load.sampling => format!("this program {own:.0} %"),
        _ if load.sampling => String::new(),
        _ => "rests while no job runs".to_owned(),
    };
    ("Cores · last minute", own, waits)
}

pub(super) fn show(ui: &mut Ui, rect: Rect, session: &Session) {
    let load = session.cores.load();
    panel(ui, rect, "Cores", |ui| {
        let palette = theme::palette(ui);
        let inside = ui.max_rect();
        let title = title_line(ui);
        let (left, right, waits) = titles(session);
        text::put(
            ui,
            title,
            Align2::LEFT_CENTER,
            left,
            &theme::small_strong(),
            palette.dim,
        );
        text::put(
            ui,
            title,
            Align2::RIGHT_CENTER,
            &right,
            &theme::small_strong(),
            if waits { palette.amber } else { palette.dim },
        );
        let mut grid = inside;
        grid.min.y += TITLE;
        if load.cores.is_empty() {
            text::put(
                ui,
                grid,
                Align2::LEFT_TOP,
                "Nothing measured yet.",
                &theme::body(),
                palette.dim,
            );
            return;
        }
        let columns = per_row(load.cores.len());
        let rows = load.cores.len().div_ceil(columns);
        let gap = 14.0;
        let width = (grid.width() - gap * (columns - 1) as f32) / columns as f32;
        let height =
            ((grid.height() - 8.0 * (rows - 1) as f32) / rows as f32).min(CELL_HEIGHT + 30.0);
        for (index, core) in load.cores.iter().enumerate() {
            let (column, row) = (index % columns, index / columns);
            let at = pos2(
                grid.left() + column as f32 * (width + gap),
                grid.top() + row as f32 * (height + 8.0),
            );
            let cell = Rect::from_min_size(at, vec2(width, height));
            let now = core.back().copied().unwrap_or(0.0);
            let line = Rect::from_min_size(cell.min, vec2(width, 18.0));
            let (name_font, name) = if width > 70.0 {
                (theme::body(), format!("core {index}"))
            } else {
                (theme::small(), index.to_string())
            };
            text::put(
                ui,
                line,
                Align2::LEFT_CENTER,
                &name,
                &name_font,
                palette.dim,
            );
            text::put(
                ui,
                line,
                Align2::RIGHT_CENTER,
                &format!("{now:.0} %"),
                &name_font,
                palette.text,
            );
            let graph = Rect::from_min_max(pos2(cell.left(), cell.top() + 20.0), cell.max);
            sparkline(ui, graph, core.iter().copied(), KEPT, palette.accent);
        }
    });
}

/// All cores in one line of bars.
pub(super) fn show_strip(ui: &mut Ui, rect: Rect, session: &Session) {
    let load = session.cores.load();
    panel(ui, rect, "Cores", |ui| {
        let palette = theme::palette(ui);
        let inside = ui.max_rect();
        let line = Rect::from_center_size(inside.center(), vec2(inside.width(), 18.0));
        let left = text::put(
            ui,
            line,
            Align2::LEFT_CENTER,
            "Cores",
            &theme::small_strong(),
            palette.dim,
        );
        let (_, own, waits) = titles(session);
        // The bars are what the rest of the line is for.
        let own = if waits { "the disk is the limit" } else { &own };
        let right = text::put(
            ui,
            line,
            Align2::RIGHT_CENTER,
            own,
            &theme::small(),
            if waits { palette.amber } else { palette.dim },
        );
        let room = Rect::from_min_max(
            pos2(left.rect.right() + 12.0, rect.top() + 9.0),
            pos2(right.rect.left() - 12.0, rect.bottom() - 9.0),
        );
        let count = load.cores.len().max(1) as f32;
        let width = ((room.width() + 3.0) / count - 3.0).clamp(1.0, 60.0);
        for (index, core) in load.cores.iter().enumerate() {
            let x = room.left() + index as f32 * (width + 3.0);
            let cell = Rect::from_min_size(pos2(x, room.top()), vec2(width, room.height()));
            ui.painter().rect_filled(cell, 2.0, palette.line);
            let now = core.back().copied().unwrap_or(0.0);
            let mut filled = cell;
            filled.min.y = cell.bottom() - cell.height() * (now / 100.0).clamp(0.0, 1.0);
            ui.painter().rect_filled(filled, 2.0, palette.accent);

            let name = format!("core {index}: {now:.0} %");
            let response = announce(ui, cell, || WidgetInfo::labeled(Role::Meter, true, &name));
            response.on_hover_text(name);
        }
    });
}
