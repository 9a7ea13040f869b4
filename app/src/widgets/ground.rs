//! The ground that panels stand on. The window is cleared to the panels' colour, which costs
//! next to nothing, and only what is *not* a panel is filled: a third of the pixels. Drawn by
//! the processor that is the difference between a frame of 12 ms and one of 5.

use eframe::egui::layers::ShapeIdx;
use eframe::egui::{Color32, Id, Mesh, Pos2, Rect, Shape, Ui, pos2, vec2};

/// Radius of a panel's corners, points.
pub(crate) const CORNER: f32 = 8.0;

/// A part of the window whose ground is filled once its panels are known.
pub(crate) struct Ground {
    area: Rect,
    place: ShapeIdx,
}

fn panels_id() -> Id {
    Id::unique("panels on the ground")
}

impl Ground {
    /// To be called before anything is drawn on the ground.
    pub(crate) fn begin(ui: &Ui, area: Rect) -> Self {
        ui.data_mut(|data| data.insert_temp(panels_id(), Vec::<Rect>::new()));
        Self {
            area,
            place: ui.painter().add(Shape::Noop),
        }
    }

    /// A panel stands here. Its corners are round: what is outside of them is ground.
    pub(crate) fn add_panel(ui: &Ui, panel: Rect, color: Color32) {
        ui.data_mut(|data| {
            data.get_temp_mut_or_default::<Vec<Rect>>(panels_id())
                .push(panel);
        });
        ui.painter().add(Shape::mesh(corners(panel, color)));
    }

    /// To be called when everything is drawn.
    pub(crate) fn finish(self, ui: &Ui, color: Color32) {
        let panels = ui.data_mut(|data| {
            std::mem::take(data.get_temp_mut_or_default::<Vec<Rect>>(panels_id()))
        });
        let fills = complement(self.area, &panels)
            .into_iter()
            .map(|rect| Shape::rect_filled(rect, 0.0, color))
            .collect();
        ui.painter().set(self.place, Shape::Vec(fills));
    }
}

/// What `panels`, which do not overlap, leave of `area`: in bands from top to bottom.
fn complement(area: Rect, panels: &[Rect]) -> Vec<Rect> {
    let mut edges: Vec<f32> = panels
        .iter()
        .flat_map(|panel| [panel.top(), panel.bottom()])
        .chain([area.top(), area.bottom()])
        .map(|y| y.clamp(area.top(), area.bottom()))
        .collect();
    edges.sort_by(f32::total_cmp);
    edges.dedup();
    let mut out = Vec::new();
    for band in edges.windows(2) {
        let (top, bottom) = (band[0], band[1]);
        let middle = f32::midpoint(top, bottom);
        let mut across: Vec<(f32, f32)> = panels
            .iter()
            .filter(|panel| panel.top() <= middle && middle <= panel.bottom())
            .map(|panel| (panel.left(), panel.right()))
            .collect();
        across.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut x = area.left();
        for (left, right) in across.into_iter().chain([(area.right(), area.right())]) {
            if left > x {
                out.push(Rect::from_min_max(pos2(x, top), pos2(left, bottom)));
            }
            x = x.max(right);
        }
    }
    out
}

/// The four corners of a panel, outside of their arcs.
fn corners(panel: Rect, color: Color32) -> Mesh {
    const STEPS: u16 = 8;
    let mut mesh = Mesh::default();
    let inner = panel.shrink(CORNER);
    for (tip, center) in [
        (panel.left_top(), inner.left_top()),
        (panel.right_top(), inner.right_top()),
        (panel.right_bottom(), inner.right_bottom()),
        (panel.left_bottom(), inner.left_bottom()),
    ] {
        let toward = tip - center;
        let arc = |step: u16| -> Pos2 {
            let angle = f32::from(step) / f32::from(STEPS) * std::f32::consts::FRAC_PI_2;
            center + vec2(toward.x * angle.cos(), toward.y * angle.sin())
        };
        let base = u32::try_from(mesh.vertices.len()).unwrap_or(0);
        mesh.colored_vertex(tip, color);
        for step in 0..=STEPS {
            mesh.colored_vertex(arc(step), color);
        }
        for step in 0..u32::from(STEPS) {
            mesh.add_triangle(base, base + 1 + step, base + 2 + step);
        }
    }
    mesh
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panels_and_what_they_leave_make_up_the_whole_area() {
        let area = Rect::from_min_size(pos2(10.0, 20.0), vec2(300.0, 200.0));
        let panels = [
            Rect::from_min_size(pos2(20.0, 30.0), vec2(100.0, 50.0)),
            Rect::from_min_size(pos2(140.0, 30.0), vec2(100.0, 90.0)),
            Rect::from_min_size(pos2(20.0, 100.0), vec2(100.0, 60.0)),
        ];
        let rest = complement(area, &panels);
        let sum: f32 = rest.iter().chain(&panels).map(Rect::area).sum();
        assert!((sum - area.area()).abs() < 0.1, "{sum}");
        for fill in &rest {
            assert!(
                panels
                    .iter()
                    .all(|panel| fill.intersect(*panel).area() < 0.1 || !fill.intersects(*panel))
            );
        }
        assert_eq!(complement(area, &[]), [area]);
    }
}
