//! A panel: the one kind of box there is.

use eframe::egui::{
    Align, CornerRadius, Layout, Margin, Rect, Role, Stroke, StrokeKind, Ui, UiBuilder, vec2,
};

use crate::theme::{self, PADDING};
use crate::widgets::ground::{CORNER, Ground};

/// Makes `rect` a panel and lays out its contents inside, under the name that screen
/// readers give it.
pub(crate) fn panel<R>(
    ui: &mut Ui,
    rect: Rect,
    name: &str,
    contents: impl FnOnce(&mut Ui) -> R,
) -> R {
    let palette = theme::palette(ui);
    Ground::add_panel(ui, rect, palette.background);
    ui.painter().rect_stroke(
        rect,
        CornerRadius::same(CORNER as u8),
        Stroke::new(1.0, palette.line),
        StrokeKind::Inside,
    );
    let inside = rect - Margin::symmetric(PADDING, 12);
    inside_of(ui, inside, name, contents)
}

/// What a panel of this width has for its contents, in points.
pub(crate) fn inside_width(width: f32) -> f32 {
    width - 2.0 * f32::from(PADDING)
}

/// The line at the top of a panel that its title stands on.
pub(crate) fn title_line(ui: &Ui) -> Rect {
    let inside = ui.max_rect();
    Rect::from_min_size(inside.min - vec2(0.0, 3.0), vec2(inside.width(), 18.0))
}

/// A part of the window without a box.
pub(crate) fn inside_of<R>(
    ui: &mut Ui,
    rect: Rect,
    name: &str,
    contents: impl FnOnce(&mut Ui) -> R,
) -> R {
    let builder = UiBuilder::new()
        .id_salt(name)
        .max_rect(rect)
        .layout(Layout::top_down(Align::Min))
        .accessibility_label(name)
        .accessibility_role(Role::Group);
    let mut child = ui.new_child(builder);
    child.set_clip_rect(rect.expand(4.0).intersect(ui.clip_rect()));
    contents(&mut child)
}
