//! An entry in a list of what can be opened: a view, an experiment.

use eframe::egui::{
    Align2, CornerRadius, CursorIcon, Id, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui,
    WidgetInfo, pos2,
};

use crate::theme::{self, RADIUS};
use crate::widgets::text;

/// Where the name begins behind an icon.
pub(crate) const BEHIND_ICON: f32 = 29.0;
/// Where it begins without one, and what is free behind what stands at the right.
const BESIDE: f32 = 10.0;

/// What a name without an icon has not for itself, where something runs.
#[cfg(test)]
pub(crate) const BESIDES: f32 = 2.0 * BESIDE + 14.0;

pub(crate) struct Entry<'a> {
    /// What it is to screen readers.
    pub(crate) role: Role,
    pub(crate) icon: Option<&'a str>,
    pub(crate) name: &'a str,
    pub(crate) selected: bool,
    /// Something is at work there.
    pub(crate) runs: bool,
}

/// Shows an entry over the whole of `place`.
pub(crate) fn show(ui: &mut Ui, place: Rect, id: Id, entry: &Entry<'_>) -> Response {
    let palette = theme::palette(ui);
    let response = ui.interact(place, id, Sense::click());
    response.widget_info(|| {
        let name = if entry.runs {
            format!("{}, runs", entry.name)
        } else {
            entry.name.to_owned()
        };
        WidgetInfo::selected(entry.role, true, entry.selected, name)
    });
    let response = response.on_hover_cursor(CursorIcon::PointingHand);
    let radius = CornerRadius::same(RADIUS);
    if entry.selected {
        // On the pale edge the colour of controls is next to none.
        let fill = if ui.visuals().dark_mode {
            palette.control
        } else {
            palette.panel
        };
        ui.painter().rect_filled(place, radius, fill);
    }
    if response.has_focus() {
        let stroke = Stroke::new(1.5, palette.accent);
        ui.painter()
            .rect_stroke(place, radius, stroke, StrokeKind::Inside);
    }
    let color = if entry.selected || response.hovered() {
        palette.text
    } else {
        palette.dim
    };
    let font = if entry.selected {
        theme::strong()
    } else {
        theme::body()
    };
    let (painter, middle) = (ui.painter(), place.center().y);
    let mut left = place.left() + BESIDE;
    if let Some(icon) = entry.icon {
        let at = pos2(place.left() + 15.0, middle);
        painter.text(at, Align2::CENTER_CENTER, icon, theme::body(), color);
        left = place.left() + BEHIND_ICON;
    }
    let mut right = place.right() - BESIDE;
    if entry.runs {
        let at = pos2(right, middle);
        let dot = painter.text(at, Align2::RIGHT_CENTER, "●", theme::small(), palette.green);
        right = dot.left() - 4.0;
    }
    let width = right.max(left) - left;
    let galley = text::layout(ui, entry.name, &font, color, width, text::Cut::End);
    let was_cut = galley.elided;
    let at = pos2(left, middle - galley.size().y / 2.0);
    ui.painter().galley(at, galley, color);
    if was_cut {
        return response.on_hover_text(entry.name);
    }
    response
}
