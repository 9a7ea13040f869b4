//! The row below the controls: what belongs to checksum files. It is there only when it is about
//! what is chosen.

use eframe::egui::{Align, Layout, Rect, RichText, Ui, UiBuilder};
use workers::Unlisted;

use crate::command::Command;
use crate::session::Session;
use crate::target::Aim;
use crate::theme::{self, CONTROL_HEIGHT};
use crate::widgets::button;
use crate::widgets::segmented::{Segment, segmented};

const UNLISTED: [(Unlisted, &str, &str); 3] = [
    (
        Unlisted::Ignored,
        "Ignore",
        "Nobody looks for files that no list names.",
    ),
    (
        Unlisted::Reported,
        "Report",
        "Files in the lists' folders that no list names are reported as new. Where a listed file is \
         missing, they are read, to see whether it has moved.",
    ),
    (
        Unlisted::Read,
        "Find duplicates",
        "Files that no list names are read too, and those with the content of a listed file are \
         reported as its duplicates.",
    ),
];

/// Height of the row with the gap above it; 0 where there is none.
pub(super) fn height(session: &Session) -> f32 {
    if session.targets.are_lists() {
        CONTROL_HEIGHT + 8.0
    } else {
        0.0
    }
}

pub(super) fn show(ui: &mut Ui, rect: Rect, session: &Session, commands: &mut Vec<Command>) {
    if !session.targets.are_lists() {
        return;
    }
    let builder = UiBuilder::new()
        .id_salt("options")
        .max_rect(rect)
        .layout(Layout::left_to_right(Align::Center));
    let ui = &mut ui.new_child(builder);
    let idle = !session.job.is_busy();
    let dim = theme::palette(ui).dim;
    let accent = theme::palette(ui).accent;
    let several = session.chosen.len() > 1;
    let say =
        |ui: &mut Ui, text: &str| ui.label(RichText::new(text).font(theme::body()).color(dim));
    let turn = |ui: &mut Ui, text: &str, name: &str| {
        ui.add_enabled_ui(idle, |ui| {
            button::link(ui, text, theme::body(), accent, name).clicked()
        })
        .inner
    };
    match session.aim() {
        Aim::Verify => {
            say(ui, "Files that are not listed");
            let segments = UNLISTED.map(|(unlisted, text, tooltip)| Segment {
                text,
                tooltip,
                selected: unlisted == session.settings.unlisted,
                enabled: true,
            });
            if let Some(index) = segmented(ui, "Files that are not listed", &segments, idle) {
                commands.push(Command::SetUnlisted(UNLISTED[index].0));
            }
            ui.add_space(8.0);
            let (text, name) = if several {
                (
                    "hash the lists instead",
                    "Hash the checksum files themselves instead",
                )
            } else {
                (
                    "hash the list instead",
                    "Hash the checksum file itself instead",
                )
            };
            if turn(ui, text, name) {
                commands.push(Command::SetAim(Aim::Hash));
            }
        }
        Aim::Hash => {
            let (is, name) = if several {
                (
                    "These are checksum files, and will be hashed like any other.",
                    "Verify what the checksum files list",
                )
            } else {
                (
                    "This is a checksum file, and will be hashed like any other.",
                    "Verify what the checksum file lists",
                )
            };
            say(ui, is);
            if turn(ui, "verify instead", name) {
                commands.push(Command::SetAim(Aim::Verify));
            }
        }
    }
}
