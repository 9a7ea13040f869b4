//! A choice of a few, all of which can be seen.

use eframe::egui::{
    Align2, CornerRadius, CursorIcon, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2,
    vec2,
};

use crate::theme::{self, CONTROL_HEIGHT, RADIUS};

pub(crate) struct Segment<'a> {
    pub(crate) text: &'a str,
    pub(crate) tooltip: &'a str,
    pub(crate) selected: bool,
    /// What cannot be chosen just now says why in its tooltip.
    pub(crate) enabled: bool,
}

/// Shows the choice; says which one was clicked. `what` is being chosen, for screen readers.
pub(crate) fn segmented(
    ui: &mut Ui,
    what: &str,
    segments: &[Segment<'_>],
    enabled: bool,
) -> Option<usize> {
    let palette = theme::palette(ui);
    let pad = 11.0;
    let galleys: Vec<_> = segments
        .iter()
        .map(|segment| {
            let font = if segment.selected {
                theme::strong()
            } else {
                theme::body()
            };
            ui.painter()
                .layout_no_wrap(segment.text.to_owned(), font, palette.text)
        })
        .collect();
    // As wide as the strong face would be, so that nothing moves when the choice does.
    let widths: Vec<f32> = segments
        .iter()
        .map(|segment| {
            let strong =
                ui.painter()
                    .layout_no_wrap(segment.text.to_owned(), theme::strong(), palette.text);
            strong.size().x + 2.0 * pad
        })
        .collect();
    let (rect, _) =
        ui.allocate_exact_size(vec2(widths.iter().sum(), CONTROL_HEIGHT), Sense::hover());
    let radius = CornerRadius::same(RADIUS);
    ui.painter().rect(
        rect,
        radius,
        palette.panel,
        Stroke::new(1.0, palette.line),
        StrokeKind::Inside,
    );
    let mut clicked = None;
    let mut x = rect.left();
    for (index, ((segment, galley), width)) in segments.iter().zip(galleys).zip(widths).enumerate()
    {
        let place = Rect::from_min_size(pos2(x, rect.top()), vec2(width, CONTROL_HEIGHT));
        x += width;
        let enabled = enabled && segment.enabled;
        let sense = if enabled {
            Sense::click()
        } else {
            Sense::hover()
        };
        let id = ui.next_auto_id();
        ui.skip_ahead_auto_ids(1);
        let response = ui.interact(place, id, sense);
        response.widget_info(|| {
            WidgetInfo::selected(
                Role::RadioButton,
                enabled,
                segment.selected,
                format!("{what}: {}", segment.text),
            )
        });
        if segment.selected {
            ui.painter()
                .rect_filled(place.shrink(1.0), radius, palette.control_hover);
        }
        if response.has_focus() {
            ui.painter().rect_stroke(
                place.shrink(1.0),
                radius,
                Stroke::new(1.5, palette.accent),
                StrokeKind::Inside,
            );
        }
        let color = if !enabled && !segment.selected {
            palette.dim.gamma_multiply(0.6)
        } else if segment.selected || (response.hovered() && enabled) {
            palette.text
        } else {
            palette.dim
        };
        let at = Align2::CENTER_CENTER.align_size_within_rect(galley.size(), place);
        ui.painter()
            .galley_with_override_text_color(at.min, galley, color);
        let response = response.on_hover_text(segment.tooltip);
        let response = if enabled {
            response.on_hover_cursor(CursorIcon::PointingHand)
        } else {
            response
        };
        if response.clicked() {
            clicked = Some(index);
        }
    }
    clicked
}
