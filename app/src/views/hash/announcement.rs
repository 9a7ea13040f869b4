//! Before the freeze: what will happen, for how long at most, and how it will look.

use std::time::Instant;

use eframe::egui::{Align, Layout, Rect, RichText, Ui, UiBuilder, vec2};

use crate::command::Command;
use crate::job::JobState;
use crate::session::Session;
use crate::theme;
use crate::widgets::button;
use crate::widgets::panel::panel;

pub(super) fn show(ui: &mut Ui, rect: Rect, session: &Session, commands: &mut Vec<Command>) {
    let JobState::Announced { title, go_at, .. } = &session.job else {
        return;
    };
    panel(ui, rect, "Before the freeze", |ui| {
        let palette = theme::palette(ui);
        let inside = ui.max_rect();
        let mut middle =
            Rect::from_center_size(inside.center(), vec2(inside.width().min(560.0), 300.0));
        middle.min.y = middle.min.y.max(inside.top());
        let builder = UiBuilder::new()
            .id_salt("announcement")
            .max_rect(middle)
            .layout(Layout::top_down(Align::Min));
        let ui = &mut ui.new_child(builder);
        ui.label(
            RichText::new("❄  This window is about to freeze")
                .font(theme::large())
                .color(palette.ice),
        );
        ui.add_space(6.0);
        let most = match session.settings.freeze_limit_s {
            Some(seconds) => format!(
                "It lasts for {seconds} s at most; then the rest goes on in the background and the window answers again."
            ),
            None => {
                "It lasts until the last file is hashed: you have lifted the limit in the settings."
                    .to_owned()
            }
        };
        for line in [
            format!("{} will be hashed on the thread that draws this window.", title.what),
            most,
            "Until then nothing here moves: no button, no key, no repaint. Your desktop may offer to \
             end the program; let it wait."
                .to_owned(),
            "Nothing is lost. The results and the length of the freeze are shown afterwards."
                .to_owned(),
        ] {
            ui.label(RichText::new(line).color(palette.text));
            ui.add_space(4.0);
        }
        ui.add_space(8.0);
        ui.horizontal(|ui| {
            let word = match go_at {
                Some(at) => {
                    let left = at
                        .saturating_duration_since(Instant::now())
                        .as_secs_f32()
                        .ceil();
                    format!("Freeze it now (or in {left:.0} s)")
                }
                None => "Freeze it".to_owned(),
            };
            if button::primary(ui, &word, true).clicked() {
                commands.push(Command::ConfirmFreeze);
            }
            if button::secondary(ui, "Leave it alone", true).clicked() {
                commands.push(Command::DeclineFreeze);
            }
        });
    });
}
