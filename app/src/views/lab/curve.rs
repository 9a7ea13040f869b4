//! One value against another.

use eframe::egui::{Align2, Pos2, Rect, Role, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::axis::round_step;
use crate::format::count;
use crate::lab::trace::Curve;
use crate::theme;
use crate::widgets::{announce, text};

pub(super) const LEAST: f32 = 130.0;
pub(super) const MOST: f32 = 210.0;
/// The line over the plot, and that of the values below it.
const HEAD: f32 = 24.0;
const FOOT: f32 = 20.0;
/// Values that are further apart than so many times stand in a scale where each tick is a multiple
/// of the one before; they would lie on one another else.
const FAR: f64 = 40.0;
/// Each tick of such a scale is so many times the one before, or if those were too many, ten times.
const TIMES: f64 = 4.0;
const MOST_TICKS: usize = 8;

/// Where values are, from 0 to 1, and which are written beside them.
enum Scale {
    FromZero { top: f64, step: f64 },
    Multiples { from: f64, to: f64, times: f64 },
}

impl Scale {
    fn of(values: &[f64], may_multiply: bool, ticks: f64) -> Self {
        let top = values.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
        let least = values.iter().copied().fold(f64::INFINITY, f64::min);
        if may_multiply && least > 0.0 && top / least > FAR {
            let count = |times: f64| ((top / least).log2() / times.log2()) as usize;
            let times = if count(TIMES) < MOST_TICKS {
                TIMES
            } else {
                10.0
            };
            return Self::Multiples {
                from: least,
                to: top,
                times,
            };
        }
        let mut step = round_step(top / ticks);
        if values.iter().all(|value| value.fract() == 0.0) {
            // There is no half of a worker.
            step = step.max(1.0);
        }
        Self::FromZero {
            top: (top / step).ceil() * step,
            step,
        }
    }

    fn share(&self, value: f64) -> f32 {
        let share = match self {
            Self::FromZero { top, .. } => value / top,
            Self::Multiples { from, to, .. } => (value / from).ln() / (to / from).ln(),
        };
        share.clamp(0.0, 1.0) as f32
    }

    fn ticks(&self) -> Vec<f64> {
        match self {
            Self::FromZero { top, step } => {
                let last = (top / step).round() as u32;
                (0..=last).map(|index| f64::from(index) * step).collect()
            }
            Self::Multiples { from, to, times } => {
                let power = |value: f64| (value.ln() / times.ln()) as f32;
                // Values were measured, and are not quite what they were to be.
                let first = (power(*from) - 0.1).ceil() as i32;
                let last = (power(*to) + 0.1).floor() as i32;
                (first..=last).map(|power| times.powi(power)).collect()
            }
        }
    }
}

/// As short as it can be: "0.25", "1.5", "64", "20,000".
fn label(value: f64) -> String {
    if value >= 100.0 || value.fract() == 0.0 {
        return count(value.round() as u64);
    }
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Shows all curves over the same axes.
pub(super) fn show(ui: &mut Ui, rect: Rect, curves: &[Curve]) {
    let palette = theme::palette(ui);
    let Some(first) = curves.first() else { return };
    let points = curves.iter().flat_map(|curve| &curve.points);
    let (xs, ys): (Vec<f64>, Vec<f64>) = points.copied().unzip();
    let across = Scale::of(&xs, true, 8.0);
    let up = Scale::of(&ys, false, 4.0);
    let font = theme::small();
    let widest = up.ticks().into_iter();
    let widest = widest.map(|value| text::width(ui, &label(value), &font));
    let plot = Rect::from_min_max(
        rect.min + vec2(widest.fold(0.0, f32::max) + 10.0, HEAD),
        rect.max - vec2(24.0, FOOT),
    );
    let at = |(x, y): (f64, f64)| -> Pos2 {
        pos2(
            plot.left() + plot.width() * across.share(x),
            plot.bottom() - plot.height() * up.share(y),
        )
    };
    let line = Stroke::new(1.0, palette.line);
    for value in up.ticks() {
        let y = plot.bottom() - plot.height() * up.share(value);
        ui.painter().hline(plot.x_range(), y, line);
        ui.painter().text(
            pos2(plot.left() - 8.0, y),
            Align2::RIGHT_CENTER,
            label(value),
            font.clone(),
            palette.dim,
        );
    }
    for value in across.ticks() {
        let x = plot.left() + plot.width() * across.share(value);
        ui.painter()
            .vline(x, plot.bottom()..=plot.bottom() + 4.0, line);
        ui.painter().text(
            pos2(x, plot.bottom() + 5.0),
            Align2::CENTER_TOP,
            label(value),
            font.clone(),
            palette.dim,
        );
    }
    let colors = [palette.accent, palette.amber, palette.green, palette.dim];
    let axes = format!("{}, by {}", first.y, first.x);
    let mut head = vec![(axes.as_str(), font.clone(), palette.dim)];
    let mut said = Vec::new();
    for (curve, color) in curves.iter().zip(colors.into_iter().cycle()) {
        let line: Vec<Pos2> = curve.points.iter().map(|point| at(*point)).collect();
        for point in &line {
            ui.painter().circle_filled(*point, 3.0, color);
        }
        ui.painter().line(line, Stroke::new(1.75, color));
        head.push((&curve.name, font.clone(), color));
        let last = curve.points.last().copied().unwrap_or_default();
        said.push(format!(
            "{}, at {} {}: {:.2}",
            curve.name, last.0, curve.x, last.1
        ));
    }
    let line = Rect::from_min_size(rect.min, vec2(rect.width(), 18.0));
    text::run(ui, line, 16.0, &head);
    announce(ui, plot, || {
        WidgetInfo::labeled(Role::GraphicsObject, true, said.join("; "))
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticks(values: &[f64], may_multiply: bool) -> Vec<String> {
        let scale = Scale::of(values, may_multiply, 4.0);
        scale.ticks().into_iter().map(label).collect()
    }

    #[test]
    fn ticks_are_round_and_far_apart_values_are_told_apart() {
        assert_eq!(ticks(&[0.7, 1.53], false), ["0", "0.5", "1", "1.5", "2"]);
        assert_eq!(
            ticks(&[21_000.0, 91_219.0], false),
            ["0", "50,000", "100,000"]
        );
        let far = ["0.25", "1", "4", "16", "64", "256"];
        assert_eq!(ticks(&[0.249, 256.4], true), far);
        assert_eq!(ticks(&[1.0, 1e6], true).len(), 7);
        assert_eq!(ticks(&[1.0, 4.0], true), ["0", "1", "2", "3", "4"]);
    }
}
