//! What this processor's instructions achieve, and which of them are used for how many files: found out by
//! a thread of its own when somebody first looks.

use std::time::Duration;

use eframe::egui::{Grid, Label, RichText, Ui, vec2};
use workers::instructions::{self, Choice};

use crate::format::bytes;
use crate::theme::{self, Palette};

const TITLE: &str = "Speed of one core";
const WORDS: &str = "A core hashes many files side by side, each in a lane of its vector registers. What is fastest was measured \
     at the start, from memory: reading files comes on top.";

/// Width of the widest column, points: with the others it fits the smallest window.
const USED: f32 = 440.0;

#[derive(Default)]
pub(super) struct Speed {
    asked: bool,
}

impl Speed {
    pub(super) fn show(&mut self, ui: &mut Ui, palette: &Palette) {
        ui.label(
            RichText::new(TITLE)
                .font(theme::strong())
                .color(palette.text),
        );
        ui.label(RichText::new(WORDS).color(palette.dim));
        let Some(choices) = self.known(ui) else {
            ui.label(RichText::new("is being measured …").color(palette.dim));
            return;
        };
        ui.add_space(4.0);
        Grid::new("speed")
            .num_columns(4)
            .max_col_width(USED)
            .spacing(vec2(24.0, 4.0))
            .show(ui, |ui| {
                for head in ["", "one file", "many files", "used for how many at once"] {
                    ui.label(RichText::new(head).font(theme::small()).color(palette.dim));
                }
                ui.end_row();
                for choice in choices {
                    ui.label(RichText::new(choice.function.label()).color(palette.text));
                    let speed = |files| {
                        at(choice, files)
                            .map_or(String::new(), |rate| format!("{}/s", bytes(rate as u64)))
                    };
                    ui.label(
                        RichText::new(speed(1))
                            .font(theme::mono())
                            .color(palette.text),
                    );
                    ui.label(
                        RichText::new(speed(usize::MAX))
                            .font(theme::mono())
                            .color(palette.text),
                    );
                    ui.add(Label::new(RichText::new(used(choice)).color(palette.dim)).wrap());
                    ui.end_row();
                }
            });
    }

    fn known(&mut self, ui: &Ui) -> Option<Vec<&'static Choice>> {
        let known = instructions::known();
        if known.is_none() {
            if !std::mem::replace(&mut self.asked, true) {
                let thread = std::thread::Builder::new().name("instructions".to_owned());
                // Without a thread it is found out when the first job starts.
                let _ = thread.spawn(instructions::choices);
            }
            ui.ctx().request_repaint_after(Duration::from_millis(50));
        }
        known
    }
}

/// Bytes a second with so many files at once, all lanes full.
fn at(choice: &Choice, files: usize) -> Option<f64> {
    Some(choice.best_for(files)?.bytes_per_second)
}

/// Which instructions, from how many files on.
fn used(choice: &Choice) -> String {
    let steps = choice.steps().into_iter();
    let mut steps: Vec<_> = steps
        .map(|(from, rate)| (from, rate.instructions))
        .collect();
    // With how many lanes is nothing that its reader could use.
    steps.dedup_by_key(|(_, instructions)| *instructions);
    let ends = steps
        .iter()
        .skip(1)
        .map(|&(from, _)| Some(from - 1))
        .chain([None]);
    let words = steps.iter().zip(ends).map(|(&(from, instructions), end)| {
        let files = match end {
            Some(end) if end == from => from.to_string(),
            Some(end) => format!("{from} to {end}"),
            None => format!("{from} and more"),
        };
        format!("{files}: {}", instructions.label())
    });
    words.collect::<Vec<_>>().join("; ")
}
