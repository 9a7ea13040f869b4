//! A filled line of percentages over the last minute.

use eframe::egui::{Color32, Mesh, Pos2, Rect, Shape, Stroke, Ui, pos2};

/// Paints `values` (0 to 100, oldest first) over `rect`; the newest is at the right edge, and
/// `room` of them fill it.
pub(crate) fn sparkline(
    ui: &Ui,
    rect: Rect,
    values: impl ExactSizeIterator<Item = f32>,
    room: usize,
    color: Color32,
) {
    let step = rect.width() / (room.max(2) - 1) as f32;
    let count = values.len();
    let points: Vec<Pos2> = values
        .enumerate()
        .map(|(index, value)| {
            let x = rect.right() - (count - 1 - index) as f32 * step;
            let y = rect.bottom() - rect.height() * (value / 100.0).clamp(0.0, 1.0);
            pos2(x, y.min(rect.bottom() - 0.75))
        })
        .filter(|point| point.x >= rect.left() - 0.5)
        .collect();
    fill_below(ui, &points, rect.bottom(), color.gamma_multiply(0.22));
    ui.painter().line(points, Stroke::new(1.25, color));
}

/// Fills the area between a line and the ground. As one mesh: a path would be filled wrongly
/// where it is not convex.
pub(crate) fn fill_below(ui: &Ui, points: &[Pos2], ground: f32, color: Color32) {
    let mut mesh = Mesh::default();
    for pair in points.windows(2) {
        let base = u32::try_from(mesh.vertices.len()).unwrap_or(0);
        for point in pair {
            mesh.colored_vertex(*point, color);
            mesh.colored_vertex(pos2(point.x, ground), color);
        }
        mesh.add_triangle(base, base + 1, base + 2);
        mesh.add_triangle(base + 1, base + 2, base + 3);
    }
    ui.painter().add(Shape::mesh(mesh));
}
