//! The row below the controls: which files count, what belongs to checksum files, and the digest that
//! is expected of one file. In a narrow window which files count has a place above, and the row is
//! there only when it is about what is chosen.

use eframe::egui::{
    Align, Align2, ComboBox, Key, Layout, Rect, RichText, TextEdit, Ui, UiBuilder, vec2,
};
use workers::{NoDigest, Unlisted};

use super::{controls, counted, other_side};
use crate::command::Command;
use crate::expectation;
use crate::session::Session;
use crate::target::Aim;
use crate::theme::{self, CONTROL_HEIGHT};
use crate::widgets::button;
use crate::widgets::segmented::{Segment, segmented};
use crate::widgets::text;

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

const COMPARE: &str = "Compare the two with each other";

/// Height of the row with the gap above it; 0 where there is none.
pub(super) fn height(session: &Session, width: f32) -> f32 {
    if !controls::is_narrow(width) || is_about_chosen(session) {
        CONTROL_HEIGHT + 8.0
    } else {
        0.0
    }
}

/// Whether there is anything in it but which files count.
fn is_about_chosen(session: &Session) -> bool {
    match session.aim() {
        Aim::Duplicates | Aim::Compare => true,
        Aim::Hash | Aim::Verify => {
            session.targets.can_be_verified() || session.expects() || session.chosen.len() == 2
        }
    }
}

pub(super) fn show(ui: &mut Ui, rect: Rect, session: &Session, commands: &mut Vec<Command>) {
    let narrow = controls::is_narrow(rect.width());
    let about_chosen = is_about_chosen(session);
    if narrow && !about_chosen {
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
    if !narrow {
        let room = rect.width() * if about_chosen { 0.3 } else { 1.0 };
        counted::show(ui, session, commands, room);
        ui.add_space(8.0);
    }
    if !about_chosen {
        return;
    }
    match session.aim() {
        Aim::Verify if let Some(named) = session.targets.named() => {
            say(ui, "Only what is chosen beside the list is verified.");
            if turn(ui, "verify all that is listed", "Verify all that is listed") {
                commands.push(Command::UsePaths(named.lists.clone()));
            }
            if turn(ui, "hash instead", "Hash what is chosen instead") {
                commands.push(Command::SetAim(Aim::Hash));
            }
        }
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
            if session.chosen.len() == 2 && turn(ui, "compare them", COMPARE) {
                commands.push(Command::SetAim(Aim::Compare));
            }
        }
        Aim::Compare => {
            other_side::show(ui, session, commands, idle);
            if turn(ui, "hash instead", "Hash what is chosen instead") {
                commands.push(Command::SetAim(Aim::Hash));
            }
        }
        Aim::Hash if session.targets.named().is_some() => {
            say(
                ui,
                "All of these will be hashed, the checksum file like any other.",
            );
            if turn(ui, "verify instead", "Verify what the checksum file lists") {
                commands.push(Command::SetAim(Aim::Verify));
            }
        }
        Aim::Hash if !session.targets.are_lists() && session.chosen.len() == 2 => {
            say(ui, "Two are chosen, and both will be hashed.");
            if turn(ui, "compare them instead", COMPARE) {
                commands.push(Command::SetAim(Aim::Compare));
            }
        }
        Aim::Duplicates => {
            say(
                ui,
                "Files of the same size are read and compared. Nothing is deleted.",
            );
            if turn(ui, "hash instead", "Hash what is chosen instead") {
                commands.push(Command::SetAim(Aim::Hash));
            }
        }
        Aim::Hash if session.expects() => {
            if session.targets.are_lists()
                && turn(
                    ui,
                    "verify what it lists instead",
                    "Verify what the checksum file lists",
                )
            {
                commands.push(Command::SetAim(Aim::Verify));
            }
            expected(ui, session, commands, idle);
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

/// The field for an expected digest, the choice where several algorithms have digests as long,
/// and what is understood of it so far.
fn expected(ui: &mut Ui, session: &Session, commands: &mut Vec<Command>, idle: bool) {
    let palette = theme::palette(ui);
    ui.label(
        RichText::new("Expected digest")
            .font(theme::body())
            .color(palette.dim),
    );
    let read = session.expected.read();
    let choice = read.as_ref().is_ok_and(|read| read.candidates().len() > 1);
    ui.add_enabled_ui(idle, |ui| {
        let mut text = session.expected.text().to_owned();
        let edit = TextEdit::singleline(&mut text)
            .id_salt("expected digest")
            .hint_text("optional: paste or type it")
            .font(theme::mono())
            .char_limit(expectation::LONGEST)
            .margin(vec2(10.0, 7.0));
        let width = (ui.available_width() * 0.6).min(500.0);
        let response = ui
            .add_sized(vec2(width, CONTROL_HEIGHT), edit)
            .accessible_name("Digest that the file is expected to have");
        if response.changed() {
            commands.push(Command::TypeExpected(text));
        }
        if response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
            commands.push(Command::Start);
        }
        if let Ok(read) = read
            && choice
        {
            let now = session.expectation().map(|now| now.algorithms);
            let now = now.unwrap_or_default();
            // Any of those with which the file is hashed anyway, or the one that is chosen here.
            let words: Vec<&str> = now.iter().map(|one| one.label()).collect();
            let words = words.join(" or ");
            ComboBox::from_id_salt("expected algorithm")
                .selected_text(&words)
                .width(112.0)
                .show_ui(ui, |ui| {
                    for &algorithm in read.candidates() {
                        let selected = now.contains(&algorithm);
                        if ui.selectable_label(selected, algorithm.label()).clicked() {
                            commands.push(Command::SetExpectedAlgorithm(algorithm));
                        }
                    }
                })
                .response
                .accessible_name(format!("Algorithm of the expected digest: {words}"))
                .on_hover_text("Several algorithms have digests of this length");
        }
    });
    let file = session.chosen.first().and_then(|path| path.file_name());
    let (words, color) = match read {
        Err(NoDigest::Empty) => return,
        Err(error) => (format!("▲ {error}"), palette.amber),
        Ok(read) => match (read.name(), file) {
            (Some(name), Some(file)) if std::path::Path::new(name).file_name() != Some(file) => (
                format!(
                    "▲ that line is for {}",
                    workers::shown(std::path::Path::new(name))
                ),
                palette.amber,
            ),
            _ => {
                let now = session.expectation().map(|now| now.algorithms);
                let words = match now.as_deref().unwrap_or_default() {
                    [] => "✓".to_owned(),
                    [one] => format!("✓ {}", one.label()),
                    // The choice beside it names them.
                    [_, _] => "✓ either".to_owned(),
                    _ => "✓ any".to_owned(),
                };
                (words, palette.green)
            }
        },
    };
    let place = ui.available_rect_before_wrap();
    text::put(
        ui,
        place,
        Align2::LEFT_CENTER,
        &words,
        &theme::body(),
        color,
    );
}
