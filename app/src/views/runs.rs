//! The runs: frozen and responsive side by side, as figures and as a small chart.

use std::time::Duration;

use eframe::egui::{Align2, Id, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::View;
use crate::algorithms::{Algorithms, labels};
use crate::command::Command;
use crate::format::{bytes, count, duration, first_upper, milliseconds};
use crate::runs::Run;
use crate::saving::SaveWhat;
use crate::session::Session;
use crate::theme::{self, GAP, Palette};
use crate::way::Way;
use crate::widgets::button;
use crate::widgets::panel::{inside_of, panel, title_line};
use crate::widgets::table::{Cell, ColumnSpec, ROW_HEIGHT, Row, Table, TableState, Width};
use crate::widgets::text::{self, Cut};

#[derive(Default)]
pub(crate) struct RunsView {
    table: TableState,
}

impl View for RunsView {
    fn name(&self) -> &'static str {
        "Runs"
    }
    fn icon(&self) -> &'static str {
        "▤"
    }

    fn to_save(&self) -> Option<SaveWhat> {
        Some(SaveWhat::Runs)
    }

    fn show(&mut self, ui: &mut Ui, rect: Rect, session: &Session, commands: &mut Vec<Command>) {
        let palette = theme::palette(ui);
        let mut head = rect;
        head.set_height(56.0);
        inside_of(ui, head, "Runs", |ui| {
            let line = Rect::from_min_size(head.min, vec2(head.width(), 30.0));
            text::put(
                ui,
                line,
                Align2::LEFT_CENTER,
                "Runs",
                &theme::large(),
                palette.text,
            );
            let second = line.translate(vec2(0.0, 28.0));
            text::put(
                ui,
                second,
                Align2::LEFT_CENTER,
                "The same work, each way: what it took, and what it did to this window.",
                &theme::body(),
                palette.dim,
            );
            let layout = eframe::egui::Layout::right_to_left(eframe::egui::Align::Center);
            let mut right = ui.new_child(
                eframe::egui::UiBuilder::new()
                    .id_salt("runs tools")
                    .max_rect(line)
                    .layout(layout),
            );
            let any = !session.runs.is_empty();
            if button::secondary(&mut right, "Save runs…", any).clicked() {
                commands.push(Command::OpenSave(SaveWhat::Runs));
            }
            if button::secondary(&mut right, "Clear", any).clicked() {
                commands.push(Command::ClearRuns);
            }
        });
        let mut rest = rect;
        rest.min.y = head.bottom() + GAP;
        if session.runs.is_empty() {
            panel(ui, rest, "No runs", |ui| {
                let place = ui.max_rect();
                text::put(
                    ui,
                    place,
                    Align2::CENTER_CENTER,
                    "Every run gets a line here. Hash one folder in the window, then with processes, and compare.",
                    &theme::body(),
                    palette.dim,
                );
            });
            return;
        }
        let wanted = session.runs.len() as f32 * ROW_HEIGHT + 26.0 + 28.0;
        let table_height = wanted.min(rest.height() * 0.6);
        let upper = Rect::from_min_size(rest.min, vec2(rest.width(), table_height));
        let lower = Rect::from_min_max(pos2(rest.left(), upper.bottom() + GAP), rest.max);
        self.table(ui, upper, session);
        chart(ui, lower, session);
    }
}

impl RunsView {
    fn table(&mut self, ui: &mut Ui, rect: Rect, session: &Session) {
        let palette = theme::palette(ui);
        let wide = rect.width() > 960.0;
        let mut columns = vec![("Run", 30.0, true)];
        if !wide {
            columns.push(("Kind", 66.0, false));
        }
        columns.extend([
            ("Way", 76.0, false),
            ("Workers", 52.0, true),
            ("Algorithm", 84.0, false),
        ]);
        if wide {
            // It begins with the kind.
            columns.push(("What", f32::NAN, false));
        }
        columns.extend([
            ("Files", 62.0, true),
            ("Bytes", 62.0, true),
            ("Wall", 60.0, true),
            ("Speed", 74.0, true),
        ]);
        if wide {
            columns.push(("CPU", 58.0, true));
        }
        columns.extend([("Worst stall", 74.0, true), ("p99", 58.0, true)]);
        // What was done is worth more room than how many frames were drawn meanwhile.
        if rect.width() > 1240.0 {
            columns.push(("Frames", 52.0, true));
        }
        if wide {
            columns.push(("Ended", 76.0, false));
        }
        let specs: Vec<ColumnSpec<'_>> = columns
            .iter()
            .map(|&(title, width, right)| ColumnSpec {
                title,
                width: if width.is_nan() {
                    Width::Share(1.0)
                } else {
                    Width::Points(width)
                },
                right,
            })
            .collect();
        panel(ui, rect, "Figures of every run", |ui| {
            let place = ui.max_rect();
            let table = Table {
                id: Id::unique("runs table"),
                name: "Runs",
                columns: &specs,
                sorted: None,
                rows: session.runs.len(),
            };
            // Newest first: that is the one people look for.
            let run_at = |position: usize| {
                let index = session.runs.len().checked_sub(1 + position)?;
                Some((index, session.runs.get(index)?))
            };
            table.show(
                ui,
                place,
                &mut self.table,
                |position| run_at(position).and_then(|(index, _)| u32::try_from(index).ok()),
                |position| {
                    let (index, run) = run_at(position)?;
                    Some(row(palette, u32::try_from(index).ok()?, run, &specs))
                },
            );
        });
    }
}

fn algorithms(run: &Run) -> String {
    match &*run.algorithms {
        [] => "–".to_owned(),
        some => labels(some),
    }
}

/// Which files counted, in words.
fn counted(run: &Run) -> String {
    run.counted.in_words(usize::MAX)
}

fn ms(value: Option<f64>) -> String {
    value.map_or_else(
        || "–".to_owned(),
        |ms| milliseconds(Duration::from_secs_f64(ms / 1000.0)),
    )
}

fn color_of(palette: &Palette, way: Way) -> eframe::egui::Color32 {
    if way == Way::Ui {
        palette.ice
    } else {
        palette.accent
    }
}

fn row(palette: &Palette, key: u32, run: &Run, specs: &[ColumnSpec<'_>]) -> Row {
    let value = |title: &str| -> String {
        match title {
            "Run" => run.number.to_string(),
            "Kind" => first_upper(run.kind),
            "Way" => {
                if run.way == Way::Ui {
                    "❄ Window".to_owned()
                } else {
                    run.way.label().to_owned()
                }
            }
            "Workers" => {
                if run.way == Way::Ui {
                    "–".to_owned()
                } else {
                    run.workers.to_string()
                }
            }
            "Algorithm" => algorithms(run),
            "What" => match run.left_out {
                0 => format!("{} {}", first_upper(run.kind), run.what),
                n => format!(
                    "{} {}, {} left out",
                    first_upper(run.kind),
                    run.what,
                    count(n)
                ),
            },
            "Files" => count(run.files),
            "Bytes" => bytes(run.bytes),
            "Wall" => duration(Duration::from_secs_f64(run.wall_s)),
            "Speed" => format!("{}/s", bytes(run.bytes_per_s as u64)),
            "CPU" => run
                .cpu_s
                .map_or_else(|| "–".to_owned(), |s| duration(Duration::from_secs_f64(s))),
            "Worst stall" => ms(run.worst_stall_ms),
            "p99" => ms(run.p99_latency_ms),
            "Frames" => count(run.frames),
            _ => run.ending.to_owned(),
        }
    };
    let stalled = run.worst_stall_ms.is_some_and(|ms| ms >= 200.0);
    let cells = specs
        .iter()
        .map(|spec| Cell {
            text: match spec.title {
                "Algorithm" => Algorithms::of(&run.algorithms)
                    .map_or_else(|| algorithms(run), |some| some.in_short()),
                title => value(title),
            },
            font: theme::body(),
            color: match spec.title {
                "Way" => color_of(palette, run.way),
                "Worst stall" | "p99" if stalled => palette.ice,
                "Worst stall" | "p99" => palette.green,
                "Wall" | "Speed" => palette.text,
                _ => palette.dim,
            },
            cut: Cut::End,
        })
        .collect();
    let hover = format!(
        "Files: {}{}",
        counted(run),
        match run.counted.left_out(run.left_out) {
            Some(left_out) => format!("; {left_out}"),
            None => String::new(),
        }
    );
    let name = specs
        .iter()
        .map(|spec| format!("{} {}", spec.title, value(spec.title)))
        .chain([hover.clone()])
        .collect::<Vec<_>>()
        .join(", ");
    Row {
        key,
        cells,
        hover: match &*run.algorithms {
            [] | [_] => hover,
            several => format!("Algorithms: {}\n{hover}", labels(several)),
        },
        name,
    }
}

/// For the last runs: how long each took, and for how much of that the window stood still.
fn chart(ui: &mut Ui, rect: Rect, session: &Session) {
    const BAR: f32 = 40.0;
    panel(ui, rect, "Chart of the runs", |ui| {
        let palette = theme::palette(ui);
        let inside = ui.max_rect();
        let title = title_line(ui);
        text::put(
            ui,
            title,
            Align2::LEFT_CENTER,
            "Time each run took, and the longest time the window did not answer",
            &theme::small_strong(),
            palette.dim,
        );
        let room = ((inside.height() - 24.0) / BAR) as usize;
        let shown: Vec<&Run> = session.runs.iter().rev().take(room).collect();
        let longest = shown.iter().map(|run| run.wall_s).fold(1e-9, f64::max);
        for (index, run) in shown.into_iter().enumerate() {
            let top = inside.top() + 24.0 + index as f32 * BAR;
            let line = Rect::from_min_size(pos2(inside.left(), top), vec2(inside.width(), BAR));
            let name = Rect::from_min_size(line.min, vec2(130.0, BAR - 8.0));
            let label = format!(
                "{} · {}",
                run.number,
                if run.way == Way::Ui {
                    "❄ Window"
                } else {
                    run.way.label()
                }
            );
            text::put(
                ui,
                name,
                Align2::LEFT_CENTER,
                &label,
                &theme::strong(),
                palette.text,
            );
            let track = Rect::from_min_max(
                pos2(name.right() + 8.0, top + 3.0),
                pos2(line.right() - 84.0, top + BAR - 11.0),
            );
            let length = |seconds: f64| track.width() * (seconds / longest).clamp(0.0, 1.0) as f32;
            let (upper, lower) = track.split_top_bottom_at_fraction(0.5);
            let mut wall = upper;
            wall.set_width(length(run.wall_s).max(2.0));
            ui.painter()
                .rect_filled(wall.shrink2(vec2(0.0, 1.0)), 2.0, palette.dim);
            let stall_s = run.worst_stall_ms.unwrap_or(0.0) / 1000.0;
            let mut stall = lower;
            stall.set_width(length(stall_s).max(2.0));
            ui.painter()
                .rect_filled(stall.shrink2(vec2(0.0, 1.0)), 2.0, palette.ice);
            let wall_text = duration(Duration::from_secs_f64(run.wall_s));
            let stall_text = ms(run.worst_stall_ms);
            for (bar, text, color) in [
                (wall, &wall_text, palette.text),
                (stall, &stall_text, palette.ice),
            ] {
                let place = Rect::from_min_size(
                    pos2(bar.right() + 6.0, bar.top()),
                    vec2(80.0, bar.height()),
                );
                let galley = ui
                    .painter()
                    .layout_no_wrap(text.clone(), theme::small(), color);
                let at = Align2::LEFT_CENTER.align_size_within_rect(galley.size(), place);
                ui.painter().galley(at.min, galley, color);
            }
            let response = ui.interact(line, Id::unique(("run bar", run.number)), Sense::hover());
            response.widget_info(|| {
                WidgetInfo::labeled(
                    Role::GraphicsObject,
                    true,
                    format!("Run {label}: took {wall_text}, longest stall {stall_text}"),
                )
            });
        }
    });
}
