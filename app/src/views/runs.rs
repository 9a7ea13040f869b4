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
use crate::widgets::table::{
    Cell, ColumnSpec, GUTTER, Hover, INDENT, ROW_HEIGHT, Row, Table, TableState, Width,
};
use crate::widgets::text::{self, Cut};

/// Between a panel's edge and what is in it.
const PADDING: f32 = 14.0;
/// What the name of the work needs at least, points.
const LEAST_WHAT: f32 = 120.0;

struct Column {
    title: &'static str,
    /// Points; `None`: what is left.
    width: Option<f32>,
    right: bool,
    /// Where there is no room for all, those of the highest go first.
    spare: u8,
}

/// In the order in which they stand. Of what the view is about, time and stalls, nothing can be
/// spared.
const COLUMNS: [Column; 15] = [
    Column::new("Run", 30.0, true, 0),
    Column::new("Kind", 66.0, false, 3),
    Column::new("Way", 76.0, false, 0),
    Column::new("Workers", 52.0, true, 6),
    Column::new("Algorithm", 84.0, false, 2),
    Column {
        title: "What",
        width: None,
        right: false,
        spare: 9,
    },
    Column::new("Files", 62.0, true, 7),
    Column::new("Bytes", 62.0, true, 5),
    Column::new("Wall", 60.0, true, 0),
    Column::new("Speed", 74.0, true, 1),
    Column::new("CPU", 58.0, true, 8),
    Column::new("Worst stall", 74.0, true, 0),
    Column::new("p99", 58.0, true, 0),
    Column::new("Frames", 52.0, true, 11),
    Column::new("Ended", 76.0, false, 10),
];

impl Column {
    const fn new(title: &'static str, width: f32, right: bool, spare: u8) -> Self {
        Self {
            title,
            width: Some(width),
            right,
            spare,
        }
    }

    fn spec(&self) -> ColumnSpec<'static> {
        ColumnSpec {
            title: self.title,
            width: self.width.map_or(Width::Share(1.0), Width::Points),
            right: self.right,
        }
    }
}

/// The columns that there is room for.
fn fitting(room: f32) -> Vec<Column> {
    let mut columns = Vec::from(COLUMNS);
    loop {
        // What was done begins with its kind.
        let what = columns.iter().any(|column| column.width.is_none());
        let needed: f32 = columns
            .iter()
            .filter(|column| !(what && column.title == "Kind"))
            .map(|column| column.width.unwrap_or(LEAST_WHAT) + GUTTER)
            .sum();
        let least = columns
            .iter()
            .enumerate()
            .max_by_key(|(_, column)| column.spare)
            .filter(|(_, column)| column.spare > 0)
            .map(|(at, _)| at);
        match least {
            Some(at) if needed - GUTTER > room => drop(columns.remove(at)),
            _ => {
                columns.retain(|column| !(what && column.title == "Kind"));
                return columns;
            }
        }
    }
}

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
        let mut lower = Rect::from_min_max(pos2(rest.left(), upper.bottom() + GAP), rest.max);
        // As tall as what is in it.
        let bars = TITLE + session.runs.len() as f32 * BAR - BETWEEN + 2.0 * PADDING;
        lower.set_height(bars.min(lower.height()));
        self.table(ui, upper, session);
        chart(ui, lower, session);
    }
}

impl RunsView {
    fn table(&mut self, ui: &mut Ui, rect: Rect, session: &Session) {
        let palette = theme::palette(ui);
        let columns = fitting(rect.width() - 2.0 * (PADDING + INDENT));
        let mut specs: Vec<ColumnSpec<'_>> = columns.iter().map(Column::spec).collect();
        if columns.iter().all(|column| column.width.is_some())
            && let Some(way) = specs.iter_mut().find(|spec| spec.title == "Way")
        {
            // Where what was done has no column, another takes what is left.
            way.width = Width::Share(1.0);
        }
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
        hover: Hover::With(match &*run.algorithms {
            [] | [_] => hover,
            several => format!("Algorithms: {}\n{hover}", labels(several)),
        }),
        name,
    }
}

/// What a run takes in the chart, and what stands above the first.
const BAR: f32 = 40.0;
const TITLE: f32 = 24.0;
/// What of a run's place is left free below it.
const BETWEEN: f32 = 8.0;

/// For the last runs: how long each took, and for how much of that the window stood still.
fn chart(ui: &mut Ui, rect: Rect, session: &Session) {
    panel(ui, rect, "Chart of the runs", |ui| {
        let palette = theme::palette(ui);
        let inside = ui.max_rect();
        let title = title_line(ui);
        let font = theme::small_strong();
        text::run(
            ui,
            title,
            18.0,
            &[
                ("■ time each run took", font.clone(), palette.dim),
                (
                    "■ longest time the window did not answer",
                    font,
                    palette.ice,
                ),
            ],
        );
        let room = ((inside.height() - TITLE + BETWEEN + 1.0) / BAR) as usize;
        let shown: Vec<&Run> = session.runs.iter().rev().take(room).collect();
        // A stall is seen a little longer than a short run takes.
        let stall_of = |run: &Run| run.worst_stall_ms.unwrap_or(0.0) / 1000.0;
        let longest = shown
            .iter()
            .map(|run| run.wall_s.max(stall_of(run)))
            .fold(1e-9, f64::max);
        for (index, run) in shown.into_iter().enumerate() {
            let top = inside.top() + TITLE + index as f32 * BAR;
            let line = Rect::from_min_size(pos2(inside.left(), top), vec2(inside.width(), BAR));
            let name = Rect::from_min_size(line.min, vec2(130.0, BAR - BETWEEN));
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
            let mut stall = lower;
            stall.set_width(length(stall_of(run)).max(2.0));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_and_stalls_have_a_column_in_the_smallest_window_and_all_have_one_in_a_large_one() {
        let titles = |room: f32| -> Vec<&str> {
            let columns = fitting(room);
            let points = columns
                .iter()
                .map(|column| column.width.unwrap_or(LEAST_WHAT));
            let taken = points.sum::<f32>() + GUTTER * (columns.len() - 1) as f32;
            assert!(taken <= room, "{taken} points of {room}");
            columns.iter().map(|column| column.title).collect()
        };
        // 900 points wide, and magnified by 1.4.
        for room in [700.0, 450.0] {
            let titles = titles(room);
            for title in ["Run", "Way", "Wall", "Worst stall", "p99"] {
                assert!(titles.contains(&title), "no {title} in {room} points");
            }
        }
        // The kind stands before what was done.
        assert_eq!(titles(2000.0).len(), COLUMNS.len() - 1);
    }
}
