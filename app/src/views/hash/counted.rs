//! The button that says in words which files count, and opens the sheet where that is chosen.

use eframe::egui::{Button, Color32, RichText, Ui, vec2};

use crate::command::Command;
use crate::format::first_upper;
use crate::keys::keys;
use crate::session::Session;
use crate::theme::{self, CONTROL_HEIGHT};

/// Left and right of the words, with what stands after them.
const MARGINS: f32 = 24.0;

/// Shows the button, no wider than `room`: what does not fit is counted, not cut.
pub(super) fn show(ui: &mut Ui, session: &Session, commands: &mut Vec<Command>, room: f32) {
    let files = session.files_now();
    let wrong = session.files.selection().is_err();
    let all = if wrong {
        "not clear; something typed cannot be understood".to_owned()
    } else {
        files.in_words(usize::MAX)
    };
    let candidates = || -> Box<dyn Iterator<Item = String>> {
        if wrong {
            Box::new(
                ["▲ Which files count is not clear", "▲ Not clear"]
                    .map(str::to_owned)
                    .into_iter(),
            )
        } else {
            let most = files.selection.limits();
            Box::new(
                (0..=most)
                    .rev()
                    .map(|most| first_upper(&files.in_words(most))),
            )
        }
    };
    let text = candidates()
        .map(|words| format!("{words} ▾"))
        .find(|text| width(ui, text) <= room - MARGINS);
    let text = text.or_else(|| candidates().last()).unwrap_or_default();
    let why_not = session.all_count();
    let enabled = why_not.is_none() && session.can_choose_files();
    let mut words = RichText::new(text).font(theme::strong());
    if wrong {
        words = words.color(theme::palette(ui).amber);
    }
    let button = Button::new(words).min_size(vec2(0.0, CONTROL_HEIGHT));
    let response = ui
        .add_enabled(enabled, button)
        .accessible_name(format!("Which files count: {all}"))
        .on_disabled_hover_text(why_not.map_or_else(|| first_upper(&all), str::to_owned))
        .on_hover_text(format!(
            "{}. {}",
            first_upper(&all),
            keys(ui.ctx(), "Choose which files count (Ctrl+E)")
        ));
    if response.clicked() {
        commands.push(Command::OpenFiles);
    }
}

fn width(ui: &Ui, text: &str) -> f32 {
    let galley =
        ui.painter()
            .layout_no_wrap(text.to_owned(), theme::strong(), Color32::PLACEHOLDER);
    galley.size().x
}
