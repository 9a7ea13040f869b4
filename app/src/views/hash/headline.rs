//! What is happening, in one line, large.

use eframe::egui::{Align2, Rect, Ui, pos2, vec2};
use workers::{Ending, TotalsNow, VerdictKind};

use crate::format::{bytes, count, counted, duration, rate, time_left};
use crate::job::{Finished, JobState, Running, share};
use crate::session::Session;
use crate::theme::{self, Palette};
use crate::widgets::bar::bar;
use crate::widgets::panel::panel;
use crate::widgets::text;

struct Words {
    large: String,
    state: String,
    detail: String,
    strong_right: String,
    right: String,
    share: f32,
    color: eframe::egui::Color32,
}

pub(super) fn show(ui: &mut Ui, rect: Rect, session: &Session) {
    let palette = theme::palette(ui);
    let words = words(palette, session);
    panel(ui, rect, "Progress", |ui| {
        let inside = ui.max_rect();
        let line = Rect::from_min_size(inside.min - vec2(0.0, 4.0), vec2(inside.width(), 32.0));
        let right_end = line.right();
        let mut right = right_end;
        for (text, font, color) in [
            (&words.right, theme::body(), palette.dim),
            (&words.strong_right, theme::strong(), palette.text),
        ] {
            if !text.is_empty() {
                let place = Rect::from_min_max(
                    pos2(line.left(), line.top() + 4.0),
                    pos2(right, line.max.y),
                );
                right = text::put(ui, place, Align2::RIGHT_CENTER, text, &font, color)
                    .rect
                    .left()
                    - 10.0;
            }
        }
        let left = Rect::from_min_max(line.min, pos2(right - 8.0, line.max.y));
        text::run(
            ui,
            left,
            9.0,
            &[
                (&words.large, theme::large(), words.color),
                (&words.state, theme::strong(), palette.text),
                (&words.detail, theme::body(), palette.dim),
            ],
        );
        let track = Rect::from_min_size(
            pos2(inside.left(), inside.bottom() - 5.0),
            vec2(inside.width(), 5.0),
        );
        let color = if words.color == palette.text {
            palette.accent
        } else {
            words.color
        };
        bar(
            ui,
            track,
            words.share,
            color,
            Some("Overall progress by bytes"),
        );
    });
}

fn words(palette: &Palette, session: &Session) -> Words {
    match &session.job {
        JobState::Running(running) => of_running(palette, running, session.job.word()),
        JobState::Finished(finished) => of_finished(palette, finished, session.job.word()),
        JobState::Freezing { title, .. } => Words {
            large: "Frozen".to_owned(),
            state: String::new(),
            detail: format!(
                "{} is being hashed on this window's own thread; this picture stands still until it is done",
                title.what
            ),
            strong_right: String::new(),
            right: String::new(),
            share: 0.0,
            color: palette.ice,
        },
        JobState::Idle | JobState::Announced { .. } => Words {
            large: "Ready".to_owned(),
            state: String::new(),
            detail: String::new(),
            strong_right: String::new(),
            right: String::new(),
            share: 0.0,
            color: palette.text,
        },
    }
}

fn of_running(palette: &Palette, running: &Running, word: &str) -> Words {
    let totals = &running.totals;
    let share = running.share();
    let large = if totals.scan_done {
        format!("{:.0} %", (share * 100.0).floor())
    } else {
        "Scanning".to_owned()
    };
    let state = if totals.scan_done || word != "Scanning" {
        word.to_owned()
    } else {
        String::new()
    };
    let speed = running.speed.bytes_per_second();
    let elapsed = format!("{} elapsed", duration(running.working_time()));
    let right = match running.time_left() {
        Some(left) => format!("{} · {elapsed}", time_left(left)),
        None => elapsed,
    };
    let thawed = match running.frozen_for {
        Some(frozen) => format!(
            " · was frozen for {}, goes on in the background",
            duration(frozen)
        ),
        None => String::new(),
    };
    Words {
        large,
        state,
        detail: format!("{}{thawed}", amounts(totals, running.bytes_done())),
        strong_right: format!("{}/s", bytes(speed)),
        right,
        share,
        color: palette.text,
    }
}

fn amounts(totals: &TotalsNow, bytes_done: u64) -> String {
    let so_far = if totals.scan_done {
        ""
    } else {
        " found so far"
    };
    format!(
        "{} of {}{so_far} · {} of {}",
        count(totals.done_files),
        counted(totals.found_files, "file", "files"),
        bytes(bytes_done),
        bytes(totals.found_bytes)
    )
}

fn of_finished(palette: &Palette, finished: &Finished, word: &str) -> Words {
    let summary = &finished.summary;
    let counts = &summary.counts;
    let hashed = counts.get(VerdictKind::Ok);
    let mut parts = vec![format!(
        "{} hashed · {}",
        counted(hashed, "file", "files"),
        bytes(summary.bytes)
    )];
    for (kind, word) in [
        (VerdictKind::Failed, "failed"),
        (VerdictKind::Missing, "missing"),
        (VerdictKind::Moved, "moved"),
        (VerdictKind::New, "new"),
        (VerdictKind::Duplicate, "duplicates"),
        (VerdictKind::Unreadable, "unreadable"),
        (VerdictKind::ChangedWhileReading, "changed while reading"),
        (VerdictKind::Crashed, "crashed"),
        (VerdictKind::TimedOut, "timed out"),
        (VerdictKind::Skipped, "skipped"),
        (VerdictKind::BadLine, "bad lines"),
    ] {
        if counts.get(kind) > 0 {
            parts.push(format!("{} {word}", count(counts.get(kind))));
        }
    }
    if summary.not_reached > 0 {
        parts.push(format!("{} not reached", count(summary.not_reached)));
    }
    let (large, color) = match &summary.ending {
        Ending::Completed if summary.found == 0 => ("Nothing to hash".to_owned(), palette.text),
        Ending::Completed if counts.any_wrong() => {
            ("Finished, with problems".to_owned(), palette.amber)
        }
        Ending::Completed => (word.to_owned(), palette.green),
        Ending::Cancelled => (word.to_owned(), palette.text),
        Ending::Failed(_) => (word.to_owned(), palette.red),
    };
    let frozen = match finished.frozen_for {
        Some(frozen) => format!(" · window frozen for {}", duration(frozen)),
        None => String::new(),
    };
    let done = if summary.ending == Ending::Completed {
        1.0
    } else {
        share(&finished.totals, finished.totals.done_bytes)
    };
    Words {
        large,
        state: String::new(),
        detail: format!("{}{frozen}", parts.join(" · ")),
        strong_right: rate(summary.bytes, summary.wall),
        right: format!("in {}", duration(summary.wall)),
        share: done,
        color,
    }
}
