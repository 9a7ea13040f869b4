//! Who did what when: a lane for each, time from left to right.

use std::ops::Range;

use eframe::egui::{
    Align2, Color32, CornerRadius, FontId, Mesh, Rect, Role, Shape, Stroke, Ui, WidgetInfo, pos2,
    vec2,
};

use super::axis::Scale;
use crate::lab::trace::{Kind, Lane, Mark, Nanos, Span, coalesced};
use crate::theme::{self, Palette};
use crate::widgets::{announce, text};

/// What the kinds mean here.
pub(super) type Legend = &'static [(Kind, &'static str)];

/// Between two groups.
const APART: f32 = 6.0;
/// What a line of small type takes up.
const WORDS: f32 = 15.0;
const MARKS: f32 = 16.0;
const MOST: f32 = 22.0;
/// No lane is lower; where there are many, they may be as low as can be told apart.
const LEAST: f32 = 6.5;
const LEAST_OF_MANY: f32 = 4.0;
const MANY: usize = 32;
/// What is narrower is drawn together with its neighbours.
const FINEST: f32 = 1.5;
/// What most of the time was is no lower than so much of a lane, or it would not be seen.
const LEAST_PART: f32 = 0.2;
/// What was done stands below what was waited for.
const FROM_BELOW: [Kind; 5] = [Kind::Work, Kind::Other, Kind::Hold, Kind::Stuck, Kind::Wait];
/// From here on there is room for a name beside each lane.
const NAMED: f32 = 11.5;
/// The names of groups take up no more of the width, and no more with those of lanes.
const OF_GROUPS: f32 = 0.32;
const OF_NAMES: f32 = 0.46;

/// The colour of what somebody does.
pub(super) fn color(kind: Kind, palette: &Palette) -> Color32 {
    match kind {
        Kind::Work => palette.accent,
        Kind::Other => palette.amber,
        Kind::Wait => palette.dim.gamma_multiply(0.45),
        Kind::Hold => palette.green,
        Kind::Stuck => palette.red,
    }
}

/// How high lanes are that are to take up no more than `room`, unless they must, and how much
/// they take up.
pub(super) fn height(lanes: &[Lane], marks: &[Mark], room: f32) -> (f32, f32) {
    let groups = groups(lanes);
    let total = |pitch: f32| {
        let blocks: f32 = groups
            .iter()
            .map(|group| block(group, &groups, pitch))
            .sum();
        let gaps = APART * groups.len().saturating_sub(1) as f32;
        blocks + gaps + if marks.is_empty() { 0.0 } else { MARKS }
    };
    let least = if lanes.len() > MANY {
        LEAST_OF_MANY
    } else {
        LEAST
    };
    let mut pitch = MOST;
    while pitch > least && total(pitch) > room {
        pitch -= 0.5;
    }
    (pitch, total(pitch))
}

/// Lanes of one name that follow each other.
fn groups(lanes: &[Lane]) -> Vec<Range<usize>> {
    let mut groups: Vec<Range<usize>> = Vec::new();
    for (index, lane) in lanes.iter().enumerate() {
        match groups.last_mut() {
            Some(group) if lanes[group.start].group == lane.group => group.end = index + 1,
            _ => groups.push(index..index + 1),
        }
    }
    groups
}

/// How high a group is: where there are several, each is as high as its name at least.
fn block(group: &Range<usize>, groups: &[Range<usize>], pitch: f32) -> f32 {
    let least = if groups.len() > 1 { WORDS } else { 0.0 };
    (group.len() as f32 * pitch).max(least)
}

/// Where names stand: to here those of groups, and to here those of lanes.
#[derive(Clone, Copy)]
pub(super) struct Names {
    groups: f32,
    pub(super) lanes: f32,
}

/// How wide the columns of names are, at the left of lanes over this width.
pub(super) fn names(ui: &Ui, lanes: &[Lane], pitch: f32, width: f32) -> Names {
    let widest = |font: FontId, name: fn(&Lane) -> &str| {
        let mut names: Vec<&str> = lanes.iter().map(name).collect();
        names.dedup();
        let widths = names.iter().map(|name| text::width(ui, name, &font));
        widths.fold(0.0, f32::max)
    };
    let mut columns = Names {
        groups: 0.0,
        lanes: 0.0,
    };
    if lanes.is_empty() {
        return columns;
    }
    let groups = groups(lanes);
    let mut of_groups = 0.0;
    if groups.len() > 1 {
        of_groups = widest(theme::small_strong(), |lane| &lane.group) + 12.0;
    }
    let mut of_lanes = widest(theme::small(), |lane| &lane.name) + 12.0;
    let mut together_only = true;
    for group in &groups {
        let lanes = &lanes[group.clone()];
        if are_named_together(lanes, pitch) {
            of_lanes = of_lanes.max(text::width(ui, &together(lanes), &theme::small()) + 12.0);
        } else {
            together_only = false;
        }
    }
    let room = width * OF_NAMES;
    if of_groups + of_lanes > room && groups.len() > 1 && together_only {
        // Half of a name says less than none: that of a lane is in its tooltip.
        of_lanes = 0.0;
        columns.groups = of_groups.min(room);
    } else {
        columns.groups = of_groups.min(width * OF_GROUPS);
    }
    columns.lanes = (columns.groups + of_lanes).min(room);
    columns
}

/// Shows lanes that are `pitch` high each.
pub(super) fn show(
    ui: &mut Ui,
    rect: Rect,
    (lanes, marks): (&[Lane], &[Mark]),
    legend: Legend,
    (pitch, names): (f32, Names),
    scale: Scale,
) {
    let palette = theme::palette(ui);
    let groups = groups(lanes);
    let mut y = rect.top();
    if !marks.is_empty() {
        y += MARKS;
    }
    let first = y;
    for group in &groups {
        let height = block(group, &groups, pitch);
        let line = Rect::from_x_y_ranges(rect.x_range(), y..=y + height);
        if groups.len() > 1 {
            let place = line.with_max_x(line.left() + names.groups - 10.0);
            let name = &lanes[group.start].group;
            let font = theme::small_strong();
            text::put(ui, place, Align2::LEFT_CENTER, name, &font, palette.text);
        }
        let column = Rect::from_x_y_ranges(
            line.left() + names.groups..=line.left() + names.lanes - 10.0,
            line.y_range(),
        );
        if column.is_positive() {
            name_lanes(ui, column, &lanes[group.clone()], pitch);
        }
        let gap = if pitch > 9.0 { 3.0 } else { 1.0 };
        // A group that is lower than its name has its lanes in the middle.
        let mut top = line.center().y - group.len() as f32 * pitch / 2.0;
        for lane in &lanes[group.clone()] {
            let track = Rect::from_x_y_ranges(scale.left..=scale.right, top..=top + pitch - gap);
            one(ui, track, lane, legend, scale);
            top += pitch;
        }
        y += height + APART;
    }
    mark(ui, marks, scale, (rect.top(), first, y - APART));
}

/// Whether there is no room for a name each, nor for one every so many.
fn are_named_together(lanes: &[Lane], pitch: f32) -> bool {
    pitch < NAMED && (lanes.len() as f32) * pitch < 3.0 * WORDS
}

/// The names of lanes in one line: "producer 1 to 3, consumer 1, 2".
fn together(lanes: &[Lane]) -> String {
    let mut words: Vec<(&str, Vec<u64>)> = Vec::new();
    for lane in lanes {
        let (name, number) = match lane.name.rsplit_once(' ') {
            Some((name, number)) => match number.parse() {
                Ok(number) => (name, Some(number)),
                Err(_) => (lane.name.as_str(), None),
            },
            None => (lane.name.as_str(), None),
        };
        match words.last_mut() {
            Some((last, numbers)) if *last == name && !numbers.is_empty() => numbers.extend(number),
            _ => words.push((name, number.into_iter().collect())),
        }
    }
    let named = words.iter().map(|(name, numbers)| match numbers[..] {
        [] => (*name).to_owned(),
        [first, .., last] if numbers.len() > 2 && last - first + 1 == numbers.len() as u64 => {
            format!("{name} {first} to {last}")
        }
        _ => {
            let numbers: Vec<String> = numbers.iter().map(u64::to_string).collect();
            format!("{name} {}", numbers.join(", "))
        }
    });
    named.collect::<Vec<_>>().join(", ")
}

/// Names all lanes, or as many as there is room for: of many, every so many; of a few, all in one
/// line.
fn name_lanes(ui: &mut Ui, column: Rect, lanes: &[Lane], pitch: f32) {
    let palette = theme::palette(ui);
    let (at, font) = (Align2::LEFT_CENTER, theme::small());
    if are_named_together(lanes, pitch) {
        text::put(ui, column, at, &together(lanes), &font, palette.dim);
        return;
    }
    let every = if pitch < NAMED {
        (WORDS / pitch).ceil() as usize
    } else {
        1
    };
    let top = column.center().y - lanes.len() as f32 * pitch / 2.0;
    for (index, lane) in lanes.iter().enumerate().step_by(every.max(1)) {
        let middle = top + (index as f32 + 0.5) * pitch - 1.0;
        let place = Rect::from_x_y_ranges(
            column.x_range(),
            middle - WORDS / 2.0..=middle + WORDS / 2.0,
        );
        text::put(ui, place, at, &lane.name, &font, palette.dim);
    }
}

fn one(ui: &mut Ui, track: Rect, lane: &Lane, legend: Legend, scale: Scale) {
    let palette = theme::palette(ui);
    let radius = CornerRadius::same(if track.height() > 10.0 { 2 } else { 1 });
    ui.painter()
        .rect_filled(track, radius, palette.line.gamma_multiply(0.6));
    ui.painter()
        .add(Shape::mesh(bars(track, lane, scale, palette)));
    let response = announce(ui, track, || {
        WidgetInfo::labeled(Role::GraphicsObject, true, summary(lane, legend))
    });
    if let Some(pointer) = response.hover_pos() {
        let at = scale.at(pointer.x);
        let now = lane
            .spans
            .iter()
            .find(|span| (span.from..=span.to).contains(&at));
        let name = &lane.name;
        response.on_hover_text_at_pointer(match now {
            Some(span) => format!("{name}: {}", told(span, legend)),
            None => format!("{name}: nothing at {}", time(at)),
        });
    }
}

/// All bars of a lane as one mesh. What is too narrow to be seen by itself is drawn together, each kind
/// as high as its part of the time.
fn bars(track: Rect, lane: &Lane, scale: Scale, palette: &Palette) -> Mesh {
    let mut mesh = Mesh::default();
    let finest = scale.at(scale.left + FINEST);
    for span in coalesced(&lane.spans, finest) {
        let (left, right) = (scale.x(span.from), scale.x(span.to));
        let right = right.max(left + 1.0).min(track.right());
        // Two that follow each other at once are to be seen as two.
        let seam = if right - left > 4.0 { 1.0 } else { 0.0 };
        let mut foot = track.bottom();
        for kind in FROM_BELOW {
            let mut share = span.share(kind) as f32;
            if kind == span.kind {
                share = share.max(LEAST_PART);
            }
            let top = (foot - track.height() * share).max(track.top());
            if top < foot {
                let bar = Rect::from_min_max(pos2(left, top), pos2(right - seam, foot));
                mesh.add_colored_rect(bar, color(kind, palette));
            }
            foot = top;
        }
    }
    mesh
}

fn mark(ui: &mut Ui, marks: &[Mark], scale: Scale, (top, first, bottom): (f32, f32, f32)) {
    let palette = theme::palette(ui);
    let mut free = f32::NEG_INFINITY;
    for mark in marks {
        let x = scale.x(mark.at);
        ui.painter()
            .vline(x, first - 3.0..=bottom, Stroke::new(1.0, palette.amber));
        // Text that would lie over another is in the tooltip only.
        let galley = ui
            .painter()
            .layout_no_wrap(mark.text.clone(), theme::small(), palette.amber);
        let width = galley.size().x;
        let left = (x - width / 2.0)
            .min(scale.right + 20.0 - width)
            .max(scale.left);
        let place = Rect::from_min_size(pos2(left, top), vec2(width, MARKS - 2.0));
        let told = format!("{} at {}", mark.text, time(mark.at));
        let hit = Rect::from_x_y_ranges(x - 3.0..=x + 3.0, top..=first);
        announce(ui, hit, || WidgetInfo::labeled(Role::Label, true, &told)).on_hover_text(&told);
        if left >= free {
            ui.painter().galley(place.min, galley, palette.amber);
            free = left + width + 8.0;
        }
    }
}

/// A lane in words: how long it did what.
fn summary(lane: &Lane, legend: Legend) -> String {
    let mut words = format!("{}, {}", lane.group, lane.name);
    for (kind, name) in legend {
        let total: Nanos = lane.spans.iter().map(|span| span.time_of(*kind)).sum();
        if total > 0 {
            words.push_str(&format!(", {name} for {}", time(total)));
        }
    }
    words
}

fn told(span: &Span, legend: Legend) -> String {
    let meaning = legend.iter().find(|(kind, _)| *kind == span.kind);
    let meaning = meaning.map_or("busy", |(_, words)| words);
    format!(
        "{meaning} for {}, from {} to {}",
        time(span.time_of(span.kind)),
        time(span.from),
        time(span.to)
    )
}

pub(super) fn time(nanos: Nanos) -> String {
    crate::lab::outcome::seconds(nanos as f64 / 1e9)
}

/// From the words of one colour to those of the next, with its swatch.
const LEGEND_GAP: f32 = 30.0;

/// What the colours mean, in as many lines as it takes over this width, and how wide the widest is.
pub(super) fn legend_lines(
    ui: &Ui,
    legend: Legend,
    width: f32,
) -> (Vec<&'static [(Kind, &'static str)]>, f32) {
    let needed = |words: &str| text::width(ui, words, &theme::small()) + LEGEND_GAP;
    let (mut lines, mut widest) = (Vec::new(), 0.0_f32);
    let (mut first, mut used) = (0, 0.0);
    for (index, (_, words)) in legend.iter().enumerate() {
        if index > first && used + needed(words) > width {
            lines.push(&legend[first..index]);
            (first, used) = (index, 0.0);
        }
        used += needed(words);
        widest = widest.max(used);
    }
    lines.push(&legend[first..]);
    (lines, widest)
}

/// What the colours mean, in one line that ends at the right of `rect`.
pub(super) fn show_legend(ui: &mut Ui, rect: Rect, legend: &[(Kind, &str)]) {
    let palette = theme::palette(ui);
    let mut right = rect.right();
    for (kind, words) in legend.iter().rev() {
        let galley = ui
            .painter()
            .layout_no_wrap((*words).to_owned(), theme::small(), palette.dim);
        let left = right - galley.size().x;
        let place = Rect::from_x_y_ranges(left..=right, rect.y_range());
        text::put(
            ui,
            place,
            Align2::LEFT_CENTER,
            words,
            &theme::small(),
            palette.dim,
        );
        let swatch = Rect::from_center_size(pos2(left - 11.0, rect.center().y), vec2(10.0, 10.0));
        ui.painter()
            .rect_filled(swatch, CornerRadius::same(2), color(*kind, palette));
        right = left - LEGEND_GAP;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_that_are_counted_are_named_by_the_first_and_the_last() {
        let of = |names: &[&str]| {
            let lanes = names.iter().map(|name| Lane {
                group: String::new(),
                name: (*name).to_owned(),
                spans: Vec::new(),
                merged: 0,
            });
            together(&lanes.collect::<Vec<_>>())
        };
        assert_eq!(
            of(&["producer 1", "producer 2", "producer 3", "consumer 1"]),
            "producer 1 to 3, consumer 1"
        );
        assert_eq!(
            of(&["batches of 1", "batches of 2", "batches of 8"]),
            "batches of 1, 2, 8"
        );
        assert_eq!(of(&["x += 1", "x -= 1"]), "x += 1, x -= 1");
        assert_eq!(of(&["f1", "task 4", "task 7"]), "f1, task 4, 7");
    }
}
