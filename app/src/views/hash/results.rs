//! What came out: a table that stays usable while it fills.

use std::path::Path;

use eframe::egui::{Align, Color32, Event, Id, Layout, Rect, TextEdit, Ui, UiBuilder, pos2, vec2};
use workers::{Digest, FileResult, Verdict, VerdictKind, shown};

use crate::command::Command;
use crate::format::{bytes, count, first_upper};
use crate::keys::keys;
use crate::query::{Column, Query};
use crate::saving::SaveWhat;
use crate::session::Session;
use crate::theme::{self, Palette};
use crate::widgets::button;
use crate::widgets::chip::chip;
use crate::widgets::panel::panel;
use crate::widgets::table::{Cell, ColumnSpec, Row, Table, TableState, Width};
use crate::widgets::text::{self, Cut};

#[derive(Default)]
pub(super) struct ResultsPanel {
    table: TableState,
    /// The run that the selection is about.
    run: usize,
    /// What the rows were filtered by when they were selected.
    filter: (String, Option<VerdictKind>),
    focus_filter: bool,
}

const COLUMNS: [Column; 4] = [Column::Path, Column::Size, Column::Digest, Column::State];

/// The icon, colour and word of a verdict: always all three.
pub(super) fn look(palette: &Palette, kind: VerdictKind) -> (&'static str, Color32, &'static str) {
    match kind {
        VerdictKind::Ok => ("✓", palette.green, "OK"),
        VerdictKind::Failed => ("✗", palette.red, "failed"),
        VerdictKind::Missing => ("✗", palette.red, "missing"),
        VerdictKind::Moved => ("→", palette.amber, "moved"),
        VerdictKind::New => ("+", palette.accent, "new"),
        VerdictKind::Duplicate => ("=", palette.dim, "duplicate"),
        VerdictKind::Unreadable => ("✗", palette.red, "unreadable"),
        VerdictKind::ChangedWhileReading => ("↻", palette.amber, "changed while reading"),
        VerdictKind::Crashed => ("✗", palette.red, "crashed"),
        VerdictKind::TimedOut => ("▲", palette.red, "timed out"),
        VerdictKind::Skipped => ("○", palette.dim, "skipped"),
        VerdictKind::BadLine => ("▲", palette.amber, "bad line"),
        VerdictKind::Same => ("=", palette.green, "same"),
        VerdictKind::Different => ("✗", palette.red, "different"),
        VerdictKind::OnlyLeft => ("←", palette.amber, "only left"),
        VerdictKind::OnlyRight => ("→", palette.amber, "only right"),
    }
}

impl ResultsPanel {
    pub(super) fn find(&mut self) {
        self.focus_filter = true;
    }

    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        rect: Rect,
        session: &Session,
        commands: &mut Vec<Command>,
    ) {
        // A row that is not shown must not stay selected.
        let query = &session.query;
        let same = self.filter.0 == query.text && self.filter.1 == query.kind;
        if self.run != session.run_number() || !same {
            self.run = session.run_number();
            self.filter = (query.text.clone(), query.kind);
            self.table.reset();
        }
        panel(ui, rect, "Results", |ui| {
            let inside = ui.max_rect();
            let head = Rect::from_min_size(inside.min, vec2(inside.width(), 28.0));
            self.head(ui, head, session, commands);
            let mut table = inside;
            table.min.y = head.bottom() + 4.0;
            self.table(ui, table, session, commands);
        });
    }

    fn head(&mut self, ui: &mut Ui, rect: Rect, session: &Session, commands: &mut Vec<Command>) {
        let palette = theme::palette(ui);
        let layout = Layout::right_to_left(Align::Center);
        let mut right = ui.new_child(
            UiBuilder::new()
                .id_salt("results tools")
                .max_rect(rect)
                .layout(layout),
        );
        right.spacing_mut().interact_size.y = 26.0;
        let any = session.results.counts().get(VerdictKind::Ok) > 0;
        if button::secondary(&mut right, "Save list…", any)
            .on_hover_text(keys(ui.ctx(), "Ctrl+S"))
            .clicked()
        {
            commands.push(Command::OpenSave(SaveWhat::List));
        }
        let selected = self.table.selected_count();
        if selected > 0
            && button::secondary(
                &mut right,
                &format!("Copy {}", count(selected as u64)),
                true,
            )
            .on_hover_text(keys(ui.ctx(), "Copy the selected rows (Ctrl+C)"))
            .clicked()
        {
            commands.push(Command::CopyRows(self.selected(session)));
        }
        let mut query = session.query.clone();
        let edit = TextEdit::singleline(&mut query.text)
            .id_salt("filter")
            .hint_text("Filter")
            .margin(vec2(10.0, 5.0))
            .desired_width(180.0);
        let response = right
            .add_sized(vec2((rect.width() * 0.18).clamp(110.0, 200.0), 26.0), edit)
            .accessible_name("Filter by part of a path or the beginning of a digest");
        if std::mem::take(&mut self.focus_filter) {
            response.request_focus();
        }
        if response.changed() {
            commands.push(Command::Ask(query));
        }
        let end = response.rect.left() - 10.0;

        let room = Rect::from_min_max(rect.min, pos2(end, rect.bottom()));
        let layout = Layout::left_to_right(Align::Center);
        let mut left = ui.new_child(
            UiBuilder::new()
                .id_salt("chips")
                .max_rect(room)
                .layout(layout),
        );
        left.set_clip_rect(room.intersect(ui.clip_rect()));
        left.spacing_mut().button_padding = vec2(10.0, 2.0);
        left.spacing_mut().interact_size.y = 22.0;
        let title = Rect::from_min_size(room.min, vec2(44.0, room.height()));
        text::put(
            &mut left,
            title,
            eframe::egui::Align2::LEFT_CENTER,
            "Results",
            &theme::small_strong(),
            palette.dim,
        );
        left.add_space(50.0);
        let counts = session.results.counts();
        let all = counts.total();
        let chosen = session.query.kind;
        let mut pick =
            |ui: &mut Ui, text: String, color, kind: Option<VerdictKind>, name: String| {
                if chip(ui, &text, color, chosen == kind, &name).clicked() {
                    commands.push(Command::Ask(Query {
                        kind,
                        ..session.query.clone()
                    }));
                }
            };
        pick(
            &mut left,
            format!("All {}", count(all)),
            palette.text,
            None,
            format!("Show all {all} results"),
        );
        for kind in VerdictKind::ALL {
            let n = counts.get(kind);
            if n > 0 || chosen == Some(kind) {
                let (icon, color, word) = look(palette, kind);
                let word = first_upper(word);
                pick(
                    &mut left,
                    format!("{icon} {word} {}", count(n)),
                    color,
                    Some(kind),
                    format!("Show {word}, {n} results"),
                );
            }
        }
    }

    fn table(&mut self, ui: &mut Ui, rect: Rect, session: &Session, commands: &mut Vec<Command>) {
        let palette = theme::palette(ui);
        let answer = session.rows.answer();
        let order = answer
            .map(|answer| answer.order.clone())
            .unwrap_or_default();
        if order.is_empty() {
            let words = self.nothing(session);
            text::put(
                ui,
                rect,
                eframe::egui::Align2::CENTER_CENTER,
                &words,
                &theme::body(),
                palette.dim,
            );
            return;
        }
        let algorithm = session.listed_algorithm();
        let wide = rect.width() > 900.0;
        let columns = [
            ColumnSpec {
                title: "Path",
                width: Width::Share(if wide { 0.56 } else { 0.6 }),
                right: false,
            },
            ColumnSpec {
                title: "Size",
                width: Width::Points(72.0),
                right: true,
            },
            ColumnSpec {
                title: algorithm.label(),
                width: Width::Share(if wide { 0.44 } else { 0.4 }),
                right: false,
            },
            ColumnSpec {
                title: "State",
                width: Width::Points(if wide { 170.0 } else { 120.0 }),
                right: false,
            },
        ];
        let query = &session.query;
        let sorted = COLUMNS.iter().position(|&column| column == query.column);
        let table = Table {
            id: Id::unique("results table"),
            name: "Results",
            columns: &columns,
            sorted: sorted.map(|index| (index, query.descending)),
            rows: order.len(),
        };
        let results = &session.results;
        let key = |position: usize| order.get(position).copied();
        let base = session.base();
        let row = |position: usize| {
            let key = *order.get(position)?;
            Some(row(palette, key, results.get(key as usize)?, base))
        };
        let done = table.show(ui, rect, &mut self.table, key, row);
        if let Some(index) = done.sort {
            let column = COLUMNS[index];
            commands.push(Command::Ask(Query {
                column,
                descending: column == query.column && !query.descending,
                ..query.clone()
            }));
        }
        let typing = ui.memory(|memory| memory.focused()).is_some();
        let covered = session.sheet.is_some();
        let copy_typed =
            !typing && !covered && ui.input(|input| input.events.contains(&Event::Copy));
        if (done.copy || copy_typed) && self.table.selected_count() > 0 {
            commands.push(Command::CopyRows(self.selected(session)));
        }
        if let Some(response) = done.response {
            response.context_menu(|ui| {
                let n = self.table.selected_count();
                let word = crate::format::counted(n as u64, "row", "rows");
                if ui
                    .add_enabled(n > 0, eframe::egui::Button::new(format!("Copy {word}")))
                    .clicked()
                {
                    commands.push(Command::CopyRows(self.selected(session)));
                    ui.close();
                }
            });
        }
    }

    /// The selected rows in the order shown.
    fn selected(&self, session: &Session) -> Vec<u32> {
        let order = session
            .rows
            .answer()
            .map(|answer| answer.order.clone())
            .unwrap_or_default();
        order
            .iter()
            .copied()
            .filter(|&key| self.table.is_selected(key))
            .collect()
    }

    fn nothing(&self, session: &Session) -> String {
        let query = &session.query;
        if session.results.len() == 0 {
            match &session.job {
                crate::job::JobState::Finished(finished) if finished.summary.found == 0 => {
                    "There was nothing to hash: no file was found.".to_owned()
                }
                crate::job::JobState::Finished(_) => {
                    "No file was hashed before it ended.".to_owned()
                }
                _ => "Results appear here as they come.".to_owned(),
            }
        } else if session.rows.is_other(query)
            || session
                .rows
                .answer()
                .is_some_and(|answer| answer.seen < session.results.len())
        {
            "Sorting…".to_owned()
        } else if query.text.is_empty() {
            "No result of this kind.".to_owned()
        } else {
            format!(
                "No result has \"{}\" in its path, or a digest that begins with it.",
                query.text
            )
        }
    }
}

fn row(palette: &Palette, key: u32, result: &FileResult, base: &Path) -> Row {
    let kind = result.verdict.kind();
    let (icon, color, word) = look(palette, kind);
    let path = text::short(&result.path, base);
    let (size, detail, detail_color) = match &result.verdict {
        Verdict::Hashed(digest) | Verdict::Verified(digest) => (
            bytes(result.size),
            shorten(&Digest(digest).to_string()),
            palette.dim,
        ),
        Verdict::Skipped(why) => ("–".to_owned(), why.text().to_owned(), palette.dim),
        other => (
            if result.size > 0 {
                bytes(result.size)
            } else {
                "–".to_owned()
            },
            other.reason().unwrap_or_default().into_owned(),
            palette.text,
        ),
    };
    let name = format!("{path}, {size}, {word}, {detail}");
    let cell = |text: String, font, color, cut| Cell {
        text,
        font,
        color,
        cut,
    };
    Row {
        key,
        hover: shown(&result.path),
        name,
        cells: vec![
            cell(path, theme::body(), palette.text, Cut::Path),
            cell(size, theme::body(), palette.dim, Cut::End),
            cell(detail, theme::mono(), detail_color, Cut::End),
            cell(format!("{icon} {word}"), theme::body(), color, Cut::End),
        ],
    }
}

/// Both ends of a long digest: what people compare by eye.
fn shorten(hex: &str) -> String {
    if hex.len() <= 32 {
        hex.to_owned()
    } else {
        format!("{}…{}", &hex[..16], &hex[hex.len() - 12..])
    }
}
