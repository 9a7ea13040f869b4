//! Asking OpenGL who draws.
#![expect(unsafe_code, reason = "OpenGL calls are unsafe by nature")]

use eframe::glow::{self, HasContext as _};

/// Whether the processor draws, and not a graphics card. Each frame then takes from the workers.
pub(crate) fn draws_in_software(gl: &glow::Context) -> bool {
    // SAFETY: eframe gives the context while it is current on this thread, and asking for a
    // string changes nothing.
    let renderer = unsafe { gl.get_parameter_string(glow::RENDERER) }.to_lowercase();
    [
        "llvmpipe",
        "softpipe",
        "swrast",
        "software",
        "swiftshader",
        "gdi generic",
        "microsoft basic",
    ]
    .iter()
    .any(|name| renderer.contains(name))
}
