//! The plot of the event loop's latency: a logarithmic scale, with lines that say what each
//! latency means to a person, and a shaded block for each time the window stood still.
//!
//! Compute first ([`Scale`]), then paint.

use std::time::{Duration, Instant};

use eframe::egui::{Align2, Pos2, Rect, Role, Stroke, Ui, WidgetInfo, pos2};

use crate::format::milliseconds;
use crate::meter::pulse::{Reading, Sample, WINDOW};
use crate::theme;
use crate::widgets::announce;
use crate::widgets::sparkline::fill_below;

/// Latencies with a meaning: where, in words, and the source of the bound. 16.7 ms is a frame
/// at 60 Hz; 100 ms is Jakob Nielsen's limit for what feels instantaneous; 200 ms is where a
/// page stops being "good" by the Interaction to Next Paint measure; after 5 s Windows and
/// GNOME call a window unresponsive.
const MARKS: [(f64, &str); 4] = [
    (16.7, "16.7 ms a frame"),
    (100.0, "100 ms feels instant"),
    (200.0, "200 ms begins to drag"),
    (5000.0, "5 s \"not responding\""),
];

/// Shown as standing still from here on.
const FROZEN: Duration = Duration::from_millis(400);

struct Scale {
    rect: Rect,
    now: Instant,
}

impl Scale {
    const LOW_MS: f64 = 0.1;
    const HIGH_MS: f64 = 12_000.0;

    fn y(&self, ms: f64) -> f32 {
        let share =
            (ms.max(Self::LOW_MS) / Self::LOW_MS).ln() / (Self::HIGH_MS / Self::LOW_MS).ln();
        self.rect.bottom() - self.rect.height() * (share as f32).clamp(0.0, 1.0)
    }

    fn x(&self, at: Instant) -> f32 {
        let age = self.now.saturating_duration_since(at).as_secs_f32() / WINDOW.as_secs_f32();
        self.rect.right() - self.rect.width() * age
    }

    /// The line through the samples. Of many that fall on one point's width only the slowest
    /// is kept: that is the one that matters.
    fn line(&self, reading: &Reading) -> Vec<Pos2> {
        let mut points: Vec<Pos2> = Vec::new();
        for Sample { at, latency } in &reading.samples {
            let point = pos2(self.x(*at), self.y(latency.as_secs_f64() * 1000.0));
            if point.x < self.rect.left() {
                continue;
            }
            match points.last_mut() {
                Some(last) if point.x - last.x < 1.0 => last.y = last.y.min(point.y),
                _ => points.push(point),
            }
        }
        points
    }

    fn frozen(&self, reading: &Reading) -> Vec<(Rect, Duration)> {
        reading
            .samples
            .iter()
            .filter(|sample| sample.latency >= FROZEN)
            .filter_map(|Sample { at, latency }| {
                let begin = at
                    .checked_sub(*latency)
                    .map_or(self.rect.left(), |begin| self.x(begin));
                let (left, right) = (begin.max(self.rect.left()), self.x(*at));
                let block = Rect::from_min_max(
                    pos2(left, self.rect.top()),
                    pos2(right, self.rect.bottom()),
                );
                (right > self.rect.left()).then_some((block, *latency))
            })
            .collect()
    }
}

/// Paints the plot over `rect`; with `labels` the meaning of the lines stands to its right.
pub(crate) fn pulse_plot(ui: &mut Ui, rect: Rect, reading: &Reading, labels: bool) {
    let palette = theme::palette(ui);
    let whole = rect;
    let mut rect = rect;
    if labels {
        rect.max.x -= LABELS;
    }
    let scale = Scale {
        rect,
        now: Instant::now(),
    };
    for (ms, _) in MARKS {
        let y = scale.y(ms);
        ui.painter().extend(eframe::egui::Shape::dashed_line(
            &[pos2(rect.left(), y), pos2(rect.right(), y)],
            Stroke::new(1.0, palette.line),
            4.0,
            3.0,
        ));
    }
    if labels {
        for (text, y) in spread(&scale) {
            let galley = ui
                .painter()
                .layout_no_wrap(text.to_owned(), theme::small(), palette.dim);
            let at = pos2(whole.right() - galley.size().x, y - galley.size().y / 2.0);
            ui.painter().galley(at, galley, palette.dim);
        }
    }
    let painter = ui.painter_at(rect.expand(1.0));
    let blocks = scale.frozen(reading);
    for (block, _) in &blocks {
        painter.rect_filled(*block, 2.0, palette.ice.gamma_multiply(0.25));
    }
    let points = scale.line(reading);
    fill_below(
        ui,
        &points,
        rect.bottom(),
        palette.accent.gamma_multiply(0.10),
    );
    painter.line(points, Stroke::new(1.25, palette.accent));
    for (block, length) in &blocks {
        let text = format!("frozen {}", milliseconds(*length));
        let galley = painter.layout_no_wrap(text, theme::small_strong(), palette.ice);
        // Inside the block if it fits there, else beside it.
        let mut at = Align2::CENTER_CENTER
            .align_size_within_rect(galley.size(), *block)
            .min;
        if galley.size().x > block.width() {
            at.x = block.right() + 4.0;
        }
        at.x = at.x.min(rect.right() - galley.size().x);
        at.y = scale.y(2000.0);
        painter.galley(at, galley, palette.ice);
    }

    let response = announce(ui, rect, || {
        WidgetInfo::labeled(Role::GraphicsDocument, true, describe(reading))
    });
    response.on_hover_text(
        "How long the window's event loop takes to answer, asked twenty times a second. \
         Under 16.7 ms no frame is missed; up to 100 ms feels instant; beyond 200 ms work begins \
         to drag; after 5 s the desktop calls a window unresponsive.",
    );
}

/// Room for the meanings at the right, points.
const LABELS: f32 = 136.0;

/// Where the meanings stand: at their lines, but a line's height from one another.
fn spread(scale: &Scale) -> Vec<(&'static str, f32)> {
    const APART: f32 = 15.0;
    let mut lowest = scale.rect.bottom() - APART / 2.0;
    let mut out = Vec::new();
    for (ms, meaning) in MARKS {
        let y = scale.y(ms).min(lowest);
        lowest = y - APART;
        out.push((meaning, y));
    }
    out
}

/// The plot in a sentence, for those who cannot see it.
fn describe(reading: &Reading) -> String {
    match (reading.now(), reading.run.worst()) {
        (Some(now), Some(worst)) => format!(
            "Latency of the event loop: now {}, worst {}",
            milliseconds(now),
            milliseconds(worst)
        ),
        _ => "Latency of the event loop: nothing measured yet".to_owned(),
    }
}
