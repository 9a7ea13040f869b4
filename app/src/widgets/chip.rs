//! A chip: a filter that is on or off, with its count.

use eframe::egui::{Button, Color32, CornerRadius, Response, RichText, Stroke, Ui, vec2};

use crate::theme;

pub(crate) fn chip(
    ui: &mut Ui,
    text: &str,
    color: Color32,
    selected: bool,
    name: &str,
) -> Response {
    let palette = theme::palette(ui);
    let stroke = if selected {
        Stroke::new(1.5, palette.accent)
    } else {
        Stroke::NONE
    };
    ui.add(
        Button::new(RichText::new(text).font(theme::small()).color(color))
            .fill(palette.control)
            .stroke(stroke)
            .selected(false)
            .corner_radius(CornerRadius::same(11))
            .min_size(vec2(0.0, 22.0)),
    )
    .accessible_name(name)
}
