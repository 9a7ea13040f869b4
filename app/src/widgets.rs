//! The few widgets that egui does not have. Each paints what it is given and says what was
//! done to it; none knows the session.

pub(crate) mod bar;
pub(crate) mod button;
pub(crate) mod checkbox;
pub(crate) mod chip;
pub(crate) mod entry;
pub(crate) mod ground;
pub(crate) mod lane;
pub(crate) mod panel;
pub(crate) mod pulse_plot;
pub(crate) mod segmented;
pub(crate) mod sheet;
pub(crate) mod sparkline;
pub(crate) mod table;
pub(crate) mod text;

use eframe::egui::{Rect, Response, Sense, Ui, WidgetInfo};

/// Lets screen readers know of something that was painted and takes no input.
pub(crate) fn announce(ui: &mut Ui, rect: Rect, info: impl Fn() -> WidgetInfo) -> Response {
    let id = ui.next_auto_id();
    ui.skip_ahead_auto_ids(1);
    let response = ui.interact(rect, id, Sense::hover());
    response.widget_info(info);
    response
}
