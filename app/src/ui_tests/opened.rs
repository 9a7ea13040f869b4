//! What the desktop hands to a window that is open: files of a file manager, or of the Dock.

use egui_kittest::kittest::Queryable as _;

use super::{choose, endless, is_finished, is_running, settings, shows, step_until, tree, window};
use crate::command::Command;
use crate::way::Way;

#[test]
fn a_window_that_shows_nothing_yet_starts_at_once_on_what_is_opened() {
    let folder = tree(12);
    let mut window = window(settings(Way::Threads), (1280.0, 800.0));
    let opened = window.state().opened.clone();
    opened.hand_over(vec![folder.path().to_owned()]);
    step_until(&mut window, "the end of the job", is_finished);
    assert_eq!(window.state().session.chosen, [folder.path().to_owned()]);
    assert_eq!(window.state().session.results.snapshot().len(), 12);
}

#[test]
fn what_is_opened_beside_results_is_chosen_and_leaves_them_until_the_user_starts() {
    let (first, second) = (tree(5), tree(7));
    let mut window = window(settings(Way::Threads), (1280.0, 800.0));
    choose(&mut window, first.path());
    window.get_by_label("Start").click();
    step_until(&mut window, "the end of the job", is_finished);
    let opened = window.state().opened.clone();
    opened.hand_over(vec![second.path().to_owned()]);
    window.run_steps(5);
    assert_eq!(window.state().session.chosen, [second.path().to_owned()]);
    assert_eq!(window.state().session.results.snapshot().len(), 5);
    assert!(shows(&window, "is chosen"));
}

#[test]
fn what_is_opened_while_a_job_runs_is_refused_aloud() {
    let (folder, other) = (endless(), tree(2));
    let mut window = window(settings(Way::Threads), (1280.0, 800.0));
    choose(&mut window, folder.path());
    window.get_by_label("Start").click();
    step_until(&mut window, "the start", is_running);
    let opened = window.state().opened.clone();
    opened.hand_over(vec![other.path().join("0000.txt"), other.path().to_owned()]);
    window.run_steps(3);
    assert!(is_running(&window));
    assert_eq!(window.state().session.chosen, [folder.path().to_owned()]);
    assert!(shows(
        &window,
        "A job is running, so 0000.txt (with 1 more) was not opened"
    ));
    window.state_mut().session.apply(Command::Cancel, None);
    step_until(&mut window, "the end of the job", is_finished);
}
