//! How busy the cores were while it ran.

use eframe::egui::{Align2, Rect, Role, Ui, WidgetInfo, pos2, vec2};

use crate::lab::runner::CoreLoads;
use crate::theme;
use crate::widgets::panel::{panel, title_line};
use crate::widgets::sparkline::sparkline;
use crate::widgets::{announce, text};

/// More cores than these are shown as their average.
const MOST: usize = 8;
const COLUMNS: usize = 2;
/// How high a core is, with its name.
const CELL: f32 = 48.0;
const MOST_HEIGHT: f32 = 96.0;

/// How high the panel is.
pub(super) fn height(cores: &CoreLoads) -> f32 {
    24.0 + 24.0 + rows(cores) as f32 * CELL
}

fn rows(cores: &CoreLoads) -> usize {
    let shown = if cores.len() > MOST { 1 } else { cores.len() };
    shown.div_ceil(COLUMNS).max(1)
}

pub(super) fn show(ui: &mut Ui, rect: Rect, cores: &CoreLoads) {
    panel(ui, rect, "Cores while it ran", |ui| {
        let palette = theme::palette(ui);
        let inside = ui.max_rect();
        let (at, font) = (Align2::LEFT_CENTER, theme::small_strong());
        let head = title_line(ui);
        text::put(ui, head, at, "Cores while it ran", &font, palette.dim);
        let below = Rect::from_min_max(pos2(inside.left(), inside.top() + 22.0), inside.max);
        if cores.is_empty() {
            let at = Align2::LEFT_TOP;
            text::put(
                ui,
                below,
                at,
                "Nothing measured yet.",
                &theme::body(),
                palette.dim,
            );
            return;
        }
        let many = cores.len() > MOST;
        let shown: Vec<(String, Vec<f32>)> = if many {
            vec![(format!("all {} cores", cores.len()), average(cores))]
        } else {
            let named = cores.iter().enumerate();
            named
                .map(|(index, load)| (format!("core {index}"), load.clone()))
                .collect()
        };
        let columns = if many { 1 } else { COLUMNS.min(shown.len()) };
        // What stands beside it may be higher.
        let height = (below.height() / rows(cores) as f32).clamp(CELL, MOST_HEIGHT);
        let width = (below.width() - 14.0 * (columns - 1) as f32) / columns as f32;
        for (index, (name, load)) in shown.iter().enumerate() {
            let (column, row) = (index % columns, index / columns);
            let cell = Rect::from_min_size(
                below.min + vec2(column as f32 * (width + 14.0), row as f32 * height),
                vec2(width, height - 8.0),
            );
            let mean = load.iter().sum::<f32>() / load.len().max(1) as f32;
            let line = Rect::from_min_size(cell.min, vec2(width, 16.0));
            let font = theme::small();
            ui.painter().text(
                line.left_center(),
                Align2::LEFT_CENTER,
                name,
                font.clone(),
                palette.dim,
            );
            ui.painter().text(
                line.right_center(),
                Align2::RIGHT_CENTER,
                format!("{mean:.0} %"),
                font,
                palette.text,
            );
            let graph = Rect::from_min_max(pos2(cell.left(), cell.top() + 18.0), cell.max);
            // One sample is a line too.
            let line = if let [one] = load[..] {
                vec![one, one]
            } else {
                load.clone()
            };
            sparkline(ui, graph, line.iter().copied(), line.len(), palette.accent);
            let words = format!("{name}: {mean:.0} % on average");
            announce(ui, cell, || WidgetInfo::labeled(Role::Meter, true, &words));
        }
    });
}

fn average(cores: &CoreLoads) -> Vec<f32> {
    let samples = cores.iter().map(Vec::len).min().unwrap_or(0);
    (0..samples)
        .map(|index| cores.iter().map(|core| core[index]).sum::<f32>() / cores.len() as f32)
        .collect()
}
