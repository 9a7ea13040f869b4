//! One value against another.

use eframe::egui::{Align2, Pos2, Rect, Role, Stroke, Ui, WidgetInfo, pos2, vec2};

use crate::lab::trace::Curve;
use crate::theme;
use crate::widgets::{announce, text};

pub(super) const LEAST: f32 = 130.0;
pub(super) const MOST: f32 = 190.0;
const LABEL: f32 = 18.0;

/// Shows all curves over the same axes, from zero on.
pub(super) fn show(ui: &mut Ui, rect: Rect, curves: &[Curve]) {
    let palette = theme::palette(ui);
    let Some(first) = curves.first() else { return };
    let points = || curves.iter().flat_map(|curve| &curve.points);
    let right = points()
        .map(|point| point.0)
        .fold(f64::MIN_POSITIVE, f64::max);
    let top = points()
        .map(|point| point.1)
        .fold(f64::MIN_POSITIVE, f64::max);
    let plot = Rect::from_min_max(
        rect.min + vec2(44.0, LABEL),
        rect.max - vec2(24.0, 2.0 * LABEL),
    );
    let at = |(x, y): (f64, f64)| -> Pos2 {
        pos2(
            plot.left() + plot.width() * (x / right).clamp(0.0, 1.0) as f32,
            plot.bottom() - plot.height() * (y / top).clamp(0.0, 1.0) as f32,
        )
    };
    let line = Stroke::new(1.0, palette.line);
    for step in 0..=4 {
        let share = f64::from(step) / 4.0;
        let (x, y) = (at((right * share, 0.0)).x, at((0.0, top * share)).y);
        ui.painter().hline(plot.x_range(), y, line);
        let label = |value: f64| crate::lab::outcome::significant(value);
        ui.painter().text(
            pos2(plot.left() - 6.0, y),
            Align2::RIGHT_CENTER,
            label(top * share),
            theme::small(),
            palette.dim,
        );
        ui.painter().text(
            pos2(x, plot.bottom() + 4.0),
            Align2::CENTER_TOP,
            label(right * share),
            theme::small(),
            palette.dim,
        );
    }
    let head = Rect::from_min_size(rect.min, vec2(rect.width(), LABEL));
    text::put(
        ui,
        head,
        Align2::LEFT_CENTER,
        &first.y,
        &theme::small(),
        palette.dim,
    );
    let foot = Rect::from_min_max(
        pos2(rect.left(), rect.bottom() - LABEL),
        plot.right_bottom() + vec2(0.0, 2.0 * LABEL),
    );
    text::put(
        ui,
        foot,
        Align2::RIGHT_CENTER,
        &first.x,
        &theme::small(),
        palette.dim,
    );
    let colors = [palette.accent, palette.amber, palette.green, palette.dim];
    let mut names = Vec::new();
    for (curve, color) in curves.iter().zip(colors.into_iter().cycle()) {
        let line: Vec<Pos2> = curve.points.iter().map(|point| at(*point)).collect();
        for point in &line {
            ui.painter().circle_filled(*point, 2.5, color);
        }
        if let Some(end) = line.last() {
            ui.painter().text(
                *end + vec2(-4.0, -4.0),
                Align2::RIGHT_BOTTOM,
                &curve.name,
                theme::small(),
                color,
            );
        }
        ui.painter().line(line, Stroke::new(1.5, color));
        let last = curve.points.last().copied().unwrap_or_default();
        names.push(format!(
            "{}, at {} {}: {:.2}",
            curve.name, last.0, curve.x, last.1
        ));
    }
    announce(ui, plot, || {
        WidgetInfo::labeled(Role::GraphicsObject, true, names.join("; "))
    });
}
