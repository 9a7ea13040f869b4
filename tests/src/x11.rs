//! A real display, a real window in it, and what a person and a window manager do to it.

mod display;
mod drag;
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
pub use drag::Drag;
pub use error::{Error, Result};
pub use process::{children_of, cpu_time, is_alive, wait_until};
pub use screenshot::{capture, differs, save};
pub use window::{Geometry, Window};
