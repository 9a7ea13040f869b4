//! The picture of what happened: whatever was recorded, one below the other, in the room that the
//! page has for it. What does not fit even when it is drawn small makes the picture higher, and the
//! page is scrolled: a part that scrolls by itself would hide what nobody knows is there.

use eframe::egui::{Align2, Rect, Sense, Ui, pos2, vec2};

use super::axis::{self, Scale};
use super::lanes::{self, Legend};
use super::{curve, graph, series};
use crate::format::count;
use crate::lab::trace::Picture;
use crate::theme;
use crate::widgets::panel::{inside_width, panel, title_line};
use crate::widgets::text;

const TITLE: f32 = 22.0;
const GAP: f32 = 7.0;
/// Above and below what a panel holds.
const PADDING: f32 = 24.0;
const NOTE: f32 = 16.0;

/// How high the parts of a picture are.
#[derive(Clone, Copy, Debug)]
struct Plan {
    graph: f32,
    pitch: f32,
    lanes: f32,
    series: f32,
    curve: f32,
    /// All of these with what is between them.
    parts: f32,
    /// The whole panel.
    whole: f32,
}

/// Height that is left over.
struct Spare(f32);

impl Spare {
    /// Gives so many parts of one kind up to what each can use.
    fn grow(&mut self, part: &mut f32, most: f32, times: f32) {
        if *part > 0.0 && times > 0.0 {
            let more = (self.0 / times).min(most - *part);
            *part += more;
            self.0 -= more * times;
        }
    }
}

/// A picture with what stands over it.
#[derive(Clone, Copy)]
pub(super) struct Shown<'a> {
    pub(super) title: &'a str,
    pub(super) legend: Legend,
    pub(super) picture: &'a Picture,
}

impl Shown<'_> {
    /// How high the panel is at least.
    pub(super) fn least(self, ui: &Ui) -> f32 {
        self.height(ui, 0.0)
    }

    /// How high it is if it is to take up no more than `room`, unless it must.
    pub(super) fn height(self, ui: &Ui, room: f32) -> f32 {
        let legend = self.legend_height(ui);
        plan(self.picture, room - legend).whole + legend
    }

    /// What the legend takes up, if it has no room beside the title.
    fn legend_height(self, ui: &Ui) -> f32 {
        let width = inside_width(ui.available_width());
        let (lines, widest) = lanes::legend_lines(ui, self.legend, width);
        let title = text::width(ui, self.title, &theme::small_strong());
        if self.picture.lanes.is_empty() || title + widest + 24.0 <= width && lines.len() == 1 {
            0.0
        } else {
            TITLE * lines.len() as f32
        }
    }
}

fn plan(picture: &Picture, room: f32) -> Plan {
    let plots = series::plots(&picture.series).len() as f32;
    let has_graph = !picture.graph.edges.is_empty();
    let has_lanes = !picture.lanes.is_empty();
    let has_curves = !picture.curves.is_empty();
    let several = f32::from(u8::from(has_graph) + u8::from(has_lanes) + u8::from(has_curves));
    let gaps = GAP * (several + plots - 1.0).max(0.0);
    let frame = PADDING
        + TITLE
        + if has_time(picture) { axis::HEIGHT } else { 0.0 }
        + if picture.simplified() > 0 { NOTE } else { 0.0 };
    let room = room - frame - gaps;
    // All have their least; what is left over goes to the curves and the graph, which say the most, then
    // to the lanes, then to the rest.
    let mut plan = Plan {
        graph: if has_graph { graph::LEAST } else { 0.0 },
        pitch: 0.0,
        lanes: 0.0,
        series: series::LEAST,
        curve: if has_curves { curve::LEAST } else { 0.0 },
        parts: 0.0,
        whole: 0.0,
    };
    let lanes_within = |room: f32| match has_lanes {
        true => lanes::height(&picture.lanes, &picture.marks, room),
        false => (0.0, 0.0),
    };
    let least = plan.graph + plan.curve + plots * plan.series + lanes_within(0.0).1;
    let mut spare = Spare((room - least).max(0.0));
    spare.grow(&mut plan.curve, curve::MOST, 1.0);
    spare.grow(&mut plan.graph, graph::ENOUGH, 1.0);
    let fixed = plan.graph + plan.curve + plots * plan.series;
    (plan.pitch, plan.lanes) = lanes_within(room - fixed);
    let mut spare = Spare((room - fixed - plan.lanes).max(0.0));
    spare.grow(&mut plan.series, series::MOST, plots);
    spare.grow(&mut plan.graph, graph::MOST, 1.0);
    plan.parts = plan.graph + plan.curve + plots * plan.series + plan.lanes + gaps;
    plan.whole = plan.parts + frame;
    plan
}

/// Shows a panel with the picture, no higher than `room` unless it must be.
pub(super) fn show(ui: &mut Ui, shown: Shown<'_>, room: f32) {
    let Shown {
        title,
        legend,
        picture,
    } = shown;
    let below_title = shown.legend_height(ui);
    let plan = plan(picture, room - below_title);
    let size = vec2(ui.available_width(), plan.whole + below_title);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    panel(ui, rect, title, |ui| {
        let palette = theme::palette(ui);
        let inside = ui.max_rect();
        let head = title_line(ui);
        let (at, font) = (Align2::LEFT_CENTER, theme::small_strong());
        text::put(ui, head, at, title, &font, palette.dim);
        if !picture.lanes.is_empty() {
            let (lines, _) = lanes::legend_lines(ui, legend, inside.width());
            // Beside the title, or all below it.
            let mut line = head.translate(vec2(0.0, TITLE.min(below_title)));
            for legend in lines {
                lanes::show_legend(ui, line, legend);
                line = line.translate(vec2(0.0, TITLE));
            }
        }
        let names = lanes::names(ui, &picture.lanes, plan.pitch, inside.width());
        let scale = Scale {
            left: inside.left() + names.lanes,
            right: inside.right() - 24.0,
            end: picture.end(),
        };
        let mut bottom = inside.bottom();
        if picture.simplified() > 0 {
            let line = Rect::from_min_max(pos2(inside.left(), bottom - NOTE), inside.max);
            let words = format!(
                "{} spans too short to be seen are drawn together, each colour as high as its part of the time.",
                count(picture.simplified())
            );
            let font = theme::small();
            text::put(ui, line, Align2::LEFT_CENTER, &words, &font, palette.dim);
            bottom -= NOTE;
        }
        if has_time(picture) {
            let top = bottom - axis::HEIGHT;
            axis::show(
                ui,
                Rect::from_x_y_ranges(inside.x_range(), top..=bottom),
                scale,
            );
            bottom = top;
        }
        let view = Rect::from_min_max(
            pos2(inside.left(), inside.top() + TITLE + below_title),
            pos2(inside.right(), bottom),
        );
        parts(ui, view, picture, legend, (plan, names), scale);
    });
}

fn parts(
    ui: &mut Ui,
    all: Rect,
    picture: &Picture,
    legend: Legend,
    (plan, names): (Plan, lanes::Names),
    scale: Scale,
) {
    let mut y = all.top();
    let mut next = |height: f32| {
        let place = Rect::from_min_size(pos2(all.left(), y), vec2(all.width(), height));
        y += height + GAP;
        place
    };
    if !picture.graph.edges.is_empty() {
        graph::show(ui, next(plan.graph), &picture.graph);
    }
    // Above what has the axis of time below it.
    if !picture.curves.is_empty() {
        curve::show(ui, next(plan.curve), &picture.curves);
    }
    if !picture.lanes.is_empty() {
        let lanes = (&picture.lanes[..], &picture.marks[..]);
        let place = next(plan.lanes);
        lanes::show(ui, place, lanes, legend, (plan.pitch, names), scale);
    }
    for plot in series::plots(&picture.series) {
        series::show(ui, next(plan.series), &plot, scale);
    }
}

fn has_time(picture: &Picture) -> bool {
    !picture.lanes.is_empty() || !picture.series.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::trace::{Lane, Series};

    /// Seven groups of two lanes, and a series each but for one: as much as the race has.
    fn race() -> Picture {
        let lanes = (0..14).map(|index| Lane {
            group: format!("group {}", index / 2),
            name: format!("side {}", index % 2),
            spans: Vec::new(),
            merged: 0,
        });
        let series = (0..6).map(|index| Series {
            name: format!("x, group {index}"),
            points: vec![(index, 1.0), (index + 1, 0.0)],
            limit: None,
            left_out: 0,
        });
        Picture {
            lanes: lanes.collect(),
            series: series.collect(),
            ..Picture::default()
        }
    }

    #[test]
    fn seven_groups_and_six_series_fit_into_less_than_half_of_a_page() {
        let plan = plan(&race(), 340.0);
        assert!(plan.whole <= 340.0, "{plan:?}");
        assert!(plan.pitch >= 9.0, "{plan:?}");
        let least = super::plan(&race(), 0.0).whole;
        assert!(least <= 270.0, "{least}");
    }

    #[test]
    fn much_room_is_not_filled_for_its_own_sake() {
        let plan = plan(&race(), 4000.0);
        assert!(plan.whole < 600.0, "{plan:?}");
    }
}
