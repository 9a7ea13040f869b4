//! A worker's log, over every view: what it printed and what became of it, following.

use std::sync::Arc;

use eframe::egui::{
    Align2, Color32, Context, FontId, Id, Label, Rect, ScrollArea, TextFormat, Ui, UiBuilder,
    text::LayoutJob, vec2,
};
use workers::LineSource;

use crate::command::Command;
use crate::job::{JobState, LaneView};
use crate::session::{Session, Sheet};
use crate::theme::{self, Palette};
use crate::way::Way;
use crate::widgets::button;
use crate::widgets::sheet::{Head, scroll_keys, sheet};
use crate::widgets::text;
use crate::worker_log::{WorkerLog, mark, time};

/// The text as it was laid out last: it is the same in most frames.
#[derive(Default)]
pub(super) struct LogSheet {
    text: Option<(Laid, Arc<LayoutJob>)>,
}

/// What the text depends on.
#[derive(PartialEq, Eq)]
struct Laid {
    worker: usize,
    run: usize,
    version: u64,
    dark: bool,
}

impl LogSheet {
    pub(super) fn show(&mut self, ctx: &Context, session: &Session, commands: &mut Vec<Command>) {
        let Some(Sheet::Log(log)) = &session.sheet else {
            self.text = None;
            return;
        };
        let (lanes, way): (&[LaneView], Option<Way>) = match &session.job {
            JobState::Running(running) => (&running.lanes, Some(running.title.way)),
            JobState::Finished(finished) => (&finished.lanes, Some(finished.title.way)),
            _ => (&[], None),
        };
        let worker = log.worker;
        let title = format!("Log of worker {}", worker + 1);
        let second = match way {
            Some(Way::Processes) => {
                "What it prints to standard output and standard error, and what becomes of it (–)."
            }
            Some(Way::Threads | Way::Ui) => {
                "A thread has no output of its own: what it prints is the program's. Here is what becomes of it (–)."
            }
            None => "It is kept until the next job.",
        };
        let head = Head {
            title: &title,
            second,
        };
        let lines = log.tail.lines.len();
        let closed = sheet(
            ctx,
            Id::unique("worker log"),
            &head,
            |ui| {
                let any = lines > 0;
                if button::secondary(ui, "Copy all", any)
                    .accessible_name("Copy the whole log")
                    .clicked()
                {
                    commands.push(Command::CopyLog(worker));
                }
                if lanes.len() > 1 {
                    if button::secondary(ui, "›", worker + 1 < lanes.len())
                        .accessible_name("Log of the next worker")
                        .on_hover_text("The next worker")
                        .clicked()
                    {
                        commands.push(Command::OpenLog(worker + 1));
                    }
                    if button::secondary(ui, "‹", worker > 0)
                        .accessible_name("Log of the worker before")
                        .on_hover_text("The worker before")
                        .clicked()
                    {
                        commands.push(Command::OpenLog(worker - 1));
                    }
                }
            },
            |ui, rect| self.body(ui, rect, session, log, way),
        );
        if closed {
            commands.push(Command::CloseSheet);
        }
    }

    fn body(
        &mut self,
        ui: &mut Ui,
        rect: Rect,
        session: &Session,
        log: &WorkerLog,
        way: Option<Way>,
    ) {
        let palette = theme::palette(ui);
        if log.tail.lines.is_empty() {
            let words = if session.log.is_none() {
                "No worker has run yet."
            } else {
                "It has printed nothing."
            };
            text::put(
                ui,
                rect,
                Align2::CENTER_CENTER,
                words,
                &theme::body(),
                palette.dim,
            );
            return;
        }
        let laid = Laid {
            worker: log.worker,
            run: session.run_number(),
            version: log.version,
            dark: ui.visuals().dark_mode,
        };
        let job = match &self.text {
            Some((of, job)) if *of == laid => job.clone(),
            _ => {
                let job = Arc::new(lay_out(palette, log, way));
                self.text = Some((laid, job.clone()));
                job
            }
        };
        let mut child = ui.new_child(UiBuilder::new().id_salt(("log", log.worker)).max_rect(rect));
        child.set_clip_rect(rect.expand2(vec2(4.0, 0.0)));
        let wanted = scroll_keys(&child, rect.height() - 40.0, 40.0);
        ScrollArea::vertical()
            .id_salt("log")
            .auto_shrink(false)
            .stick_to_bottom(true)
            .show(&mut child, |ui| {
                ui.add(Label::new(job).selectable(true).wrap());
                match wanted {
                    Some(points) => ui.scroll_with_delta(vec2(0.0, points)),
                    None => ui.scroll_to_cursor(Some(eframe::egui::Align::BOTTOM)),
                }
            });
    }
}

fn lay_out(palette: &Palette, log: &WorkerLog, way: Option<Way>) -> LayoutJob {
    let mut job = LayoutJob::default();
    let mut add = |text: &str, font: FontId, color: Color32| {
        let mut format = TextFormat::simple(font, color);
        format.line_height = Some(18.0);
        job.append(text, 0.0, format);
    };
    if log.tail.cut {
        add(
            "Earlier lines are not shown. Copy all gives whatever is kept.\n",
            theme::body(),
            palette.dim,
        );
    }
    for line in &log.tail.lines {
        add(&time(line.at), theme::mono(), palette.dim);
        let color = match line.source {
            LineSource::Printed => palette.text,
            LineSource::Noted => palette.dim,
        };
        add(mark(line.source), theme::mono(), color);
        add(&line.text, theme::mono(), color);
        add("\n", theme::mono(), color);
    }
    let printed = |source| source == LineSource::Printed;
    if way == Some(Way::Processes) && !log.tail.lines.iter().any(|line| printed(line.source)) {
        add("\nIt has printed nothing.", theme::body(), palette.dim);
    }
    job
}
