//! The choice of algorithms: one by one click, or several at once by check boxes. Two ways to see one
//! list, because a list in which every entry has a check box takes two clicks to exchange one
//! algorithm for another, which is what nearly everybody wants.

use eframe::egui::{ComboBox, Context, Id, PopupCloseBehavior, Response, RichText, Stroke, Ui};
use workers::{Algorithm, Strength};

use crate::algorithms::{Algorithms, caution, labels};
use crate::command::Command;
use crate::session::Session;
use crate::target::Aim;
use crate::theme;

/// Whatever is chosen: where the button grew and shrank, the menu below it would move away from the
/// pointer.
const WIDTH: f32 = 150.0;
/// The menu is at most as high as this, and all of it is seen in the smallest window.
const HEIGHT: f32 = 400.0;
/// The width of its two columns.
const COLUMNS: f32 = 256.0;

/// Why there is nothing to choose just now.
fn why_not(session: &Session) -> Option<&'static str> {
    if session.lists_decide() {
        Some("The list says which: its files are hashed with what it has digests of")
    } else if session.expectation().is_some() {
        Some("The expected digest says with what the file is to be hashed")
    } else if session.job.is_busy() {
        Some("A job is running")
    } else {
        None
    }
}

pub(super) fn show(ui: &mut Ui, session: &Session, commands: &mut Vec<Command>) {
    let many = session.aim() == Aim::Hash;
    let now = match many {
        true => session.algorithms(),
        // One is enough to tell whether contents are the same.
        false => Algorithms::one(session.settings.algorithms.first()),
    };
    let why_not = why_not(session);
    let (text, name) = match (session.lists_decide(), now.len()) {
        (true, _) => ("As listed".to_owned(), "Algorithm: as listed".to_owned()),
        (false, 1) => (now.in_short(), format!("Algorithm: {}", labels(&now))),
        (false, _) => (now.in_short(), format!("Algorithms: {}", labels(&now))),
    };
    ui.add_enabled_ui(why_not.is_none(), |ui| {
        let response = ComboBox::from_id_salt("algorithm")
            .selected_text(text)
            .width(WIDTH)
            .truncate()
            .height(HEIGHT)
            // Of several, each is a click of its own; of one, the click closes it below.
            .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
            .show_ui(ui, |ui| menu(ui, &now, many, commands));
        if response.inner.is_none() {
            Several::forget(ui.ctx());
        }
        response
            .response
            .accessible_name(name)
            .on_hover_text(meaning(&now, many))
            .on_disabled_hover_text(why_not.unwrap_or_default());
    });
}

fn meaning(now: &Algorithms, many: bool) -> String {
    let what = match (many, now.len()) {
        (false, _) => "Files are compared by this".to_owned(),
        (true, 1) => "Files are hashed with this; several at once can be chosen".to_owned(),
        (true, _) => format!("Each file is read once and hashed with\n{}", labels(now)),
    };
    match now.caution() {
        Some(caution) => format!("{what}\n{}: {caution}", labels(now)),
        None => what,
    }
}

/// Whether the menu that is open has check boxes though one algorithm is chosen: whoever wants several
/// has to begin somewhere.
struct Several;

impl Several {
    fn id() -> Id {
        Id::unique("several algorithms at once")
    }

    fn is_on(ctx: &Context, now: &Algorithms) -> bool {
        now.len() > 1 || ctx.data(|data| data.get_temp(Self::id())).unwrap_or(false)
    }

    fn set(ctx: &Context, on: bool) {
        ctx.data_mut(|data| data.insert_temp(Self::id(), on));
    }

    fn forget(ctx: &Context) {
        ctx.data_mut(|data| data.remove::<bool>(Self::id()));
    }
}

fn menu(ui: &mut Ui, now: &Algorithms, many: bool, commands: &mut Vec<Command>) {
    ui.set_min_width(COLUMNS);
    ui.spacing_mut().item_spacing.y = 2.0;
    let mut several = many && Several::is_on(ui.ctx(), now);
    if many {
        let tooltip = "Each file is read once, whatever the number of algorithms";
        if check_box(ui, &mut several, "Several at once")
            .on_hover_text(tooltip)
            .clicked()
        {
            Several::set(ui.ctx(), several);
            if !several && now.len() > 1 {
                let first = Algorithms::one(now.first());
                commands.push(Command::SetAlgorithms(first));
            }
        }
        ui.separator();
    }
    let is_strong = |one: &Algorithm| one.strength() == Strength::Strong;
    let (strong, weak): (Vec<Algorithm>, Vec<Algorithm>) =
        Algorithm::ALL.iter().partition(|one| is_strong(one));
    let mut pick = |ui: &mut Ui, algorithm| {
        if entry(ui, algorithm, now.contains(&algorithm), several).clicked() {
            commands.push(Command::SetAlgorithms(match several {
                true => now.toggled(algorithm),
                false => Algorithms::one(algorithm),
            }));
            if !several {
                ui.close();
            }
        }
    };
    in_columns(ui, &strong, &mut pick);
    // Said once, for all that follow.
    ui.separator();
    let words = RichText::new("For accidents, not against tampering");
    let dim = theme::palette(ui).dim;
    ui.label(words.font(theme::small()).color(dim));
    in_columns(ui, &weak, &mut pick);
}

/// One below the other, half of them in a second column: in one they would be higher than a small
/// window, and the weak ones out of sight.
fn in_columns(ui: &mut Ui, some: &[Algorithm], pick: &mut impl FnMut(&mut Ui, Algorithm)) {
    let (left, right) = some.split_at(some.len().div_ceil(2));
    ui.columns(2, |columns| {
        for (ui, half) in columns.iter_mut().zip([left, right]) {
            half.iter().for_each(|&algorithm| pick(ui, algorithm));
        }
    });
}

/// With an edge: on the ground of a menu an empty box is hardly seen.
fn check_box(ui: &mut Ui, checked: &mut bool, label: &str) -> Response {
    let edge = Stroke::new(1.0, theme::palette(ui).dim);
    ui.scope(|ui| {
        ui.visuals_mut().widgets.inactive.bg_stroke = edge;
        ui.checkbox(checked, label)
    })
    .inner
}

fn entry(ui: &mut Ui, algorithm: Algorithm, chosen: bool, several: bool) -> Response {
    let label = algorithm.label();
    let response = if several {
        check_box(ui, &mut { chosen }, label)
    } else {
        ui.selectable_label(chosen, label)
    };
    // Whoever goes from entry to entry by key does not come by the words above the weak ones.
    match caution(algorithm.strength()) {
        Some(caution) => response.accessible_name(format!("{label}, {caution}")),
        None => response,
    }
}
