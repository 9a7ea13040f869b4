//! One worker's lane: who it is, what it does, how far it is, and ways to its log and its end.

use std::path::Path;
use std::time::Duration;

use eframe::egui::{
    Align2, Color32, CursorIcon, Id, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2,
    vec2,
};
use workers::WorkerState;

use crate::format::{bytes, duration};
use crate::job::LaneView;
use crate::theme::{self, Palette};
use crate::widgets::bar::bar;
use crate::widgets::button;
use crate::widgets::text::{self, Cut, short};

/// Heights of a lane with and without room.
pub(crate) const TALL: f32 = 59.0;
pub(crate) const SHORT: f32 = 27.0;

/// A short lane that is narrower leaves out the process id, so that the file has room.
const NARROW: f32 = 420.0;

/// What happened to a worker is shown this long in the place of its file.
const NOTE: Duration = Duration::from_secs(5);

/// What a lane shows, worked out before anything is painted.
struct Words {
    name: String,
    state: String,
    icon: &'static str,
    color: Color32,
    detail: String,
    cut: Cut,
    amount: String,
    speed: String,
    share: f32,
}

fn words(palette: &Palette, number: usize, view: &LaneView, base: &Path) -> Words {
    let lane = &view.state;
    let waiting = lane.last_progress.elapsed();
    let (icon, color, state) = match lane.state {
        WorkerState::Starting => ("○", palette.dim, "starting".to_owned()),
        WorkerState::Idle => ("○", palette.dim, "idle".to_owned()),
        WorkerState::Hashing if view.is_stalled() => {
            ("▲", palette.red, format!("stalled {}", duration(waiting)))
        }
        WorkerState::Hashing => ("●", palette.green, "hashing".to_owned()),
        WorkerState::Paused => ("○", palette.amber, "paused".to_owned()),
        WorkerState::Restarting => ("↻", palette.amber, "restarting".to_owned()),
        WorkerState::Gone => ("○", palette.dim, "done".to_owned()),
    };
    let busy = matches!(lane.state, WorkerState::Hashing | WorkerState::Paused);
    let fresh = lane
        .note
        .as_ref()
        .filter(|(_, at)| at.elapsed() < NOTE || !busy);
    let (detail, cut) = match (&lane.file, fresh) {
        (_, Some((note, _))) => (note.clone(), Cut::End),
        (Some(file), None) if busy && lane.more > 0 => {
            let more = crate::format::counted(lane.more.into(), "more", "more");
            (format!("{} and {more}", short(file, base)), Cut::End)
        }
        (Some(file), None) if busy => (short(file, base), Cut::Path),
        _ if lane.state == WorkerState::Gone => (
            format!(
                "{}, {}",
                crate::format::counted(lane.files, "file", "files"),
                bytes(lane.bytes)
            ),
            Cut::End,
        ),
        _ => (String::new(), Cut::End),
    };
    let amount = if busy && lane.file_size > 0 {
        format!("{} of {}", bytes(lane.file_done), bytes(lane.file_size))
    } else {
        String::new()
    };
    let speed = if busy {
        format!("{}/s", bytes(view.speed.bytes_per_second()))
    } else {
        String::new()
    };
    let share = if lane.file_size > 0 {
        lane.file_done as f32 / lane.file_size as f32
    } else {
        0.0
    };
    Words {
        name: format!("worker {number}"),
        state,
        icon,
        color,
        cut,
        detail,
        amount,
        speed,
        share,
    }
}

/// What the user asks of a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    Kill,
    SkipFile,
    Log,
}

/// A word on a lane that acts.
struct Link {
    wish: Wish,
    text: &'static str,
    width: f32,
    name: String,
    offered: bool,
}

/// The lane itself: a menu with what can be done, and where it is short, a click that opens the
/// log.
fn whole(ui: &mut Ui, rect: Rect, number: usize, tall: bool, links: &[Link]) -> Option<Wish> {
    let id = Id::unique(("lane", number));
    let response = if tall {
        // Its words can be reached by keyboard; the lane need not.
        let sense = Sense::CLICK - Sense::FOCUSABLE;
        ui.interact(rect, id, sense)
    } else {
        let palette = theme::palette(ui);
        let response = ui
            .interact(rect, id, Sense::click())
            .on_hover_cursor(CursorIcon::PointingHand);
        let ground = rect.expand2(vec2(4.0, 0.0));
        if response.has_focus() {
            ui.painter().rect_stroke(
                ground,
                4.0,
                Stroke::new(1.5, palette.accent),
                StrokeKind::Inside,
            );
        } else if response.hovered() {
            ui.painter()
                .rect_filled(ground, 4.0, palette.control.gamma_multiply(0.6));
        }
        response
    };
    response.widget_info(|| {
        let log = links.iter().find(|link| link.wish == Wish::Log);
        let name = log.map_or("", |link| link.name.as_str());
        if tall {
            WidgetInfo::labeled(Role::Group, true, format!("worker {number}"))
        } else {
            WidgetInfo::labeled(Role::Button, true, name)
        }
    });
    let mut wish = (!tall && response.clicked()).then_some(Wish::Log);
    response.context_menu(|ui| {
        for link in links.iter().rev().filter(|link| link.offered) {
            if ui.button(&link.name).clicked() {
                wish = Some(link.wish);
                ui.close();
            }
        }
    });
    wish
}

/// Paints lane number `number` over `rect`, with paths from `base` on.
pub(crate) fn lane(
    ui: &mut Ui,
    rect: Rect,
    number: usize,
    view: &LaneView,
    base: &Path,
) -> Option<Wish> {
    let palette = theme::palette(ui);
    let words = words(palette, number, view, base);
    let pid = view.state.pid.map(|pid| format!("pid {pid}"));
    let pid = pid.unwrap_or_else(|| "thread".to_owned());
    let tall = rect.height() >= TALL - 1.0;
    let line = Rect::from_min_size(rect.min, vec2(rect.width(), 22.0));
    let killable = view.state.pid.is_some()
        && !matches!(
            view.state.state,
            WorkerState::Gone | WorkerState::Restarting
        );
    let mut right = line.right();
    let links = [
        Link {
            wish: Wish::Kill,
            text: "kill",
            width: 24.0,
            name: format!("Kill worker {number}: its files are hashed by others"),
            offered: killable,
        },
        Link {
            wish: Wish::SkipFile,
            text: "skip file",
            width: 52.0,
            name: format!("Skip the file that worker {number} hangs on"),
            offered: killable && view.is_stalled(),
        },
        Link {
            wish: Wish::Log,
            text: "log",
            width: 20.0,
            name: format!("Open the log of worker {number}"),
            offered: true,
        },
    ];
    let mut wish = whole(ui, rect, number, tall, &links);
    for link in &links {
        // Where there is no room for the word, the lane itself opens the log.
        if !link.offered || (!tall && link.wish == Wish::Log) {
            continue;
        }
        let place = Rect::from_min_max(
            pos2(right - link.width, line.top()),
            pos2(right, line.bottom()),
        );
        let salt = (link.text, number);
        if button::link_at(ui, place, salt, link.text, palette.accent, &link.name).clicked() {
            wish = Some(link.wish);
        }
        right -= link.width + 6.0;
    }
    if tall {
        let head = Rect::from_min_max(line.min, pos2(right, line.max.y));
        text::run(
            ui,
            head,
            9.0,
            &[
                (&words.name, theme::strong(), palette.text),
                (&pid, theme::mono(), palette.dim),
                (words.icon, theme::small(), words.color),
                (&words.state, theme::body(), words.color),
            ],
        );
        let second = Rect::from_min_size(
            pos2(rect.left(), rect.top() + 21.0),
            vec2(rect.width(), 20.0),
        );
        let left = amounts(ui, second, palette, &words);
        let path = Rect::from_min_max(second.min, pos2(left - 12.0, second.max.y));
        text::put_cut(
            ui,
            path,
            Align2::LEFT_CENTER,
            &words.detail,
            &theme::body(),
            palette.text,
            words.cut,
        );
        let track = Rect::from_min_size(
            pos2(rect.left(), rect.top() + 44.0),
            vec2(rect.width(), 4.0),
        );
        bar(ui, track, words.share, words.color, None);
    } else {
        // Since when and on which file is what matters then, not who or how fast.
        let stalled = view.is_stalled();
        let anonymous = stalled || rect.width() < NARROW;
        let width = if anonymous { 162.0 } else { 210.0 };
        let head = Rect::from_min_max(line.min, pos2(rect.left() + width, line.max.y));
        let mut parts = vec![
            (words.name.as_str(), theme::small_strong(), palette.text),
            (pid.as_str(), theme::mono(), palette.dim),
            (words.icon, theme::small(), words.color),
            (words.state.as_str(), theme::small(), words.color),
        ];
        if anonymous {
            parts.remove(1);
        }
        text::run(ui, head, 8.0, &parts);
        let room = if words.speed.is_empty() || stalled {
            0.0
        } else {
            78.0
        };
        let speed = Rect::from_min_max(pos2(right - room, line.top()), pos2(right, line.max.y));
        if !stalled {
            text::put(
                ui,
                speed,
                Align2::RIGHT_CENTER,
                &words.speed,
                &theme::small(),
                palette.dim,
            );
        }
        let path = Rect::from_min_max(
            pos2(head.right() + 8.0, line.top()),
            pos2(speed.left() - 8.0, line.max.y),
        );
        text::put_cut(
            ui,
            path,
            Align2::LEFT_CENTER,
            &words.detail,
            &theme::small(),
            palette.text,
            words.cut,
        );
        let track = Rect::from_min_size(pos2(rect.left(), line.bottom()), vec2(rect.width(), 2.0));
        bar(ui, track, words.share, words.color, None);
    }
    wish
}

/// Amount and speed at the right of a line; gives where they begin.
fn amounts(ui: &mut Ui, line: Rect, palette: &Palette, words: &Words) -> f32 {
    let mut right = line.right();
    for (text, color) in [(&words.speed, palette.text), (&words.amount, palette.dim)] {
        if text.is_empty() {
            continue;
        }
        let place = Rect::from_min_max(line.min, pos2(right, line.max.y));
        let response = text::put(ui, place, Align2::RIGHT_CENTER, text, &theme::body(), color);
        right = response.rect.left() - 14.0;
    }
    right
}
