//! The list of experiments at the left of the page.

use eframe::egui::{
    Align2, CornerRadius, CursorIcon, Id, Rect, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui,
    UiBuilder, WidgetInfo, pos2, vec2,
};

use crate::lab::ALL;
use crate::session::Session;
use crate::theme::{self, RADIUS};
use crate::widgets::text;

const LINE: f32 = 28.0;

/// Shows the list; says which experiment was clicked.
pub(super) fn show(ui: &mut Ui, rect: Rect, session: &Session) -> Option<usize> {
    let palette = theme::palette(ui);
    ui.painter().rect_filled(rect, 0.0, palette.edge);
    ui.painter().vline(
        rect.right() - 0.5,
        rect.y_range(),
        Stroke::new(1.0, palette.line),
    );
    let builder = UiBuilder::new()
        .id_salt("experiments")
        .max_rect(rect)
        .accessibility_label("Experiments")
        .accessibility_role(Role::List);
    let mut child = ui.new_child(builder);
    child.set_clip_rect(rect);
    let mut clicked = None;
    ScrollArea::vertical()
        .id_salt("experiments")
        .auto_shrink(false)
        .show(&mut child, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            let (title, _) = ui.allocate_exact_size(vec2(rect.width(), 38.0), Sense::hover());
            let title = Rect::from_min_max(title.min + vec2(18.0, 0.0), title.max);
            text::put(
                ui,
                title,
                Align2::LEFT_CENTER,
                "Experiments",
                &theme::small_strong(),
                palette.dim,
            );
            for (index, experiment) in ALL.iter().enumerate() {
                let (line, _) = ui.allocate_exact_size(vec2(rect.width(), LINE), Sense::hover());
                let runs = session
                    .lab
                    .running()
                    .is_some_and(|running| running.index == index);
                if entry(
                    ui,
                    line,
                    experiment.title(),
                    index == session.lab.open,
                    runs,
                ) {
                    clicked = Some(index);
                }
            }
        });
    clicked
}

fn entry(ui: &mut Ui, line: Rect, title: &str, selected: bool, runs: bool) -> bool {
    let palette = theme::palette(ui);
    let place = line.shrink2(vec2(8.0, 0.0));
    let response = ui.interact(place, Id::unique(("experiment", title)), Sense::click());
    response.widget_info(|| {
        let name = if runs {
            format!("{title}, runs")
        } else {
            title.to_owned()
        };
        WidgetInfo::selected(Role::ListItem, true, selected, name)
    });
    let response = response.on_hover_cursor(CursorIcon::PointingHand);
    let radius = CornerRadius::same(RADIUS);
    if selected {
        ui.painter().rect_filled(place, radius, palette.control);
    }
    if response.has_focus() {
        ui.painter().rect_stroke(
            place,
            radius,
            Stroke::new(1.5, palette.accent),
            StrokeKind::Inside,
        );
    }
    let color = if selected || response.hovered() {
        palette.text
    } else {
        palette.dim
    };
    let font = if selected {
        theme::strong()
    } else {
        theme::body()
    };
    ui.painter().text(
        pos2(place.left() + 10.0, place.center().y),
        Align2::LEFT_CENTER,
        title,
        font,
        color,
    );
    if runs {
        ui.painter().text(
            pos2(place.right() - 10.0, place.center().y),
            Align2::RIGHT_CENTER,
            "●",
            theme::small(),
            palette.green,
        );
    }
    response.clicked()
}
