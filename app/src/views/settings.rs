//! The settings, each with a sentence that says what it does.

use eframe::egui::{DragValue, Rect, RichText, ScrollArea, Ui, vec2};

use super::View;
use crate::command::Command;
use crate::keys::keys;
use crate::session::Session;
use crate::settings::{CALL_AFTER_S, FILE_LIMIT_S, FREEZE_LIMIT_S, SCALES, Theme};
use crate::theme;
use crate::widgets::button;
use crate::widgets::checkbox::checkbox;
use crate::widgets::panel::inside_of;
use crate::widgets::segmented::{Segment, segmented};

pub(crate) struct SettingsView;

impl View for SettingsView {
    fn name(&self) -> &'static str {
        "Settings"
    }
    fn icon(&self) -> &'static str {
        "⚙"
    }
    fn at_foot(&self) -> bool {
        true
    }

    fn show(&mut self, ui: &mut Ui, rect: Rect, session: &Session, commands: &mut Vec<Command>) {
        let settings = &session.settings;
        inside_of(ui, rect, "Settings", |ui| {
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                ui.set_max_width(680.0);
                ui.label(RichText::new("Settings").font(theme::large()));

                section(ui, "Theme", "System follows the desktop.");
                let themes = [("System", Theme::System), ("Light", Theme::Light), ("Dark", Theme::Dark)];
                let segments = themes.map(|(text, theme)| Segment {
                    text,
                    tooltip: "",
                    selected: theme == settings.theme,
                    enabled: true,
                });
                if let Some(index) = segmented(ui, "Theme", &segments, true) {
                    commands.push(Command::SetTheme(themes[index].1));
                }

                let text = keys(
                    ui.ctx(),
                    "Of everything in the window. Ctrl+Plus, Ctrl+Minus and Ctrl+0 do the same.",
                );
                section(ui, "Size", &text);
                ui.horizontal(|ui| {
                    let step = |by: f32| (settings.scale + by).clamp(*SCALES.start(), *SCALES.end());
                    if button::secondary(ui, "−", settings.scale > *SCALES.start())
                        .accessible_name("Smaller")
                        .clicked()
                    {
                        commands.push(Command::SetScale(step(-0.1)));
                    }
                    ui.label(format!("{:.0} %", settings.scale * 100.0));
                    if button::secondary(ui, "+", settings.scale < *SCALES.end())
                        .accessible_name("Larger")
                        .clicked()
                    {
                        commands.push(Command::SetScale(step(0.1)));
                    }
                    if settings.scale != 1.0 && button::secondary(ui, "Reset", true).clicked() {
                        commands.push(Command::SetScale(1.0));
                    }
                });

                section(
                    ui,
                    "Freeze",
                    "A job on the window's own thread freezes the window. After the limit the rest goes on in the background.",
                );
                ui.horizontal(|ui| {
                    let mut limited = settings.freeze_limit_s.is_some();
                    if checkbox(ui, &mut limited, "Freeze for at most").changed() {
                        commands.push(Command::SetFreezeLimit(limited.then_some(FREEZE_LIMIT_S)));
                    }
                    let mut seconds = settings.freeze_limit_s.unwrap_or(FREEZE_LIMIT_S);
                    let drag = DragValue::new(&mut seconds).range(1..=3600).suffix(" s");
                    let response = ui
                        .add_enabled(limited, drag)
                        .accessible_name("Seconds of freeze at most");
                    if response.changed() {
                        commands.push(Command::SetFreezeLimit(Some(seconds)));
                    }
                });

                section(
                    ui,
                    "Files that hang",
                    "A file on a broken disk or a lost network folder can take for ever. In a pool of child processes its worker can be ended and the file given up; no thread can.",
                );
                ui.horizontal(|ui| {
                    let mut limited = settings.file_limit_s.is_some();
                    if checkbox(ui, &mut limited, "Give a file up after").changed() {
                        commands.push(Command::SetFileLimit(limited.then_some(FILE_LIMIT_S)));
                    }
                    let mut seconds = settings.file_limit_s.unwrap_or(FILE_LIMIT_S);
                    let drag = DragValue::new(&mut seconds).range(1..=86_400).suffix(" s");
                    let response = ui
                        .add_enabled(limited, drag)
                        .accessible_name("Seconds that a file may take");
                    if response.changed() {
                        commands.push(Command::SetFileLimit(Some(seconds)));
                    }
                });

                section(
                    ui,
                    "Long jobs",
                    "When one ends while you look at something else, the window asks for attention in the taskbar or the Dock; on Linux a notification says how it went.",
                );
                ui.horizontal(|ui| {
                    let mut wanted = settings.call_after_s.is_some();
                    if checkbox(ui, &mut wanted, "Call me for a job of more than").changed() {
                        commands.push(Command::SetCallAfter(wanted.then_some(CALL_AFTER_S)));
                    }
                    let mut seconds = settings.call_after_s.unwrap_or(CALL_AFTER_S);
                    let drag = DragValue::new(&mut seconds).range(0..=86_400).suffix(" s");
                    let response = ui
                        .add_enabled(wanted, drag)
                        .accessible_name("Seconds that a long job takes");
                    if response.changed() {
                        commands.push(Command::SetCallAfter(Some(seconds)));
                    }
                });

                section(
                    ui,
                    "Pulse and cores",
                    "They are measured while a job runs. When they are always on, the window draws ten frames a second even when nothing else happens.",
                );
                let mut always = settings.pulse_always;
                if checkbox(ui, &mut always, "Measure without a job too").changed() {
                    commands.push(Command::SetPulseAlways(always));
                }

                section(ui, "Recent folders", "The last eight are offered in the path menu and on the first page.");
                if button::secondary(ui, "Forget them", !settings.recent.is_empty()).clicked() {
                    commands.push(Command::ForgetRecent);
                }
                ui.add_space(4.0);
            });
        });
    }
}

fn section(ui: &mut Ui, title: &str, explanation: &str) {
    let palette = theme::palette(ui);
    // All of them fit into a window of the usual size.
    ui.add_space(10.0);
    ui.label(
        RichText::new(title)
            .font(theme::strong())
            .color(palette.text),
    );
    ui.add(eframe::egui::Label::new(RichText::new(explanation).color(palette.dim)).wrap());
    ui.add_space(2.0);
    ui.spacing_mut().item_spacing = vec2(8.0, 6.0);
}
