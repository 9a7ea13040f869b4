//! The save panel: over every view, while something is to be saved.

use std::path::Path;

use eframe::egui::{ComboBox, Context, Frame, Id, Key, Modal, RichText, TextEdit, Ui, vec2};

use workers::manifest::Format;
use workers::{Algorithm, shown};

use crate::algorithms::labels;
use crate::command::Command;
use crate::saving::{Carried, Choice, SaveWhat, Saving, Stage};
use crate::theme::{self, CONTROL_HEIGHT};
use crate::widgets::button;

/// Shows the panel, if something is to be saved.
pub(crate) fn save_panel(ctx: &Context, saving: Option<&Saving>, commands: &mut Vec<Command>) {
    let Some(saving) = saving else {
        return;
    };
    let frame = Frame::popup(&ctx.global_style()).inner_margin(20);
    let modal = Modal::new(Id::unique("save panel"))
        .frame(frame)
        .show(ctx, |ui| {
            ui.set_width(480.0);
            contents(ui, saving, commands);
        });
    if modal.should_close() {
        commands.push(Command::CloseSave);
    }
}

fn contents(ui: &mut Ui, saving: &Saving, commands: &mut Vec<Command>) {
    let palette = theme::palette(ui);
    let title = match saving.what {
        SaveWhat::List => "Save the checksum list",
        SaveWhat::Report => "Save the report",
        SaveWhat::Runs => "Save the figures of the runs",
    };
    ui.label(RichText::new(title).font(theme::large()));
    let carried = saving
        .list_format()
        .map(|format| Carried::by(format, &saving.hashed));
    ui.add_space(8.0);
    let busy = matches!(saving.stage, Stage::Writing(_));
    ui.add_enabled_ui(!busy, |ui| {
        ui.horizontal(|ui| {
            ui.label(RichText::new("Format").color(palette.dim));
            let formats = saving.what.formats();
            let now = formats.get(saving.format).copied().unwrap_or_default();
            ComboBox::from_id_salt("save format")
                .selected_text(now)
                .width(140.0)
                .show_ui(ui, |ui| {
                    for (index, format) in formats.iter().enumerate() {
                        if ui
                            .selectable_label(index == saving.format, *format)
                            .clicked()
                        {
                            commands.push(Command::SetSaveFormat(index));
                        }
                    }
                })
                .response
                .accessible_name(format!("Format: {now}"));
            if let Some(Carried::OneOf(some)) = &carried {
                which(ui, saving, some, commands);
            }
        });
        ui.add_space(4.0);
        ui.horizontal(|ui| {
            let mut path = saving.path.clone();
            let edit = TextEdit::singleline(&mut path)
                .id_salt("save path")
                .hint_text("Where to save it")
                .margin(vec2(10.0, 7.0));
            let response = ui
                .add_sized(vec2(ui.available_width() - 96.0, CONTROL_HEIGHT), edit)
                .accessible_name("File to save as");
            if response.changed() {
                commands.push(Command::EditSavePath(path));
            }
            if response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
                commands.push(Command::Save);
            } else if ui.memory(|memory| memory.focused().is_none())
                && matches!(saving.stage, Stage::Editing)
            {
                // Nothing has the focus when the panel opens: Enter is to save.
                response.request_focus();
            }
            if button::secondary(ui, "Browse…", true).clicked() {
                commands.push(Command::BrowseSave);
            }
        });
    });
    ui.add_space(6.0);
    let (text, color) = match &saving.stage {
        Stage::Editing if saving.partial && saving.what == SaveWhat::Report => (
            "This report is not complete: the job is still running, or ended before its last file. It says so."
                .to_owned(),
            palette.amber,
        ),
        Stage::Editing if saving.partial => (
            "This list is not complete: the job is still running, or ended before its last file. \
             Files without a checksum so far are not in it."
                .to_owned(),
            palette.amber,
        ),
        Stage::Editing => match saving.what {
            SaveWhat::List => (
                "A list that is saved above its files names them from its own folder on, so that both can be moved together."
                    .to_owned(),
                palette.dim,
            ),
            SaveWhat::Report => (
                "What was asked, and the verdict on every file. No other file is changed."
                    .to_owned(),
                palette.dim,
            ),
            SaveWhat::Runs => (String::new(), palette.dim),
        },
        Stage::AskToReplace if saving.files().len() > 1 => (
            "There are files of these names already, or one of them. Replace them? What is in them now will be gone."
                .to_owned(),
            palette.amber,
        ),
        Stage::AskToReplace => (
            "There is a file of that name already. Replace it? What is in it now will be gone.".to_owned(),
            palette.amber,
        ),
        Stage::Failed(why) => (why.clone(), palette.red),
        Stage::Writing(_) => ("Saving…".to_owned(), palette.dim),
    };
    ui.label(RichText::new(text).color(color));
    if let (Stage::Editing, Some(files)) = (&saving.stage, files(saving)) {
        ui.add_space(4.0);
        ui.label(RichText::new(files).color(palette.dim));
    }
    if let (Stage::Editing, Some(carried)) = (&saving.stage, &carried)
        && let Some(left_out) = left_out(saving, carried)
    {
        ui.add_space(4.0);
        ui.label(RichText::new(left_out).color(palette.amber));
    }
    ui.add_space(10.0);
    ui.horizontal(|ui| {
        if let Stage::AskToReplace = saving.stage {
            if button::primary(ui, "Replace it", true).clicked() {
                commands.push(Command::ReplaceExisting);
            }
        } else if button::primary(ui, "Save", !busy).clicked() {
            commands.push(Command::Save);
        }
        if button::secondary(ui, "Cancel", !busy)
            .accessible_name("Cancel saving")
            .clicked()
        {
            commands.push(Command::CloseSave);
        }
    });
}

/// What becomes of several algorithms where a list can be of one alone.
fn which(ui: &mut Ui, saving: &Saving, some: &[Algorithm], commands: &mut Vec<Command>) {
    const EACH: &str = "Each in its own list";
    let now = saving.lists();
    let text = match &*now {
        [one] => labels(one),
        _ => EACH.to_owned(),
    };
    ui.add_space(8.0);
    ComboBox::from_id_salt("save algorithm")
        .selected_text(&text)
        .width(180.0)
        .show_ui(ui, |ui| {
            let one = some.iter().map(|&one| (Choice::One(one), one.label()));
            for (choice, label) in std::iter::once((Choice::Each, EACH)).chain(one) {
                if ui.selectable_label(text == label, label).clicked() {
                    commands.push(Command::SetSaveChoice(choice));
                }
            }
        })
        .response
        .accessible_name(format!("Algorithm of the list: {text}"));
}

/// What will be saved, where that is more than one file.
fn files(saving: &Saving) -> Option<String> {
    let files = saving.files();
    let names: Vec<String> = files
        .iter()
        .filter_map(|file| file.file_name())
        .map(|name| shown(Path::new(name)))
        .collect();
    let (last, rest) = names.split_last()?;
    (!rest.is_empty()).then(|| format!("This saves {} and {last}.", rest.join(", ")))
}

/// What is in no list, because its format has no place for it or one algorithm was chosen.
fn left_out(saving: &Saving, carried: &Carried) -> Option<String> {
    let of = saving.lists().concat();
    let rest = saving
        .hashed
        .iter()
        .copied()
        .filter(|one| !of.contains(one));
    let rest: Vec<Algorithm> = rest.collect();
    if rest.is_empty() {
        return None;
    }
    let without = labels(&rest);
    let whole: Vec<&str> = Format::ALL
        .iter()
        .filter(|format| Carried::by(**format, &saving.hashed) == Carried::All)
        .map(|format| format.label())
        .collect();
    let whole = match whole.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    };
    Some(match carried {
        Carried::OneOf(_) => format!("{without} will not be in it."),
        _ => format!(
            "{without} will not be in it: this format has no place for that. All would be in {whole}."
        ),
    })
}
