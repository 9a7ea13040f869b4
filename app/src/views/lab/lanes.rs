//! Who did what when: a lane for each, time from left to right.

use eframe::egui::{
    Align2, Color32, CornerRadius, Mesh, Rect, Role, Shape, Stroke, Ui, WidgetInfo, pos2, vec2,
};

use super::axis::Scale;
use crate::lab::trace::{Kind, Lane, Mark, Nanos, Span};
use crate::theme::{self, Palette};
use crate::widgets::{announce, text};

/// What the kinds mean here.
pub(super) type Legend = &'static [(Kind, &'static str)];

const GROUP: f32 = 20.0;
const MARKS: f32 = 16.0;
const LEAST: f32 = 5.0;
const MOST: f32 = 22.0;
/// From here on there is room for a name beside each lane.
const NAMED: f32 = 14.0;
const NAME: f32 = 110.0;

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

/// How high lanes are that are to take up no more than `room`, and how much they take up.
pub(super) fn height(lanes: &[Lane], marks: &[Mark], room: f32) -> (f32, f32) {
    let fixed = headings(lanes) as f32 * GROUP + if marks.is_empty() { 0.0 } else { MARKS };
    let pitch = ((room - fixed) / lanes.len().max(1) as f32).clamp(LEAST, MOST);
    (pitch, fixed + pitch * lanes.len() as f32)
}

/// How much room lanes of that height leave for their names.
pub(super) fn names(pitch: f32) -> f32 {
    if pitch >= NAMED { NAME } else { 0.0 }
}

/// How many groups have a heading: all, where there are several.
fn headings(lanes: &[Lane]) -> usize {
    let starts = lanes
        .iter()
        .enumerate()
        .filter(|(index, lane)| *index == 0 || lanes[index - 1].group != lane.group);
    match starts.count() {
        0 | 1 => 0,
        several => several,
    }
}

/// Shows lanes that are `pitch` high each.
pub(super) fn show(
    ui: &mut Ui,
    rect: Rect,
    (lanes, marks): (&[Lane], &[Mark]),
    legend: Legend,
    pitch: f32,
    scale: Scale,
) {
    let palette = theme::palette(ui);
    let is_named = pitch >= NAMED;
    let with_headings = headings(lanes) > 0;
    let mut y = rect.top();
    if !marks.is_empty() {
        y += MARKS;
    }
    let first = y;
    let mut group = None;
    for lane in lanes {
        if with_headings && group != Some(&lane.group) {
            let line = Rect::from_min_size(pos2(rect.left(), y), vec2(rect.width(), GROUP));
            let at = Align2::LEFT_CENTER;
            text::put(
                ui,
                line,
                at,
                &lane.group,
                &theme::small_strong(),
                palette.text,
            );
            y += GROUP;
        }
        group = Some(&lane.group);
        let gap = if pitch > 12.0 { 4.0 } else { 1.0 };
        let track = Rect::from_min_max(pos2(scale.left, y), pos2(scale.right, y + pitch - gap));
        if is_named {
            let name = Rect::from_min_max(
                pos2(rect.left(), track.top()),
                pos2(scale.left - 10.0, track.bottom()),
            );
            let at = Align2::LEFT_CENTER;
            ui.painter().text(
                at.pos_in_rect(&name),
                at,
                &lane.name,
                theme::small(),
                palette.dim,
            );
        }
        one(ui, track, lane, legend, scale);
        y += pitch;
    }
    mark(ui, marks, scale, (rect.top(), first, y));
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

/// All bars of a lane as one mesh. What is narrower than a pixel is painted as wide as one, once.
fn bars(track: Rect, lane: &Lane, scale: Scale, palette: &Palette) -> Mesh {
    let mut mesh = Mesh::default();
    let mut painted: Option<(f32, Kind)> = None;
    for span in &lane.spans {
        let (left, right) = (scale.x(span.from), scale.x(span.to));
        let right = right.max(left + 1.0).min(track.right());
        if painted.is_some_and(|(until, kind)| right <= until && kind == span.kind) {
            continue;
        }
        painted = Some((right, span.kind));
        // Two that follow each other at once are to be seen as two.
        let seam = if right - left > 4.0 { 1.0 } else { 0.0 };
        let bar = Rect::from_min_max(pos2(left, track.top()), pos2(right - seam, track.bottom()));
        mesh.add_colored_rect(bar, color(span.kind, palette));
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
        let of_kind = lane.spans.iter().filter(|span| span.kind == *kind);
        let total: Nanos = of_kind.map(|span| span.to.saturating_sub(span.from)).sum();
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
        time(span.to.saturating_sub(span.from)),
        time(span.from),
        time(span.to)
    )
}

pub(super) fn time(nanos: Nanos) -> String {
    crate::lab::outcome::seconds(nanos as f64 / 1e9)
}

/// What the colours mean, in one line that ends at the right of `rect`.
pub(super) fn show_legend(ui: &mut Ui, rect: Rect, legend: Legend) {
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
        right = left - 30.0;
    }
}
