//! At most so many frames a second. Where there is no vsync (X11 without a compositor, a virtual
//! display) a moving mouse alone would draw hundreds, and software OpenGL would eat a core for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Sixty a second.
const USUAL: Duration = Duration::from_micros(16_667);

/// The shortest time from one frame to the next; set by whoever knows the screen.
#[derive(Clone, Debug)]
pub(crate) struct FrameCap(Arc<AtomicU64>);

impl Default for FrameCap {
    fn default() -> Self {
        let cap = Self(Arc::default());
        cap.set(USUAL);
        cap
    }
}

impl FrameCap {
    /// Allows the rate of a screen that is faster than usual.
    pub(crate) fn set(&self, frame: Duration) {
        // A fiftieth less: with vsync the system sets the pace, and must not be missed by a hair.
        let micros = frame.min(USUAL).as_micros() * 49 / 50;
        self.0
            .store(u64::try_from(micros).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// When the next frame may be drawn if the last was drawn at `last`; `None`: now.
    pub(crate) fn due(&self, last: Option<Instant>, now: Instant) -> Option<Instant> {
        let due = last? + Duration::from_micros(self.0.load(Ordering::Relaxed));
        (due > now).then_some(due)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Frames in a second when one is wanted every millisecond.
    fn frames(cap: &FrameCap) -> u32 {
        let start = Instant::now();
        let (mut last, mut drawn) = (None, 0);
        for millisecond in 0..1000 {
            let now = start + Duration::from_millis(millisecond);
            if cap.due(last, now).is_none() {
                last = Some(now);
                drawn += 1;
            }
        }
        drawn
    }

    #[test]
    fn a_moving_mouse_draws_sixty_frames_a_second_and_no_more() {
        assert!((55..=61).contains(&frames(&FrameCap::default())));
    }

    #[test]
    fn a_faster_screen_gets_its_own_rate_and_a_slower_one_the_usual() {
        let cap = FrameCap::default();
        cap.set(Duration::from_micros(6_944));
        assert!((125..=145).contains(&frames(&cap)));
        cap.set(Duration::from_millis(33));
        assert!((55..=61).contains(&frames(&cap)));
    }
}
