//! The menu beside the buttons: what it is to do.

use eframe::egui::containers::menu::MenuButton;
use eframe::egui::{Button, RichText, Ui, vec2};

use super::other_side;
use crate::command::Command;
use crate::session::Session;
use crate::target::Aim;
use crate::theme::{self, CONTROL_HEIGHT};

/// Every aim, by a word, more words, and what they mean.
const AIMS: [(Aim, &str, &str, &str); 4] = [
    (
        Aim::Hash,
        "Hash",
        "Hash",
        "Every file gets a checksum, for a list to keep.",
    ),
    (
        Aim::Verify,
        "Verify",
        "Verify what is listed",
        "Files are held against the checksum files chosen.",
    ),
    (
        Aim::Duplicates,
        "Duplicates",
        "Find duplicates",
        "Files with the same content: sizes first, then contents. Nothing is deleted.",
    ),
    (
        Aim::Compare,
        "Compare",
        "Compare with…",
        "Two folders, a folder with a checksum file, or two checksum files, of which no file is read.",
    ),
];

/// Why an aim cannot be chosen just now.
fn why_not(aim: Aim, session: &Session) -> Option<&'static str> {
    match aim {
        Aim::Verify if !session.targets.can_be_verified() => {
            Some("Choose a checksum file first, by Choose… or by dropping it here.")
        }
        Aim::Compare if session.chosen.len() > 2 => {
            Some("Two can be compared, a left side and a right; more are chosen.")
        }
        _ => None,
    }
}

pub(super) fn show(ui: &mut Ui, session: &Session, commands: &mut Vec<Command>) {
    let now = session.aim();
    let (word, words) = AIMS
        .iter()
        .find_map(|&(aim, word, words, _)| (aim == now).then_some((word, words)))
        .unwrap_or_default();
    let text = RichText::new(format!("{word} ▾")).font(theme::strong());
    let button = Button::new(text).min_size(vec2(0.0, CONTROL_HEIGHT));
    let (response, _) = MenuButton::from_button(button).ui(ui, |ui| {
        ui.set_min_width(190.0);
        for (aim, _, words, meaning) in AIMS {
            let why_not = why_not(aim, session);
            let item = Button::selectable(aim == now, words);
            let response = ui
                .add_enabled(why_not.is_none(), item)
                .on_hover_text(meaning)
                .on_disabled_hover_text(why_not.unwrap_or_default());
            if response.clicked() {
                commands.push(Command::SetAim(aim));
                if aim == Aim::Compare && session.chosen.len() < 2 {
                    // What is missing is to be typed, if it is not chosen or dropped.
                    ui.memory_mut(|memory| memory.request_focus(other_side::field()));
                }
                // By itself it closes for the pointer alone.
                ui.close();
            }
        }
    });
    response
        .accessible_name(format!("What to do: {words}"))
        .on_hover_text("Choose what to do");
}
