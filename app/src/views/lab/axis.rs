//! The axis of time below what happened when.

use eframe::egui::{Align2, Rect, Stroke, Ui, pos2};

use crate::lab::trace::Nanos;
use crate::theme;

/// Height of an axis.
pub(super) const HEIGHT: f32 = 20.0;
/// No two labels are closer.
const APART: f32 = 70.0;

/// From the beginning to the end, over a width.
#[derive(Clone, Copy)]
pub(super) struct Scale {
    pub(super) left: f32,
    pub(super) right: f32,
    pub(super) end: Nanos,
}

impl Scale {
    pub(super) fn x(&self, at: Nanos) -> f32 {
        let share = at as f64 / self.end.max(1) as f64;
        self.left + (self.right - self.left) * share.clamp(0.0, 1.0) as f32
    }

    /// What is at a place.
    pub(super) fn at(&self, x: f32) -> Nanos {
        let share = f64::from((x - self.left) / (self.right - self.left).max(1.0));
        (share.clamp(0.0, 1.0) * self.end as f64) as Nanos
    }
}

/// Time as the axis writes it, all labels in one unit.
struct Labels {
    unit: &'static str,
    nanos: f64,
    decimals: usize,
}

/// Paints ticks with their times along the top of `rect`.
pub(super) fn show(ui: &Ui, rect: Rect, scale: Scale) {
    let palette = theme::palette(ui);
    let most = ((scale.right - scale.left) / APART).max(1.0);
    let step = round_step((scale.end as f64 / f64::from(most)).max(1.0));
    let labels = labels(scale.end as f64, step);
    let count = (scale.end as f64 / step).floor() as u32;
    for index in 0..=count.min(100) {
        let at = f64::from(index) * step;
        let x = scale.x(at as Nanos);
        ui.painter().vline(
            x,
            rect.top()..=rect.top() + 4.0,
            Stroke::new(1.0, palette.line),
        );
        let number = format!("{:.*}", labels.decimals, at / labels.nanos);
        let text = if index == count {
            format!("{number} {}", labels.unit)
        } else {
            number
        };
        // The first stands below the edge, and not across it.
        let align = if index == 0 {
            Align2::LEFT_TOP
        } else {
            Align2::CENTER_TOP
        };
        ui.painter().text(
            pos2(x, rect.top() + 6.0),
            align,
            text,
            theme::small(),
            palette.dim,
        );
    }
}

/// 1, 2 or 5 times a power of ten: the smallest that is not below `least`, which is above zero.
pub(super) fn round_step(least: f64) -> f64 {
    let power = 10_f64.powf(least.log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|step| *step >= least)
        .unwrap_or(10.0 * power)
}

fn labels(end: f64, step: f64) -> Labels {
    let (unit, nanos) = match end {
        n if n >= 1e9 => ("s", 1e9),
        n if n >= 1e6 => ("ms", 1e6),
        _ => ("µs", 1e3),
    };
    let decimals = (-(step / nanos).log10().floor()).max(0.0) as usize;
    Labels {
        unit,
        nanos,
        decimals,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round_and_labels_tell_neighbours_apart() {
        assert_eq!(round_step(130_000_000.0), 200_000_000.0);
        assert_eq!(round_step(1_000.0), 1_000.0);
        assert_eq!(round_step(6_000.0), 10_000.0);
        let of = |end, step| {
            let labels = labels(end, step);
            (labels.unit, labels.decimals)
        };
        assert_eq!(of(1.3e9, 2e8), ("s", 1));
        assert_eq!(of(1.3e9, 5e7), ("s", 2));
        assert_eq!(of(8e8, 1e8), ("ms", 0));
    }
}
