//! Statements that must be true, and whether they are. Many that hold are one line, which opens.

use eframe::egui::{Id, Rect, Role, Ui, WidgetInfo, pos2};

use crate::lab::outcome::{Check, Outcome};
use crate::theme;
use crate::widgets::button;
use crate::widgets::{announce, text};

/// From a statement's icon to its words, and from its end to the next one.
const ICON: f32 = 24.0;
const APART: f32 = 28.0;

/// How much of the height statements may take up.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Room {
    /// A line each.
    Ample,
    /// As many in a line as have room.
    Scarce,
    /// One line, for those that hold.
    Least,
}

/// Which statements stand in which line.
pub(super) struct Plan<'a> {
    lines: Vec<Vec<(&'a Check, f32)>>,
    fold: Option<Fold<'a>>,
}

/// A line that stands for all statements that hold.
struct Fold<'a> {
    outcome: &'a Outcome,
    /// Where it is kept whether somebody wants to read them.
    id: Id,
    is_open: bool,
}

pub(super) fn plan<'a>(ui: &Ui, outcome: &'a Outcome, width: f32, room: Room) -> Plan<'a> {
    let id = ui.scope_id().with("statements");
    let all = outcome.checks.iter();
    let measured = all.map(|check| (check, text::width(ui, &stated(check), &theme::body())));
    let fold = (room == Room::Least).then(|| Fold {
        outcome,
        id,
        is_open: ui.data(|data| data.get_temp(id)).unwrap_or(false),
    });
    let lines = match (room, &fold) {
        (Room::Ample, _) => measured.map(|one| vec![one]).collect(),
        (_, Some(fold)) if !fold.is_open => {
            let failed: Vec<_> = measured.filter(|(check, _)| !check.held).collect();
            pack(failed, width, ICON + APART)
        }
        _ => pack(measured.collect(), width, ICON + APART),
    };
    Plan { lines, fold }
}

impl Plan<'_> {
    pub(super) fn lines(&self) -> usize {
        self.lines.len() + usize::from(self.fold.is_some())
    }
}

/// As many in a line as have room, in the order in which they are.
pub(super) fn pack<T>(all: Vec<(T, f32)>, width: f32, gap: f32) -> Vec<Vec<(T, f32)>> {
    let mut lines: Vec<Vec<(T, f32)>> = Vec::new();
    let mut used = 0.0;
    for one in all {
        match lines.last_mut() {
            Some(line) if used + gap + one.1 <= width => {
                used += gap + one.1;
                line.push(one);
            }
            _ => {
                used = one.1;
                lines.push(vec![one]);
            }
        }
    }
    lines
}

fn stated(check: &Check) -> String {
    if check.held {
        check.statement.clone()
    } else {
        format!("not so: {}", check.statement)
    }
}

/// Shows all of them over `place`, each line of such a height.
pub(super) fn show(ui: &mut Ui, place: Rect, plan: &Plan<'_>, height: f32) {
    let palette = theme::palette(ui);
    let mut y = place.top();
    if let Some(fold) = &plan.fold {
        how_many_hold(ui, place.with_max_y(y + height), fold);
        y += height;
    }
    for line in &plan.lines {
        let mut x = place.left();
        for (check, width) in line {
            let (icon, color) = if check.held {
                ("✓", palette.green)
            } else {
                ("✗", palette.red)
            };
            let cell = Rect::from_min_max(pos2(x, y), pos2(place.right(), y + height));
            text::run(ui, cell, 0.0, &[(icon, theme::strong(), color)]);
            let words = cell.with_min_x(x + ICON - 4.0);
            text::run(
                ui,
                words,
                0.0,
                &[(&stated(check), theme::body(), palette.text)],
            );
            x += width + ICON + APART;
        }
        y += height;
    }
}

/// How many statements hold, and which if somebody asks.
fn how_many_hold(ui: &mut Ui, line: Rect, fold: &Fold<'_>) {
    let palette = theme::palette(ui);
    let held: Vec<&str> = fold
        .outcome
        .checks
        .iter()
        .filter(|check| check.held)
        .map(|check| check.statement.as_str())
        .collect();
    let all = fold.outcome.checks.len();
    let (icon, color, words) = if held.len() == all {
        let words = format!("All {all} statements hold.");
        ("✓", palette.green, words)
    } else {
        let words = format!("{} of {all} statements hold.", held.len());
        ("▲", palette.amber, words)
    };
    text::run(ui, line, 0.0, &[(icon, theme::strong(), color)]);
    let place = line.with_min_x(line.left() + ICON - 4.0);
    let end = text::run(ui, place, 0.0, &[(&words, theme::body(), palette.text)]);
    let told = held.join("\n");
    let hit = place.with_max_x(end);
    announce(ui, hit, || WidgetInfo::labeled(Role::Label, true, &told)).on_hover_text(&told);
    let (word, name) = if fold.is_open {
        ("Hide them", "Hide the statements that hold")
    } else {
        ("Show them", "Show the statements that hold")
    };
    let place = Rect::from_min_max(pos2(end + 8.0, line.top()), line.max);
    let wide = text::width(ui, word, &theme::small()) + 6.0;
    let place = place.with_max_x(place.left() + wide);
    if button::link_at(ui, place, "fold", word, palette.accent, name).clicked() {
        let id = fold.id;
        ui.data_mut(|data| data.insert_temp(id, !fold.is_open));
    }
}
