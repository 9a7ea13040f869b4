//! The wait-for graph: those who act as circles, locks as squares. An arrow from a lock leads to
//! its holder, a dashed one to a lock comes from who waits for it.

use std::f32::consts::TAU;

use eframe::egui::{
    Align2, Color32, CornerRadius, Pos2, Rect, Role, Shape, Stroke, StrokeKind, Ui, Vec2,
    WidgetInfo, pos2, vec2,
};

use crate::lab::trace::{Graph, Tie};
use crate::theme;
use crate::widgets::{announce, text};

pub(super) const LEAST: f32 = 100.0;
/// Higher only where nothing else needs the room.
pub(super) const ENOUGH: f32 = 140.0;
pub(super) const MOST: f32 = 196.0;
const NODE: f32 = 17.0;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Node<'a> {
    Actor(&'a str),
    Lock(&'a str),
}

/// Shows the graph over the height of `rect`.
pub(super) fn show(ui: &mut Ui, rect: Rect, graph: &Graph) {
    let palette = theme::palette(ui);
    let nodes = nodes(graph);
    let center = pos2(rect.left() + 130.0, rect.center().y);
    let radius = rect.height() / 2.0 - NODE - 4.0;
    // A low graph is wide, so that there is room for arrows.
    let wide = (radius * 1.25).max(92.0);
    let place = |node: Node<'_>| -> Pos2 {
        let index = nodes.iter().position(|one| *one == node).unwrap_or(0);
        let turn = index as f32 / nodes.len().max(1) as f32;
        // From the left on: two who share two locks face each other, with an arrow's length between.
        let angle = TAU * (turn + 0.5);
        center + vec2(wide * angle.cos(), radius * angle.sin())
    };
    let closed = graph.closed.is_some();
    let mut said = Vec::new();
    for edge in &graph.edges {
        let (actor, lock) = (place(Node::Actor(&edge.who)), place(Node::Lock(&edge.lock)));
        let color = if closed { palette.red } else { palette.accent };
        match edge.tie {
            Tie::Holds => {
                arrow(ui, lock, actor, color, false);
                said.push(format!("{} holds {}", edge.who, edge.lock));
            }
            Tie::WaitsFor => {
                let color = if closed { palette.red } else { palette.amber };
                arrow(ui, actor, lock, color, true);
                said.push(format!("{} waits for {}", edge.who, edge.lock));
            }
        }
    }
    for node in &nodes {
        let at = place(*node);
        let name = match node {
            Node::Actor(name) => {
                ui.painter()
                    .circle(at, NODE, palette.control, Stroke::new(1.5, palette.text));
                name
            }
            Node::Lock(name) => {
                let square = Rect::from_center_size(at, Vec2::splat(2.0 * NODE - 6.0));
                ui.painter().rect(
                    square,
                    CornerRadius::same(4),
                    palette.panel,
                    Stroke::new(1.5, palette.dim),
                    StrokeKind::Middle,
                );
                name
            }
        };
        // A name that is too long for it stands below it.
        let inside = text::width(ui, name, &theme::strong()) <= 2.0 * NODE - 8.0;
        let (place, align) = if inside {
            (at, Align2::CENTER_CENTER)
        } else {
            (at + vec2(0.0, NODE + 2.0), Align2::CENTER_TOP)
        };
        ui.painter()
            .text(place, align, name, theme::strong(), palette.text);
    }
    let words = Rect::from_min_max(
        pos2(
            (center.x + wide + NODE + 34.0).min(rect.right() - 120.0),
            rect.top(),
        ),
        rect.max,
    );
    in_words(ui, words, &said, closed);
    let state = if closed {
        "the circle is closed"
    } else {
        "no circle"
    };
    let circle = Rect::from_center_size(center, 2.0 * vec2(wide + NODE, radius + NODE));
    announce(ui, circle, || {
        let name = format!("Wait-for graph, {state}: {}", said.join(", "));
        WidgetInfo::labeled(Role::GraphicsObject, true, name)
    });
}

/// Actors and locks by turns, so that arrows between them cross as little as can be.
fn nodes(graph: &Graph) -> Vec<Node<'_>> {
    let (mut actors, mut locks) = (Vec::new(), Vec::new());
    for edge in &graph.edges {
        if !actors.contains(&edge.who.as_str()) {
            actors.push(edge.who.as_str());
        }
        if !locks.contains(&edge.lock.as_str()) {
            locks.push(edge.lock.as_str());
        }
    }
    // The same places whoever came first.
    actors.sort_unstable();
    locks.sort_unstable();
    let mut nodes = Vec::new();
    for index in 0..actors.len().max(locks.len()) {
        nodes.extend(actors.get(index).copied().map(Node::Actor));
        nodes.extend(locks.get(index).copied().map(Node::Lock));
    }
    nodes
}

fn arrow(ui: &Ui, from: Pos2, to: Pos2, color: Color32, dashed: bool) {
    let along = (to - from).normalized();
    // A holder may wait for the same lock: two arrows side by side.
    let aside = along.rot90() * 4.0;
    let (from, to) = (
        from + along * (NODE + 3.0) + aside,
        to - along * (NODE + 4.0) + aside,
    );
    let stroke = Stroke::new(1.75, color);
    if dashed {
        ui.painter()
            .extend(Shape::dashed_line(&[from, to], stroke, 6.0, 4.0));
    } else {
        ui.painter().line_segment([from, to], stroke);
    }
    let back = to - along * 8.0;
    let wing = along.rot90() * 4.5;
    ui.painter().add(Shape::convex_polygon(
        vec![to, back + wing, back - wing],
        color,
        Stroke::NONE,
    ));
}

fn in_words(ui: &mut Ui, rect: Rect, said: &[String], closed: bool) {
    let palette = theme::palette(ui);
    let line = 18.0;
    let lines = said.len() + 1;
    let mut y = rect.center().y - line * lines as f32 / 2.0;
    for words in said {
        let place = Rect::from_min_size(pos2(rect.left(), y), vec2(rect.width(), line));
        text::put(
            ui,
            place,
            Align2::LEFT_CENTER,
            words,
            &theme::body(),
            palette.text,
        );
        y += line;
    }
    let (words, color) = if closed {
        ("✗ A closed circle: nobody can go on.", palette.red)
    } else {
        ("No circle: somebody can go on.", palette.dim)
    };
    let place = Rect::from_min_size(pos2(rect.left(), y), vec2(rect.width(), line));
    text::put(
        ui,
        place,
        Align2::LEFT_CENTER,
        words,
        &theme::strong(),
        color,
    );
}
