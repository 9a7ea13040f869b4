//! The lab: the list of experiments, and the page of the one that is chosen.

mod axis;
mod checks;
mod columns;
mod cores;
mod curve;
mod graph;
mod lanes;
mod list;
mod page;
mod picture;
mod series;
mod setting;
mod table;
mod words;

use eframe::egui::{Key, Rect, Ui, pos2, vec2};

use super::{Foot, View};
use crate::command::Command;
use crate::format::milliseconds;
use crate::lab::ALL;
use crate::lab::controls::Chosen;
use crate::session::Session;

/// Width of the list.
const LIST: f32 = 154.0;
/// From the edge of the window to the page.
const MARGIN: f32 = 16.0;

pub(crate) struct LabView {
    /// What is set for each experiment, in the order of [`ALL`].
    chosen: Vec<Chosen>,
}

impl Default for LabView {
    fn default() -> Self {
        Self {
            chosen: ALL
                .iter()
                .map(|one| Chosen::defaults(one.controls()))
                .collect(),
        }
    }
}

impl LabView {
    fn run(&self, session: &Session, commands: &mut Vec<Command>) {
        if let Some(chosen) = self.chosen.get(session.lab.open)
            && session.lab.running().is_none()
        {
            commands.push(Command::RunExperiment(session.lab.open, chosen.clone()));
        }
    }
}

impl View for LabView {
    fn name(&self) -> &'static str {
        "Lab"
    }
    fn icon(&self) -> &'static str {
        "⚗"
    }

    fn show(&mut self, ui: &mut Ui, rect: Rect, session: &Session, commands: &mut Vec<Command>) {
        // To the edges: what is scrolled past them is cut off there.
        let whole = Rect::from_min_max(
            pos2(rect.left() - MARGIN, ui.max_rect().top()),
            pos2(rect.right() + MARGIN, ui.max_rect().bottom()),
        );
        let mut page_rect = whole;
        if !session.lecture {
            let list_rect = Rect::from_min_size(whole.min, vec2(LIST, whole.height()));
            page_rect.min.x = list_rect.right();
            match list::show(ui, list_rect, session) {
                Some(list::Wish::Open(index)) => commands.push(Command::OpenExperiment(index)),
                Some(list::Wish::Run) => self.run(session, commands),
                None => {}
            }
        }
        let (Some(experiment), Some(chosen)) = (
            ALL.get(session.lab.open),
            self.chosen.get_mut(session.lab.open),
        ) else {
            return;
        };
        if let Some(running) = session.lab.running()
            && running.index == session.lab.open
        {
            // It may have been started with other settings than this page's own.
            chosen.clone_from(running.chosen());
        }
        page::Page {
            index: session.lab.open,
            experiment: *experiment,
            chosen,
            session,
        }
        .show(ui, page_rect, commands);
    }

    fn begin(&mut self, session: &Session, commands: &mut Vec<Command>) -> bool {
        self.run(session, commands);
        true
    }

    fn keys(
        &mut self,
        session: &Session,
        pressed: &mut dyn FnMut(Key) -> bool,
        commands: &mut Vec<Command>,
    ) {
        // Page Up and Page Down are what a presenter's remote control sends.
        let up = pressed(Key::ArrowUp) || pressed(Key::PageUp);
        let down = pressed(Key::ArrowDown) || pressed(Key::PageDown);
        if let Some(index) = beside(session.lab.open, up, down) {
            commands.push(Command::OpenExperiment(index));
        }
        // What runs may be another's: what is seen to run is what is meant.
        let runs_here = session
            .lab
            .running()
            .is_some_and(|running| running.index == session.lab.open && !running.is_stopping());
        if runs_here && pressed(Key::Escape) {
            commands.push(Command::StopExperiment);
        }
    }

    fn can_fill_the_screen(&self) -> bool {
        true
    }

    fn foot(&self, session: &Session) -> Option<Foot> {
        let experiment = ALL.get(session.lab.open)?;
        let chosen = self.chosen.get(session.lab.open)?;
        let running = session
            .lab
            .running()
            .filter(|running| running.index == session.lab.open);
        let (slowest, is_running) = match running {
            Some(running) => (running.slowest_answer(), true),
            None => (
                session.lab.result(session.lab.open)?.slowest_answer(),
                false,
            ),
        };
        let words = match (slowest, is_running) {
            (Some(slowest), true) => {
                format!("the window answers within {}", milliseconds(slowest))
            }
            (Some(slowest), false) => {
                format!(
                    "the window answered within {} while this ran",
                    milliseconds(slowest)
                )
            }
            (None, _) => String::new(),
        };
        Some(Foot {
            words,
            command: command_line(experiment.name(), chosen),
        })
    }
}

/// The experiment before or after one in the list, if there is one.
fn beside(index: usize, up: bool, down: bool) -> Option<usize> {
    match (up, down) {
        (true, false) => index.checked_sub(1),
        (false, true) => Some(index + 1).filter(|next| *next < ALL.len()),
        _ => None,
    }
}

/// The command line that does the same.
fn command_line(name: &str, chosen: &Chosen) -> String {
    let mut line = format!("thawsum lab {name}");
    for setting in chosen.arguments() {
        line.push_str(&format!(" --set {setting}"));
    }
    line
}
