//! Drives a real window under Xvfb, for end-to-end tests on Linux.
//!
//! A test starts a [`Display`] of its own, runs the program under test with [`Display::command`],
//! waits for its [`Window`], and from there on does what a person and a window manager would do:
//! [click](Window::click), [type](Window::key), [look](capture), [resize](Window::resize), [ask
//! whether it still answers](Window::ping) and [close](Window::close).
//!
//! There is no window manager. A test therefore sees what the program does and not how some manager
//! decorates it, and it has to [give the window the focus](Window::focus) itself before it types.
//!
//! ```no_run
//! use std::time::Duration;
//! use x11_work::{Display, Window};
//!
//! let display = Display::start(1280, 800)?;
//! let mut clock = display.command("xclock").spawn()?;
//! let window = Window::wait_for(&display, "xclock", None, Duration::from_secs(10))?;
//! window.click(40, 30)?;
//! x11_work::save(&x11_work::capture(&window)?, "clock.png")?;
//! window.close()?;
//! clock.wait()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![cfg(target_os = "linux")]

mod display;
mod error;
mod input;
mod keysym;
mod parent_death;
mod ping;
mod process;
mod properties;
mod readable;
mod screenshot;
mod search;
mod window;

pub use display::Display;
pub use error::{Error, Result};
pub use process::{children_of, cpu_time, is_alive, wait_until};
pub use screenshot::{capture, differs, save};
pub use window::{Geometry, Window};
