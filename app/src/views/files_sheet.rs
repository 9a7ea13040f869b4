//! Choosing which files count: a sheet over the hashing view. What is ticked and typed is in force
//! at once; what cannot be understood is said under its field.

use eframe::egui::{
    Align, Context, Frame, Id, Label, Layout, Modal, RichText, Role, ScrollArea, TextEdit, Ui,
    UiBuilder, Vec2, vec2,
};
use workers::Selection;

use crate::command::Command;
use crate::files::{Field, LONGEST};
use crate::format::first_upper;
use crate::session::{Session, Sheet};
use crate::theme::{self, CONTROL_HEIGHT};
use crate::widgets::button;
use crate::widgets::checkbox::checkbox;

const WIDTH: f32 = 560.0;
/// Of the sheet, with room for what is wrong with two of its fields: one that grew with every mistake
/// would move under the hands of who types.
const HEIGHT: f32 = 508.0;
const MARGIN: f32 = 20.0;
/// The least that stays around it, for small windows and those that are enlarged.
const AROUND: f32 = 24.0;
const PATTERN_ROWS: usize = 3;
const TITLE: &str = "Which files count";

pub(super) fn show(ctx: &Context, session: &Session, commands: &mut Vec<Command>) {
    let Some(Sheet::Files) = session.sheet else {
        return;
    };
    let room = ctx.content_rect().size() - Vec2::splat(2.0 * (MARGIN + AROUND));
    let size = vec2(WIDTH, HEIGHT).min(room).round();
    let mut close = false;
    let modal = Modal::new(Id::unique("which files count"))
        .frame(Frame::popup(&ctx.global_style()).inner_margin(MARGIN))
        .show(ctx, |ui| {
            let (_, rect) = ui.allocate_space(size);
            let palette = theme::palette(ui);
            let layout = |rect, salt: &str| {
                UiBuilder::new()
                    .id_salt(salt)
                    .max_rect(rect)
                    .layout(Layout::top_down(Align::Min))
            };
            let (mut upper, mut lower) = (rect, rect);
            lower.min.y = lower.bottom() - CONTROL_HEIGHT;
            upper.max.y = lower.top() - 12.0;
            let builder = layout(upper, "what there is to choose")
                .accessibility_label(TITLE)
                .accessibility_role(Role::Dialog);
            let mut ui_upper = ui.new_child(builder);
            let put = |ui: &mut Ui, text| ui.add(Label::new(text).wrap());
            put(&mut ui_upper, RichText::new(TITLE).font(theme::large()));
            let explanation =
                "Of all that is below a folder. A file that you name yourself always counts.";
            put(&mut ui_upper, RichText::new(explanation).color(palette.dim));
            ui_upper.add_space(8.0);
            // What moves it stands beside the fields and not on them.
            let mut beside = ui_upper.available_rect_before_wrap();
            beside.max.x += MARGIN * 0.6;
            let mut ui_beside = ui_upper.new_child(layout(beside, "fields"));
            ScrollArea::vertical()
                .auto_shrink(false)
                .show(&mut ui_beside, |ui| {
                    ui.set_max_width(rect.width());
                    // What runs was begun with it.
                    ui.add_enabled_ui(session.can_choose_files(), |ui| {
                        fields(ui, session, commands);
                    });
                });
            let mut ui_lower = ui.new_child(layout(lower, "what is chosen"));
            ui_lower.horizontal(|ui| close = foot(ui, session, commands));
        });
    if close || modal.should_close() {
        commands.push(Command::CloseSheet);
    }
}

/// What counts now, and the ways out; says whether the sheet is to be closed.
fn foot(ui: &mut Ui, session: &Session, commands: &mut Vec<Command>) -> bool {
    let palette = theme::palette(ui);
    let close = button::primary(ui, "Done", true).clicked();
    let now = session.files_now();
    let understood = session.files.selection().is_ok();
    let all = now.selection.is_everything() && !session.settings.follow_links;
    if button::secondary(ui, "Reset to everything", !understood || !all).clicked() {
        commands.push(Command::ResetFiles);
    }
    let (words, color) = if understood {
        (first_upper(&now.in_words(usize::MAX)), palette.dim)
    } else {
        ("▲ No job starts like this".to_owned(), palette.amber)
    };
    ui.add(Label::new(RichText::new(words).color(color)).truncate());
    close
}

fn fields(ui: &mut Ui, session: &Session, commands: &mut Vec<Command>) {
    let before = session.files.typed();
    let mut typed = before.clone();
    let palette = theme::palette(ui);

    ui.label(RichText::new("These count too").font(theme::strong()));
    tick(
        ui,
        &mut typed.hidden,
        "Hidden files and folders",
        "Their names begin with a dot, or Windows has them marked as hidden.",
    );
    tick(
        ui,
        &mut typed.junk,
        "System leftovers: .DS_Store, Thumbs.db and their kind",
        &Selection::junk_names().join(", "),
    );
    tick(
        ui,
        &mut typed.other_file_systems,
        "Other file systems that are mounted below the folder",
        "Disks, network folders and the like. Without the tick, a job stays on the file system of the folder that was chosen.",
    );
    let mut follow = session.settings.follow_links;
    tick(
        ui,
        &mut follow,
        "What symbolic links lead to, when hashing",
        "Without the tick a link is passed over and counted. A link that leads back to a folder above it is reported, never walked in circles. \
         Verifying, comparing and looking for duplicates follow no link below a folder.",
    );
    if follow != session.settings.follow_links {
        commands.push(Command::SetFollowLinks(follow));
    }

    ui.add_space(10.0);
    ui.columns(2, |columns| {
        let [left, right] = columns else {
            return;
        };
        for (ui, title, field, text) in [
            (left, "Smallest size", Field::Smallest, &mut typed.smallest),
            (right, "Largest size", Field::Largest, &mut typed.largest),
        ] {
            column(ui, title, |ui| {
                let edit = TextEdit::singleline(text)
                    .id_salt(title)
                    .hint_text("any; such as 10 MB or 4 GiB")
                    .char_limit(40)
                    .margin(vec2(10.0, 7.0));
                ui.add_sized(vec2(ui.available_width(), CONTROL_HEIGHT), edit)
                    .accessible_name(format!("{title} that counts"));
                wrong(ui, session, field);
            });
        }
    });

    ui.add_space(10.0);
    ui.columns(2, |columns| {
        let [left, right] = columns else {
            return;
        };
        for (ui, title, hint, field, text) in [
            (left, "Only these", "all", Field::Only, &mut typed.only),
            (
                right,
                "Without these",
                "none",
                Field::Without,
                &mut typed.without,
            ),
        ] {
            column(ui, title, |ui| {
                let edit = TextEdit::multiline(text)
                    .id_salt(title)
                    .hint_text(hint)
                    .font(theme::mono())
                    .char_limit(LONGEST)
                    .desired_rows(PATTERN_ROWS)
                    .desired_width(f32::INFINITY)
                    .margin(vec2(10.0, 7.0));
                ui.add(edit).accessible_name(format!("{title}: patterns"));
                wrong(ui, session, field);
            });
        }
    });
    let how = "One a line, or separated by commas: *.tmp is about names at any depth, photos/*.jpg about \
               paths from the folder on, target/ about folders and all that is in them.";
    ui.label(RichText::new(how).font(theme::small()).color(palette.dim));
    if typed != *before {
        commands.push(Command::SetFiles(typed));
    }
}

/// One of two that stand beside each other, under its title. Not laid out as columns are, whose text
/// is stretched to both edges.
fn column(ui: &mut Ui, title: &str, contents: impl FnOnce(&mut Ui)) {
    ui.with_layout(Layout::top_down(Align::Min), |ui| {
        ui.label(RichText::new(title).font(theme::strong()));
        contents(ui);
    });
}

fn tick(ui: &mut Ui, on: &mut bool, text: &str, meaning: &str) {
    ui.spacing_mut().interact_size.y = 22.0;
    checkbox(ui, on, text).on_hover_text(meaning);
}

/// What is wrong with what was typed in the field above.
fn wrong(ui: &mut Ui, session: &Session, field: Field) {
    if let Some(why) = session.files.wrong(field) {
        let palette = theme::palette(ui);
        let text = RichText::new(format!("▲ {why}"))
            .font(theme::small())
            .color(palette.amber);
        ui.add(Label::new(text).wrap());
    }
}
