//! A value over time, as steps, with what it must not exceed.

use eframe::egui::{Align2, Pos2, Rect, Role, Shape, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::axis::Scale;
use crate::lab::trace::Series;
use crate::theme;
use crate::widgets::sparkline::fill_below;
use crate::widgets::{announce, text};

const TITLE: f32 = 18.0;
const PLOT: f32 = 40.0;
/// One series; the axis is below all.
pub(super) const HEIGHT: f32 = TITLE + PLOT;

/// Shows a series in `HEIGHT` points.
pub(super) fn show(ui: &mut Ui, rect: Rect, series: &Series, scale: Scale) {
    let palette = theme::palette(ui);
    let peak = series
        .points
        .iter()
        .map(|point| point.1)
        .fold(0.0, f64::max);
    let top = peak.max(series.limit.unwrap_or(0.0)).max(1.0);
    let words = match series.limit {
        Some(limit) => format!("{} · {peak:.0} at most, {limit:.0} allowed", series.name),
        None => format!("{} · {peak:.0} at most", series.name),
    };
    let title = Rect::from_min_size(rect.min, vec2(rect.width(), TITLE));
    text::put(
        ui,
        title,
        Align2::LEFT_CENTER,
        &words,
        &theme::small(),
        palette.dim,
    );
    let plot = Rect::from_min_max(
        pos2(scale.left, title.bottom() + 2.0),
        pos2(scale.right, title.bottom() + PLOT),
    );
    let y = |value: f64| plot.bottom() - plot.height() * (value / top).clamp(0.0, 1.0) as f32;
    let mut line: Vec<Pos2> = Vec::with_capacity(series.points.len() * 2 + 1);
    for (at, value) in &series.points {
        let x = scale.x(*at);
        if let Some(last) = line.last() {
            line.push(pos2(x, last.y));
        }
        line.push(pos2(x, y(*value)));
    }
    fill_below(
        ui,
        &line,
        plot.bottom(),
        palette.accent.gamma_multiply(0.22),
    );
    ui.painter().line(line, Stroke::new(1.25, palette.accent));
    if let Some(limit) = series.limit {
        let across = [pos2(plot.left(), y(limit)), pos2(plot.right(), y(limit))];
        ui.painter().extend(Shape::dashed_line(
            &across,
            Stroke::new(1.0, palette.amber),
            5.0,
            4.0,
        ));
    }
    ui.painter().hline(
        plot.x_range(),
        plot.bottom(),
        Stroke::new(1.0, palette.line),
    );
    announce(ui, plot, || {
        WidgetInfo::labeled(Role::GraphicsObject, true, &words)
    });
}
