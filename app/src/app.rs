//! The application: one session, the views, and what egui must be told. [`App::logic`] takes in
//! and carries out, [`App::ui`] draws; neither waits.

use std::time::{Duration, Instant};

use eframe::egui::{
    self, Align, Align2, CentralPanel, Context, Frame, Id, Key, KeyboardShortcut, Layout, Margin,
    Modifiers, Panel, Rect, RichText, Role, Ui, UiBuilder, ViewportCommand, pos2, vec2,
};
use workers::Algorithm;

use crate::attention::Attention;
use crate::command::Command;
use crate::format::{counted, first_lower, milliseconds};
use crate::job::{JobState, Phase};
use crate::lab::controls::Chosen;
use crate::meter::frames::FrameCost;
use crate::notice::Tone;
use crate::opened::Opened;
use crate::outcome::outcome;
use crate::picture::Picture;
use crate::report;
use crate::saving::{self, SaveWhat};
use crate::session::Session;
use crate::settings::{Theme, WindowPlace};
use crate::theme::{self, GAP};
use crate::views::{self, Sheets, View, save_panel};
use crate::way::Way;
use crate::widgets::entry::{self, Entry};
use crate::widgets::ground::Ground;
use crate::worker_log;

/// The longest of the views' names fits into its highlight, with room to spare for another font.
const SIDEBAR: f32 = 132.0;
/// From the edge of the sidebar to the highlight of a view's name, left and right of it together.
const BESIDE_HIGHLIGHT: f32 = 17.0;
/// What is left free behind it.
#[cfg(test)]
const NAME_END: f32 = 8.0;
/// What a name may take, points.
#[cfg(test)]
pub(crate) const NAME_ROOM: f32 = SIDEBAR - BESIDE_HIGHLIGHT - entry::BEHIND_ICON - NAME_END;
const STATUS: f32 = 28.0;
/// A window that has drawn so many frames is there.
const OPENED: u64 = 5;
/// Type is so much larger where it is to be read from the back of a lecture room.
const FROM_THE_BACK: f32 = 1.4;

pub(crate) struct App {
    pub(crate) session: Session,
    pub(crate) attention: Attention,
    pub(crate) opened: Opened,
    views: Vec<Box<dyn View>>,
    sheets: Sheets,
    current: usize,
    commands: Vec<Command>,
    picture: Option<Picture>,
    title: String,
    titled: Option<Instant>,
    applied: Option<(Theme, f32)>,
    /// What the system was told last.
    fills_the_screen: bool,
    /// The experiment whose page is open is to be run with these settings.
    experiment: Option<Chosen>,
    drawing: Drawing,
    /// Files hover over the window, it believes, and do not.
    drag_lost: bool,
}

/// How frames come about.
#[derive(Default)]
pub(crate) struct Drawing {
    pub(crate) cost: FrameCost,
    /// The processor draws, and takes from the workers what it draws with.
    pub(crate) in_software: bool,
}

impl App {
    pub(crate) fn new(
        ctx: &Context,
        session: Session,
        drawing: Drawing,
        picture: Option<Picture>,
    ) -> Self {
        theme::install(ctx);
        ctx.options_mut(|options| {
            // Kept in the settings, so the session does it.
            options.zoom_with_keyboard = false;
        });
        let mut app = Self {
            session,
            attention: Attention::default(),
            opened: Opened::default(),
            views: views::all(),
            sheets: Sheets::default(),
            current: 0,
            commands: Vec::new(),
            picture,
            title: String::new(),
            titled: None,
            applied: None,
            fills_the_screen: false,
            experiment: None,
            drawing,
            drag_lost: false,
        };
        app.apply_look(ctx);
        app
    }

    /// Opens the page of an experiment, by its place in the list, and runs it with these settings
    /// once the window is there: how long that took to open says nothing about the experiment.
    pub(crate) fn run_experiment(&mut self, ctx: &Context, index: usize, chosen: Chosen) {
        let lab = self
            .views
            .iter()
            .position(|view| view.can_fill_the_screen());
        self.current = lab.unwrap_or(self.current);
        self.session.lab.open = index;
        self.experiment = Some(chosen);
        ctx.request_repaint();
    }

    /// Tells egui of a theme and size that changed.
    fn apply_look(&mut self, ctx: &Context) {
        let lecture = self.is_lecture();
        if self.fills_the_screen != lecture {
            self.fills_the_screen = lecture;
            ctx.send_viewport_cmd(ViewportCommand::Fullscreen(lecture));
        }
        let larger = if lecture { FROM_THE_BACK } else { 1.0 };
        let settings = &self.session.settings;
        let wanted = (settings.theme, settings.scale * larger);
        if self.applied == Some(wanted) {
            return;
        }
        self.applied = Some(wanted);
        ctx.set_theme(match wanted.0 {
            Theme::System => egui::ThemePreference::System,
            Theme::Light => egui::ThemePreference::Light,
            Theme::Dark => egui::ThemePreference::Dark,
        });
        ctx.set_zoom_factor(wanted.1);
    }

    /// One view is shown alone, over the whole screen.
    fn is_lecture(&self) -> bool {
        self.session.lecture && self.views[self.current].can_fill_the_screen()
    }

    fn carry_out(&mut self, ctx: &Context, frame: Option<&eframe::Frame>) {
        for command in std::mem::take(&mut self.commands) {
            match command {
                Command::CopyRows(rows) => self.copy_rows(ctx, rows),
                Command::CopyDigests(rows, algorithm) => self.copy_digests(ctx, rows, algorithm),
                Command::CopyIncidents(numbers) => self.copy_incidents(ctx, numbers),
                Command::CopyLog(worker) => self.copy_log(ctx, worker),
                other => self.session.apply(other, frame),
            }
        }
    }

    fn copy_rows(&mut self, ctx: &Context, rows: Vec<u32>) {
        if rows.is_empty() {
            return;
        }
        let snapshot = self.session.results.snapshot();
        let algorithms = self.session.listed_algorithms.clone();
        let what_to_save = self.session.what_to_save();
        let what = counted(rows.len() as u64, "row", "rows");
        self.copy(ctx, &what, move || {
            let rows = rows.iter().filter_map(|&row| snapshot.get(row as usize));
            match what_to_save {
                SaveWhat::Report => report::lines(rows),
                SaveWhat::List | SaveWhat::Runs => saving::lines(rows, &algorithms),
            }
        });
    }

    fn copy_digests(&mut self, ctx: &Context, rows: Vec<u32>, algorithm: Algorithm) {
        let snapshot = self.session.results.snapshot();
        let algorithms = self.session.listed_algorithms.clone();
        let rows_of = counted(rows.len() as u64, "row", "rows");
        let what = format!("the {} of {rows_of}", algorithm.label());
        self.copy(ctx, &what, move || {
            let rows = rows.iter().filter_map(|&row| snapshot.get(row as usize));
            saving::digests(rows, &algorithms, algorithm)
        });
    }

    fn copy_incidents(&mut self, ctx: &Context, numbers: Vec<u32>) {
        let history = self.session.history.clone();
        let many = match numbers.len() {
            0 => history.kept(),
            n => n,
        };
        let what = counted(many as u64, "incident", "incidents");
        self.copy(ctx, &what, move || {
            history.text(|number| numbers.is_empty() || numbers.contains(&number))
        });
    }

    fn copy_log(&mut self, ctx: &Context, worker: usize) {
        if let Some(log) = self.session.log.clone() {
            let what = format!("the log of worker {}", worker + 1);
            self.copy(ctx, &what, move || worker_log::text(&log.read(worker)));
        }
    }

    /// Puts a text on the clipboard. That of a million rows is made elsewhere, and so is one that
    /// a lock is needed for.
    fn copy(&mut self, ctx: &Context, what: &str, make: impl FnOnce() -> String + Send + 'static) {
        let ctx = ctx.clone();
        let spawned = std::thread::Builder::new()
            .name("copy".to_owned())
            .spawn(move || {
                ctx.copy_text(make());
                ctx.request_repaint();
            });
        let text = match spawned {
            Ok(_) => format!("Copied {what}."),
            Err(error) => format!("Copying {what} failed: {error}."),
        };
        self.session.notices.say(Tone::Info, text);
    }

    // ---- the keyboard ----

    fn shortcuts(&mut self, ctx: &Context) {
        // The save panel is over everything; its keys are its own.
        if self.session.saving.is_some() {
            return;
        }
        let pressed = |modifiers: Modifiers, key: Key| {
            ctx.input_mut(|input| input.consume_shortcut(&KeyboardShortcut::new(modifiers, key)))
        };
        let command = Modifiers::COMMAND;
        if pressed(command, Key::D) {
            self.commands.push(Command::OpenHistory);
        }
        if pressed(command, Key::L) {
            self.commands
                .push(Command::OpenLog(self.session.worker_to_look_at()));
        }
        // What a sheet shows goes on meanwhile, and can be paused and ended; the rest of the keys
        // are for what lies below.
        let covered = self.session.sheet.is_some();
        if !covered && pressed(command, Key::E) {
            self.current = 0;
            self.commands.push(Command::OpenFiles);
        }
        if !covered && pressed(command | Modifiers::SHIFT, Key::O) {
            self.commands.push(Command::ChooseFiles);
        }
        if !covered && pressed(command, Key::O) {
            self.commands.push(Command::ChooseFolder);
        }
        if pressed(command, Key::Period) {
            // What the view shows is what is meant.
            let stops = self.session.lab.running().is_some()
                && self.views[self.current].can_fill_the_screen();
            self.commands.push(if stops {
                Command::StopExperiment
            } else {
                Command::Cancel
            });
        }
        if pressed(command, Key::P)
            && let JobState::Running(running) = &self.session.job
        {
            let paused = matches!(running.phase, Phase::Paused | Phase::Pausing);
            self.commands.push(if paused {
                Command::Resume
            } else {
                Command::Pause
            });
        }
        if covered {
            return;
        }
        if pressed(command, Key::S) {
            let what = self.views[self.current]
                .to_save()
                .unwrap_or_else(|| self.session.what_to_save());
            self.commands.push(Command::OpenSave(what));
        }
        if pressed(command, Key::R) && self.session.failed() > 0 {
            self.current = 0;
            self.commands.push(Command::VerifyAgain);
        }
        if pressed(command, Key::F) {
            self.current = 0;
            self.views[0].find();
        }
        let numbers = [
            Key::Num1,
            Key::Num2,
            Key::Num3,
            Key::Num4,
            Key::Num5,
            Key::Num6,
        ];
        for (index, key) in numbers.into_iter().enumerate().take(self.views.len()) {
            if pressed(command, key) {
                self.current = index;
            }
        }
        if pressed(Modifiers::NONE, Key::F11) && self.views[self.current].can_fill_the_screen() {
            self.commands
                .push(Command::SetLecture(!self.session.lecture));
        }
        // With the focus on a widget, or a menu open, many keys are theirs.
        let free =
            ctx.memory(|memory| memory.focused().is_none()) && !egui::Popup::is_any_open(ctx);
        if free {
            self.views[self.current].keys(
                &self.session,
                &mut |key| pressed(Modifiers::NONE, key),
                &mut self.commands,
            );
        }
        if self.is_lecture() && pressed(Modifiers::NONE, Key::Escape) {
            self.commands.push(Command::SetLecture(false));
        }
        if pressed(Modifiers::NONE, Key::F1) {
            self.current = self
                .views
                .iter()
                .position(|view| view.is_help())
                .unwrap_or(0);
        }
        let scale = self.session.settings.scale;
        let range = crate::settings::SCALES;
        if pressed(command, Key::Plus) || pressed(command, Key::Equals) {
            self.commands
                .push(Command::SetScale((scale + 0.1).min(*range.end())));
        }
        if pressed(command, Key::Minus) {
            self.commands
                .push(Command::SetScale((scale - 0.1).max(*range.start())));
        }
        if pressed(command, Key::Num0) {
            self.commands.push(Command::SetScale(1.0));
        }
        // A key that is held down is one wish, not many.
        let fresh = ctx.input(|input| {
            input.events.iter().any(|event| {
                matches!(
                    event,
                    egui::Event::Key {
                        key: Key::Enter | Key::Space,
                        pressed: true,
                        repeat: false,
                        ..
                    }
                )
            })
        });
        if free
            && fresh
            && (pressed(Modifiers::NONE, Key::Enter) || pressed(Modifiers::NONE, Key::Space))
        {
            let announced = matches!(self.session.job, JobState::Announced { .. });
            let view = &mut self.views[self.current];
            if !announced && view.begin(&self.session, &mut self.commands) {
                return;
            }
            match &self.session.job {
                JobState::Announced { .. } if self.current == 0 => {
                    self.commands.push(Command::ConfirmFreeze);
                }
                JobState::Announced { .. } => self.current = 0,
                JobState::Idle | JobState::Finished(_) => {
                    self.current = 0;
                    self.commands.push(Command::Start);
                }
                JobState::Freezing { .. } | JobState::Running(_) => {}
            }
        }
        if matches!(self.session.job, JobState::Announced { .. })
            && pressed(Modifiers::NONE, Key::Escape)
        {
            self.commands.push(Command::DeclineFreeze);
        }
    }

    /// What the desktop has handed over since the last frame.
    fn opens(&mut self, ctx: &Context) {
        let opened = self.opened.take();
        if opened.is_empty() {
            return;
        }
        self.current = 0;
        // The system brings the program to the front, but leaves a window in the Dock there.
        ctx.send_viewport_cmd(ViewportCommand::Minimized(false));
        ctx.send_viewport_cmd(ViewportCommand::Focus);
        self.session.open(&opened);
    }

    fn drops(&mut self, ctx: &Context) {
        let dropped: Vec<_> = ctx.input(|input| {
            input
                .raw
                .dropped_files
                .iter()
                .map(|file| file.path().to_owned())
                .collect()
        });
        if !dropped.is_empty() && !self.session.job.is_busy() {
            self.current = 0;
            self.commands.push(Command::UsePaths(dropped));
        }
    }

    // ---- drawing ----

    fn sidebar(&mut self, ui: &mut Ui) {
        let palette = theme::palette(ui);
        let rect = ui.max_rect();
        let logo = Rect::from_min_size(rect.min + vec2(18.0, 16.0), vec2(90.0, 20.0));
        crate::widgets::text::run(
            ui,
            logo,
            0.0,
            &[
                (
                    "thaw",
                    egui::FontId::new(16.0, theme::strong().family),
                    palette.text,
                ),
                (
                    "sum",
                    egui::FontId::new(16.0, theme::strong().family),
                    palette.accent,
                ),
            ],
        );
        let mut top = rect.top() + 51.0;
        let feet = self.views.iter().filter(|view| view.at_foot()).count() as f32;
        let mut foot = rect.bottom() - 12.0 - 34.0 * feet;
        for index in 0..self.views.len() {
            let view = &self.views[index];
            let y = if view.at_foot() { &mut foot } else { &mut top };
            let place = Rect::from_min_size(
                pos2(rect.left() + 8.0, *y),
                vec2(rect.width() - BESIDE_HIGHLIGHT, 32.0),
            );
            *y += 34.0;
            let shown = Entry {
                role: Role::Tab,
                icon: Some(view.icon()),
                name: view.name(),
                selected: index == self.current,
                runs: false,
            };
            let response = entry::show(ui, place, Id::unique(("view", index)), &shown);
            if response.clicked() {
                self.current = index;
            }
        }
    }

    fn status_bar(&mut self, ui: &mut Ui) {
        let palette = theme::palette(ui);
        let rect = ui.max_rect().shrink2(vec2(16.0, 0.0));
        let foot = self.views[self.current].foot(&self.session);
        let (right_text, right_font) = match &foot {
            Some(foot) => (foot.command.clone(), theme::mono()),
            None => (self.last_run(), theme::small()),
        };
        let layout = Layout::right_to_left(Align::Center);
        let mut right = ui.new_child(
            UiBuilder::new()
                .id_salt("last run")
                .max_rect(rect)
                .layout(layout),
        );
        right.label(
            RichText::new(right_text)
                .font(right_font)
                .color(palette.dim),
        );
        let left_end = right.min_rect().left() - 16.0;
        let Some(notice) = self.session.notices.latest() else {
            let place = Rect::from_min_max(rect.min, pos2(left_end, rect.bottom()));
            crate::widgets::text::run(
                ui,
                place,
                7.0,
                &[
                    ("●", theme::small(), palette.dim),
                    (
                        foot.as_ref()
                            .map_or(self.session.job.word(), |foot| &foot.words),
                        theme::small(),
                        palette.dim,
                    ),
                ],
            );
            return;
        };
        let (icon, color) = match notice.tone {
            Tone::Info => ("●", palette.accent),
            Tone::Warning => ("▲", palette.amber),
            Tone::Error => ("✗", palette.red),
        };
        let place = Rect::from_min_max(rect.min, pos2(left_end - 70.0, rect.bottom()));
        let mut at = rect.left();
        let icon_place = Rect::from_min_max(pos2(at, place.top()), place.max);
        at = crate::widgets::text::run(ui, icon_place, 0.0, &[(icon, theme::small(), color)]) + 7.0;
        let text_place = Rect::from_min_max(pos2(at, place.top()), place.max);
        let response = crate::widgets::text::put(
            ui,
            text_place,
            Align2::LEFT_CENTER,
            &notice.text,
            &theme::small(),
            palette.text,
        );
        let earlier: Vec<String> = self
            .session
            .notices
            .all()
            .rev()
            .take(8)
            .map(|notice| {
                format!(
                    "{} ago: {}",
                    crate::format::duration(notice.at.elapsed()),
                    notice.text
                )
            })
            .collect();
        let end = response.rect.right() + 10.0;
        response.on_hover_text(earlier.join("\n"));
        let link = Rect::from_min_size(pos2(end, rect.top()), vec2(60.0, rect.height()));
        let layout = Layout::left_to_right(Align::Center);
        let mut child = ui.new_child(
            UiBuilder::new()
                .id_salt("dismiss")
                .max_rect(link)
                .layout(layout),
        );
        child.spacing_mut().button_padding = vec2(2.0, 0.0);
        child.spacing_mut().interact_size.y = 18.0;
        if crate::widgets::button::link(
            &mut child,
            "dismiss",
            theme::small(),
            palette.dim,
            "Dismiss this message",
        )
        .clicked()
        {
            self.commands.push(Command::DismissNotice);
        }
    }

    fn last_run(&self) -> String {
        let Some(run) = self.session.last_run() else {
            return String::new();
        };
        let wall = crate::format::duration(Duration::from_secs_f64(run.wall_s));
        let stall = run
            .worst_stall_ms
            .map(|ms| milliseconds(Duration::from_secs_f64(ms / 1000.0)));
        match (run.way, stall) {
            (Way::Ui, Some(stall)) => {
                format!("Last run on the window's thread: frozen for {stall} of {wall}")
            }
            (way, Some(stall)) => format!(
                "Last run on {}: {wall}, the window answered within {stall}",
                way.label().to_lowercase()
            ),
            (way, None) => format!("Last run on {}: {wall}", way.label().to_lowercase()),
        }
    }

    fn drop_hint(&mut self, ui: &Ui) {
        let (hovering, moved) = ui.input(|input| {
            (
                !input.raw.hovered_files.is_empty(),
                input.pointer.motion().is_some() || input.pointer.delta() != egui::Vec2::ZERO,
            )
        });
        // During a drag the window sees no pointer. If it does, the drag is over and its end was
        // lost, as happens with one that lets go very quickly.
        self.drag_lost = hovering && (self.drag_lost || moved);
        if hovering && !self.drag_lost {
            let palette = theme::palette(ui);
            let rect = ui.ctx().content_rect();
            let painter = ui.ctx().layer_painter(egui::LayerId::new(
                egui::Order::Foreground,
                Id::unique("drop hint"),
            ));
            painter.rect_filled(rect, 0.0, palette.background.gamma_multiply(0.94));
            let text = if self.session.job.is_busy() {
                "A job is running; drop it when that is done"
            } else {
                "Drop to choose"
            };
            painter.text(
                rect.center(),
                Align2::CENTER_CENTER,
                text,
                theme::large(),
                palette.text,
            );
        }
    }

    /// The window's title says how far the job is.
    fn name_window(&mut self, ctx: &Context) {
        let title = match &self.session.job {
            JobState::Running(running) if running.totals.scan_done => {
                format!(
                    "Thawsum – {:.0} % of {}",
                    (running.share() * 100.0).floor(),
                    running.title.what
                )
            }
            JobState::Running(running) => format!("Thawsum – scanning {}", running.title.what),
            JobState::Freezing { title, .. } => format!("Thawsum – frozen by {}", title.what),
            JobState::Finished(finished) => {
                format!(
                    "Thawsum – {}: {}",
                    finished.title.what,
                    match outcome(
                        &finished.title.work,
                        &finished.summary,
                        self.session.results.wasted(),
                    ) {
                        Some(outcome) => first_lower(&outcome.words),
                        None => match self.session.answer() {
                            Some(answer) if answer.is_yes() => "as expected".to_owned(),
                            Some(_) => "NOT as expected".to_owned(),
                            None => self.session.job.word().to_lowercase(),
                        },
                    }
                )
            }
            JobState::Idle | JobState::Announced { .. } => "Thawsum".to_owned(),
        };
        // Telling the system draws a frame too: every three seconds, but for the end.
        let busy = matches!(self.session.job, JobState::Running(_));
        let soon = self
            .titled
            .is_some_and(|at| at.elapsed() < Duration::from_secs(3));
        if title != self.title && !(busy && soon) {
            self.titled = Some(Instant::now());
            ctx.send_viewport_cmd(ViewportCommand::Title(title.clone()));
            self.title = title;
        }
    }

    /// Kept up to date all the time: on a Mac the program may end without asking the window.
    fn note_place(&mut self, ctx: &Context) {
        let place = ctx.input(|input| {
            let viewport = input.viewport();
            if viewport.minimized == Some(true) {
                return None;
            }
            // Wayland tells no window where it is, only how large.
            let rect = viewport.inner_rect.unwrap_or(input.content_rect());
            let size = rect.size();
            Some(WindowPlace {
                position: viewport.outer_rect.map(|rect| (rect.min.x, rect.min.y)),
                size: (size.x, size.y),
                maximized: viewport.maximized.unwrap_or(false),
            })
        });
        let zoom = ctx.zoom_factor();
        if let Some(mut place) = place {
            // Kept in the system's points, whatever the scale.
            place.size = (place.size.0 * zoom, place.size.1 * zoom);
            place.position = place.position.map(|(x, y)| (x * zoom, y * zoom));
            if place.maximized
                && let Some(before) = &self.session.settings.window
            {
                place.size = before.size;
                place.position = before.position;
            }
            self.session.settings.window = Some(place);
        }
    }

    /// How long until the next frame of an animation. Drawn in software on cores that all
    /// hash, a frame costs the job what it costs the window, so frames come only as often as
    /// takes a thirtieth of the machine. What the user does is drawn at once all the same.
    fn pace(&self, wanted: Duration) -> Duration {
        if wanted.is_zero() || !self.drawing.in_software {
            return wanted;
        }
        let cores = u32::try_from(crate::cli::default_workers()).unwrap_or(1);
        let fair = self.drawing.cost.get() * 30 / cores;
        wanted.max(fair.min(SLOWEST))
    }
}

/// An animation that is slower than this is none.
const SLOWEST: Duration = Duration::from_millis(200);

impl eframe::App for App {
    fn logic(&mut self, ctx: &Context, frame: &mut eframe::Frame) {
        if ctx.input(|input| input.viewport().close_requested()) {
            self.session.shut_down();
            return;
        }
        self.note_place(ctx);
        self.opens(ctx);
        if self.experiment.is_some() && self.session.frames < OPENED {
            ctx.request_repaint();
        } else if let Some(chosen) = self.experiment.take() {
            let index = self.session.lab.open;
            self.commands.push(Command::RunExperiment(index, chosen));
        }
        self.carry_out(ctx, Some(frame));
        self.apply_look(ctx);
        let again = self.session.advance();
        if let Some(wanted) = again {
            ctx.request_repaint_after(self.pace(wanted));
        }
        if let Some(picture) = &mut self.picture {
            picture.advance(ctx, &self.session);
        }
        self.attention.advance(ctx, &self.session);
        self.name_window(ctx);
    }

    fn ui(&mut self, ui: &mut Ui, frame: &mut eframe::Frame) {
        let ctx = ui.ctx().clone();
        // First: a key of the same frame is about what was dropped.
        self.drops(&ctx);
        self.shortcuts(&ctx);
        let palette = theme::palette(ui);
        let no_margin = |fill| Frame::new().fill(fill).inner_margin(Margin::ZERO);
        if !self.is_lecture() {
            Panel::left("sidebar")
                .resizable(false)
                .exact_size(SIDEBAR)
                .show_separator_line(true)
                .frame(no_margin(palette.edge))
                .show(ui, |ui| self.sidebar(ui));
        }
        Panel::bottom("status")
            .resizable(false)
            .exact_size(STATUS)
            .show_separator_line(true)
            .frame(no_margin(palette.edge))
            .show(ui, |ui| self.status_bar(ui));
        CentralPanel::default()
            // What is not a panel is filled when the panels are known.
            .frame(Frame::new())
            .show(ui, |ui| {
                let rect = ui.max_rect() - Margin::symmetric(16, 0);
                let rect = Rect::from_min_max(
                    pos2(rect.left(), rect.top() + 14.0),
                    pos2(rect.right(), rect.bottom() - GAP),
                );
                let ground = Ground::begin(ui, ui.max_rect());
                self.views[self.current].show(ui, rect, &self.session, &mut self.commands);
                ground.finish(ui, palette.background);
            });
        self.sheets.show(&ctx, &self.session, &mut self.commands);
        save_panel(&ctx, self.session.saving.as_ref(), &mut self.commands);
        self.drop_hint(ui);
        if !self.commands.is_empty() {
            // What was asked for is carried out now and seen in the next frame.
            self.carry_out(&ctx, Some(frame));
            ctx.request_repaint();
        }
        self.session.frame_drawn();
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        // The panels' colour, see `widgets/ground.rs`.
        visuals.window_fill.to_normalized_gamma_f32()
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        self.session.shut_down();
    }
}
