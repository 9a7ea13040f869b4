//! What draws the window. OpenGL everywhere; on Windows, whose remote desktops and virtual
//! machines may have none, Direct3D where the window cannot be opened with OpenGL.
//!
//! The other one is tried in a new process: a process can have one event loop in its life, and the
//! first attempt has used it up. OpenGL comes first although every Windows has Direct3D: it is what
//! the other systems draw with too, so what is seen and measured is the same.

#[cfg(not(windows))]
#[path = "renderer/opengl.rs"]
mod os;
#[cfg(windows)]
#[path = "renderer/windows.rs"]
mod os;

use std::process::ExitCode;

use eframe::{CreationContext, NativeOptions};

use crate::gpu;

pub(crate) use os::Renderer;

/// Why there is no renderer to begin with: what a person named, and what there is.
#[derive(Debug, thiserror::Error)]
#[error("{variable} is '{named}'; it may be 'opengl' or 'direct3d'")]
pub(crate) struct UnknownRenderer {
    variable: &'static str,
    named: String,
}

impl Renderer {
    /// The one that is tried, by this process.
    ///
    /// # Errors
    /// The user has named one that there is not.
    pub(crate) fn chosen() -> Result<Self, UnknownRenderer> {
        os::chosen()
    }

    pub(crate) fn configure(self, options: &mut NativeOptions) {
        os::configure(self, options);
    }

    /// After the window could not be opened: has another process try with another renderer, if one
    /// is left. With `wait`, until that has ended, for who waits for this process; its status then.
    pub(crate) fn try_another(self, wait: bool) -> Option<ExitCode> {
        os::try_another(self, wait)
    }

    /// Why there is no window, if nothing else is left.
    pub(crate) fn absent(self) -> &'static str {
        os::absent(self)
    }
}

/// Whether the processor draws, and not a graphics card. Each frame then takes from the workers.
pub(crate) fn draws_in_software(creation: &CreationContext<'_>) -> bool {
    match creation.gl.as_deref() {
        Some(gl) => gpu::draws_in_software(gl),
        None => os::draws_in_software(creation),
    }
}
