//! Help that a newcomer finds.

mod speed;

use self::speed::Speed;
use eframe::egui::{Grid, Label, Rect, RichText, ScrollArea, Ui, vec2};

use super::View;
use crate::command::Command;
use crate::keys::keys;
use crate::session::Session;
use crate::theme;
use crate::widgets::panel::inside_of;

#[derive(Default)]
pub(crate) struct HelpView {
    speed: Speed,
}

const KEYS: &[(&str, &str)] = &[
    ("Ctrl+O", "choose a folder; with Shift, files"),
    (
        "Enter or Space",
        "start, when no field or button has the focus",
    ),
    ("Ctrl+P", "pause, resume"),
    ("Ctrl+.", "cancel"),
    ("Ctrl+D", "what died, and why"),
    ("Ctrl+L", "the log of a worker"),
    ("Ctrl+E", "choose which files count"),
    ("Ctrl+F", "filter the results"),
    ("Ctrl+S", "save the list, or the report"),
    ("Ctrl+R", "verify again what was not as listed"),
    ("Ctrl+C, Ctrl+A", "copy the selected rows, select all rows"),
    (
        "Arrows, Page Up, Page Down, Home, End",
        "move in the table; with Shift, select",
    ),
    ("Ctrl+1 to Ctrl+5", "Hash, Lab, Runs, Settings, Help"),
    (
        "Ctrl+Plus, Ctrl+Minus, Ctrl+0",
        "larger, smaller, as it was",
    ),
    ("Tab", "go to the next field or button"),
    ("F11", "in the lab: full screen, in larger type"),
    (
        "Up and Down, or Page Up and Page Down",
        "in the lab: the experiment before and after",
    ),
    ("Esc", "in the lab: stop the experiment that runs"),
    ("F1", "this page"),
];

const TOPICS: &[(&str, &str)] = &[
    (
        "What it does",
        "Thawsum reads every file below a folder and gives each a checksum, a short text that changes when the file does. \
         Save the list, and anybody can tell later, with this program or with sha256sum -c, whether a file was damaged or altered.",
    ),
    (
        "Verifying",
        "Drop a checksum file here (SHA256SUMS, photos.sfv, disc.iso.md5 and the like; several at once), or choose one, and press Verify: \
         every file that it lists is read and held against it. What is wrong stands first; a click on a verdict shows only its files. \
         Verify again looks only at what was not as listed. The report says all of it; the checksum file itself is never changed.",
    ),
    (
        "Comparing",
        "Drop two folders together, or choose Compare with… from the menu beside the button, and choose, drop or type the other side: \
         a folder, or a checksum file, which is compared by what it lists. Of two lists no file is read. \
         What differs stands first. Moved is what has the same content under another name on the right.",
    ),
    (
        "Finding duplicates",
        "Choose Find duplicates from the menu beside the button. Files of the same size are read, at first their beginnings alone, and for each that has the content of another \
         a row names that other; what a group wastes is the space of all but one of it. Groups that waste most come first. \
         Several names of one file (hard links) waste nothing. Nothing is ever deleted: the report is for you to act on.",
    ),
    (
        "Which files count",
        "All that is below a folder, unless you say otherwise: the button All files opens what there is to choose. \
         Hidden files, system leftovers such as .DS_Store, sizes, patterns of names, and whether a job stays on one file system. \
         It holds for hashing, comparing, duplicates, and for what a verification calls new, and is kept for the next time. \
         Each result and report says how many files and folders were left out by your choice.",
    ),
    (
        "Several algorithms at once",
        "Tick \"Several at once\" in the menu of algorithms, and then each that you want. Every file is read once for all of them. \
         The table has a column for each as far as there is room, and the tooltip of a row all digests in full. \
         BSD tags, CSV and JSON hold all of them in one list; GNU lines, which sha256sum and its sisters read, are of one: choose it when you save, or have a list for each.",
    ),
    (
        "A digest that you expect",
        "When one file is chosen, a field takes the digest that it should have, pasted or typed, in hexadecimal or Base64, with or without spaces, a name or an algorithm beside it. \
         Then press Start: the answer stands at the top, and if it is no, the digits that differ are marked.",
    ),
    (
        "Three ways to do the same work",
        "Processes: a pool of child processes of this program. The window keeps answering, and any of them can be killed; its files go to others. \
         Threads: background threads of this program. The window keeps answering; a thread cannot be killed. \
         Window: the thread that draws does the work itself, and the window freezes. That is what many programs do by mistake; here you can see it and measure it.",
    ),
    (
        "The pulse",
        "Twenty times a second a watchdog asks the window's event loop for an answer and times it. Under 16.7 ms no frame is missed; \
         up to 100 ms feels instant; beyond 200 ms work begins to drag; after 5 s the desktop calls a window unresponsive. \
         The Runs page keeps the worst and the 99th percentile of every run.",
    ),
    (
        "What the states mean",
        "✓ OK: read whole and, if a list was verified, as listed. ✗ Failed: not what the list says. ✗ Missing: listed, and not there. \
         → Moved: its content is there under another name. + New: in no list. = Duplicate: in no list, with the content of a listed file; or, where duplicates are looked for, with that of another file. \
         = Same, ✗ Different, ← Only on the left, → Only on the right: what a comparison says of its two sides. \
         ▲ Bad line: a line of the list that cannot be understood. ✗ Unreadable: the system refused, and the row says why. ↻ Changed while reading: somebody wrote to the file meanwhile, so no checksum of it would be true. \
         ✗ Crashed: two workers died with it. ▲ Timed out: it took longer than a file may take (see Settings). \
         ○ Skipped: a link, pipe, socket or device; these are never opened. Or you did not want to wait for it.",
    ),
    (
        "When something hangs, and the fault drill",
        "A worker that has said nothing for two seconds is called stalled, with its file. In a pool of processes it can be ended and the file skipped; \
         no thread can. To see how much a pool survives, start the drill beside the workers: it kills, crashes and stops them at random, and the list is the same. \
         The count of restarts opens what died and why, with the files each worker held; the word log beside a worker opens what it printed and what became of it.",
    ),
    (
        "The lab",
        "Experiments that show what threads, processes, locks and queues do to each other, drawn from what really happens and measured on this machine. \
         Choose one at the left, set what you like, and press Run; F11 fills the screen for a lecture room. At the foot stands how fast the window answered meanwhile, and the command line of the same run. \
         A guide to a demonstration of 20 minutes comes with the program's sources: docs/lab-guide.md.",
    ),
    (
        "Without a window",
        "thawsum hash FOLDER prints the list; thawsum check LIST verifies it; --help after either says the rest. The output is the same to the byte, whichever way it ran.",
    ),
];

impl View for HelpView {
    fn name(&self) -> &'static str {
        "Help"
    }
    fn icon(&self) -> &'static str {
        "?"
    }
    fn at_foot(&self) -> bool {
        true
    }
    fn is_help(&self) -> bool {
        true
    }

    fn show(&mut self, ui: &mut Ui, rect: Rect, _session: &Session, _commands: &mut Vec<Command>) {
        let palette = theme::palette(ui);
        inside_of(ui, rect, "Help", |ui| {
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                ui.set_max_width(720.0);
                ui.label(RichText::new("Help").font(theme::large()));
                for (title, body) in TOPICS {
                    ui.add_space(12.0);
                    ui.label(RichText::new(*title).font(theme::strong()).color(palette.text));
                    ui.add(Label::new(RichText::new(*body).color(palette.dim)).wrap());
                }
                ui.add_space(12.0);
                ui.label(RichText::new("Keys").font(theme::strong()).color(palette.text));
                Grid::new("keys").num_columns(2).spacing(vec2(24.0, 4.0)).show(ui, |ui| {
                    for (names, what) in KEYS {
                        ui.label(RichText::new(keys(ui.ctx(), names)).color(palette.text));
                        ui.label(RichText::new(*what).color(palette.dim));
                        ui.end_row();
                    }
                });
                ui.add_space(12.0);
                self.speed.show(ui, palette);
                ui.add_space(12.0);
                ui.label(
                    RichText::new(format!(
                        "Thawsum {}, MIT or Apache-2.0. Fonts: Inter and JetBrains Mono, SIL Open Font License 1.1.",
                        env!("CARGO_PKG_VERSION")
                    ))
                    .font(theme::small())
                    .color(palette.dim),
                );
                ui.add_space(16.0);
            });
        });
    }
}
