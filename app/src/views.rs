//! The views: one file a view, one line a view in [`all`].

mod files_sheet;
mod hash;
mod help;
mod history_sheet;
mod lab;
mod log_sheet;
mod runs;
mod save_panel;
mod settings;

pub(crate) use save_panel::save_panel;

use eframe::egui::{Context, Key, Rect, Ui};

use crate::command::Command;
use crate::saving::SaveWhat;
use crate::session::Session;

/// One panel of the window. It reads the session and pushes commands; its own state is only
/// what nobody else cares about, such as how far it is scrolled.
pub(crate) trait View {
    fn name(&self) -> &'static str;
    fn icon(&self) -> &'static str;
    /// Whether it stands at the foot of the sidebar, with what one seldom needs.
    fn at_foot(&self) -> bool {
        false
    }
    fn show(&mut self, ui: &mut Ui, rect: Rect, session: &Session, commands: &mut Vec<Command>);
    /// Whether this is what F1 opens.
    fn is_help(&self) -> bool {
        false
    }
    /// The find shortcut was pressed.
    fn find(&mut self) {}
    /// Space or Enter was pressed, and nothing has the focus. Whether that meant something here;
    /// where it does not, it starts a job.
    fn begin(&mut self, _session: &Session, _commands: &mut Vec<Command>) -> bool {
        false
    }
    /// Nothing has the focus, and no other key is held: takes the keys that mean something here.
    fn keys(
        &mut self,
        _session: &Session,
        _pressed: &mut dyn FnMut(Key) -> bool,
        _commands: &mut Vec<Command>,
    ) {
    }
    /// What the save shortcut saves here, if it is not what the last job found.
    fn to_save(&self) -> Option<SaveWhat> {
        None
    }
    /// Whether it can be shown full screen, without what is around it.
    fn can_fill_the_screen(&self) -> bool {
        false
    }
    /// What stands at the foot of the window in place of what the last job did.
    fn foot(&self, _session: &Session) -> Option<Foot> {
        None
    }
}

/// What stands at the foot of the window.
pub(crate) struct Foot {
    pub(crate) words: String,
    /// The command line that does the same.
    pub(crate) command: String,
}

/// Every view, in the order of the sidebar.
pub(crate) fn all() -> Vec<Box<dyn View>> {
    vec![
        Box::new(hash::HashView::default()),
        Box::new(lab::LabView::default()),
        Box::new(runs::RunsView::default()),
        Box::new(settings::SettingsView),
        Box::<help::HelpView>::default(),
    ]
}

/// What lies over every view while the session says so, with what it remembers.
#[derive(Default)]
pub(crate) struct Sheets {
    history: history_sheet::HistorySheet,
    log: log_sheet::LogSheet,
}

impl Sheets {
    pub(crate) fn show(&mut self, ctx: &Context, session: &Session, commands: &mut Vec<Command>) {
        self.history.show(ctx, session, commands);
        self.log.show(ctx, session, commands);
        files_sheet::show(ctx, session, commands);
    }
}
