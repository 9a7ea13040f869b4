//! The lab in the window: its list, an experiment that runs there, and what its page then says.

use super::*;
use crate::lab::ALL;

/// Opens the lab on an experiment.
fn open(window: &mut Window, title: &str) {
    window.get_by_label("Lab").click();
    window.run_steps(2);
    // The page has a heading of that name too, after the list.
    let entry = window.get_all_by_label(title).next();
    entry.expect("an entry in the list").click();
    window.run_steps(2);
}

fn is_over(window: &Window) -> bool {
    let lab = &window.state().session.lab;
    lab.running().is_none() && lab.result(lab.open).is_some()
}

#[test]
fn the_list_shows_every_experiment_and_each_has_a_page_at_any_size() {
    for size in [(1280.0, 800.0), (900.0, 600.0)] {
        let mut window = window(settings(Way::Threads), size);
        for one in ALL {
            open(&mut window, one.title());
            assert!(
                window
                    .query_all_by_label("Nothing has run yet")
                    .next()
                    .is_some(),
                "{}",
                one.name()
            );
            assert!(window.query_by_label("Run").is_some(), "{}", one.name());
            for control in one.controls() {
                let found = window.query_all_by_label(control.label).next();
                assert!(found.is_some(), "{}: {}", one.name(), control.name);
            }
        }
    }
}

#[test]
fn an_experiment_runs_in_the_window_which_stays_quick_and_shows_what_was_measured() {
    let mut window = window(settings(Way::Threads), (1280.0, 800.0));
    open(&mut window, "Semaphore");
    window.get_by_label("Run").click();
    window.run_steps(2);
    assert!(window.query_by_label("Stop").is_some());
    let mut slowest = Duration::ZERO;
    let since = Instant::now();
    while !is_over(&window) {
        assert!(since.elapsed() < PATIENCE, "it did not end");
        let step = Instant::now();
        window.step();
        slowest = slowest.max(step.elapsed());
        std::thread::sleep(Duration::from_millis(2));
    }
    assert!(slowest < STEP, "{slowest:?}");
    window.run_steps(3);
    assert!(window.query_by_label("Run again").is_some());
    for words in [
        "never more than 5 were inside at once",
        "with a semaphore of 5, tasks 20, most inside at once 5",
        "with the semaphore, task 1",
        "the window answered within",
    ] {
        assert!(
            window.query_all_by_label_contains(words).next().is_some(),
            "{words}"
        );
    }
}

#[test]
fn an_experiment_is_run_and_stopped_by_keys_and_says_that_it_was_stopped() {
    let mut window = window(settings(Way::Threads), (1280.0, 800.0));
    open(&mut window, "Semaphore");
    run_with(&mut window, &["hold=5000"]);
    window.key_press_modifiers(Modifiers::COMMAND, Key::Period);
    step_until(&mut window, "the end", is_over);
    window.run_steps(2);
    assert!(window.query_by_label_contains("Stopped after").is_some());
    // The focus is nowhere, so Enter runs it again, and no job.
    window.key_press(Key::Enter);
    window.run_steps(3);
    assert!(window.state().session.lab.running().is_some());
    assert!(matches!(window.state().session.job, JobState::Idle));
}

#[test]
fn f11_shows_the_page_alone_in_larger_type_and_escape_brings_the_rest_back() {
    let mut window = window(settings(Way::Threads), (1280.0, 800.0));
    open(&mut window, "Semaphore");
    let before = window.ctx.zoom_factor();
    window.key_press(Key::F11);
    window.run_steps(3);
    assert!(window.ctx.zoom_factor() > before);
    assert!(window.query_by_label("Experiments").is_none());
    assert!(window.query_by_label("Checksums").is_none());
    window.key_press(Key::Escape);
    window.run_steps(3);
    assert_eq!(window.ctx.zoom_factor(), before);
    assert!(window.query_by_label("Checksums").is_some());
}

#[test]
fn a_folder_that_cannot_be_read_is_named_with_what_can_be_done() {
    let mut window = window(settings(Way::Threads), (900.0, 600.0));
    open(&mut window, "Tree");
    run_with(&mut window, &["folder=/no/such/folder"]);
    step_until(&mut window, "the end", is_over);
    window.run_steps(2);
    for words in [
        "/no/such/folder: ",
        "Choose another folder, or clear its field",
    ] {
        let said = window.query_all_by_label_contains(words).next();
        assert!(said.is_some(), "{words}");
    }
}

/// Runs an experiment on the page that is open, with these settings.
fn run_with(window: &mut Window, settings: &[&str]) {
    let session = &mut window.state_mut().session;
    let index = session.lab.open;
    let mut chosen = crate::lab::controls::Chosen::defaults(ALL[index].controls());
    for setting in settings {
        chosen.set(ALL[index].name(), setting).expect("a setting");
    }
    session.apply(Command::RunExperiment(index, chosen), None);
    window.run_steps(3);
}

#[test]
fn the_list_is_walked_by_arrows_with_the_focus_in_it_and_without() {
    let mut window = window(settings(Way::Threads), (1280.0, 800.0));
    open(&mut window, "Semaphore");
    let begun = window.state().session.lab.open;
    for (key, moved) in [
        (Key::ArrowDown, 1),
        (Key::PageDown, 2),
        (Key::ArrowUp, 1),
        (Key::PageUp, 0),
    ] {
        window.key_press(key);
        window.run_steps(2);
        assert_eq!(window.state().session.lab.open, begun + moved, "{key:?}");
    }
    let entry = |title: &'static str| (egui::accesskit::Role::ListItem, title);
    let (role, title) = entry("Semaphore");
    window.get_by_role_and_label(role, title).focus();
    window.run_steps(2);
    for title in ["Event", "Condition"] {
        window.key_press(Key::ArrowDown);
        window.run_steps(2);
        let (role, title) = entry(title);
        assert!(
            window.get_by_role_and_label(role, title).is_focused(),
            "{title}"
        );
    }
    assert_eq!(window.state().session.lab.open, begun + 2);
    // What is open already is run.
    window.key_press(Key::Enter);
    window.run_steps(3);
    assert!(window.state().session.lab.running().is_some());
}

#[test]
fn escape_stops_what_runs_on_the_page_and_not_what_runs_on_another() {
    let mut window = window(settings(Way::Threads), (1280.0, 800.0));
    open(&mut window, "Semaphore");
    run_with(&mut window, &["hold=5000"]);
    open(&mut window, "Event");
    let words = "Semaphore runs. One experiment runs at a time.";
    assert!(window.query_by_label(words).is_some());
    window.key_press(Key::Escape);
    window.key_press(Key::Enter);
    window.run_steps(3);
    let running = window.state().session.lab.running().expect("it runs");
    assert!(!running.is_stopping() && running.experiment().title() == "Semaphore");
    let entry = window.get_all_by_label_contains("Semaphore").next();
    entry.expect("an entry in the list").click();
    window.run_steps(2);
    window.key_press(Key::Escape);
    step_until(&mut window, "the end", is_over);
    window.run_steps(2);
    assert!(window.query_by_label_contains("Stopped after").is_some());
}

#[test]
fn statements_that_have_no_room_are_one_line_that_opens() {
    let mut window = window(settings(Way::Threads), (900.0, 320.0));
    open(&mut window, "Semaphore");
    run_with(&mut window, &["hold=1"]);
    step_until(&mut window, "the end", is_over);
    window.run_steps(3);
    let all = "All 2 statements hold.";
    assert!(window.query_by_label(all).is_some());
    let statement = "never more than 5 were inside at once";
    assert!(window.query_by_label(statement).is_none());
    for (link, is_shown) in [
        ("Show the statements that hold", true),
        ("Hide the statements that hold", false),
    ] {
        // It may lie below the edge of so low a window.
        window.get_by_label(link).click_accesskit();
        window.run_steps(3);
        assert_eq!(window.query_by_label(statement).is_some(), is_shown);
    }
}
