//! Values over time, as steps, with what they must not exceed. Series of the same thing, as "inside,
//! with the semaphore" and "inside, without it", share a plot.

use eframe::egui::{Align2, Color32, Pos2, Rect, Role, Shape, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::axis::Scale;
use crate::format::count;
use crate::lab::outcome::significant;
use crate::lab::trace::{Nanos, Series};
use crate::theme::{self, Palette};
use crate::widgets::sparkline::fill_below;
use crate::widgets::{announce, text};

const TITLE: f32 = 17.0;
/// The height of a plot with its title, where there is little room and where there is much.
pub(super) const LEAST: f32 = TITLE + 24.0;
pub(super) const MOST: f32 = TITLE + 52.0;

/// Series of one thing.
pub(super) struct Plot<'a> {
    /// What they are of; or the whole name, if there is one only.
    thing: &'a str,
    series: Vec<&'a Series>,
}

/// Sorts series by what they are of, which stands before the comma in their names.
pub(super) fn plots(series: &[Series]) -> Vec<Plot<'_>> {
    let mut plots: Vec<Plot<'_>> = Vec::new();
    for one in series {
        let (thing, _) = one.name.split_once(", ").unwrap_or((&one.name, ""));
        match plots.iter_mut().find(|plot| plot.thing == thing) {
            Some(plot) => plot.series.push(one),
            None => plots.push(Plot {
                thing,
                series: vec![one],
            }),
        }
    }
    for plot in &mut plots {
        if let [one] = plot.series[..] {
            plot.thing = &one.name;
        }
    }
    plots
}

impl Plot<'_> {
    fn values(&self) -> impl Iterator<Item = f64> {
        let points = self.series.iter().flat_map(|series| &series.points);
        points.map(|point| point.1)
    }

    fn range(&self) -> (f64, f64) {
        let limits = self.series.iter().filter_map(|series| series.limit);
        let top = self.values().chain(limits).fold(1.0, f64::max);
        (self.values().fold(0.0, f64::min), top)
    }

    /// Whether one begins before another has ended, so that their lines could be mixed up.
    fn is_mixed(&self) -> bool {
        let mut spans: Vec<(Nanos, Nanos)> =
            self.series.iter().filter_map(|one| span(one)).collect();
        spans.sort_unstable();
        spans.windows(2).any(|two| two[1].0 < two[0].1)
    }

    /// All in words, and the least that must be said.
    fn words(&self) -> (String, String) {
        if let [one] = self.series[..] {
            let words = format!("{} · {}", self.thing, extent(one));
            return (words.clone(), words);
        }
        let each = self.series.iter().map(|one| {
            let (_, which) = one.name.split_once(", ").unwrap_or(("", &one.name));
            format!("{which}: {}", extent(one))
        });
        let all: Vec<String> = each.collect();
        let least = self.values().fold(0.0, f64::min);
        let most = self.values().fold(0.0, f64::max);
        let brief = if least < 0.0 {
            format!(
                "{} · from {} to {}",
                self.thing,
                figure(least),
                figure(most)
            )
        } else {
            format!("{} · {} at most", self.thing, figure(most))
        };
        (format!("{} · {}", self.thing, all.join(" · ")), brief)
    }
}

fn span(series: &Series) -> Option<(Nanos, Nanos)> {
    Some((series.points.first()?.0, series.points.last()?.0))
}

fn extent(series: &Series) -> String {
    let values = || series.points.iter().map(|point| point.1);
    let (least, most) = (values().fold(0.0, f64::min), values().fold(0.0, f64::max));
    let mut words = if least < 0.0 {
        format!("from {} to {}", figure(least), figure(most))
    } else {
        format!("{} at most", figure(most))
    };
    if let Some(limit) = series.limit {
        words.push_str(&format!(", {} allowed", figure(limit)));
    }
    words
}

/// Counts to the last digit, and what is measured to the third.
fn figure(value: f64) -> String {
    let size = value.abs();
    let digits = if size.fract() == 0.0 || size >= 1_000.0 {
        count(size.round() as u64)
    } else {
        significant(size)
    };
    if value < 0.0 {
        format!("−{digits}")
    } else {
        digits
    }
}

fn color(plot: &Plot<'_>, index: usize, palette: &Palette) -> Color32 {
    let colors = [palette.accent, palette.amber, palette.green, palette.ice];
    let index = if plot.is_mixed() { index } else { 0 };
    colors[index % colors.len()]
}

/// Shows a plot over the whole of `rect`.
pub(super) fn show(ui: &mut Ui, rect: Rect, plot: &Plot<'_>, scale: Scale) {
    let palette = theme::palette(ui);
    let title = Rect::from_min_size(rect.min, vec2(rect.width(), TITLE));
    let (words, brief) = plot.words();
    heading(ui, title, plot, (&words, &brief));
    let plane = Rect::from_min_max(
        pos2(scale.left, title.bottom() + 1.0),
        pos2(scale.right, rect.bottom()),
    );
    let (bottom, top) = plot.range();
    let y = |value: f64| {
        let share = (value - bottom) / (top - bottom);
        plane.bottom() - plane.height() * share.clamp(0.0, 1.0) as f32
    };
    for (index, series) in plot.series.iter().enumerate() {
        let color = color(plot, index, palette);
        let line = steps(series, scale, y);
        let (Some(first), Some(last)) = (line.first(), line.last()) else {
            continue;
        };
        if let Some(limit) = series.limit {
            let across = [pos2(first.x, y(limit)), pos2(last.x, y(limit))];
            let stroke = Stroke::new(1.0, palette.amber);
            ui.painter()
                .extend(Shape::dashed_line(&across, stroke, 5.0, 4.0));
        }
        fill_below(ui, &line, y(0.0), color.gamma_multiply(0.22));
        ui.painter().line(line, Stroke::new(1.25, color));
    }
    let ground = Stroke::new(1.0, palette.line);
    ui.painter().hline(plane.x_range(), y(0.0), ground);
    announce(ui, plane, || {
        WidgetInfo::labeled(Role::GraphicsObject, true, &words)
    })
    .on_hover_text(&words);
}

/// The words over a plot: all if they fit, in the colours of their lines where those could be mixed up.
fn heading(ui: &mut Ui, rect: Rect, plot: &Plot<'_>, (words, brief): (&str, &str)) {
    let palette = theme::palette(ui);
    let font = theme::small();
    let fits = text::width(ui, words, &font) <= rect.width();
    if !plot.is_mixed() {
        let shown = if fits { words } else { brief };
        text::put(ui, rect, Align2::LEFT_CENTER, shown, &font, palette.dim);
        return;
    }
    let names: Vec<String> = plot
        .series
        .iter()
        .map(|one| match one.name.split_once(", ") {
            Some((_, which)) if fits => format!("{which}: {}", extent(one)),
            Some((_, which)) => which.to_owned(),
            None => one.name.clone(),
        })
        .collect();
    let mut pieces = vec![(plot.thing, font.clone(), palette.dim)];
    for (index, name) in names.iter().enumerate() {
        pieces.push((name, font.clone(), color(plot, index, palette)));
    }
    text::run(ui, rect, 10.0, &pieces);
}

/// The line of a value that stays as it is until it changes.
fn steps(series: &Series, scale: Scale, y: impl Fn(f64) -> f32) -> Vec<Pos2> {
    let mut line: Vec<Pos2> = Vec::with_capacity(series.points.len() * 2);
    for (at, value) in &series.points {
        let x = scale.x(*at);
        if let Some(last) = line.last() {
            line.push(pos2(x, last.y));
        }
        line.push(pos2(x, y(*value)));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(name: &str, points: &[(Nanos, f64)]) -> Series {
        Series {
            name: name.to_owned(),
            points: points.to_vec(),
            limit: None,
            left_out: 0,
        }
    }

    #[test]
    fn series_of_one_thing_share_a_plot_and_say_how_far_they_went() {
        let all = [
            series("x, a lock", &[(0, 0.0), (5, -1_234.0)]),
            series("x, nothing", &[(5, 0.0), (9, 284_970.0)]),
            series("depth, processes", &[(0, 3.0)]),
        ];
        let plots = plots(&all);
        assert_eq!(plots.len(), 2);
        assert!(!plots[0].is_mixed());
        let (words, brief) = plots[0].words();
        assert_eq!(brief, "x · from −1,234 to 284,970");
        assert!(words.contains("nothing: 284,970 at most"), "{words}");
        assert_eq!(plots[1].words().0, "depth, processes · 3 at most");
        assert_eq!(plots[0].range(), (-1_234.0, 284_970.0));
    }

    #[test]
    fn lines_that_could_be_mixed_up_are_told_apart() {
        let all = [
            series("load, one", &[(0, 1.0), (6, 2.0)]),
            series("load, two", &[(5, 1.0), (9, 2.0)]),
        ];
        assert!(plots(&all)[0].is_mixed());
    }
}
