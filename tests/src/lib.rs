//! What the end-to-end tests share: the real program, trees of awkward files, and a real window
//! under Xvfb.
//!
//! A test starts a [`Display`] of its own, runs the program under test with [`Display::command`],
//! waits for its [`Window`], and from there on does what a person and a window manager would do:
//! [click](Window::click), [type](Window::key), [look](capture), [resize](Window::resize), [ask
//! whether it still answers](Window::ping) and [close](Window::close). Where to click, a
//! [`ScreenReader`] knows.
//!
//! There is no window manager. A test therefore sees what the program does and not how some manager
//! decorates it, and it has to [give the window the focus](Window::focus) itself before it types.
//!
//! ```no_run
//! # #[cfg(target_os = "linux")] {
//! use std::time::Duration;
//! use end_to_end::{Display, Window};
//!
//! let display = Display::start(1280, 800)?;
//! let mut clock = display.command("xclock").spawn()?;
//! let window = Window::wait_for(&display, "xclock", None, Duration::from_secs(10))?;
//! window.click(40, 30)?;
//! end_to_end::save(&end_to_end::capture(&window)?, "clock.png")?;
//! window.close()?;
//! clock.wait()?;
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod names;
mod originals;
mod program;
mod rows;
mod trees;

pub use names::{listed_names, slashed};
pub use originals::{ORIGINALS, listed, reference};
pub use program::{program, run, stderr_of};
pub use rows::Rows;
pub use trees::Tree;

#[cfg(target_os = "linux")]
mod bus;
#[cfg(target_os = "linux")]
mod screen_reader;
#[cfg(target_os = "linux")]
mod x11;
#[cfg(target_os = "linux")]
pub use bus::Bus;
#[cfg(target_os = "linux")]
pub use screen_reader::{Point, ScreenReader};
#[cfg(target_os = "linux")]
pub use x11::*;
