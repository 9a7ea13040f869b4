//! A table of any number of rows, of which only the visible ones cost anything.
//!
//! Not `egui_extras`' table: it places rows in points as `f32`, and past 600,000 rows of 27
//! points neighbouring rows no longer have different places. Here the scroll position is a row
//! number in `f64`.

use eframe::egui::{
    Align2, Color32, CursorIcon, Event, EventFilter, FontId, Id, Key, Modifiers, Rect, Response,
    Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2,
};

use crate::theme;
use crate::widgets::text::{self, Cut};

pub(crate) const ROW_HEIGHT: f32 = 27.0;
const HEADER_HEIGHT: f32 = 26.0;
const SCROLLBAR: f32 = 8.0;
/// Between two columns.
pub(crate) const GUTTER: f32 = 16.0;
/// Left of the first column and right of the last.
pub(crate) const INDENT: f32 = 8.0;

pub(crate) struct ColumnSpec<'a> {
    pub(crate) title: &'a str,
    pub(crate) width: Width,
    pub(crate) right: bool,
}

#[derive(Clone, Copy)]
pub(crate) enum Width {
    Points(f32),
    /// This part of what the columns of fixed width leave.
    Share(f32),
}

pub(crate) struct Cell {
    pub(crate) text: String,
    pub(crate) font: FontId,
    pub(crate) color: Color32,
    pub(crate) cut: Cut,
}

/// One row as it is shown.
pub(crate) struct Row {
    /// What identifies it, whatever the order.
    pub(crate) key: u32,
    pub(crate) cells: Vec<Cell>,
    pub(crate) hover: Hover,
    /// The row in words, for screen readers.
    pub(crate) name: String,
}

/// What a row's tooltip says.
pub(crate) enum Hover {
    /// This, in which everything is that a cell may have to cut.
    All(String),
    /// This, which may be nothing, and the cells that had to be cut.
    With(String),
}

/// What the table remembers between frames.
#[derive(Default)]
pub(crate) struct TableState {
    /// The row at the top, and how much of it is scrolled away.
    top: f64,
    selected: Selection,
    /// Where a range begins, and where the keyboard is: positions in the view.
    anchor: Option<usize>,
    cursor: Option<usize>,
}

/// A set of row keys. A bit each: selecting a million rows takes 125 KB and no time.
#[derive(Default)]
struct Selection {
    bits: Vec<u64>,
    count: usize,
}

impl Selection {
    fn contains(&self, key: u32) -> bool {
        let key = key as usize;
        self.bits
            .get(key / 64)
            .is_some_and(|bits| bits >> (key % 64) & 1 == 1)
    }

    fn set(&mut self, key: u32, on: bool) {
        if self.contains(key) == on {
            return;
        }
        let key = key as usize;
        if self.bits.len() <= key / 64 {
            self.bits.resize(key / 64 + 1, 0);
        }
        self.bits[key / 64] ^= 1 << (key % 64);
        self.count = if on { self.count + 1 } else { self.count - 1 };
    }

    fn clear(&mut self) {
        self.bits.clear();
        self.count = 0;
    }
}

impl TableState {
    pub(crate) fn selected_count(&self) -> usize {
        self.selected.count
    }

    pub(crate) fn is_selected(&self, key: u32) -> bool {
        self.selected.contains(key)
    }

    pub(crate) fn reset(&mut self) {
        *self = Self::default();
    }

    /// So many rows came in before all others: what is selected or scrolled to stays where it is.
    pub(crate) fn rows_came_before(&mut self, rows: usize) {
        if self.top > 0.0 || self.cursor.is_some() {
            self.top += rows as f64;
        }
        for position in [&mut self.anchor, &mut self.cursor].into_iter().flatten() {
            *position += rows;
        }
    }

    /// Selects the row at a position alone, if it has a key, and scrolls to it.
    pub(crate) fn go_to(&mut self, position: usize, key: Option<u32>) {
        self.selected.clear();
        if let Some(key) = key {
            self.selected.set(key, true);
            self.anchor = Some(position);
            self.cursor = Some(position);
        }
        self.top = position as f64;
    }
}

/// What was done to the table.
#[derive(Default)]
pub(crate) struct Done {
    /// The header of this column was clicked.
    pub(crate) sort: Option<usize>,
    /// The selected rows are to be copied.
    pub(crate) copy: bool,
    pub(crate) response: Option<Response>,
}

pub(crate) struct Table<'a> {
    pub(crate) id: Id,
    pub(crate) name: &'a str,
    pub(crate) columns: &'a [ColumnSpec<'a>],
    /// The column sorted by, and whether downwards.
    pub(crate) sorted: Option<(usize, bool)>,
    pub(crate) rows: usize,
}

impl Table<'_> {
    /// Shows the table over `rect`. `key` gives the key of the row at a position of the view,
    /// `row` the row itself; both are asked for visible rows only, `key` also for a range that
    /// is being selected.
    pub(crate) fn show(
        self,
        ui: &mut Ui,
        rect: Rect,
        state: &mut TableState,
        key: impl Fn(usize) -> Option<u32>,
        row: impl Fn(usize) -> Option<Row>,
    ) -> Done {
        let mut done = Done::default();
        let mut header = rect;
        header.set_height(HEADER_HEIGHT);
        let mut body = rect;
        body.min.y += HEADER_HEIGHT;
        let scrolls = self.rows as f32 * ROW_HEIGHT > body.height();
        let mut cells = body;
        if scrolls {
            cells.max.x -= SCROLLBAR + 4.0;
        }
        let places = places(self.columns, cells);

        done.sort = self.header(ui, header, &places);

        let response = ui.interact(body, self.id, Sense::click());
        response.widget_info(|| {
            let name = format!(
                "{}, {} rows, {} selected",
                self.name, self.rows, state.selected.count
            );
            WidgetInfo::labeled(Role::Table, true, name)
        });
        let visible = f64::from(body.height() / ROW_HEIGHT);
        if response.clicked() {
            response.request_focus();
            if let Some(pointer) = response.interact_pointer_pos() {
                let position = state.top + f64::from((pointer.y - body.top()) / ROW_HEIGHT);
                let modifiers = ui.input(|input| input.modifiers);
                self.click(state, position as usize, modifiers, &key);
            }
        }
        // What a context menu is opened on is what it is about.
        if response.secondary_clicked()
            && let Some(pointer) = response.interact_pointer_pos()
        {
            let position = state.top + f64::from((pointer.y - body.top()) / ROW_HEIGHT);
            let at = key(position as usize);
            if at.is_some_and(|at| !state.selected.contains(at)) {
                self.click(state, position as usize, Modifiers::NONE, &key);
            }
        }
        if response.has_focus() {
            let filter = EventFilter {
                vertical_arrows: true,
                ..EventFilter::default()
            };
            ui.memory_mut(|memory| memory.set_focus_lock_filter(self.id, filter));
            done.copy = self.keys(ui, state, visible, &key);
        }
        if ui.rect_contains_pointer(body) {
            let delta = ui.input_mut(|input| std::mem::take(&mut input.smooth_scroll_delta.y));
            state.top -= f64::from(delta / ROW_HEIGHT);
        }
        let most = (self.rows as f64 - visible).max(0.0);
        if scrolls {
            self.scrollbar(ui, body, state, most);
        }
        state.top = state.top.clamp(0.0, most);

        self.body(ui, body, &places, state, &response, row);
        done.response = Some(response);
        done
    }

    fn header(&self, ui: &mut Ui, rect: Rect, places: &[(f32, f32)]) -> Option<usize> {
        let palette = theme::palette(ui);
        let mut clicked = None;
        for (index, (column, &(left, right))) in self.columns.iter().zip(places).enumerate() {
            let place = Rect::from_min_max(pos2(left, rect.top()), pos2(right, rect.bottom()));
            let sorted = self.sorted.filter(|&(by, _)| by == index);
            let title = match sorted {
                Some((_, true)) => format!("{} ▾", column.title),
                Some((_, false)) => format!("{} ▴", column.title),
                None => column.title.to_owned(),
            };
            let align = if column.right {
                Align2::RIGHT_CENTER
            } else {
                Align2::LEFT_CENTER
            };
            let response = if self.sorted.is_some() {
                ui.interact(place, self.id.with(("header", index)), Sense::click())
                    .on_hover_cursor(CursorIcon::PointingHand)
            } else {
                ui.interact(place, self.id.with(("header", index)), Sense::hover())
            };
            let role = if self.sorted.is_some() {
                Role::Button
            } else {
                Role::ColumnHeader
            };
            response.widget_info(|| {
                let order = match sorted {
                    Some((_, true)) => ", now downwards",
                    Some((_, false)) => ", now upwards",
                    None => "",
                };
                let name = if role == Role::Button {
                    format!("Sort by {}{order}", column.title)
                } else {
                    column.title.to_owned()
                };
                WidgetInfo::labeled(role, true, name)
            });
            if response.has_focus() {
                ui.painter().rect_stroke(
                    place,
                    3.0,
                    Stroke::new(1.5, palette.accent),
                    eframe::egui::StrokeKind::Inside,
                );
            }
            let color = if sorted.is_some() || response.hovered() {
                palette.text
            } else {
                palette.dim
            };
            let galley = text::layout(ui, &title, &theme::small(), color, place.width(), Cut::End);
            let at = align.align_size_within_rect(galley.size(), place);
            ui.painter().galley(at.min, galley, color);
            if response.clicked() {
                clicked = Some(index);
            }
        }
        ui.painter().hline(
            rect.x_range(),
            rect.bottom(),
            Stroke::new(1.0, palette.line),
        );
        clicked
    }

    fn click(
        &self,
        state: &mut TableState,
        position: usize,
        modifiers: Modifiers,
        key: &impl Fn(usize) -> Option<u32>,
    ) {
        let Some(clicked) = key(position) else {
            state.selected.clear();
            return;
        };
        if modifiers.shift {
            state.cursor = Some(position);
            select_range(state, key);
        } else {
            if modifiers.command {
                let on = !state.selected.contains(clicked);
                state.selected.set(clicked, on);
            } else {
                state.selected.clear();
                state.selected.set(clicked, true);
            }
            state.anchor = Some(position);
            state.cursor = Some(position);
        }
    }

    /// Carries out what was typed; says whether it was "copy".
    fn keys(
        &self,
        ui: &Ui,
        state: &mut TableState,
        visible: f64,
        key: &impl Fn(usize) -> Option<u32>,
    ) -> bool {
        let mut copy = false;
        let last = self.rows.saturating_sub(1);
        let page = (visible as usize).max(2) - 1;
        let events = ui.input(|input| input.events.clone());
        for event in events {
            match event {
                Event::Copy => copy = state.selected.count > 0,
                Event::Key {
                    key: Key::A,
                    pressed: true,
                    modifiers,
                    ..
                } if modifiers.command => {
                    for position in 0..self.rows {
                        if let Some(key) = key(position) {
                            state.selected.set(key, true);
                        }
                    }
                }
                Event::Key {
                    key: pressed_key,
                    pressed: true,
                    modifiers,
                    ..
                } => {
                    let now = state.cursor.unwrap_or(0);
                    let to = match pressed_key {
                        Key::ArrowDown if state.cursor.is_some() => now + 1,
                        Key::ArrowDown => 0,
                        Key::ArrowUp => now.saturating_sub(1),
                        Key::PageDown => now + page,
                        Key::PageUp => now.saturating_sub(page),
                        Key::Home => 0,
                        Key::End => last,
                        _ => continue,
                    };
                    let to = to.min(last);
                    state.cursor = Some(to);
                    if modifiers.shift {
                        select_range(state, key);
                    } else if let Some(key) = key(to) {
                        state.selected.clear();
                        state.selected.set(key, true);
                        state.anchor = Some(to);
                    }
                    let to = to as f64;
                    if to < state.top {
                        state.top = to;
                    } else if to + 1.0 > state.top + visible {
                        state.top = to + 1.0 - visible;
                    }
                }
                _ => {}
            }
        }
        copy
    }

    fn scrollbar(&self, ui: &mut Ui, body: Rect, state: &mut TableState, most: f64) {
        let palette = theme::palette(ui);
        let track = Rect::from_min_max(pos2(body.right() - SCROLLBAR, body.top() + 2.0), body.max);
        let share = body.height() / (self.rows as f32 * ROW_HEIGHT);
        let length = (track.height() * share).max(28.0);
        let travel = track.height() - length;
        // A scrollbar is no input of its own to a screen reader: the table's keys do the same.
        let response = ui.interact(track, self.id.with("scrollbar"), Sense::drag());
        if response.dragged()
            && let Some(pointer) = response.interact_pointer_pos()
        {
            let share = (pointer.y - track.top() - length / 2.0) / travel.max(1.0);
            state.top = f64::from(share.clamp(0.0, 1.0)) * most;
        }
        let share = if most > 0.0 {
            (state.top.clamp(0.0, most) / most) as f32
        } else {
            0.0
        };
        let thumb = Rect::from_min_size(
            pos2(track.left(), track.top() + travel * share),
            vec2(SCROLLBAR, length),
        );
        let color = if response.hovered() || response.dragged() {
            palette.dim
        } else {
            palette.control_hover
        };
        ui.painter()
            .rect_filled(thumb.shrink2(vec2(1.0, 0.0)), 4.0, color);
    }

    fn body(
        &self,
        ui: &mut Ui,
        body: Rect,
        places: &[(f32, f32)],
        state: &TableState,
        response: &Response,
        row: impl Fn(usize) -> Option<Row>,
    ) {
        let palette = theme::palette(ui);
        let pointer = response.hover_pos();
        let clip = ui.clip_rect();
        ui.set_clip_rect(body.intersect(clip));
        let first = state.top as usize;
        let mut y = body.top() - (state.top.fract() as f32) * ROW_HEIGHT;
        let mut position = first;
        while y < body.bottom() && position < self.rows {
            let place =
                Rect::from_min_max(pos2(body.left(), y), pos2(body.right(), y + ROW_HEIGHT));
            if let Some(row) = row(position) {
                let width = places.last().map_or(body.right(), |&(_, right)| right);
                let mut back = place;
                back.max.x = width + 8.0;
                if state.selected.contains(row.key) {
                    ui.painter()
                        .rect_filled(back, 3.0, palette.accent.gamma_multiply(0.18));
                } else if pointer.is_some_and(|pointer| place.contains(pointer)) {
                    ui.painter()
                        .rect_filled(back, 3.0, palette.control.gamma_multiply(0.6));
                }
                if response.has_focus() && state.cursor == Some(position) {
                    ui.painter().rect_stroke(
                        back.shrink(0.5),
                        3.0,
                        Stroke::new(1.0, palette.accent),
                        eframe::egui::StrokeKind::Inside,
                    );
                }
                self.row(ui, place, places, &row);
            }
            ui.painter().hline(
                body.left()..=places.last().map_or(body.right(), |p| p.1 + INDENT),
                place.bottom(),
                Stroke::new(1.0, palette.line.gamma_multiply(0.6)),
            );
            y += ROW_HEIGHT;
            position += 1;
        }
        ui.set_clip_rect(clip);
    }

    fn row(&self, ui: &mut Ui, place: Rect, places: &[(f32, f32)], row: &Row) {
        let id = self.id.with(("row", row.key));
        let response = ui.interact(place, id, Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Row, true, &row.name));
        let mut cut = Vec::new();
        for (index, ((cell, column), &(left, right))) in
            row.cells.iter().zip(self.columns).zip(places).enumerate()
        {
            // As in spreadsheets, a text runs on over the empty cells beside it.
            let after = row.cells[index + 1..].iter();
            let empty = match column.right {
                true => 0,
                false => after.take_while(|cell| cell.text.is_empty()).count(),
            };
            let right = places.get(index + empty).map_or(right, |&(_, end)| end);
            let cell_place =
                Rect::from_min_max(pos2(left, place.top()), pos2(right, place.bottom()));
            let align = if column.right {
                Align2::RIGHT_CENTER
            } else {
                Align2::LEFT_CENTER
            };
            let galley = text::layout(
                ui,
                &cell.text,
                &cell.font,
                cell.color,
                cell_place.width(),
                cell.cut,
            );
            if galley.elided || galley.text() != cell.text {
                cut.push(&*cell.text);
            }
            let at = align.align_size_within_rect(galley.size(), cell_place);
            ui.painter().galley(at.min, galley, cell.color);
        }
        let said = match &row.hover {
            Hover::All(text) => text.clone(),
            Hover::With(text) if text.is_empty() => cut.join("\n"),
            Hover::With(text) => [&[&**text], &*cut].concat().join("\n"),
        };
        if !said.is_empty() {
            response.on_hover_text_at_pointer(said.trim_end());
        }
    }
}

fn select_range(state: &mut TableState, key: &impl Fn(usize) -> Option<u32>) {
    let cursor = state.cursor.unwrap_or(0);
    let anchor = *state.anchor.get_or_insert(cursor);
    state.selected.clear();
    for position in anchor.min(cursor)..=anchor.max(cursor) {
        if let Some(key) = key(position) {
            state.selected.set(key, true);
        }
    }
}

/// What a table of so many rows takes if all are to be seen.
pub(crate) fn height(rows: usize) -> f32 {
    HEADER_HEIGHT + rows as f32 * ROW_HEIGHT + 1.0
}

/// Left and right edge of each column.
fn places(columns: &[ColumnSpec<'_>], rect: Rect) -> Vec<(f32, f32)> {
    let gutters = GUTTER * columns.len().saturating_sub(1) as f32;
    let fixed: f32 = columns
        .iter()
        .map(|column| match column.width {
            Width::Points(points) => points,
            Width::Share(_) => 0.0,
        })
        .sum();
    let rest = (rect.width() - 2.0 * INDENT - gutters - fixed).max(0.0);
    let mut x = rect.left() + INDENT;
    columns
        .iter()
        .map(|column| {
            let width = match column.width {
                Width::Points(points) => points,
                Width::Share(share) => rest * share,
            };
            let place = (x, x + width);
            x += width + GUTTER;
            place
        })
        .collect()
}
