//! What is happening, in one line, large.

mod fit;

use std::path::Path;

use eframe::egui::{Align2, Rect, Ui, pos2, vec2};
use workers::{Ending, Strength, TotalsNow, VerdictKind, shown};

use super::difference;
use crate::algorithms::{caution_of, labels};
use crate::expectation::Answer;
use crate::format::{bytes, count, counted, duration, rate, time_left};
use crate::job::{Finished, JobState, READING_LISTS, Running, share};
use crate::outcome::{Grade, Outcome, outcome, so_far};
use crate::session::Session;
use crate::theme::{self, Palette};
use crate::widgets::bar::bar;
use crate::widgets::panel::{self, panel};
use crate::widgets::text;
use crate::work::Work;

struct Words {
    large: String,
    /// What should be seen at once, beside it.
    alert: Option<(String, eframe::egui::Color32)>,
    state: String,
    detail: String,
    strong_right: String,
    right: String,
    share: f32,
    color: eframe::egui::Color32,
}

/// What a verification comes to is said larger than what hashing has done: there is a yes or no.
fn is_tall(session: &Session) -> bool {
    if session.answer().is_some() {
        return true;
    }
    let work = match &session.job {
        JobState::Running(running) => &running.title.work,
        JobState::Finished(finished) => &finished.title.work,
        JobState::Idle | JobState::Announced { .. } | JobState::Freezing { .. } => return false,
    };
    work.has_outcome()
}

/// The headline of one frame: what it says, and the room that it takes.
pub(super) struct Headline {
    words: Words,
    tall: bool,
    /// In points.
    pub(super) height: f32,
}

impl Headline {
    /// For a panel of this width.
    pub(super) fn new(ui: &Ui, session: &Session, compact: bool, width: f32) -> Self {
        let words = words(theme::palette(ui), session);
        let tall = is_tall(session);
        let mut height = match (tall, compact) {
            (true, false) => 100.0,
            (true, true) => 88.0,
            (false, false) => 68.0,
            (false, true) => 58.0,
        };
        if tall {
            height += words.answer(ui).more_height(ui, panel::inside_width(width));
        }
        if let Some(answer) = session.answer().filter(|answer| !answer.is_yes()) {
            height += difference::height(&answer, width);
        }
        Self {
            words,
            tall,
            height,
        }
    }

    pub(super) fn show(&self, ui: &mut Ui, rect: Rect, session: &Session) {
        let palette = theme::palette(ui);
        let words = &self.words;
        panel(ui, rect, "Progress", |ui| {
            let inside = ui.max_rect();
            if self.tall {
                let mut upper = inside;
                if let Some(answer) = session.answer().filter(|answer| !answer.is_yes()) {
                    upper.max.y -= difference::height(&answer, rect.width());
                    let mut digests = inside;
                    // Between the answer's second line and the bar.
                    digests.min.y = upper.bottom() - 4.0;
                    difference::show(ui, digests, &answer, rect.width());
                }
                answer_and_detail(ui, upper, words);
            } else {
                one_line(ui, inside, words);
            }
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
}

impl Words {
    fn answer(&self, ui: &Ui) -> fit::Answer<'_> {
        fit::Answer {
            words: (&self.large, self.color),
            alert: match &self.alert {
                Some((text, color)) => (text, *color),
                None => ("", theme::palette(ui).text),
            },
        }
    }
}

/// The answer, and below it what it is made of.
fn answer_and_detail(ui: &mut Ui, inside: Rect, words: &Words) {
    let palette = theme::palette(ui);
    let upper = Rect::from_min_size(inside.min + vec2(0.0, 4.0), vec2(inside.width(), 34.0));
    words.answer(ui).show(ui, upper);
    let lower = Rect::from_min_size(
        pos2(inside.left(), inside.bottom() - 28.0),
        vec2(inside.width(), 18.0),
    );
    let mut left = lower;
    left.max.x = right_side(ui, lower, words) - 8.0;
    text::run(
        ui,
        left,
        9.0,
        &[
            (&words.state, theme::strong(), palette.text),
            (&words.detail, theme::body(), palette.dim),
        ],
    );
}

/// Puts speed and time at the right end of a line; says where they begin.
fn right_side(ui: &mut Ui, line: Rect, words: &Words) -> f32 {
    let palette = theme::palette(ui);
    let mut right = line.right();
    for (text, font, color) in [
        (&words.right, theme::body(), palette.dim),
        (&words.strong_right, theme::strong(), palette.text),
    ] {
        if !text.is_empty() {
            let place = Rect::from_min_max(line.min, pos2(right, line.max.y));
            right = text::put(ui, place, Align2::RIGHT_CENTER, text, &font, color)
                .rect
                .left()
                - 10.0;
        }
    }
    right
}

fn one_line(ui: &mut Ui, inside: Rect, words: &Words) {
    let palette = theme::palette(ui);
    let line = Rect::from_min_size(inside.min - vec2(0.0, 4.0), vec2(inside.width(), 32.0));
    let right = right_side(
        ui,
        Rect::from_min_max(line.min + vec2(0.0, 4.0), line.max),
        words,
    );
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
}
fn words(palette: &Palette, session: &Session) -> Words {
    match &session.job {
        JobState::Running(running) => of_running(palette, session, running),
        JobState::Finished(finished) => of_finished(palette, session, finished),
        JobState::Freezing { title, .. } => Words {
            large: "Frozen".to_owned(),
            alert: None,
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
            alert: None,
            state: String::new(),
            detail: String::new(),
            strong_right: String::new(),
            right: String::new(),
            share: 0.0,
            color: palette.text,
        },
    }
}

/// The icon and colour of how it went.
fn look(palette: &Palette, grade: Grade) -> (&'static str, eframe::egui::Color32) {
    match grade {
        Grade::Well => ("✓", palette.green),
        Grade::Look => ("▲", palette.amber),
        Grade::Wrong => ("✗", palette.red),
        Grade::Open => ("○", palette.text),
    }
}

fn with_icon(palette: &Palette, outcome: &Outcome) -> (String, eframe::egui::Color32) {
    let (icon, color) = look(palette, outcome.grade);
    (format!("{icon} {}", outcome.words), color)
}

fn of_running(palette: &Palette, session: &Session, running: &Running) -> Words {
    let word = session.job.word();
    let totals = &running.totals;
    let share = running.share();
    let large = if let Some(lists) = totals.lists {
        match lists.share() {
            Some(share) => format!("{READING_LISTS}: {:.0} %", (share * 100.0).floor()),
            None => READING_LISTS.to_owned(),
        }
    } else if totals.scan_done {
        format!("{:.0} %", (share * 100.0).floor())
    } else {
        running.title.work.preparing().to_owned()
    };
    let alert = so_far(&running.title.work, session.results.counts());
    let alert = alert.map(|so_far| with_icon(palette, &so_far));
    let state = if !large.starts_with(word) {
        word.to_owned()
    } else {
        String::new()
    };
    let strong_right = match totals.lists {
        // No file is read yet, which is no fault of the disk's.
        Some(_) => String::new(),
        None => format!("{}/s", bytes(running.speed.bytes_per_second())),
    };
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
        alert,
        state,
        detail: format!(
            "{}{thawed}",
            amounts(&running.title.work, totals, running.bytes_done())
        ),
        strong_right,
        right,
        share,
        color: palette.text,
    }
}

fn amounts(work: &Work, totals: &TotalsNow, bytes_done: u64) -> String {
    if let Some(lists) = totals.lists {
        let lines = counted(lists.lines, "line", "lines");
        return match lists.bytes {
            0 => lines,
            all => format!("{lines} · {} of {}", bytes(lists.done_bytes), bytes(all)),
        };
    }
    let scanning = match work {
        Work::Hash { .. } | Work::Verify(_) => None,
        Work::Duplicates(_) => Some("looking for files of the same size"),
        Work::Compare(_) => Some("looking at what is on both sides"),
    };
    if let Some(scanning) = scanning {
        return match totals.found_bytes {
            0 => scanning.to_owned(),
            all => format!("{} of {} read", bytes(bytes_done), bytes(all)),
        };
    }
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

/// The answer to whether a file is what was expected. It names the file.
fn in_words(answer: &Answer) -> Outcome {
    let name = answer.path.file_name().map(Path::new);
    let name = shown(name.unwrap_or(&answer.path));
    if answer.is_yes() {
        Outcome {
            grade: Grade::Well,
            words: format!("{name} is what you expected"),
        }
    } else {
        Outcome {
            grade: Grade::Wrong,
            words: format!("{name} is NOT what you expected"),
        }
    }
}

/// By which algorithm, and what that is worth.
fn in_detail(answer: &Answer) -> String {
    let label = answer.algorithm.label();
    match answer.algorithm.strength() {
        _ if !answer.is_yes() => match &*answer.tried {
            [] | [_] => format!("its {label} is another"),
            several => format!(
                "it is none of these: {}; found is its {label}",
                labels(several)
            ),
        },
        Strength::Strong => format!("same {label}"),
        Strength::Weak => {
            format!("same {label}, which finds accidents; against tampering it is no protection")
        }
        Strength::Accident => format!("same {label}, which finds accidents only"),
    }
}

/// How many groups there are, once that is known.
fn in_groups(session: &Session) -> Vec<String> {
    let groups = session
        .rows
        .answer()
        .map_or(0, |answer| answer.groups.len());
    match groups {
        0 => Vec::new(),
        n => vec![counted(n as u64, "group", "groups")],
    }
}

fn of_finished(palette: &Palette, session: &Session, finished: &Finished) -> Words {
    let word = session.job.word();
    let summary = &finished.summary;
    let counts = &summary.counts;
    let hashed = counts.get(VerdictKind::Ok);
    let work = &finished.title.work;
    let outcome = outcome(work, summary, session.results.wasted());
    let mut parts = match **work {
        Work::Verify(_) => vec![format!("{} OK", count(hashed))],
        Work::Hash { .. } => vec![
            format!("{} hashed", counted(hashed, "file", "files")),
            bytes(summary.bytes),
        ],
        Work::Duplicates(_) => in_groups(session),
        Work::Compare(_) => Vec::new(),
    };
    for kind in VerdictKind::ALL {
        let n = counts.get(kind);
        let word = match kind {
            VerdictKind::Ok => continue,
            // What differs is in the line above.
            _ if kind.is_wrong() && matches!(**work, Work::Compare(_)) => continue,
            VerdictKind::Failed => "failed",
            VerdictKind::Missing => "missing",
            VerdictKind::Moved => "moved",
            VerdictKind::New => "new",
            // They are in the line above.
            VerdictKind::Duplicate if matches!(**work, Work::Duplicates(_)) => continue,
            VerdictKind::Duplicate if n == 1 => "duplicate",
            VerdictKind::Duplicate => "duplicates",
            VerdictKind::Unreadable => "unreadable",
            VerdictKind::ChangedWhileReading => "changed while reading",
            VerdictKind::Crashed => "crashed",
            VerdictKind::TimedOut => "timed out",
            VerdictKind::Skipped => "skipped",
            VerdictKind::BadLine if n == 1 => "bad line",
            VerdictKind::BadLine => "bad lines",
            VerdictKind::Same => "the same",
            VerdictKind::Different => "different",
            VerdictKind::OnlyLeft => "only on the left",
            VerdictKind::OnlyRight => "only on the right",
        };
        if n > 0 {
            parts.push(format!("{} {word}", count(n)));
        }
    }
    if outcome.is_some() {
        parts.push(format!("{} read", bytes(summary.bytes)));
    }
    if let Work::Duplicates(search) = &**work
        && search.algorithm.strength() != Strength::Strong
    {
        let label = search.algorithm.label();
        parts.push(format!(
            "{label} can be the same for different files: look before you delete"
        ));
    }
    // A match shows that much and no more.
    let same = hashed + counts.get(VerdictKind::Same);
    if matches!(**work, Work::Verify(_) | Work::Compare(_))
        && same > 0
        && let Some(caution) = caution_of(&summary.algorithms)
    {
        parts.push(format!("{} {caution}", labels(&summary.algorithms)));
    }
    if let Some(guess) = session.guess() {
        parts.push(format!(
            "the list names no algorithm and was taken for {}",
            labels(&guess.candidates[..1])
        ));
    }
    parts.extend(finished.title.files.left_out(summary.left_out));
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
    let answer = session.answer();
    let (large, color) = match (&outcome, &answer) {
        (Some(outcome), _) => with_icon(palette, outcome),
        (None, Some(answer)) => with_icon(palette, &in_words(answer)),
        (None, None) => (large, color),
    };
    if let Some(answer) = &answer {
        parts = vec![in_detail(answer), bytes(summary.bytes)];
    }
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
        alert: None,
        state: String::new(),
        detail: format!("{}{frozen}", parts.join(" · ")),
        strong_right: rate(summary.bytes, summary.wall),
        right: format!("in {}", duration(summary.wall)),
        share: done,
        color,
    }
}
