//! Two digests, one above the other, so that what differs is seen: by colour and by a mark below.

use eframe::egui::{Align2, Rect, Ui, WidgetInfo, pos2, vec2};

use crate::expectation::Answer;
use crate::theme;
use crate::widgets::{announce, text};

const LINE: f32 = 17.0;
/// The words before the digests.
const WORDS: f32 = 70.0;
/// Of a digit of 12-point monospace type, in points; a little more than it takes.
const DIGIT: f32 = 7.4;
/// Digits in a line where not all of a long digest fit into one.
const PART: usize = 64;

fn part(answer: &Answer, width: f32) -> usize {
    let longest = answer.expected.len().max(answer.found.len());
    if WORDS + longest as f32 * DIGIT <= width - 40.0 {
        longest.max(1)
    } else {
        PART
    }
}

/// The height that both take in a panel of this width.
pub(super) fn height(answer: &Answer, width: f32) -> f32 {
    let longest = answer.expected.len().max(answer.found.len());
    let parts = longest.div_ceil(part(answer, width)).max(1);
    parts as f32 * (2.0 * LINE + 4.0) + 6.0
}

pub(super) fn show(ui: &mut Ui, rect: Rect, answer: &Answer, width: f32) {
    let palette = theme::palette(ui);
    let chars = |digest: &str| digest.chars().collect::<Vec<char>>();
    let (expected, found) = (chars(&answer.expected), chars(&answer.found));
    let part = part(answer, width);
    let mut top = rect.top();
    let mut start = 0;
    while start < expected.len().max(found.len()) {
        for (words, digits, other) in [
            ("expected", &expected, &found),
            ("found", &found, &expected),
        ] {
            let line = Rect::from_min_size(pos2(rect.left(), top), vec2(rect.width(), LINE));
            if start == 0 {
                let (font, color) = (theme::small(), palette.dim);
                text::put(ui, line, Align2::LEFT_CENTER, words, &font, color);
            }
            for (column, at) in (start..digits.len().min(start + part)).enumerate() {
                let x = line.left() + WORDS + (column as f32 + 0.5) * DIGIT;
                let same = other.get(at) == digits.get(at);
                let color = if same { palette.dim } else { palette.red };
                ui.painter().text(
                    pos2(x, line.center().y),
                    Align2::CENTER_CENTER,
                    digits[at],
                    theme::mono(),
                    color,
                );
                if !same && words == "found" {
                    let mark = Rect::from_center_size(
                        pos2(x, line.bottom() - 1.0),
                        vec2(DIGIT - 1.4, 1.6),
                    );
                    ui.painter().rect_filled(mark, 0.0, palette.red);
                }
            }
            top += LINE;
        }
        top += 4.0;
        start += part;
    }
    let whole = Rect::from_min_max(rect.min, pos2(rect.right(), top));
    announce(ui, whole, || {
        WidgetInfo::labeled(
            eframe::egui::Role::Label,
            true,
            format!("expected {}, found {}", answer.expected, answer.found),
        )
    });
}
