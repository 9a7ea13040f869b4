//! A thin bar that fills up.

use eframe::egui::{Color32, CornerRadius, Rect, Role, Sense, Ui, WidgetInfo};

use crate::theme;

/// Paints a bar over `rect`; `share` is from 0 to 1. `name` is for screen readers; without one
/// the bar only repeats what a text beside it says.
pub(crate) fn bar(ui: &mut Ui, rect: Rect, share: f32, color: Color32, name: Option<&str>) {
    let palette = theme::palette(ui);
    let radius = CornerRadius::same((rect.height() / 2.0) as u8);
    ui.painter().rect_filled(rect, radius, palette.line);
    let mut filled = rect;
    filled.set_width(rect.width() * share.clamp(0.0, 1.0));
    if filled.width() >= 1.0 {
        ui.painter().rect_filled(filled, radius, color);
    }
    if let Some(name) = name {
        let id = ui.next_auto_id();
        ui.skip_ahead_auto_ids(1);
        let response = ui.interact(rect, id, Sense::hover());
        response.widget_info(|| {
            let mut info = WidgetInfo::labeled(Role::ProgressIndicator, true, name);
            info.value = Some((f64::from(share) * 100.0).round());
            info
        });
    }
}
