//! Opening the window, and the messages of those who cannot have one.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use eframe::UserEvent;
use eframe::egui::{IconData, ViewportBuilder};
use winit::event_loop::EventLoop;
use winit::raw_window_handle::HasWindowHandle as _;

use crate::algorithms::Algorithms;
use crate::app::{App, Drawing};
use crate::attention::Attention;
use crate::command::Command;
use crate::console;
use crate::desktop::{self, APP_ID, Desktop};
use crate::displays::Displays;
use crate::event_loop::{Capped, LoopSide, asker};
use crate::lab::controls::Chosen;
use crate::meter::pulse::Pulse;
use crate::opened::Opened;
use crate::picture::Picture;
use crate::renderer::{self, Renderer};
use crate::session::{Parts, Session};
use crate::settings::{Settings, SettingsFile, WindowPlace, default_path};
use crate::target::Aim;
use crate::way::Way;

/// What the command line asks of the window.
#[derive(Debug, Default)]
pub(crate) struct Wishes {
    pub(crate) paths: Vec<PathBuf>,
    /// What to do with them, if it is not what goes without saying.
    pub(crate) aim: Option<Aim>,
    pub(crate) way: Option<Way>,
    pub(crate) algorithms: Option<Algorithms>,
    pub(crate) workers: Option<usize>,
    /// Open the dialog that asks for a folder.
    pub(crate) choose_folder: bool,
    /// Open the lab on this experiment, by its place in the list, and run it with these settings.
    pub(crate) experiment: Option<(usize, Chosen)>,
    pub(crate) picture: Option<PathBuf>,
    pub(crate) size: Option<(f32, f32)>,
    pub(crate) theme: Option<crate::settings::Theme>,
}

/// Opens the window and runs until it is closed.
#[expect(
    clippy::disallowed_methods,
    reason = "the lock is held for an instant, before the first frame and after the last"
)]
pub(crate) fn open(wishes: Wishes) -> ExitCode {
    let renderer = match Renderer::chosen() {
        Ok(renderer) => renderer,
        Err(error) => return no_window(&error.to_string()),
    };
    // Whoever wants a picture waits for it.
    let is_awaited = wishes.picture.is_some();
    let event_loop = match EventLoop::<UserEvent>::with_user_event().build() {
        Ok(event_loop) => event_loop,
        Err(error) => return no_window(reason(&error.to_string())),
    };
    let opened_by_desktop = Opened::listen();
    // A picture shows the program as it comes, and leaves no trace in it.
    let (settings_file, mut settings, settings_note) = match wishes.picture {
        Some(_) => SettingsFile::none(),
        None => SettingsFile::load(default_path()),
    };
    // As if the user had chosen it in the window.
    overrule(&mut settings, &wishes);

    let opened = Arc::new(AtomicBool::new(false));
    let failed = Arc::new(std::sync::Mutex::new(None));
    let (answers, questions) = Pulse::channel();
    let loop_side = LoopSide::default();
    let mut options = eframe::NativeOptions {
        viewport: viewport(&settings),
        window_builder: settings
            .window
            .map(|place| at_its_place(place, loop_side.displays.clone())),
        // It hides the steps of gradients. There are none here, and in software it costs a
        // tenth of every frame.
        dithering: false,
        ..eframe::NativeOptions::default()
    };
    renderer.configure(&mut options);
    let proxy = event_loop.create_proxy();
    let creator: eframe::AppCreator<'_> = {
        let (opened, failed, loop_side) = (opened.clone(), failed.clone(), loop_side.clone());
        Box::new(move |creation| {
            opened.store(true, Ordering::Release);
            let ctx = creation.egui_ctx.clone();
            let wake_ctx = ctx.clone();
            let built = Pulse::start(asker(proxy), questions).and_then(|pulse| {
                Session::new(Parts {
                    settings,
                    settings_file,
                    settings_note,
                    pulse,
                    wake: Arc::new(move || wake_ctx.request_repaint()),
                })
            });
            let mut session = match built {
                Ok(session) => session,
                Err(error) => {
                    if let Ok(mut failed) = failed.lock() {
                        *failed = Some(error.to_string());
                    }
                    return Err(Box::new(error));
                }
            };
            if !wishes.paths.is_empty() {
                session.start_on(&wishes.paths, wishes.aim);
            } else if wishes.choose_folder {
                session.apply(Command::ChooseFolder, None);
            }
            let drawing = Drawing {
                cost: loop_side.cost,
                in_software: renderer::draws_in_software(creation),
            };
            if let Some(frame) = loop_side.displays.shortest_frame()
                && !drawing.in_software
            {
                loop_side.cap.set(frame);
            }
            let picture = wishes.picture.map(|path| {
                Picture::new(path, wishes.experiment.as_ref().map(|(index, _)| *index))
            });
            // Nobody needs to be called to a picture.
            let own = creation.window_handle().ok().map(|window| window.as_raw());
            let desktop = match picture {
                None => Desktop::start(own),
                Some(_) => None,
            };
            let mut app = App::new(&ctx, session, drawing, picture);
            if let Some((index, chosen)) = wishes.experiment {
                app.run_experiment(&ctx, index, chosen);
            }
            app.attention = desktop.map_or_else(Attention::default, Attention::of);
            let ctx = ctx.clone();
            opened_by_desktop.wakes(move || ctx.request_repaint());
            app.opened = opened_by_desktop;
            Ok(Box::new(app))
        })
    };
    let app = eframe::create_native("thawsum", options, creator, &event_loop);
    let mut capped = Capped::new(app, answers, loop_side);
    if let Err(error) = event_loop.run_app(&mut capped) {
        return no_window(reason(&error.to_string()));
    }
    if let Some(error) = failed.lock().ok().and_then(|mut failed| failed.take()) {
        console::say_without_window(&format!("the window could not start its threads: {error}"));
        return ExitCode::from(1);
    }
    if !opened.load(Ordering::Acquire) {
        return renderer
            .try_another(is_awaited)
            .unwrap_or_else(|| no_window(renderer.absent()));
    }
    ExitCode::SUCCESS
}

fn overrule(settings: &mut Settings, wishes: &Wishes) {
    if let Some(way) = wishes.way {
        settings.way = way;
    }
    if let Some(algorithms) = &wishes.algorithms {
        settings.algorithms = algorithms.clone();
    }
    if wishes.workers.is_some() {
        settings.workers = wishes.workers;
    }
    if let Some(theme) = wishes.theme {
        settings.theme = theme;
    }
    if let Some(size) = wishes.size {
        settings.window = Some(WindowPlace {
            position: settings.window.and_then(|place| place.position),
            size,
            maximized: false,
        });
    }
}

fn viewport(settings: &Settings) -> ViewportBuilder {
    let mut viewport = ViewportBuilder::default()
        .with_title("Thawsum")
        .with_app_id(APP_ID)
        .with_icon(icon())
        .with_min_inner_size([720.0, 480.0])
        .with_inner_size([1280.0, 800.0]);
    if let Some(place) = &settings.window {
        viewport = viewport
            .with_inner_size([place.size.0, place.size.1])
            .with_maximized(place.maximized);
    }
    viewport
}

/// Where the window was last time, if there is still a screen there.
fn at_its_place(place: WindowPlace, displays: Displays) -> eframe::WindowBuilderHook {
    Box::new(move |viewport| match place.position {
        Some((x, y)) if displays.show((x, y), place.size.0) => viewport.with_position([x, y]),
        _ => viewport,
    })
}

fn icon() -> IconData {
    if desktop::icon::is_known() {
        // Empty, that is what eframe takes for "none"; without a word it would show its own.
        return IconData::default();
    }
    const PNG: &[u8] = include_bytes!("../../assets/icon/thawsum-128.png");
    // The picture is part of the program, so this cannot fail but by a mistake in the build,
    // and then the default icon is no tragedy.
    eframe::icon_data::from_png_bytes(PNG).unwrap_or_default()
}

/// What winit says of the system's reason, without the place in its source where it came up:
/// "os error at …/mod.rs:763: reason." It offers the reason in no other way.
fn reason(words: &str) -> &str {
    let after = words
        .strip_prefix("os error at ")
        .and_then(|place| place.split_once(".rs:"))
        .and_then(|(_, line)| line.split_once(": "));
    after
        .map_or(words, |(_, reason)| reason)
        .trim_end_matches('.')
}

fn no_window(why: &str) -> ExitCode {
    console::say_without_window(&format!(
        "no window could be opened: {why}.\n\
         Without a display, 'thawsum hash PATH' does the same work on the command line."
    ));
    ExitCode::from(crate::cli::status::USAGE)
}

#[cfg(test)]
mod tests {
    use super::reason;

    #[test]
    fn of_what_winit_says_the_systems_reason_is_kept() {
        let said = "os error at /home/someone/winit-1.2.3/src/linux/mod.rs:763: no DISPLAY is set.";
        assert_eq!(reason(said), "no DISPLAY is set");
        assert_eq!(
            reason("the requested operation is not supported"),
            "the requested operation is not supported"
        );
    }
}
