//! The page of one experiment: what it is about, what can be set, what happens, what was measured,
//! what to look for.

use eframe::egui::{
    Align, Label, Layout, Margin, Rect, RichText, ScrollArea, Sense, Ui, UiBuilder, pos2, vec2,
};

use super::picture::{self, Shown};
use super::{MARGIN, cores, setting, table, words};
use crate::command::Command;
use crate::format::duration;
use crate::lab::Experiment;
use crate::lab::controls::Chosen;
use crate::lab::desk::{Result, Running};
use crate::lab::runner::{CoreLoads, Ended};
use crate::lab::trace::Picture;
use crate::session::Session;
use crate::theme::{self, CONTROL_HEIGHT, GAP};
use crate::widgets::button;

/// In a page that is narrower, the cores are.
const WIDE: f32 = 760.0;
/// A picture is large enough if it has so much of what it could grow by; until then what is below it
/// gives way.
const ENOUGH: f32 = 0.3;
/// Between the title and what can be set, at least.
const BESIDE: f32 = 24.0;
/// Sentences are read best in lines that are no longer.
const SENTENCES: f32 = 860.0;

/// No picture takes up more of the page's height, unless it must.
const PICTURE: f32 = 0.45;

pub(super) struct Page<'a> {
    pub(super) index: usize,
    pub(super) experiment: &'static dyn Experiment,
    pub(super) chosen: &'a mut Chosen,
    pub(super) session: &'a Session,
}

/// Where the experiment is.
enum State<'a> {
    /// It has not run yet.
    New,
    Running(&'a Running),
    /// Another one runs.
    Busy(&'a Running, Option<&'a Result>),
    Over(&'a Result),
}

impl Page<'_> {
    pub(super) fn show(mut self, ui: &mut Ui, rect: Rect, commands: &mut Vec<Command>) {
        let builder = UiBuilder::new().id_salt("page").max_rect(rect);
        let mut child = ui.new_child(builder);
        child.set_clip_rect(rect);
        ScrollArea::vertical()
            .id_salt(("page", self.experiment.name()))
            .auto_shrink(false)
            .show(&mut child, |ui| {
                let width = rect.width() - 2.0 * MARGIN;
                let inside = ui.available_rect_before_wrap() - Margin::symmetric(MARGIN as i8, 0);
                let inside =
                    Rect::from_min_size(inside.min + vec2(0.0, 14.0), vec2(width, f32::INFINITY));
                let mut column = ui.new_child(
                    UiBuilder::new()
                        .id_salt("column")
                        .max_rect(inside)
                        .layout(Layout::top_down(Align::Min)),
                );
                column.spacing_mut().item_spacing = vec2(8.0, GAP);
                self.head(&mut column, commands);
                self.body(&mut column, rect);
                let used = column.min_rect();
                ui.allocate_rect(
                    Rect::from_min_max(used.min, used.max + vec2(0.0, GAP)),
                    Sense::hover(),
                );
            });
    }

    fn state(&self) -> State<'_> {
        let lab = &self.session.lab;
        match (lab.running(), lab.result(self.index)) {
            (Some(running), _) if running.index == self.index => State::Running(running),
            (Some(running), result) => State::Busy(running, result),
            (None, Some(result)) => State::Over(result),
            (None, None) => State::New,
        }
    }

    fn head(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let palette = theme::palette(ui);
        let width = ui.available_width();

        let line = Rect::from_min_size(
            ui.available_rect_before_wrap().min,
            vec2(width, CONTROL_HEIGHT),
        );
        let mut title = ui.new_child(
            UiBuilder::new()
                .id_salt("title")
                .max_rect(line)
                .layout(Layout::left_to_right(Align::Center)),
        );
        title.add(
            Label::new(
                RichText::new(self.experiment.title())
                    .font(theme::large())
                    .color(palette.text),
            )
            .selectable(false),
        );
        let mut right = ui.new_child(
            UiBuilder::new()
                .id_salt("run")
                .max_rect(line)
                .layout(Layout::right_to_left(Align::Center)),
        );
        self.buttons(&mut right, commands);
        let taken = title.min_rect().width() + BESIDE + right.min_rect().width();
        let wide = taken + self.settings_width(ui) <= width;
        if wide {
            self.settings(&mut right, true);
        }
        ui.allocate_rect(line, Sense::hover());
        ui.scope(|ui| {
            ui.set_max_width(width.min(SENTENCES));
            ui.spacing_mut().item_spacing.y = 4.0;
            ui.add(
                Label::new(
                    RichText::new(self.experiment.sentences())
                        .font(theme::body())
                        .color(palette.dim),
                )
                .wrap(),
            );
            if self.session.job.is_busy() {
                ui.add(
                    Label::new(
                        RichText::new("▲ A job runs too: figures are those of a busy machine.")
                            .font(theme::small())
                            .color(palette.amber),
                    )
                    .wrap(),
                );
            }
        });
        if !wide && !self.chosen.controls().is_empty() {
            ui.horizontal_wrapped(|ui| self.settings(ui, false));
        }
    }

    fn buttons(&self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let run = |ui: &mut Ui, text: &str, commands: &mut Vec<Command>| {
            if button::primary(ui, text, true).clicked() {
                commands.push(Command::RunExperiment(self.index, self.chosen.clone()));
            }
        };
        match self.state() {
            State::New => run(ui, "Run", commands),
            State::Over(_) => run(ui, "Run again", commands),
            State::Running(running) => {
                let text = if running.is_stopping() {
                    "Stopping…"
                } else {
                    "Stop"
                };
                if button::secondary(ui, text, !running.is_stopping()).clicked() {
                    commands.push(Command::StopExperiment);
                }
            }
            State::Busy(running, _) => {
                let why = format!("{} runs; one at a time.", running.experiment().title());
                button::primary(ui, "Run", false).on_disabled_hover_text(why);
            }
        }
        let (words, name) = if self.session.lecture {
            ("Leave full screen", "Leave full screen (F11 or Esc)")
        } else {
            ("Full screen", "Full screen, for a lecture room (F11)")
        };
        if button::secondary(ui, words, true)
            .accessible_name(name)
            .on_hover_text(name)
            .clicked()
        {
            commands.push(Command::SetLecture(!self.session.lecture));
        }
    }

    /// How wide all that can be set is in one line.
    fn settings_width(&self, ui: &Ui) -> f32 {
        let all = 0..self.chosen.controls().len();
        all.map(|index| setting::width(ui, self.chosen, index) + ui.spacing().item_spacing.x)
            .sum()
    }

    fn settings(&mut self, ui: &mut Ui, from_the_right: bool) {
        let enabled = !matches!(self.state(), State::Running(_));
        let count = self.chosen.controls().len();
        for index in 0..count {
            // In a line that is laid out from the right, the first comes last.
            let index = if from_the_right {
                count - 1 - index
            } else {
                index
            };
            if !from_the_right
                && setting::width(ui, self.chosen, index) > ui.available_size_before_wrap().x
            {
                ui.end_row();
            }
            setting::setting(ui, self.chosen, index, enabled);
        }
    }

    fn body(&self, ui: &mut Ui, page: Rect) {
        let used = ui.min_rect().height() + 14.0 + GAP;
        let room = Room {
            left: page.height() - used - GAP,
            most: page.height() * PICTURE,
        };
        match self.state() {
            State::New => self.nothing_yet(ui),
            State::Running(running) => {
                self.picture(ui, running.picture(), room.most);
                let words = format!("Runs for {} …", duration(running.since().elapsed()));
                words::say(ui, &words);
                self.below(ui, running.cores());
            }
            State::Over(result) => self.result(ui, result, room),
            State::Busy(running, result) => {
                let words = format!(
                    "{} runs. One experiment runs at a time.",
                    running.experiment().title()
                );
                words::say(ui, &words);
                match result {
                    Some(result) => self.result(ui, result, room),
                    None => self.nothing_yet(ui),
                }
            }
        }
    }

    fn result(&self, ui: &mut Ui, result: &Result, room: Room) {
        let record = &result.record;
        match &record.ended {
            Ended::Finished(outcome) => {
                let look = self.below_height(ui, &record.cores);
                let shown = self.shown(&record.picture);
                let (least, most) = (shown.least(ui), shown.height(ui, room.most));
                let enough = least + ENOUGH * (most - least);
                let dense = room.left - enough - GAP;
                let airy = dense - look - GAP;
                let heights = table::Room { airy, dense };
                let table = table::plan(ui, outcome, ui.available_width(), heights);
                let room = room.for_picture((least, enough), table.height + GAP, look + GAP);
                self.picture(ui, &record.picture, room);
                table::show(ui, &table);
            }
            Ended::Stopped => {
                self.picture(ui, &record.picture, room.most);
                let words = format!(
                    "Stopped after {}, before anything was measured.",
                    duration(record.took)
                );
                words::say(ui, &words);
            }
            Ended::Failed(_) | Ended::Panicked(_) => {
                self.picture(ui, &record.picture, room.most);
                let reason = record.ended.reason().unwrap_or_default();
                words::say_wrong(ui, &reason, record.chosen.has_folder());
            }
        }
        self.below(ui, &record.cores);
    }

    fn picture(&self, ui: &mut Ui, picture: &Picture, room: f32) {
        if !picture.is_empty() {
            picture::show(ui, self.shown(picture), room);
        }
    }

    fn shown<'a>(&self, picture: &'a Picture) -> Shown<'a> {
        Shown {
            title: self.experiment.picture_title(),
            legend: self.experiment.legend(),
            picture,
        }
    }

    fn nothing_yet(&self, ui: &mut Ui) {
        words::invitation(ui);
        self.below(ui, &CoreLoads::new());
    }

    /// What to look for, and the cores.
    fn below(&self, ui: &mut Ui, loads: &CoreLoads) {
        let size = vec2(ui.available_width(), self.below_height(ui, loads));
        let (place, _) = ui.allocate_exact_size(size, Sense::hover());
        let (look_width, cores_width) = shares(size.x, loads);
        let look = Rect::from_min_size(place.min, vec2(look_width, place.height()));
        words::look_for(ui, look, self.experiment.look_for());
        if cores_width > 0.0 {
            let at = pos2(place.right() - cores_width, place.top());
            let cores = Rect::from_min_size(at, vec2(cores_width, place.height()));
            cores::show(ui, cores, loads);
        }
    }

    fn below_height(&self, ui: &Ui, loads: &CoreLoads) -> f32 {
        let (look_width, cores_width) = shares(ui.available_width(), loads);
        let look = words::height(ui, self.experiment.look_for(), look_width);
        if cores_width > 0.0 {
            look.max(cores::height(loads))
        } else {
            look
        }
    }
}

/// How wide what to look for and the cores are, side by side.
fn shares(width: f32, loads: &CoreLoads) -> (f32, f32) {
    if loads.is_empty() {
        return (width, 0.0);
    }
    let cores = if width >= WIDE { 330.0 } else { 200.0 };
    (width - cores - GAP, cores)
}

/// The height that a page has for a picture.
#[derive(Clone, Copy)]
struct Room {
    /// Below the head.
    left: f32,
    /// However much there is.
    most: f32,
}

impl Room {
    /// What remains beside the table and what is below it; beside the table alone where that is not
    /// enough. A picture is as high as it must be, even if the table then has to be scrolled to.
    fn for_picture(self, (least, enough): (f32, f32), table: f32, below: f32) -> f32 {
        let beside_all = self.left - table - below;
        let room = if beside_all >= enough {
            beside_all
        } else {
            self.left - table
        };
        room.min(self.most).max(least)
    }
}
