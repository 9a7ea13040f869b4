//! The picture of what happened: whatever was recorded, one below the other.

use eframe::egui::{Align2, Rect, Sense, Ui, pos2, vec2};

use super::axis::{self, Scale};
use super::lanes::{self, Legend};
use super::{curve, graph, series};
use crate::format::count;
use crate::lab::trace::Picture;
use crate::theme;
use crate::widgets::panel::{panel, title_line};
use crate::widgets::text;

const TITLE: f32 = 24.0;
const GAP: f32 = 8.0;

/// Shows a panel with the picture; it takes up about `room`, or more if it must.
pub(super) fn show(ui: &mut Ui, title: &str, legend: Legend, picture: &Picture, room: f32) {
    let fixed = heights(picture);
    let (pitch, of_lanes) = if picture.lanes.is_empty() {
        (0.0, 0.0)
    } else {
        lanes::height(&picture.lanes, &picture.marks, room - fixed - TITLE - 24.0)
    };
    let simplified = picture.simplified();
    let note = if simplified > 0 { 18.0 } else { 0.0 };
    let height = 24.0 + TITLE + of_lanes + fixed + note;
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    panel(ui, rect, title, |ui| {
        let palette = theme::palette(ui);
        let inside = ui.max_rect();
        let head = title_line(ui);
        text::put(
            ui,
            head,
            Align2::LEFT_CENTER,
            title,
            &theme::small_strong(),
            palette.dim,
        );
        if !picture.lanes.is_empty() {
            lanes::show_legend(ui, head, legend);
        }
        let scale = Scale {
            left: inside.left() + lanes::names(pitch),
            right: inside.right() - 24.0,
            end: picture.end(),
        };
        let mut y = inside.top() + TITLE;
        let mut next = |height: f32| {
            let place = Rect::from_min_size(pos2(inside.left(), y), vec2(inside.width(), height));
            y += height + GAP;
            place
        };
        if !picture.graph.edges.is_empty() {
            graph::show(ui, next(graph::HEIGHT), &picture.graph);
        }
        if !picture.lanes.is_empty() {
            let lanes = (&picture.lanes[..], &picture.marks[..]);
            lanes::show(ui, next(of_lanes), lanes, legend, pitch, scale);
        }
        for one in &picture.series {
            series::show(ui, next(series::HEIGHT), one, scale);
        }
        if has_time(picture) {
            axis::show(ui, next(axis::HEIGHT), scale);
        }
        if !picture.curves.is_empty() {
            curve::show(ui, next(curve::HEIGHT), &picture.curves);
        }
        if simplified > 0 {
            let line = Rect::from_min_max(pos2(inside.left(), inside.bottom() - note), inside.max);
            let words = format!(
                "{} spans too short to be seen are drawn together with their neighbours.",
                count(simplified)
            );
            text::put(
                ui,
                line,
                Align2::LEFT_CENTER,
                &words,
                &theme::small(),
                palette.dim,
            );
        }
    });
}

fn has_time(picture: &Picture) -> bool {
    !picture.lanes.is_empty() || !picture.series.is_empty()
}

/// What all but the lanes takes up.
fn heights(picture: &Picture) -> f32 {
    let mut heights = vec![series::HEIGHT; picture.series.len()];
    if !picture.graph.edges.is_empty() {
        heights.push(graph::HEIGHT);
    }
    if has_time(picture) {
        heights.push(axis::HEIGHT);
    }
    if !picture.curves.is_empty() {
        heights.push(curve::HEIGHT);
    }
    let gaps = heights.len() + usize::from(!picture.lanes.is_empty());
    heights.iter().sum::<f32>() + GAP * gaps.saturating_sub(1) as f32
}
