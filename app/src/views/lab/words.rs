//! What a page says in words: what to look for, what Run does, how it ended.

use eframe::egui::{Label, Rect, RichText, Sense, Ui, vec2};

use crate::theme;
use crate::widgets::panel::{inside_width, panel};

/// A title in a panel, what is between two lines there, and what is above and below them.
const TITLE: f32 = 24.0;
const BETWEEN: f32 = 7.0;
const PADDING: f32 = 24.0;

const LOOK_FOR: &str = "What to look for";
const NEW: &str = "Nothing has run yet";
const INVITATION: &[&str] = &[
    "Run starts it now, with real threads and processes of this machine. While they work, what they do is drawn here; afterwards, what was measured stands below.",
    "Space or Enter runs it too, Esc stops it. Page Up and Page Down lead to the experiment before and after. F11 fills the screen, in type that is read from the back of a lecture room.",
];

/// What to look for, in a panel.
pub(super) fn look_for(ui: &mut Ui, rect: Rect, lines: &[&str]) {
    let palette = theme::palette(ui);
    panel(ui, rect, LOOK_FOR, |ui| {
        let title = RichText::new(LOOK_FOR).font(theme::small_strong());
        ui.spacing_mut().item_spacing.y = BETWEEN;
        ui.label(title.color(palette.dim));
        for line in lines {
            let text = RichText::new(*line).font(theme::body());
            ui.add(Label::new(text.color(palette.text)).wrap());
        }
    });
}

/// A page that was not run yet.
pub(super) fn invitation(ui: &mut Ui) {
    let palette = theme::palette(ui);
    let width = ui.available_width();
    let size = vec2(width, height(ui, INVITATION, width));
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    panel(ui, rect, NEW, |ui| {
        ui.spacing_mut().item_spacing.y = BETWEEN;
        ui.label(RichText::new(NEW).font(theme::strong()));
        for text in INVITATION {
            let text = RichText::new(*text).font(theme::body());
            ui.add(Label::new(text.color(palette.dim)).wrap());
        }
    });
}

/// How high a panel of this width is that holds a title and these lines.
pub(super) fn height(ui: &Ui, lines: &[&str], width: f32) -> f32 {
    let (font, color) = (theme::body(), theme::palette(ui).text);
    let lines = lines.iter().map(|line| {
        let (line, width) = ((*line).to_owned(), inside_width(width));
        let galley = ui.painter().layout(line, font.clone(), color, width);
        galley.size().y + BETWEEN
    });
    PADDING + TITLE + lines.sum::<f32>()
}

/// How it stands, in a line of its own.
pub(super) fn say(ui: &mut Ui, words: &str) {
    let color = theme::palette(ui).dim;
    ui.add(Label::new(RichText::new(words).font(theme::body()).color(color)).wrap());
}

/// What went wrong, and what can be done.
pub(super) fn say_wrong(ui: &mut Ui, reason: &str, has_folder: bool) {
    let advice = if has_folder {
        "Choose another folder, or clear its field and one is made."
    } else {
        "Run it again to see whether that stays so."
    };
    let words = RichText::new(format!("✗ It failed: {reason}. {advice}"));
    let color = theme::palette(ui).red;
    ui.add(Label::new(words.font(theme::body()).color(color)).wrap());
}
