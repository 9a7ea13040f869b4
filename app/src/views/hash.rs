//! The hashing view: what is happening, who is doing it, what it costs, what it does to the
//! window, what came out. This file arranges; each part is a file of its own.

mod aims;
mod algorithm_menu;
mod announcement;
mod controls;
mod cores;
mod counted;
mod difference;
mod digests;
mod headline;
mod options;
mod other_side;
mod pairs;
mod pulse;
mod results;
mod welcome;
mod workers;

use eframe::egui::{Rect, Ui, pos2, vec2};

use self::headline::Headline;
use super::View;
use crate::command::Command;
use crate::job::JobState;
use crate::session::Session;
use crate::theme::{CONTROL_HEIGHT, GAP};

#[derive(Default)]
pub(crate) struct HashView {
    table: results::ResultsPanel,
    pulse: pulse::PulsePanel,
}

/// Smaller than this, the cores fold into one strip and the pulse into one line.
fn is_compact(rect: Rect) -> bool {
    rect.width() < 960.0 || rect.height() < 620.0
}

impl View for HashView {
    fn name(&self) -> &'static str {
        "Checksums"
    }
    fn icon(&self) -> &'static str {
        "#"
    }

    fn find(&mut self) {
        self.table.find();
    }

    fn show(&mut self, ui: &mut Ui, rect: Rect, session: &Session, commands: &mut Vec<Command>) {
        let compact = is_compact(rect);
        let mut top = rect;
        top.set_height(controls::height(rect.width()));
        controls::show(ui, top, session, commands);
        let mut below = rect;
        below.min.y = top.bottom() + 8.0;
        below.set_height(CONTROL_HEIGHT);
        options::show(ui, below, session, commands);
        let mut rest = rect;
        rest.min.y = top.bottom() + options::height(session, rect.width()) + GAP;

        let nothing_yet = matches!(session.job, JobState::Idle) && session.results.len() == 0;
        if let JobState::Announced { .. } = session.job {
            announcement::show(ui, rest, session, commands);
            return;
        }
        if nothing_yet && !session.settings.pulse_always {
            welcome::show(ui, rest, session, commands);
            return;
        }

        let headline = Headline::new(ui, session, compact, rect.width());
        let place = take_top(&mut rest, headline.height);
        headline.show(ui, place, session);

        let middle_height = match session.listed() {
            _ if compact => (rest.height() * 0.36).clamp(110.0, 190.0),
            // What came out is what a question is for.
            Some(work) if work.has_outcome() => (rest.height() * 0.45).clamp(200.0, 270.0),
            Some(_) | None => (rest.height() * 0.55).clamp(240.0, 334.0),
        };
        let middle = take_top(&mut rest, middle_height);
        let left_width = ((middle.width() - GAP) * 0.535).round();
        let left = Rect::from_min_size(middle.min, vec2(left_width, middle.height()));
        let right = Rect::from_min_max(pos2(left.right() + GAP, middle.top()), middle.max);
        workers::show(ui, left, session, commands);
        if compact {
            let strip_height = 46.0_f32.min(right.height() * 0.42);
            let strip = Rect::from_min_size(right.min, vec2(right.width(), strip_height));
            let line =
                Rect::from_min_max(pos2(right.left(), strip.bottom() + GAP / 2.0), right.max);
            cores::show_strip(ui, strip, session);
            self.pulse.show_line(ui, line, session);
        } else {
            let cores_height = cores::height(session).min(right.height() * 0.46);
            let upper = Rect::from_min_size(right.min, vec2(right.width(), cores_height));
            let lower = Rect::from_min_max(pos2(right.left(), upper.bottom() + GAP), right.max);
            cores::show(ui, upper, session);
            self.pulse.show(ui, lower, session);
        }
        self.table.show(ui, rest, session, commands);
    }
}

/// Cuts `height` and the gap below it off the top of `rest`.
fn take_top(rest: &mut Rect, height: f32) -> Rect {
    let mut top = *rest;
    top.set_height(height);
    rest.min.y = top.bottom() + GAP;
    top
}
