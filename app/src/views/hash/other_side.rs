//! The second side of a comparison: the field for its path, and the dialogs that find it.

use eframe::egui::{Id, Key, RichText, TextEdit, Ui, vec2};

use crate::command::Command;
use crate::session::Session;
use crate::theme::{self, CONTROL_HEIGHT};

/// The field, for whoever gives it the focus.
pub(super) fn field() -> Id {
    Id::unique("other side")
}

/// What stands to the right of the field.
const REST: f32 = 130.0;

pub(super) fn show(ui: &mut Ui, session: &Session, commands: &mut Vec<Command>, idle: bool) {
    let Some(other) = session.other_side() else {
        return;
    };
    let dim = theme::palette(ui).dim;
    ui.label(RichText::new("with").font(theme::body()).color(dim));
    ui.add_enabled_ui(idle, |ui| {
        let mut text = other.text.clone();
        let edit = TextEdit::singleline(&mut text)
            .id(field())
            .hint_text("The other folder or checksum file: choose, drop or type it")
            .margin(vec2(10.0, 7.0));
        let width = (ui.available_width() - 2.0 * REST).clamp(120.0, 560.0);
        let response = ui
            .add_sized(vec2(width, CONTROL_HEIGHT), edit)
            .accessible_name("Path of the right side: a folder, a checksum file or a file");
        if response.changed() {
            commands.push(Command::TypeOther(text));
        }
        if response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
            commands.push(Command::Start);
        }
        let menu = ui.menu_button(RichText::new("Choose…").font(theme::strong()), |ui| {
            ui.set_min_width(180.0);
            if ui.button("Folder…").clicked() {
                commands.push(Command::ChooseOtherFolder);
                ui.close();
            }
            if ui.button("Checksum file or file…").clicked() {
                commands.push(Command::ChooseOtherFile);
                ui.close();
            }
        });
        menu.response.accessible_name("Choose what to compare with");
    });
}
