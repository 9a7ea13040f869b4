//! Who is doing it: a lane for each worker.

use eframe::egui::{Align2, Rect, ScrollArea, Sense, Ui, pos2, vec2};

use crate::command::Command;
use crate::format::counted;
use crate::job::{JobState, LaneView};
use crate::session::Session;
use crate::theme;
use crate::way::Way;
use crate::widgets::button;
use crate::widgets::lane::{SHORT, TALL, Wish, lane};
use crate::widgets::panel::{panel, title_line};
use crate::widgets::text::{self, Cut};

pub(super) fn show(ui: &mut Ui, rect: Rect, session: &Session, commands: &mut Vec<Command>) {
    panel(ui, rect, "Workers", |ui| {
        let palette = theme::palette(ui);
        let inside = ui.max_rect();
        let title = title_line(ui);
        text::put(
            ui,
            title,
            Align2::LEFT_CENTER,
            "Workers",
            &theme::small_strong(),
            palette.dim,
        );
        let (lanes, word): (&[LaneView], &str) = match &session.job {
            JobState::Running(running) => (&running.lanes, note(running.title.way)),
            JobState::Finished(finished) => (&finished.lanes, note(finished.title.way)),
            _ => (&[], ""),
        };
        let mut title = title;
        if let JobState::Running(running) = &session.job
            && running.title.way == Way::Processes
        {
            title.max.x -= drill_switch(ui, title, session.drill, commands);
        }
        incidents(ui, title, session, word, commands);
        let mut body = inside;
        body.min.y += 20.0;
        if lanes.is_empty() {
            empty(ui, body, session);
            return;
        }
        let tall = lanes.len() as f32 * TALL <= body.height() + 6.0;
        let height = if tall { TALL } else { SHORT };
        let mut child = ui.new_child(
            eframe::egui::UiBuilder::new()
                .id_salt("lanes")
                .max_rect(body),
        );
        child.set_clip_rect(body.expand(2.0));
        ScrollArea::vertical()
            .id_salt("lanes")
            .auto_shrink(false)
            .show_rows(&mut child, height, lanes.len(), |ui, range| {
                ui.spacing_mut().item_spacing.y = 0.0;
                for index in range {
                    let width = ui.available_width() - if tall { 0.0 } else { 10.0 };
                    let (place, _) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
                    match lane(ui, place, index + 1, &lanes[index], session.base()) {
                        Some(Wish::Kill) => commands.push(Command::KillWorker(index)),
                        Some(Wish::SkipFile) => commands.push(Command::SkipFile(index)),
                        Some(Wish::Log) => commands.push(Command::OpenLog(index)),
                        None => {}
                    }
                    if tall && index + 1 < lanes.len() {
                        let y = place.bottom() - 4.0;
                        ui.painter().hline(
                            place.x_range(),
                            y,
                            eframe::egui::Stroke::new(1.0, palette.line.gamma_multiply(0.7)),
                        );
                    }
                }
            });
    });
}

/// How often something died, as a way to what and why; while nothing has, `otherwise`.
fn incidents(
    ui: &mut Ui,
    line: Rect,
    session: &Session,
    otherwise: &str,
    commands: &mut Vec<Command>,
) {
    let palette = theme::palette(ui);
    let words = match (session.restarts, session.history.total()) {
        (0, 0) => {
            text::put(
                ui,
                line,
                Align2::RIGHT_CENTER,
                otherwise,
                &theme::small(),
                palette.dim,
            );
            return;
        }
        (0, n) => counted(u64::from(n), "incident", "incidents"),
        (n, _) => counted(u64::from(n), "restart", "restarts"),
    };
    let name = format!("{words}: show what died, and why");
    if button::link_at(ui, line, "incidents", &words, palette.accent, &name).clicked() {
        commands.push(Command::OpenHistory);
    }
}

/// The fault drill's switch, at the right of a line; gives the width it takes.
fn drill_switch(ui: &mut Ui, line: Rect, on: bool, commands: &mut Vec<Command>) -> f32 {
    const WIDTH: f32 = 64.0;
    let palette = theme::palette(ui);
    let place = Rect::from_min_max(pos2(line.right() - WIDTH, line.top()), line.max);
    let (text, color, name) = if on {
        ("end drill", palette.amber, "End the fault drill")
    } else {
        (
            "start drill",
            palette.accent,
            "Fault drill: kill, crash and stop workers at random; the results are the same",
        )
    };
    if button::link_at(ui, place, "drill", text, color, name).clicked() {
        commands.push(Command::SetDrill(!on));
    }
    WIDTH + 10.0
}

fn note(way: Way) -> &'static str {
    match way {
        Way::Processes => "child processes",
        Way::Threads => "threads; a thread cannot be killed",
        Way::Ui => "threads, since the window thawed",
    }
}

/// There are no workers: says why.
fn empty(ui: &mut Ui, body: Rect, session: &Session) {
    let palette = theme::palette(ui);
    let (first, second) = match &session.job {
        JobState::Freezing { .. } => (
            "This window's own thread is the worker.",
            "It cannot draw, or answer, until the work is done.",
        ),
        JobState::Finished(_) => (
            "This window's own thread did the work.",
            "There was nobody left to draw, or to answer.",
        ),
        _ => ("No worker yet.", "They appear here when a job runs."),
    };
    for (index, (text, color)) in [(first, palette.text), (second, palette.dim)]
        .into_iter()
        .enumerate()
    {
        let y = body.top() + 2.0 + 20.0 * index as f32;
        let line = Rect::from_min_size(pos2(body.left(), y), vec2(body.width(), 20.0));
        text::put_cut(
            ui,
            line,
            Align2::LEFT_CENTER,
            text,
            &theme::body(),
            color,
            Cut::End,
        );
    }
}
