//! What died and why, over every view: a table, and everything about the row that is selected.

use std::path::Path;

use eframe::egui::{
    Align2, Context, Id, Label, Rect, RichText, ScrollArea, Ui, UiBuilder, pos2, vec2,
};

use crate::command::Command;
use crate::format::{count, counted, first_upper, moment};
use crate::history::Incident;
use crate::session::{Session, Sheet};
use crate::theme::{self, Palette};
use crate::widgets::button;
use crate::widgets::sheet::{Head, sheet};
use crate::widgets::table::{Cell, ColumnSpec, Hover, Row, Table, TableState, Width, height};
use crate::widgets::text::{self, Cut, short};

/// Height of what is said about the selected row.
const DETAILS: f32 = 132.0;

#[derive(Default)]
pub(super) struct HistorySheet {
    table: TableState,
    /// The job whose incidents the table is about, and how many there were.
    run: usize,
    seen: u32,
    open: bool,
}

impl HistorySheet {
    pub(super) fn show(&mut self, ctx: &Context, session: &Session, commands: &mut Vec<Command>) {
        let Some(Sheet::History) = session.sheet else {
            self.open = false;
            return;
        };
        let history = &session.history;
        if self.run != session.run_number() || self.seen > history.total() {
            self.run = session.run_number();
            self.seen = history.total();
            self.table.reset();
        }
        // The newest come in at the top: what is looked at stays where it is.
        self.table
            .rows_came_before((history.total() - self.seen) as usize);
        self.seen = history.total();
        let opened = !std::mem::replace(&mut self.open, true);
        if opened {
            self.table
                .go_to(0, history.get(0).map(|newest| newest.number));
        }

        let second = match history.total() {
            0 => "Workers that die, crash, hang or are killed are listed here, with their files."
                .to_owned(),
            n => {
                let restarts = counted(u64::from(session.restarts), "restart", "restarts");
                let order = if n > 1 { "; the newest first" } else { "" };
                format!("{restarts}, {}{order}", history.summary())
            }
        };
        let head = Head {
            title: "What died, and why",
            second: &second,
        };
        let selected: Vec<u32> = (0..history.kept())
            .filter_map(|position| history.get(position))
            .map(|incident| incident.number)
            .filter(|&number| self.table.is_selected(number))
            .collect();
        let first = (0..history.kept())
            .filter_map(|position| history.get(position))
            .find(|incident| selected.contains(&incident.number));
        let (mut copy_pressed, mut copy_typed) = (false, false);
        let closed = sheet(
            ctx,
            Id::unique("history of workers"),
            &head,
            |ui| {
                let (word, name) = match selected.len() {
                    0 | 1 => ("Copy all".to_owned(), "Copy all incidents"),
                    n => (
                        format!("Copy {}", count(n as u64)),
                        "Copy the selected incidents",
                    ),
                };
                if button::secondary(ui, &word, history.kept() > 0)
                    .accessible_name(name)
                    .clicked()
                {
                    copy_pressed = true;
                }
            },
            |ui, rect| copy_typed = self.body(ui, rect, session, first, commands, opened),
        );
        if copy_typed || (copy_pressed && selected.len() > 1) {
            commands.push(Command::CopyIncidents(selected));
        } else if copy_pressed {
            commands.push(Command::CopyIncidents(Vec::new()));
        }
        if closed {
            commands.push(Command::CloseSheet);
        }
    }

    /// The table and the details; says whether the selected rows are to be copied.
    fn body(
        &mut self,
        ui: &mut Ui,
        rect: Rect,
        session: &Session,
        selected: Option<&Incident>,
        commands: &mut Vec<Command>,
        opened: bool,
    ) -> bool {
        let palette = theme::palette(ui);
        let history = &session.history;
        if history.total() == 0 {
            text::put(
                ui,
                rect,
                Align2::CENTER_CENTER,
                if session.run_number() == 0 {
                    "No job has run yet."
                } else {
                    "No worker has died in this job."
                },
                &theme::body(),
                palette.dim,
            );
            return false;
        }
        let columns = [
            column("When", Width::Points(66.0), true),
            column("Worker", Width::Points(48.0), true),
            column("Process", Width::Points(62.0), true),
            column("What happened", Width::Share(0.4), false),
            column("Asked for by", Width::Points(84.0), false),
            column("Its files", Width::Share(0.6), false),
        ];
        let id = Id::unique("history table");
        let table = Table {
            id,
            name: "What died, and why",
            columns: &columns,
            sorted: None,
            rows: history.kept(),
        };
        let base = session.base();
        let mut upper = rect;
        // With few rows the details stand right below them.
        upper.max.y = (upper.top() + height(history.kept())).min(rect.bottom() - DETAILS);
        let done = table.show(
            ui,
            upper,
            &mut self.table,
            |position| history.get(position).map(|incident| incident.number),
            |position| Some(row(palette, history.get(position)?, base)),
        );
        if opened {
            ui.memory_mut(|memory| memory.request_focus(id));
        }
        let lower = Rect::from_min_max(pos2(rect.left(), upper.bottom() + 12.0), rect.max);
        if let Some(incident) = selected {
            details(ui, lower, incident, base, commands);
        }
        done.copy
    }
}

fn column(title: &'static str, width: Width, right: bool) -> ColumnSpec<'static> {
    ColumnSpec {
        title,
        width,
        right,
    }
}

fn row(palette: &Palette, incident: &Incident, base: &Path) -> Row {
    let how = incident.how();
    let asked = incident.asked();
    let files = incident.files(|file| short(file, base));
    // What somebody asked for is no fault.
    let (icon, color) = match asked {
        Some(_) => ("●", palette.amber),
        None => ("✗", palette.red),
    };
    let cut = |text: String, color, cut| Cell {
        text,
        font: theme::body(),
        color,
        cut,
    };
    let cell = |text, color| cut(text, color, Cut::End);
    // One file's name stays, whatever its folders.
    let cut_files = if incident.files.total() == 1 {
        Cut::Path
    } else {
        Cut::End
    };
    let when = moment(incident.at);
    let name = format!(
        "{when}, {}: {how}, asked for by {}, {files}, {}",
        incident.who(),
        asked.unwrap_or("nobody"),
        incident.place()
    );
    let pid = incident
        .pid
        .map_or_else(|| "–".to_owned(), |pid| pid.to_string());
    Row {
        key: incident.number,
        hover: Hover::With(String::new()),
        name,
        cells: vec![
            cell(when, palette.dim),
            cell((incident.worker + 1).to_string(), palette.text),
            cell(pid, palette.dim),
            cell(format!("{icon} {how}"), color),
            cell(asked.unwrap_or("nobody").to_owned(), palette.text),
            cut(files, palette.text, cut_files),
        ],
    }
}

/// All that is known of one incident.
fn details(ui: &mut Ui, rect: Rect, incident: &Incident, base: &Path, commands: &mut Vec<Command>) {
    let palette = theme::palette(ui);
    let head = Rect::from_min_size(rect.min, vec2(rect.width(), 20.0));
    let worker = incident.worker + 1;
    let place = Rect::from_min_max(pos2(head.right() - 120.0, head.top()), head.max);
    let name = format!("Go on to the log of worker {worker}");
    let text = format!("log of worker {worker}");
    if button::link_at(ui, place, "log", &text, palette.accent, &name).clicked() {
        commands.push(Command::OpenLog(incident.worker));
    }
    let mut who = head;
    who.max.x = place.left() - 12.0;
    let words = format!("{}, {}", first_upper(&incident.who()), incident.place());
    text::put(
        ui,
        who,
        Align2::LEFT_CENTER,
        &words,
        &theme::strong(),
        palette.text,
    );
    let body = Rect::from_min_max(pos2(rect.left(), head.bottom() + 4.0), rect.max);
    let mut child = ui.new_child(UiBuilder::new().id_salt("details").max_rect(body));
    child.set_clip_rect(body);
    ScrollArea::vertical()
        .id_salt(("details", incident.number))
        .auto_shrink(false)
        .show(&mut child, |ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            let mut lines = vec![incident.how()];
            if incident.files.total() > 1 {
                lines.push(incident.files(|file| short(file, base)));
            }
            lines.extend(incident.file_lines(|file| short(file, base)));
            for (index, line) in lines.into_iter().enumerate() {
                let color = if index == 0 {
                    palette.text
                } else {
                    palette.dim
                };
                ui.add(
                    Label::new(RichText::new(line).color(color))
                        .selectable(true)
                        .wrap(),
                );
            }
        });
}
