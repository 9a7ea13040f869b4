//! One control of an experiment.

use std::path::PathBuf;

use eframe::egui::{Button, ComboBox, DragValue, TextEdit, Ui, vec2};
use workers::shown;

use crate::format::count;
use crate::lab::controls::{Allowed, Chosen, Control, whole_number};
use crate::theme::{self, CONTROL_HEIGHT};
use crate::widgets::text;

const FOLDER_WIDTH: f32 = 160.0;

/// Shows the control at a place of the settings, and changes them.
pub(super) fn setting(ui: &mut Ui, chosen: &mut Chosen, index: usize, enabled: bool) {
    let Some(control) = chosen.controls().get(index).copied() else {
        return;
    };
    let mut value = chosen.get(&control);
    let before = value;
    ui.add_enabled_ui(enabled, |ui| match control.allowed {
        Allowed::Number { least, most, .. } => {
            number(ui, &control, &mut value, (least, most));
        }
        Allowed::Choice { choices, .. } => {
            choice(ui, &control, &mut value, choices);
        }
        Allowed::Folder => folder(ui, &control, chosen, index),
    });
    if value != before {
        chosen.set_at(index, value);
    }
}

/// About how wide the control is. What is laid out in a scope of its own does not go to the next line
/// by itself.
pub(super) fn width(ui: &Ui, chosen: &Chosen, index: usize) -> f32 {
    let Some(control) = chosen.controls().get(index) else {
        return 0.0;
    };
    let value = chosen.get(control);
    let (words, arrow) = match control.allowed {
        Allowed::Number { .. } => (
            format!("{} {} {}", control.label, count(value), control.unit),
            0.0,
        ),
        Allowed::Choice { choices, .. } => {
            let named = usize::try_from(value).ok().and_then(|at| choices.get(at));
            let words = format!("{} {}", control.label, named.copied().unwrap_or_default());
            (words, 24.0)
        }
        Allowed::Folder => return FOLDER_WIDTH + 2.0 * ui.spacing().button_padding.x,
    };
    text::width(ui, &words, &theme::body()) + 2.0 * ui.spacing().button_padding.x + arrow
}

fn number(ui: &mut Ui, control: &Control, value: &mut u64, (least, most): (u64, u64)) {
    ui.spacing_mut().interact_size = vec2(56.0, CONTROL_HEIGHT);
    let suffix = if control.unit.is_empty() {
        String::new()
    } else {
        format!(" {}", control.unit)
    };
    // A drag of a hand's width doubles it.
    let speed = (*value as f64 / 100.0).max(0.05);
    let drag = DragValue::new(value)
        .range(least..=most)
        .speed(speed)
        .prefix(format!("{} ", control.label))
        .suffix(suffix)
        .custom_formatter(|number, _| count(number as u64))
        .custom_parser(|text| whole_number(text).map(|number| number as f64));
    ui.add(drag)
        .accessible_name(control.label)
        .on_hover_text(format!(
            "{}: {}. Drag, or click and type.",
            control.label, control.allowed
        ));
}

/// A path is typed or pasted. One that is no text can only come from elsewhere; it stays as it is
/// until something is typed in its place.
fn folder(ui: &mut Ui, control: &Control, chosen: &mut Chosen, index: usize) {
    let mut text = chosen.folder(control).map_or_else(String::new, |folder| {
        folder
            .to_str()
            .map_or_else(|| shown(folder).to_string(), str::to_owned)
    });
    let edit = TextEdit::singleline(&mut text)
        .hint_text(format!("{}: one is made", control.label))
        .desired_width(FOLDER_WIDTH);
    let response = ui
        .add(edit)
        .accessible_name(control.label)
        .on_hover_text(format!("{}: {}.", control.label, control.allowed));
    if response.changed() {
        chosen.set_folder_at(index, PathBuf::from(text));
    }
}

fn choice(ui: &mut Ui, control: &Control, value: &mut u64, choices: &[&str]) {
    let named = |index: u64| {
        let index = usize::try_from(index).unwrap_or(usize::MAX);
        choices.get(index).copied().unwrap_or_default()
    };
    ui.spacing_mut().interact_size.y = CONTROL_HEIGHT;
    let shown = format!("{} {}", control.label, named(*value));
    ComboBox::from_id_salt(control.name)
        .selected_text(shown)
        .show_ui(ui, |ui| {
            for (index, name) in (0..).zip(choices) {
                if ui.add(Button::selectable(*value == index, *name)).clicked() {
                    *value = index;
                }
            }
        })
        .response
        .accessible_name(control.label);
}
