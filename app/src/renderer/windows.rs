//! Windows: OpenGL, or Direct3D 12 through wgpu, whose last resort is WARP, which draws with the processor
//! and is on every Windows.

use std::ffi::OsStr;
use std::process::{Command, ExitCode};

use eframe::egui_wgpu::WgpuSetup;
use eframe::wgpu::{Backends, DeviceType, InstanceFlags, PowerPreference};
use eframe::{CreationContext, NativeOptions};

use super::UnknownRenderer;

/// Names the renderer: for people whose driver is broken, and from the process that failed with one
/// to the process that is to try another. Not an option of the command line: windows that the lab
/// opens inherit it, and need not fail first.
const VARIABLE: &str = "THAWSUM_RENDERER";
const OPENGL: &str = "opengl";
const DIRECT3D: &str = "direct3d";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Renderer {
    /// Nobody has named one: if it fails, there is another.
    OpenGlFirst,
    OpenGl,
    Direct3D,
}

pub(super) fn chosen() -> Result<Renderer, UnknownRenderer> {
    let name = std::env::var_os(VARIABLE);
    named(name.as_deref().map(OsStr::to_string_lossy).as_deref())
}

fn named(name: Option<&str>) -> Result<Renderer, UnknownRenderer> {
    match name {
        None | Some("") => Ok(Renderer::OpenGlFirst),
        Some(OPENGL) => Ok(Renderer::OpenGl),
        Some(DIRECT3D) => Ok(Renderer::Direct3D),
        Some(other) => Err(UnknownRenderer {
            variable: VARIABLE,
            named: other.to_owned(),
        }),
    }
}

pub(super) fn configure(renderer: Renderer, options: &mut NativeOptions) {
    match renderer {
        Renderer::OpenGlFirst | Renderer::OpenGl => options.renderer = eframe::Renderer::Glow,
        Renderer::Direct3D => {
            options.renderer = eframe::Renderer::Wgpu;
            if let WgpuSetup::CreateNew(setup) = &mut options.wgpu_options.wgpu_setup {
                setup.instance_descriptor.backends = Backends::DX12;
                // A shader that checks calls which egui does not make, compiled at every start.
                setup
                    .instance_descriptor
                    .flags
                    .remove(InstanceFlags::VALIDATION_INDIRECT_CALL);
                // Of two cards the one that saves the battery: text and lines are no work.
                setup.power_preference = PowerPreference::LowPower;
            }
        }
    }
}

pub(super) fn try_another(renderer: Renderer, wait: bool) -> Option<ExitCode> {
    // The other process is told which, and so tries no other: it cannot go on for ever.
    if renderer != Renderer::OpenGlFirst {
        return None;
    }
    let mut again = Command::new(std::env::current_exe().ok()?);
    again
        .args(std::env::args_os().skip(1))
        .env(VARIABLE, DIRECT3D);
    if !wait {
        return again.spawn().ok().map(|_| ExitCode::SUCCESS);
    }
    #[expect(
        clippy::disallowed_methods,
        reason = "waits, in a process that has no window and will have none"
    )]
    let status = again.status().ok()?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Some(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

pub(super) fn absent(renderer: Renderer) -> &'static str {
    match renderer {
        Renderer::OpenGlFirst => "the system gives no OpenGL, and Direct3D could not be tried",
        Renderer::OpenGl => "the system gives no OpenGL, which THAWSUM_RENDERER asks for",
        Renderer::Direct3D => {
            "the system gives no Direct3D 12, and OpenGL failed or was not wanted"
        }
    }
}

pub(super) fn draws_in_software(creation: &CreationContext<'_>) -> bool {
    creation
        .wgpu_render_state
        .as_ref()
        .is_some_and(|state| state.adapter.get_info().device_type == DeviceType::Cpu)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_renderer_is_named_or_found_and_a_wrong_name_is_said() {
        let named = |name: &str| named(Some(name));
        assert_eq!(super::named(None).ok(), Some(Renderer::OpenGlFirst));
        assert_eq!(named("").ok(), Some(Renderer::OpenGlFirst));
        assert_eq!(named("opengl").ok(), Some(Renderer::OpenGl));
        assert_eq!(named("direct3d").ok(), Some(Renderer::Direct3D));
        assert_eq!(
            named("vulkan").map_err(|error| error.to_string()),
            Err("THAWSUM_RENDERER is 'vulkan'; it may be 'opengl' or 'direct3d'".to_owned())
        );
    }

    #[test]
    fn only_who_was_told_no_renderer_tries_another() {
        assert!(try_another(Renderer::OpenGl, true).is_none());
        assert!(try_another(Renderer::Direct3D, true).is_none());
    }
}
