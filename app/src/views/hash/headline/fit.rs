//! How large an answer is said: as large as it fits on one line, then on two, and only then cut.

use eframe::egui::{Color32, FontId, Rect, Ui};

use crate::theme;
use crate::widgets::text;

/// Between the words and what is beside them, in points.
const GAP: f32 = 16.0;
/// What a second line of [`theme::large`] type takes, in points.
const SECOND_LINE: f32 = 30.0;
/// Narrower than this, an answer of the largest type would stand over everything else.
const NARROW: f32 = 820.0;

/// An answer, and what should be seen at once beside it: empty if there is nothing.
#[derive(Clone, Copy)]
pub(super) struct Answer<'a> {
    pub(super) words: (&'a str, Color32),
    pub(super) alert: (&'a str, Color32),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fit {
    Huge,
    Large,
    TwoLines,
}

impl Fit {
    fn font(self) -> FontId {
        match self {
            Self::Huge => theme::huge(),
            Self::Large | Self::TwoLines => theme::large(),
        }
    }
}

impl Answer<'_> {
    fn fit(&self, ui: &Ui, width: f32) -> Fit {
        let takes = |fit: Fit| {
            let words = text::width(ui, self.words.0, &fit.font());
            match self.alert.0 {
                "" => words,
                alert => words + GAP + text::width(ui, alert, &theme::large()),
            }
        };
        match width {
            wide if wide >= NARROW && takes(Fit::Huge) <= wide => Fit::Huge,
            any if takes(Fit::Large) <= any => Fit::Large,
            _ => Fit::TwoLines,
        }
    }

    /// What it takes more than one line, in points.
    pub(super) fn more_height(&self, ui: &Ui, width: f32) -> f32 {
        match self.fit(ui, width) {
            Fit::Huge | Fit::Large => 0.0,
            Fit::TwoLines => SECOND_LINE,
        }
    }

    /// Paints it from the line `first` on, downwards.
    pub(super) fn show(&self, ui: &mut Ui, first: Rect) {
        let fit = self.fit(ui, first.width());
        let piece = |(words, color), font| (words, font, color);
        let (words, alert) = (
            piece(self.words, fit.font()),
            piece(self.alert, theme::large()),
        );
        let second = first.translate(eframe::egui::vec2(0.0, SECOND_LINE));
        match fit {
            Fit::Huge | Fit::Large => {
                text::run(ui, first, GAP, &[words, alert]);
            }
            Fit::TwoLines if alert.0.is_empty() => text::rows(ui, first, SECOND_LINE, words),
            Fit::TwoLines => {
                text::run(ui, first, GAP, &[words]);
                text::run(ui, second, GAP, &[alert]);
            }
        }
    }
}
