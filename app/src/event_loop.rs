//! Around eframe's own event handler: answers the pulse without drawing, and keeps frames to
//! what a screen can show.

use std::time::Instant;

use eframe::UserEvent;
use eframe::egui::ViewportId;
use winit::application::ApplicationHandler;
use winit::event::{DeviceEvent, DeviceId, StartCause, WindowEvent};
use winit::event_loop::{ActiveEventLoop, ControlFlow, EventLoopProxy};
use winit::window::WindowId;

use crate::displays::Displays;
use crate::meter::frame_cap::FrameCap;
use crate::meter::frames::FrameCost;
use crate::meter::pulse::Answers;

/// The question of the pulse travels as a repaint request for this viewport, which does not
/// exist: eframe's event type is closed, and a request for a real one would draw a frame.
const PULSE: &str = "thawsum pulse";

/// Asks the event loop for an answer; `false` when it is gone.
pub(crate) fn asker(proxy: EventLoopProxy<UserEvent>) -> impl Fn() -> bool + Send + 'static {
    move || {
        let question = UserEvent::RequestRepaint {
            viewport_id: ViewportId::from_hash_of(PULSE),
            when: Instant::now(),
            cumulative_pass_nr: 0,
        };
        proxy.send_event(question).is_ok()
    }
}

/// What the event loop shares with the application.
#[derive(Clone, Default)]
pub(crate) struct LoopSide {
    pub(crate) cost: FrameCost,
    pub(crate) cap: FrameCap,
    pub(crate) displays: Displays,
}

/// The event handler that winit calls.
pub(crate) struct Capped<H> {
    inner: H,
    pulse: ViewportId,
    answers: Answers,
    cost: FrameCost,
    cap: FrameCap,
    displays: Displays,
    last_frame: Option<Instant>,
    postponed: Option<(WindowId, Instant)>,
}

impl<H: ApplicationHandler<UserEvent>> Capped<H> {
    pub(crate) fn new(inner: H, answers: Answers, loop_side: LoopSide) -> Self {
        let LoopSide {
            cost,
            cap,
            displays,
        } = loop_side;
        Self {
            inner,
            pulse: ViewportId::from_hash_of(PULSE),
            answers,
            cost,
            cap,
            displays,
            last_frame: None,
            postponed: None,
        }
    }

    fn draw(&mut self, event_loop: &ActiveEventLoop, window: WindowId) {
        let began = Instant::now();
        self.last_frame = Some(began);
        self.postponed = None;
        self.inner
            .window_event(event_loop, window, WindowEvent::RedrawRequested);
        self.cost.note(began.elapsed());
    }

    /// eframe sets when it wants to be woken; a postponed frame may be due earlier.
    fn wake_in_time(&self, event_loop: &ActiveEventLoop) {
        if let Some((_, due)) = self.postponed {
            let earlier = match event_loop.control_flow() {
                ControlFlow::WaitUntil(when) => when.min(due),
                ControlFlow::Wait => due,
                ControlFlow::Poll => return,
            };
            event_loop.set_control_flow(ControlFlow::WaitUntil(earlier));
        }
    }
}

impl<H: ApplicationHandler<UserEvent>> ApplicationHandler<UserEvent> for Capped<H> {
    fn new_events(&mut self, event_loop: &ActiveEventLoop, cause: StartCause) {
        self.inner.new_events(event_loop, cause);
        if let Some((window, due)) = self.postponed
            && Instant::now() >= due
        {
            self.draw(event_loop, window);
        }
        self.wake_in_time(event_loop);
    }

    fn resumed(&mut self, event_loop: &ActiveEventLoop) {
        // Before eframe makes the window, which may be where it was last time.
        self.displays.note(event_loop);
        self.inner.resumed(event_loop);
    }

    fn user_event(&mut self, event_loop: &ActiveEventLoop, event: UserEvent) {
        if let UserEvent::RequestRepaint { viewport_id, .. } = &event
            && *viewport_id == self.pulse
        {
            self.answers.answer();
            return;
        }
        self.inner.user_event(event_loop, event);
        self.wake_in_time(event_loop);
    }

    fn window_event(&mut self, event_loop: &ActiveEventLoop, window: WindowId, event: WindowEvent) {
        if matches!(event, WindowEvent::RedrawRequested) {
            match self.cap.due(self.last_frame, Instant::now()) {
                Some(due) => self.postponed = Some((window, due)),
                None => self.draw(event_loop, window),
            }
        } else {
            self.inner.window_event(event_loop, window, event);
        }
        self.wake_in_time(event_loop);
    }

    fn device_event(&mut self, event_loop: &ActiveEventLoop, device: DeviceId, event: DeviceEvent) {
        self.inner.device_event(event_loop, device, event);
        self.wake_in_time(event_loop);
    }

    fn about_to_wait(&mut self, event_loop: &ActiveEventLoop) {
        self.inner.about_to_wait(event_loop);
        self.wake_in_time(event_loop);
    }

    fn suspended(&mut self, event_loop: &ActiveEventLoop) {
        self.inner.suspended(event_loop);
    }

    fn exiting(&mut self, event_loop: &ActiveEventLoop) {
        self.inner.exiting(event_loop);
    }

    fn memory_warning(&mut self, event_loop: &ActiveEventLoop) {
        self.inner.memory_warning(event_loop);
    }
}
