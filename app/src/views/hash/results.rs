//! What came out: a table that stays usable while it fills.

use std::path::Path;

use eframe::egui::{
    Align, Button, Color32, Event, FontId, Id, Layout, Rect, ScrollArea, TextEdit, Ui, UiBuilder,
    pos2, scroll_area::ScrollBarVisibility, vec2,
};
use workers::{Algorithm, Digest, Ending, FileResult, Mismatch, Verdict, VerdictKind, shown};

use super::digests::{Columns, hashed, with_digests};
use super::pairs;
use crate::command::Command;
use crate::format::{bytes, count, counted, first_upper};
use crate::job::JobState;
use crate::keys::keys;
use crate::query::{Column, Query};
use crate::saving::SaveWhat;
use crate::session::Session;
use crate::theme::{self, Palette};
use crate::widgets::button;
use crate::widgets::chip::chip;
use crate::widgets::panel::panel;
use crate::widgets::table::{Cell, ColumnSpec, GUTTER, Hover, Row, Table, TableState, Width};
use crate::widgets::text::{self, Cut};
use crate::work::Work;

/// Width of the column of sizes.
const SIZE: f32 = 72.0;

#[derive(Default)]
pub(super) struct ResultsPanel {
    table: TableState,
    /// The run that the selection is about.
    run: usize,
    /// What the rows were filtered by when they were selected.
    filter: (String, Option<VerdictKind>),
    focus_filter: bool,
}

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
        VerdictKind::OnlyLeft => ("←", palette.amber, "only on the left"),
        VerdictKind::OnlyRight => ("→", palette.amber, "only on the right"),
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
        let what = session.what_to_save();
        let (word, any) = match what {
            SaveWhat::Report => ("Save report…", session.can_report()),
            SaveWhat::List | SaveWhat::Runs => (
                "Save list…",
                session.results.counts().get(VerdictKind::Ok) > 0,
            ),
        };
        if button::secondary(&mut right, word, any)
            .on_hover_text(keys(ui.ctx(), "Ctrl+S"))
            .clicked()
        {
            commands.push(Command::OpenSave(what));
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
        // In a small window there are more of them than there is room for.
        ScrollArea::horizontal()
            .scroll_bar_visibility(ScrollBarVisibility::AlwaysHidden)
            .show(&mut left, |ui| chips(ui, session, commands));
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
        let algorithms = &*session.listed_algorithms;
        let wide = rect.width() > 900.0;
        let state_width = if wide { 170.0 } else { 132.0 };
        let digests = Columns::fit(algorithms, rect.width() - SIZE - state_width, GUTTER);
        let mut columns = vec![
            ColumnSpec {
                title: "Path",
                width: Width::Share(if wide { 0.56 } else { 0.6 }),
                right: false,
            },
            ColumnSpec {
                title: "Size",
                width: Width::Points(SIZE),
                right: true,
            },
            ColumnSpec {
                title: match session.listed() {
                    Some(Work::Verify(_)) => "What the list says",
                    Some(Work::Duplicates(_)) => "Same as",
                    Some(Work::Compare(_)) => "Left and right",
                    Some(Work::Hash {
                        expected: Some(_), ..
                    }) => "What you expected",
                    Some(Work::Hash { .. }) | None => {
                        algorithms.first().map_or("Digest", |one| one.label())
                    }
                },
                width: Width::Share(if wide { 0.44 } else { 0.4 }),
                right: false,
            },
            ColumnSpec {
                title: "State",
                width: Width::Points(state_width),
                right: false,
            },
        ];
        let mut meanings = vec![
            Column::Path,
            Column::Size,
            Column::Digest { from: 0 },
            Column::State,
        ];
        let grouped = matches!(session.listed(), Some(Work::Duplicates(_)));
        if grouped {
            columns.insert(
                3,
                ColumnSpec {
                    title: "Group wastes",
                    width: Width::Points(if wide { 150.0 } else { 92.0 }),
                    right: true,
                },
            );
            meanings.insert(3, Column::Waste);
        }
        let listed = session.listed();
        if let Some(Work::Hash { expected: None, .. }) = listed
            && algorithms.len() > 1
        {
            // The path has what the digests leave.
            columns[0].width = Width::Share(1.0);
            let (specs, from): (Vec<_>, Vec<_>) = digests.specs(algorithms).unzip();
            columns.splice(2..3, specs);
            meanings.splice(2..3, from.into_iter().map(|from| Column::Digest { from }));
        }
        let query = &session.query;
        // Where the window has become too narrow for the column sorted by, none is marked, and all
        // can be clicked.
        let sorted = meanings.iter().position(|&column| column == query.column);
        let sorted = sorted.unwrap_or(usize::MAX);
        let table = Table {
            id: Id::unique("results table"),
            name: "Results",
            columns: &columns,
            sorted: Some((sorted, query.descending)),
            rows: order.len(),
        };
        let results = &session.results;
        let key = |position: usize| order.get(position).copied();
        let base = session.base();
        let row = |position: usize| {
            let key = *order.get(position)?;
            let result = &results.get(key as usize)?;
            Some(match session.listed() {
                Some(Work::Compare(comparison)) => {
                    pairs::compared(palette, key, result, comparison)
                }
                Some(Work::Duplicates(_)) => {
                    let group = answer.and_then(|answer| answer.groups.get(key));
                    pairs::duplicate(palette, key, result, base, group, wide)
                }
                Some(Work::Verify(_)) => verified(palette, key, result, base, algorithms, "listed"),
                Some(Work::Hash {
                    expected: Some(_), ..
                }) => verified(palette, key, result, base, algorithms, "expected"),
                Some(Work::Hash { .. }) | None => {
                    hashed(palette, key, result, base, algorithms, &digests)
                }
            })
        };
        let done = table.show(ui, rect, &mut self.table, key, row);
        if let Some(index) = done.sort {
            let column = meanings[index];
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
                let word = counted(n as u64, "row", "rows");
                let item = |ui: &mut Ui, text: String| {
                    let clicked = ui.add_enabled(n > 0, Button::new(text)).clicked();
                    if clicked {
                        ui.close();
                    }
                    clicked
                };
                if item(ui, format!("Copy {word}")) {
                    commands.push(Command::CopyRows(self.selected(session)));
                }
                if let Some(Work::Hash { .. }) = session.listed() {
                    for &algorithm in algorithms {
                        let label = algorithm.label();
                        let word = counted(n as u64, "digest", "digests");
                        let text = match n {
                            0 | 1 => format!("Copy the {label} digest"),
                            _ => format!("Copy {word}, {label}"),
                        };
                        if item(ui, text) {
                            let rows = self.selected(session);
                            commands.push(Command::CopyDigests(rows, algorithm));
                        }
                    }
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
                JobState::Finished(finished) => {
                    let work = &finished.title.work;
                    match (finished.summary.found, &**work) {
                        (0, Work::Hash { .. }) => {
                            "There was nothing to hash: no file was found.".to_owned()
                        }
                        (0, Work::Duplicates(_))
                            if finished.summary.ending == Ending::Completed =>
                        {
                            "There is nothing to show: no file has the content of another."
                                .to_owned()
                        }
                        (_, Work::Duplicates(_)) => {
                            "Which files are the same is known when all have been read.".to_owned()
                        }
                        (0, Work::Compare(_)) if finished.summary.ending == Ending::Completed => {
                            "There was nothing to compare: there is no file on either side."
                                .to_owned()
                        }
                        (0, Work::Verify(_)) => {
                            "There was nothing to verify: the list names no file.".to_owned()
                        }
                        _ => format!("No file was {} before it ended.", work.done()),
                    }
                }
                JobState::Running(running)
                    if matches!(*running.title.work, Work::Duplicates(_)) =>
                {
                    "Results appear here when all files have been read.".to_owned()
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

/// The verdicts as filters.
fn chips(ui: &mut Ui, session: &Session, commands: &mut Vec<Command>) {
    let palette = theme::palette(ui);
    let counts = session.results.counts();
    let all = counts.total();
    let chosen = session.query.kind;
    let mut pick = |ui: &mut Ui, text: String, color, kind: Option<VerdictKind>, name: String| {
        if chip(ui, &text, color, chosen == kind, &name).clicked() {
            commands.push(Command::Ask(Query {
                kind,
                ..session.query.clone()
            }));
        }
    };
    pick(
        ui,
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
                ui,
                format!("{icon} {word} {}", count(n)),
                color,
                Some(kind),
                format!("Show {word}, {n} results"),
            );
        }
    }
}

/// A row of a verification: what was `listed` or `expected`, and what is the case.
fn verified(
    palette: &Palette,
    key: u32,
    result: &FileResult,
    base: &Path,
    algorithms: &[Algorithm],
    word: &str,
) -> Row {
    let path = shown(&result.path);
    let (detail, whole) = match result.verdict.bare() {
        Verdict::Hashed(_) | Verdict::Verified(_) => {
            let detail = with_notes(result, format!("as {word}"));
            let hover = format!("{}\n{detail}", with_digests(result, algorithms));
            return row(
                palette,
                key,
                result,
                base,
                hover,
                (detail, theme::body(), palette.dim),
            );
        }
        Verdict::Failed(mismatch) => match &**mismatch {
            Mismatch::Digest {
                algorithm,
                expected,
                found,
                all: _,
            } => {
                let (expected, found) = (Digest(expected).to_string(), Digest(found).to_string());
                let label = algorithm.label();
                let others = result.verdict.each_found(algorithms);
                let others = others.filter(|(other, _)| other != algorithm);
                let others: String = others
                    .map(|(other, digest)| format!("\nIts {}\n{digest}", other.label()))
                    .collect();
                (
                    format!("{word} {}, found {}", ends(&expected), ends(&found)),
                    format!("{label} {word}\n{expected}\n{label} found\n{found}{others}"),
                )
            }
            Mismatch::Size { expected, found } => {
                let text = format!(
                    "listed with {}, has {}",
                    counted(*expected, "byte", "bytes"),
                    count(*found)
                );
                (text.clone(), text)
            }
        },
        Verdict::Missing => both("not there"),
        Verdict::New => both("in no list"),
        Verdict::Moved(to) => (
            format!("now {}", text::short(to, base)),
            format!("Its content is now\n{}", shown(to)),
        ),
        Verdict::Duplicate(of) => (
            format!("as {}", text::short(of, base)),
            format!("It is in no list, and has the content of\n{}", shown(of)),
        ),
        other => both(&other.reason().unwrap_or_default()),
    };
    let (detail, whole) = (with_notes(result, detail), with_notes(result, whole));
    let hover = format!("{path}\n{whole}");
    let color = if result.verdict.kind().is_wrong() {
        palette.text
    } else {
        palette.dim
    };
    // Digests are compared by eye; the rest is words and names.
    let font = match result.verdict.bare() {
        Verdict::Failed(_) => theme::mono(),
        _ => theme::body(),
    };
    row(palette, key, result, base, hover, (detail, font, color))
}

/// With what there is to know beside the verdict.
pub(super) fn with_notes(result: &FileResult, detail: String) -> String {
    let notes = result.verdict.notes();
    notes.fold(detail, |detail, note| format!("{detail}; {}", note.text()))
}

pub(super) fn both(text: &str) -> (String, String) {
    (text.to_owned(), text.to_owned())
}

pub(super) fn row(
    palette: &Palette,
    key: u32,
    result: &FileResult,
    base: &Path,
    hover: String,
    (detail, font, detail_color): (String, FontId, Color32),
) -> Row {
    let (icon, color, word) = look(palette, result.verdict.kind());
    let path = text::short(&result.path, base);
    // Of what was not read, no size is known but the one that the walk saw.
    let size = match result.verdict.bare() {
        Verdict::Hashed(_) | Verdict::Verified(_) => bytes(result.size),
        Verdict::Skipped(_) => "–".to_owned(),
        _ if result.size > 0 => bytes(result.size),
        _ => "–".to_owned(),
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
        hover: match result.verdict.kind() {
            // The one state whose name may have to be cut.
            VerdictKind::ChangedWhileReading => Hover::With(hover),
            _ => Hover::All(hover),
        },
        name,
        cells: vec![
            cell(path, theme::body(), palette.text, Cut::Path),
            cell(size, theme::body(), palette.dim, Cut::End),
            cell(detail, font, detail_color, Cut::End),
            cell(format!("{icon} {word}"), theme::body(), color, Cut::End),
        ],
    }
}

/// The beginning and end of a digest, where two of them stand side by side.
pub(super) fn ends(hex: &str) -> String {
    if hex.len() <= 16 {
        hex.to_owned()
    } else {
        format!("{}…{}", &hex[..8], &hex[hex.len() - 4..])
    }
}
