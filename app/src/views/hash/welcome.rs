//! Before the first job: what to do, what the three ways mean, and the folders of last time.

use eframe::egui::{Align, Button, Layout, Rect, RichText, ScrollArea, Ui, UiBuilder, vec2};

use crate::command::Command;
use crate::session::{Session, shown_home};
use crate::theme;
use crate::way::Way;
use crate::widgets::button;
use crate::widgets::panel::panel;

pub(super) fn show(ui: &mut Ui, rect: Rect, session: &Session, commands: &mut Vec<Command>) {
    panel(ui, rect, "Welcome", |ui| {
        let palette = theme::palette(ui);
        let inside = ui.max_rect();
        let width = inside.width().min(620.0);
        let mut middle = Rect::from_center_size(inside.center(), vec2(width, inside.height()));
        middle.min.y = inside.top() + ((inside.height() - 460.0) * 0.4).max(0.0);
        let builder = UiBuilder::new()
            .id_salt("welcome")
            .max_rect(middle)
            .layout(Layout::top_down(Align::Min));
        let mut child = ui.new_child(builder);
        ScrollArea::vertical().auto_shrink(false).show(&mut child, |ui| {
            ui.label(
                RichText::new("Drop a folder here, or choose one")
                    .font(theme::large())
                    .color(palette.text),
            );
            ui.add_space(2.0);
            ui.label(
                RichText::new(
                    "Every file in it gets a checksum: a short text that changes when the file does. \
                     Keep the list, drop it here later, and you are told what was damaged, altered or lost. \
                     The menu beside Start also finds duplicates, and compares two folders or a folder with a list.",
                )
                .color(palette.dim),
            );
            ui.add_space(10.0);
            ui.horizontal(|ui| {
                if button::secondary(ui, "Choose a folder…", true).clicked() {
                    commands.push(Command::ChooseFolder);
                }
                if button::secondary(ui, "Choose files…", true).clicked() {
                    commands.push(Command::ChooseFiles);
                }
                if button::secondary(ui, "Verify a checksum file…", true).clicked() {
                    commands.push(Command::ChooseList);
                }
            });
            ui.add_space(20.0);
            ui.label(RichText::new("Three ways to do the same work").font(theme::strong()));
            ui.add_space(4.0);
            for way in [Way::Processes, Way::Threads, Way::Ui] {
                let color = if way == Way::Ui { palette.ice } else { palette.text };
                let name = if way == Way::Ui { "❄ Window" } else { way.label() };
                ui.horizontal_top(|ui| {
                    let layout = Layout::left_to_right(Align::Min);
                    ui.allocate_ui_with_layout(vec2(92.0, 18.0), layout, |ui| {
                        ui.set_min_width(92.0);
                        ui.label(RichText::new(name).font(theme::strong()).color(color));
                    });
                    ui.add(eframe::egui::Label::new(RichText::new(explain(way)).color(palette.dim)).wrap());
                });
                ui.add_space(2.0);
            }
            if !session.settings.recent.is_empty() {
                ui.add_space(18.0);
                ui.label(RichText::new("Last time").font(theme::strong()));
                ui.add_space(2.0);
                for recent in &session.settings.recent {
                    let text = shown_home(recent);
                    let link = Button::new(RichText::new(&text).color(palette.accent))
                        .frame(false)
                        .truncate();
                    if ui.add(link).clicked() {
                        commands.push(Command::UsePaths(vec![recent.clone()]));
                    }
                }
            }
        });
    });
}

fn explain(way: Way) -> &'static str {
    match way {
        Way::Processes => {
            "A pool of child processes, one a core. The window keeps answering, and a worker \
             that misbehaves can be killed without losing anything."
        }
        Way::Threads => {
            "Background threads of this program. The window keeps answering; a thread, though, \
             cannot be killed."
        }
        Way::Ui => {
            "The window does the work itself, and freezes until it is done. For those who want \
             to see the difference, and measure it."
        }
    }
}
