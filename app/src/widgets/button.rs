//! Buttons: the one that matters on a view, the others, and words that act.

use std::fmt::Debug;
use std::hash::Hash;

use eframe::egui::{
    Align, Button, Color32, FontId, Layout, Rect, Response, RichText, Stroke, Ui, UiBuilder, vec2,
};

use crate::theme::{self, CONTROL_HEIGHT};

/// The one thing to do next.
pub(crate) fn primary(ui: &mut Ui, text: &str, enabled: bool) -> Response {
    let palette = theme::palette(ui);
    let text = RichText::new(text)
        .font(theme::strong())
        .color(palette.on_accent);
    ui.add_enabled(
        enabled,
        Button::new(text)
            .fill(palette.accent)
            .stroke(Stroke::NONE)
            .min_size(vec2(72.0, CONTROL_HEIGHT)),
    )
}

/// Any other thing to do.
pub(crate) fn secondary(ui: &mut Ui, text: &str, enabled: bool) -> Response {
    let text = RichText::new(text).font(theme::strong());
    ui.add_enabled(
        enabled,
        Button::new(text).min_size(vec2(0.0, CONTROL_HEIGHT)),
    )
}

/// A word that acts, for places where a button would shout. `name` is what it does, in full.
pub(crate) fn link(ui: &mut Ui, text: &str, font: FontId, color: Color32, name: &str) -> Response {
    let text = RichText::new(text).font(font).color(color);
    ui.add(Button::new(text).frame(false).min_size(vec2(0.0, 18.0)))
        .accessible_name(name)
        .on_hover_text(name)
}

/// A small word that acts, at the right of `place`.
pub(crate) fn link_at(
    ui: &mut Ui,
    place: Rect,
    salt: impl Hash + Debug,
    text: &str,
    color: Color32,
    name: &str,
) -> Response {
    let builder = UiBuilder::new()
        .id_salt(salt)
        .max_rect(place)
        .layout(Layout::right_to_left(Align::Center));
    let mut child = ui.new_child(builder);
    child.spacing_mut().button_padding = vec2(2.0, 0.0);
    child.spacing_mut().interact_size.y = 18.0;
    link(&mut child, text, theme::small(), color, name)
}
