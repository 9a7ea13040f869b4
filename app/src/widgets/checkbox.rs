//! A checkbox whose empty box can be seen on every ground: egui paints it in the colour of buttons,
//! which stand out by their words, and has no edge around it.

use eframe::egui::{Checkbox, Response, Stroke, Ui};

use crate::theme;

pub(crate) fn checkbox(ui: &mut Ui, checked: &mut bool, text: &str) -> Response {
    let edge = Stroke::new(1.0, theme::palette(ui).dim);
    ui.scope(|ui| {
        ui.visuals_mut().widgets.inactive.bg_stroke = edge;
        ui.add(Checkbox::new(checked, text))
    })
    .inner
}
