//! The top row: what to hash, with what, by whom, and the button.

use eframe::egui::{
    Align, ComboBox, Key, Layout, Rect, RichText, TextEdit, Ui, UiBuilder, Vec2, vec2,
};
use workers::{Guess, JobSpec};

use super::algorithm_menu;
use crate::command::Command;
use crate::format::count;
use crate::job::{JobState, Phase};
use crate::keys::keys;
use crate::session::Session;
use crate::target::Aim;
use crate::theme::{self, CONTROL_HEIGHT};
use crate::way::Way;
use crate::widgets::button;
use crate::widgets::segmented::{Segment, segmented};

/// Below this width the row becomes two.
const ONE_ROW: f32 = 1100.0;

/// Whether the row is two.
pub(super) fn is_narrow(width: f32) -> bool {
    width < ONE_ROW
}

pub(super) fn height(width: f32) -> f32 {
    if is_narrow(width) {
        2.0 * CONTROL_HEIGHT + 8.0
    } else {
        CONTROL_HEIGHT
    }
}

pub(super) fn show(ui: &mut Ui, rect: Rect, session: &Session, commands: &mut Vec<Command>) {
    let row = Rect::from_min_size(rect.min, vec2(rect.width(), CONTROL_HEIGHT));
    let second = row.translate(vec2(0.0, CONTROL_HEIGHT + 8.0));
    let idle = !session.job.is_busy();
    let two_rows = is_narrow(rect.width());
    let layout = Layout::right_to_left(Align::Center);
    let mut right = ui.new_child(
        UiBuilder::new()
            .id_salt("controls")
            .max_rect(row)
            .layout(layout),
    );
    buttons(&mut right, session, commands);
    if two_rows {
        path(&mut right, session, commands, idle);
        let layout = Layout::left_to_right(Align::Center);
        let mut left = ui.new_child(
            UiBuilder::new()
                .id_salt("choices")
                .max_rect(second)
                .layout(layout),
        );
        algorithm_menu::show(&mut left, session, commands);
        ways(&mut left, session, commands, idle);
        workers(&mut left, session, commands, idle);
        let room = left.available_width();
        super::counted::show(&mut left, session, commands, room);
    } else {
        workers(&mut right, session, commands, idle);
        ways(&mut right, session, commands, idle);
        algorithm_menu::show(&mut right, session, commands);
        path(&mut right, session, commands, idle);
    }
}

/// From right to left: the main button, which is always in the corner, then the other, then the menu
/// that says what the main one does.
fn buttons(ui: &mut Ui, session: &Session, commands: &mut Vec<Command>) {
    match &session.job {
        JobState::Running(running) => {
            let cancelling = running.phase == Phase::Cancelling;
            let cancel = button::primary(ui, "Cancel", !cancelling)
                .on_hover_text(keys(ui.ctx(), "Stop the job (Ctrl+.)"));
            if cancel.clicked() {
                commands.push(Command::Cancel);
            }
            let paused = matches!(running.phase, Phase::Paused | Phase::Pausing);
            let word = if paused { "Resume" } else { "Pause" };
            if button::secondary(ui, word, !cancelling)
                .on_hover_text(keys(ui.ctx(), "Ctrl+P"))
                .clicked()
            {
                commands.push(if paused {
                    Command::Resume
                } else {
                    Command::Pause
                });
            }
        }
        JobState::Freezing { .. } => {
            button::primary(ui, "Frozen", false);
        }
        JobState::Announced { .. } => {
            if button::secondary(ui, "Not now", true).clicked() {
                commands.push(Command::DeclineFreeze);
            }
        }
        JobState::Idle | JobState::Finished(_) if session.is_starting() => {
            button::primary(ui, "Starting…", false);
        }
        JobState::Idle | JobState::Finished(_) => {
            let over = matches!(session.job, JobState::Finished(_));
            let (word, what) = match session.aim() {
                Aim::Verify if over && session.failed() > 0 => {
                    ("Verify all", "Verify everything that is listed (Enter)")
                }
                Aim::Verify => ("Verify", "Verify the files that are listed (Enter)"),
                Aim::Duplicates => (
                    "Find duplicates",
                    "Find files with the same content; nothing is deleted (Enter)",
                ),
                Aim::Compare => ("Compare", "Compare the two sides (Enter)"),
                Aim::Hash if over => ("Run again", "Hash what is named on the left (Enter)"),
                Aim::Hash => ("Start", "Hash what is named on the left (Enter)"),
            };
            let missing = if session.chosen.is_empty() {
                "Choose a folder first"
            } else {
                "Choose a second side first"
            };
            if button::primary(ui, word, session.is_ready())
                .on_hover_text(what)
                .on_disabled_hover_text(missing)
                .clicked()
            {
                commands.push(Command::Start);
            }
            let failed = session.failed();
            if let Some(guess) = session.guess() {
                verify_as(ui, guess, commands);
            } else if over && failed > 0 {
                let text = format!("Verify {} again", count(failed));
                let name = "Verify again only what was not as listed";
                if button::secondary(ui, &text, true)
                    .accessible_name(name)
                    .on_hover_text(format!("{name} ({})", keys(ui.ctx(), "Ctrl+R")))
                    .clicked()
                {
                    commands.push(Command::VerifyAgain);
                }
            }
            super::aims::show(ui, session, commands);
        }
    }
}

/// Verifying the same once more would show the same.
fn verify_as(ui: &mut Ui, guess: &Guess, commands: &mut Vec<Command>) {
    let [taken, others @ ..] = &*guess.candidates else {
        return;
    };
    let menu = ui.menu_button(RichText::new("Verify as…").font(theme::strong()), |ui| {
        ui.set_min_width(160.0);
        for &algorithm in others {
            if ui.button(algorithm.label()).clicked() {
                commands.push(Command::VerifyAs(algorithm));
                ui.close();
            }
        }
    });
    menu.response
        .accessible_name("Verify as digests of another algorithm")
        .on_hover_text(format!(
            "Nothing is as listed, and the list does not name its algorithm: it was taken for {}",
            taken.label()
        ));
}

fn path(ui: &mut Ui, session: &Session, commands: &mut Vec<Command>, idle: bool) {
    ui.add_enabled_ui(idle, |ui| {
        let menu = ui.menu_button(RichText::new("Choose…").font(theme::strong()), |ui| {
            ui.set_min_width(180.0);
            if ui.button(keys(ui.ctx(), "Folder…   Ctrl+O")).clicked() {
                commands.push(Command::ChooseFolder);
                ui.close();
            }
            if ui.button(keys(ui.ctx(), "Files…   Ctrl+Shift+O")).clicked() {
                commands.push(Command::ChooseFiles);
                ui.close();
            }
            if ui.button("A checksum file to verify…").clicked() {
                commands.push(Command::ChooseList);
                ui.close();
            }
            if !session.settings.recent.is_empty() {
                ui.separator();
                for recent in &session.settings.recent {
                    let text = crate::session::shown_home(recent);
                    if ui.button(shorten(&text)).on_hover_text(&text).clicked() {
                        commands.push(Command::UsePaths(vec![recent.clone()]));
                        ui.close();
                    }
                }
                ui.separator();
                if ui.button("Forget these").clicked() {
                    commands.push(Command::ForgetRecent);
                    ui.close();
                }
            }
        });
        menu.response.accessible_name("Choose a folder or files");
        let more = session.chosen.len().saturating_sub(1);
        if more > 0 {
            ui.label(
                RichText::new(format!("and {more} more"))
                    .font(theme::body())
                    .color(theme::palette(ui).dim),
            );
        }
        let mut text = session.path_text.clone();
        let edit = TextEdit::singleline(&mut text)
            .id_salt("path")
            .hint_text("A folder, a file or a checksum file, or drop one on the window")
            .margin(vec2(10.0, 7.0))
            .desired_width(f32::INFINITY);
        let size = Vec2::new(ui.available_width(), CONTROL_HEIGHT);
        let name = match session.aim() {
            Aim::Compare => "Path of the left side: a folder, a checksum file or a file",
            Aim::Duplicates => "Path of the folder to find duplicates in",
            Aim::Hash | Aim::Verify => {
                "Path of the folder or file to hash, or of the checksum file to verify"
            }
        };
        let response = ui.add_sized(size, edit).accessible_name(name);
        if response.changed() {
            commands.push(Command::TypePath(text));
        }
        if response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
            commands.push(Command::Start);
        }
    });
}

fn shorten(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    if chars.len() <= 48 {
        return text.to_owned();
    }
    let tail: String = chars[chars.len() - 40..].iter().collect();
    format!("…{tail}")
}

fn ways(ui: &mut Ui, session: &Session, commands: &mut Vec<Command>, idle: bool) {
    let can_freeze = session.aim().can_freeze();
    let now = session.way();
    let segments = Way::ALL.map(|way| Segment {
        text: if way == Way::Ui {
            "❄ Window"
        } else {
            way.label()
        },
        tooltip: if !can_freeze && way == Way::Ui {
            "This is done in the background only. To see the window freeze, hash a folder on it."
        } else {
            way.explanation()
        },
        selected: way == now,
        enabled: can_freeze || way != Way::Ui,
    });
    if let Some(index) = segmented(ui, "Run on", &segments, idle) {
        commands.push(Command::SetWay(Way::ALL[index]));
    }
}

fn workers(ui: &mut Ui, session: &Session, commands: &mut Vec<Command>, idle: bool) {
    let idle = idle && session.way() != Way::Ui;
    ui.add_enabled_ui(idle, |ui| {
        let now = session.workers();
        let default = crate::cli::default_workers();
        let text = if session.way() == Way::Ui {
            "no workers".to_owned()
        } else {
            crate::format::counted(now as u64, "worker", "workers")
        };
        ComboBox::from_id_salt("workers")
            .selected_text(text)
            .width(104.0)
            .height(360.0)
            .show_ui(ui, |ui| {
                let automatic = session.settings.workers.is_none();
                if ui
                    .selectable_label(automatic, format!("{default}, one a core"))
                    .clicked()
                {
                    commands.push(Command::SetWorkers(None));
                }
                let numbers = (1..=16)
                    .chain([24, 32, 48, 64])
                    .filter(|&n| n <= JobSpec::MAX_WORKERS);
                for number in numbers {
                    let selected = session.settings.workers == Some(number);
                    if ui.selectable_label(selected, number.to_string()).clicked() {
                        commands.push(Command::SetWorkers(Some(number)));
                    }
                }
            })
            .response
            .accessible_name(format!("Number of workers: {now}"));
    });
}
