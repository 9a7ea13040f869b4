//! Where OpenGL is all there is.

use std::process::ExitCode;

use eframe::{CreationContext, NativeOptions};

use super::UnknownRenderer;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Renderer {
    OpenGl,
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "one face for all systems; on Windows it can fail"
)]
pub(super) fn chosen() -> Result<Renderer, UnknownRenderer> {
    Ok(Renderer::OpenGl)
}

pub(super) fn configure(renderer: Renderer, options: &mut NativeOptions) {
    match renderer {
        Renderer::OpenGl => options.renderer = eframe::Renderer::Glow,
    }
}

pub(super) fn try_another(_renderer: Renderer, _wait: bool) -> Option<ExitCode> {
    None
}

pub(super) fn absent(renderer: Renderer) -> &'static str {
    match renderer {
        Renderer::OpenGl => "the system gives no OpenGL",
    }
}

pub(super) fn draws_in_software(_creation: &CreationContext<'_>) -> bool {
    false
}
