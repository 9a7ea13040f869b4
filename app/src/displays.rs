//! The screens that the window could be on: whether a place kept from last time is still there
//! to be seen, and how many frames a second can be.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use winit::event_loop::ActiveEventLoop;

/// The part of a window's top that must be on a screen, points: what one needs to drag it.
const HANDLE: f64 = 16.0;

/// Known once the event loop runs, which is before the window is made.
#[derive(Clone, Default)]
pub(crate) struct Displays(Arc<OnceLock<Vec<Display>>>);

struct Display {
    /// Left, top, right, bottom in pixels.
    rect: [f64; 4],
    pixels_per_point: f64,
    millihertz: Option<u32>,
}

impl Displays {
    /// Asks the system, the first time.
    pub(crate) fn note(&self, event_loop: &ActiveEventLoop) {
        self.0.get_or_init(|| {
            event_loop
                .available_monitors()
                .map(|monitor| {
                    let (at, size) = (monitor.position(), monitor.size());
                    let (left, top) = (f64::from(at.x), f64::from(at.y));
                    Display {
                        rect: [
                            left,
                            top,
                            left + f64::from(size.width),
                            top + f64::from(size.height),
                        ],
                        pixels_per_point: monitor.scale_factor(),
                        millihertz: monitor.refresh_rate_millihertz(),
                    }
                })
                .collect()
        });
    }

    /// Whether a window of this width at this place, in points, could be taken hold of.
    pub(crate) fn show(&self, (x, y): (f32, f32), width: f32) -> bool {
        let displays = self.0.get().map(Vec::as_slice).unwrap_or_default();
        displays.iter().any(|display| {
            let [left, top, right, bottom] =
                display.rect.map(|side| side / display.pixels_per_point);
            let (x, y, width) = (f64::from(x), f64::from(y), f64::from(width));
            let middle = x + width / 2.0;
            (left..right).contains(&middle) && (top..bottom - HANDLE).contains(&y)
        })
    }

    /// How long the fastest screen shows a frame.
    pub(crate) fn shortest_frame(&self) -> Option<Duration> {
        let displays = self.0.get()?;
        let fastest = displays.iter().filter_map(|d| d.millihertz).max()?;
        (fastest > 0).then(|| Duration::from_secs(1000) / fastest)
    }
}
