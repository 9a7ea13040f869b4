//! The list of experiments at the left of the page.

use eframe::egui::{
    Align2, EventFilter, FocusDirection, Id, Key, Modifiers, Rect, Role, ScrollArea, Sense, Stroke,
    Ui, UiBuilder, vec2,
};

use super::beside;
use crate::lab::ALL;
use crate::session::Session;
use crate::theme;
use crate::widgets::entry::{self, Entry};
use crate::widgets::text;

const LINE: f32 = 28.0;

/// What was done to the list.
pub(super) enum Wish {
    /// Open the page of this experiment.
    Open(usize),
    /// Run the one that is open.
    Run,
}

/// Shows the list.
pub(super) fn show(ui: &mut Ui, rect: Rect, session: &Session) -> Option<Wish> {
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
    let open = session.lab.open;
    let seen = ui.scope_id().with("open");
    let is_new = ui.data_mut(|data| {
        let before = data.get_temp(seen);
        data.insert_temp(seen, open);
        before != Some(open)
    });
    let mut wish = None;
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
                let running = session.lab.running();
                let shown = Entry {
                    role: Role::ListItem,
                    icon: None,
                    name: experiment.title(),
                    selected: index == open,
                    runs: running.is_some_and(|running| running.index == index),
                };
                let place = line.shrink2(vec2(8.0, 0.0));
                let response = entry::show(ui, place, id(index), &shown);
                if index == open && is_new {
                    response.scroll_to_me(None);
                }
                if response.clicked() {
                    let by_key = ui.input(|input| {
                        input.key_pressed(Key::Enter) || input.key_pressed(Key::Space)
                    });
                    // Opened already, it can only be meant to run.
                    wish = Some(if by_key && index == open {
                        Wish::Run
                    } else {
                        Wish::Open(index)
                    });
                }
                if response.has_focus()
                    && let Some(to) = moved(ui, index)
                {
                    ui.memory_mut(|memory| memory.request_focus(id(to)));
                    wish = Some(Wish::Open(to));
                }
            }
        });
    wish
}

fn id(index: usize) -> Id {
    Id::unique(("experiment", index))
}

/// Where the arrow keys lead from the entry that has the focus. The page goes with it: nobody reads a
/// list of titles for its own sake.
fn moved(ui: &Ui, from: usize) -> Option<usize> {
    let arrows = EventFilter {
        vertical_arrows: true,
        ..EventFilter::default()
    };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(id(from), arrows));
    let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    let to = beside(from, pressed(Key::ArrowUp), pressed(Key::ArrowDown))?;
    // The filter is late by a frame; egui's own way with arrows would lead one entry further.
    ui.memory_mut(|memory| memory.move_focus(FocusDirection::None));
    Some(to)
}

#[cfg(test)]
mod tests {
    use eframe::egui::{Context, RawInput};

    use super::*;
    use crate::views::lab::LIST;

    #[test]
    fn every_title_fits_into_the_list_beside_the_dot_of_what_runs() {
        let ctx = Context::default();
        theme::install(&ctx);
        let room = LIST - 2.0 * 8.0 - entry::BESIDES;
        let output = ctx.run_ui(RawInput::default(), |ui| {
            for one in ALL {
                let width = text::width(ui, one.title(), &theme::strong());
                assert!(width <= room, "{} takes {width} of {room}", one.title());
            }
        });
        // Nobody draws it.
        output.drop_without_applying_deltas();
    }
}
