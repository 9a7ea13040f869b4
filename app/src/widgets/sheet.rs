//! A sheet: a large panel that lies over the view until it is closed.

use eframe::egui::{
    Align, Align2, Context, Frame, Id, Key, Layout, Modal, Rect, Role, Ui, UiBuilder, vec2,
};

use crate::theme;
use crate::widgets::button;
use crate::widgets::text;

/// The sheet takes this part of the window ...
const SHARE: f32 = 0.88;
/// ... but no more than this: longer lines are hard to read.
const MOST: (f32, f32) = (1080.0, 720.0);
const MARGIN: f32 = 20.0;

/// What stands at the top of a sheet.
pub(crate) struct Head<'a> {
    pub(crate) title: &'a str,
    /// One line below it.
    pub(crate) second: &'a str,
}

/// Shows a sheet. `tools` adds to the right of its head, from the right; `contents` gets what is
/// left below. Says whether it is to be closed: by its button, by Esc, or by a click beside it.
pub(crate) fn sheet(
    ctx: &Context,
    id: Id,
    head: &Head<'_>,
    tools: impl FnOnce(&mut Ui),
    contents: impl FnOnce(&mut Ui, Rect),
) -> bool {
    let window = ctx.content_rect().size();
    let size = (window * SHARE).min(MOST.into()).round();
    let mut close = false;
    let modal = Modal::new(id)
        .frame(Frame::popup(&ctx.global_style()).inner_margin(MARGIN))
        .show(ctx, |ui| {
            let inner = size - vec2(2.0, 2.0) * MARGIN;
            let (_, rect) = ui.allocate_space(inner);
            let builder = UiBuilder::new()
                .id_salt(id)
                .max_rect(rect)
                .layout(Layout::top_down(Align::Min))
                .accessibility_label(head.title)
                .accessibility_role(Role::Dialog);
            let mut ui = ui.new_child(builder);
            let palette = theme::palette(&ui);

            let line = Rect::from_min_size(rect.min, vec2(rect.width(), 30.0));
            let mut right = ui.new_child(
                UiBuilder::new()
                    .id_salt("sheet tools")
                    .max_rect(line)
                    .layout(Layout::right_to_left(Align::Center)),
            );
            close = button::secondary(&mut right, "Close", true).clicked();
            tools(&mut right);
            let mut title = line;
            title.max.x = right.min_rect().left() - 12.0;
            text::put(
                &mut ui,
                title,
                Align2::LEFT_CENTER,
                head.title,
                &theme::large(),
                palette.text,
            );
            let second = Rect::from_min_size(rect.min + vec2(0.0, 34.0), vec2(rect.width(), 20.0));
            text::put(
                &mut ui,
                second,
                Align2::LEFT_CENTER,
                head.second,
                &theme::body(),
                palette.dim,
            );
            let mut body = rect;
            body.min.y = second.bottom() + 10.0;
            contents(&mut ui, body);
        });
    close | modal.should_close()
}

/// How far the keys that were pressed want a text to be scrolled, in points: up is positive.
/// `None`: to its end.
pub(crate) fn scroll_keys(ui: &Ui, page: f32, line: f32) -> Option<f32> {
    if ui.memory(|memory| memory.focused().is_some()) {
        return Some(0.0);
    }
    ui.input(|input| {
        let pressed = |key| input.num_presses(key) as f32;
        if input.key_pressed(Key::End) {
            return None;
        }
        let by_lines = pressed(Key::ArrowUp) - pressed(Key::ArrowDown);
        let by_pages = pressed(Key::PageUp) - pressed(Key::PageDown);
        let home = if input.key_pressed(Key::Home) {
            f32::from(i16::MAX) * 100.0
        } else {
            0.0
        };
        Some(by_lines * line + by_pages * page + home)
    })
}
