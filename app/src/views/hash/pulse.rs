//! What it does to the window: something that always moves, a field to type in, and the plot of
//! the event loop's latency.

use eframe::egui::{Align2, Rect, TextEdit, Ui, pos2, vec2};

use crate::format::milliseconds;
use crate::meter::pulse::Reading;
use crate::session::Session;
use crate::theme::{self, CONTROL_HEIGHT};
use crate::widgets::panel::{panel, title_line};
use crate::widgets::pulse_plot::pulse_plot;
use crate::widgets::text;

#[derive(Default)]
pub(super) struct PulsePanel {
    typed: String,
}

impl PulsePanel {
    pub(super) fn show(&mut self, ui: &mut Ui, rect: Rect, session: &Session) {
        let reading = session.pulse.reading();
        panel(ui, rect, "Pulse", |ui| {
            let palette = theme::palette(ui);
            let inside = ui.max_rect();
            let title = title_line(ui);
            let right = text::put(
                ui,
                title,
                Align2::RIGHT_CENTER,
                &figures(reading),
                &theme::small_strong(),
                palette.dim,
            );
            let left = Rect::from_min_max(title.min, pos2(right.rect.left() - 10.0, title.max.y));
            text::put(
                ui,
                left,
                Align2::LEFT_CENTER,
                "Pulse · how fast this window answers",
                &theme::small_strong(),
                palette.dim,
            );
            let field = Rect::from_min_max(
                pos2(inside.left(), inside.bottom() - CONTROL_HEIGHT),
                pos2(inside.right() - 24.0, inside.bottom()),
            );
            let plot = Rect::from_min_max(
                pos2(inside.left(), inside.top() + 22.0),
                pos2(inside.right(), field.top() - 8.0),
            );
            pulse_plot(ui, plot, reading, plot.height() > 90.0);
            self.field(ui, field);
            heart(
                ui,
                pos2(inside.right() - 7.0, field.center().y),
                reading.beating,
            );
        });
    }

    pub(super) fn show_line(&mut self, ui: &mut Ui, rect: Rect, session: &Session) {
        let reading = session.pulse.reading();
        panel(ui, rect, "Pulse", |ui| {
            let palette = theme::palette(ui);
            let inside = ui.max_rect();
            let title = title_line(ui);
            let left = text::put(
                ui,
                title,
                Align2::LEFT_CENTER,
                "Pulse",
                &theme::small_strong(),
                palette.dim,
            );
            let right = Rect::from_min_max(pos2(left.rect.right() + 8.0, title.min.y), title.max);
            let mut right = right;
            right.max.x -= 18.0;
            text::put(
                ui,
                right,
                Align2::RIGHT_CENTER,
                &figures(reading),
                &theme::small(),
                palette.dim,
            );
            heart(
                ui,
                pos2(inside.right() - 5.0, title.center().y),
                reading.beating,
            );
            // The field only where there is room for it and the line.
            let room = inside.height() - 20.0;
            let field_height = if room >= 62.0 { 26.0 } else { 0.0 };
            let plot = Rect::from_min_max(
                pos2(inside.left(), inside.top() + 18.0),
                pos2(
                    inside.right(),
                    inside.bottom() - field_height - if field_height > 0.0 { 6.0 } else { 0.0 },
                ),
            );
            pulse_plot(ui, plot, reading, false);
            if field_height > 0.0 {
                let field = Rect::from_min_max(
                    pos2(inside.left(), inside.bottom() - field_height),
                    inside.max,
                );
                self.field(ui, field);
            }
        });
    }

    fn field(&mut self, ui: &mut Ui, rect: Rect) {
        let edit = TextEdit::singleline(&mut self.typed)
            .id_salt("pulse field")
            .hint_text("type here while it works")
            .margin(vec2(10.0, (rect.height() - 17.0) / 2.0))
            .desired_width(f32::INFINITY);
        ui.put(rect, edit)
            .accessible_name("Type here to feel how fast the window answers");
    }
}

fn figures(reading: &Reading) -> String {
    match (
        reading.now(),
        reading.run.quantile(0.99),
        reading.run.worst(),
    ) {
        (Some(now), Some(p99), Some(worst)) => format!(
            "now {} · p99 {} · worst {}",
            milliseconds(now),
            milliseconds(p99),
            milliseconds(worst)
        ),
        _ if reading.beating => "listening".to_owned(),
        _ => "rests while no job runs".to_owned(),
    }
}

/// Something that always moves while the pulse beats: a dot that goes round, one turn in two
/// seconds. It stands still when the window does.
fn heart(ui: &Ui, center: eframe::egui::Pos2, beating: bool) {
    let palette = theme::palette(ui);
    if beating {
        let angle = ui.input(|input| input.time).rem_euclid(2.0) as f32 * std::f32::consts::PI;
        let dot = center + 5.0 * eframe::egui::Vec2::angled(angle);
        ui.painter()
            .circle_stroke(center, 5.0, eframe::egui::Stroke::new(1.5, palette.line));
        ui.painter().circle_filled(dot, 3.0, palette.accent);
    } else {
        ui.painter().circle_filled(center, 3.0, palette.line);
    }
}
