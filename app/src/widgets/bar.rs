//! A thin bar that fills up.

use eframe::egui::{Color32, CornerRadius, Rect, Role, Ui, WidgetInfo};

use crate::theme;
use crate::widgets::announce;

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
        announce(ui, rect, || {
            let mut info = WidgetInfo::labeled(Role::ProgressIndicator, true, name);
            info.value = Some((f64::from(share) * 100.0).round());
            info
        });
    }
}
