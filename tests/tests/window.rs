//! The real window under Xvfb, driven by real input events.
#![cfg(target_os = "linux")]

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::time::{Duration, Instant};

use end_to_end::{
    Display, Drag, ScreenReader, Tree, Window, capture, children_of, cpu_time, differs, is_alive,
    program, reference, save, wait_until,
};

const PATIENCE: Duration = Duration::from_secs(30);
/// A desktop calls a window unresponsive after about five seconds.
const ANSWERS: Duration = Duration::from_secs(2);

struct Running {
    window: Window,
    reader: ScreenReader,
    process: Child,
    config: tempfile::TempDir,
    _display: Display,
}

impl Running {
    /// Starts the program with settings of its own, and waits for its window.
    fn start(settings: &str, arguments: &[&str]) -> Self {
        let display = Display::start(1400, 900).expect("Xvfb starts (package xvfb)");
        let reader = ScreenReader::start();
        let config = tempfile::tempdir().expect("a folder for settings");
        std::fs::write(config.path().join("settings.json"), settings).expect("settings");
        let process = display
            .command(program().to_str().expect("a path that is text"))
            .args(["--size", "1280x800"])
            .args(arguments)
            .env("THAWSUM_CONFIG", config.path())
            .env("DBUS_SESSION_BUS_ADDRESS", reader.address())
            .spawn()
            .expect("thawsum starts");
        let window = Window::wait_for(&display, "Thawsum", Some(process.id()), PATIENCE)
            .expect("a window whose title begins with Thawsum");
        window.focus().expect("focus");
        Self {
            window,
            reader,
            process,
            config,
            _display: display,
        }
    }

    fn workers(&self) -> Vec<u32> {
        children_of(self.process.id())
    }

    fn wait_for_title(&self, part: &str) {
        assert!(
            wait_until(PATIENCE, || self
                .window
                .title()
                .is_ok_and(|title| title.contains(part))),
            "the title never had '{part}'; it is {:?}",
            self.window.title()
        );
    }

    /// Keeps a picture for a person to look at.
    fn picture(&self, name: &str) {
        let image = capture(&self.window).expect("a picture of the window");
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("pictures");
        std::fs::create_dir_all(&folder).expect("a folder for pictures");
        save(&image, folder.join(format!("{name}.png"))).expect("the picture is saved");
    }

    /// How many of `n` pings are answered as a responsive window answers.
    fn answered(&self, n: usize) -> usize {
        (0..n)
            .filter(|_| {
                std::thread::sleep(Duration::from_millis(50));
                self.window
                    .ping(ANSWERS)
                    .expect("a ping can be sent")
                    .is_some()
            })
            .count()
    }

    /// Clicks on what a screen reader would call so, as soon as it is there.
    fn click_on(&self, name: &str) {
        let mut place = None;
        let there = wait_until(PATIENCE, || {
            place = self.reader.find(name);
            place.is_some()
        });
        assert!(there, "no '{name}' among {:#?}", self.reader.names());
        let (x, y) = place.expect("found a moment ago");
        self.window.click(x, y).expect("a click");
    }

    fn wait_until_gone(&self, name: &str) {
        let gone = || self.reader.find(name).is_none();
        assert!(wait_until(PATIENCE, gone), "'{name}' stays");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Tests that end it themselves have done so by now.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn endless() -> Tree {
    let tree = Tree::new();
    for name in ["a", "b", "c", "d"] {
        tree.sparse(name, 1 << 40);
    }
    tree
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path that is text")
}

#[test]
fn the_window_answers_and_moves_while_threads_and_processes_hash() {
    for way in ["threads", "processes"] {
        let tree = endless();
        let running = Running::start("{}", &["--run-on", way, "-j", "2", text(tree.path())]);
        running.wait_for_title(" % of ");
        assert_eq!(running.answered(40), 40, "{way}: pings went unanswered");
        let before = capture(&running.window).expect("a picture");
        assert!(
            wait_until(PATIENCE, || differs(
                &before,
                &capture(&running.window).expect("a picture")
            ) > 0.0),
            "{way}: nothing moved"
        );
        running.click_on("Type here to feel how fast the window answers");
        running
            .window
            .type_text("typing while it works")
            .expect("typing");
        std::thread::sleep(Duration::from_millis(500));
        running.picture(&format!("running-on-{way}"));
    }
}

#[test]
fn a_job_on_the_windows_thread_freezes_it_for_the_limit_and_then_thaws() {
    let tree = endless();
    let running = Running::start(
        r#"{"freeze_limit_s": 4}"#,
        &["--run-on", "ui", text(tree.path())],
    );
    assert_eq!(running.answered(3), 3, "it must announce the freeze first");
    running.picture("before-the-freeze");
    running.wait_for_title("frozen by");
    // The title is set one frame before the freeze, so the first ping may still be answered.
    assert!(
        wait_until(PATIENCE, || running
            .window
            .ping(Duration::from_secs(1))
            .is_ok_and(|answer| answer.is_none())),
        "a window that hashes on its own thread cannot answer"
    );
    let frozen = Instant::now();
    assert!(
        wait_until(PATIENCE, || running
            .window
            .ping(Duration::from_millis(500))
            .is_ok_and(|answer| answer.is_some())),
        "it never thawed"
    );
    assert!(frozen.elapsed() > Duration::from_secs(1));
    running.wait_for_title(" % of ");
    assert_eq!(
        running.answered(10),
        10,
        "the rest goes on in the background"
    );
    std::thread::sleep(Duration::from_millis(700));
    running.picture("after-the-freeze");
}

#[test]
fn closing_the_window_in_the_middle_leaves_no_process() {
    let tree = endless();
    let mut running = Running::start("{}", &["-j", "2", text(tree.path())]);
    running.wait_for_title(" % of ");
    let workers = running.workers();
    assert_eq!(workers.len(), 2);
    running.window.close().expect("asked to close");
    assert!(
        wait_until(Duration::from_secs(5), || running
            .process
            .try_wait()
            .is_ok_and(|status| status.is_some())),
        "it did not end"
    );
    assert!(
        wait_until(Duration::from_secs(1), || workers
            .iter()
            .all(|&pid| !is_alive(pid))),
        "workers are left"
    );
    let settings =
        std::fs::read_to_string(running.config.path().join("settings.json")).expect("settings");
    assert!(
        settings.contains(text(tree.path())),
        "the folder was not remembered: {settings}"
    );
    assert!(
        settings.contains("\"size\""),
        "the window's place was not kept: {settings}"
    );
}

#[test]
fn pause_resume_kill_and_cancel_do_what_they_say() {
    let tree = endless();
    let running = Running::start("{}", &["-j", "2", text(tree.path())]);
    running.wait_for_title(" % of ");
    let used =
        |pids: &[u32]| -> Duration { pids.iter().filter_map(|&pid| cpu_time(pid).ok()).sum() };

    let workers = running.workers();
    running.click_on("Pause");
    // Paused workers use nothing; two samples of the same value in a row say so.
    let still = || {
        let before = used(&workers);
        std::thread::sleep(Duration::from_millis(300));
        used(&workers) == before
    };
    assert!(
        wait_until(PATIENCE, still),
        "pause did not stop the workers"
    );
    running.picture("paused");

    running.window.key("ctrl+p").expect("a key");
    let paused_at = used(&workers);
    assert!(
        wait_until(PATIENCE, || used(&workers) > paused_at),
        "resume did nothing"
    );

    running.click_on("Kill worker 1: its files are hashed by others");
    assert!(
        wait_until(PATIENCE, || {
            let now = running.workers();
            now.len() == 2 && now != workers && workers.iter().any(|&pid| !is_alive(pid))
        }),
        "no worker was killed and replaced: {workers:?}, {:?}",
        running.workers()
    );
    std::thread::sleep(Duration::from_millis(500));
    running.picture("a-worker-was-killed");

    let workers = running.workers();
    running.click_on("Cancel");
    assert!(
        wait_until(PATIENCE, || workers.iter().all(|&pid| !is_alive(pid))),
        "cancel left workers"
    );
    running.wait_for_title("cancelled");
    assert_eq!(running.answered(3), 3);
    running.picture("cancelled");
}

#[test]
fn a_death_is_seen_in_the_history_and_the_log_while_the_window_answers() {
    // A sheet has the panels' colour, and the window beside it is darker.
    const OPEN: f64 = 0.25;
    const SHUT: f64 = 0.15;
    let tree = endless();
    let running = Running::start("{}", &["-j", "2", text(tree.path())]);
    running.wait_for_title(" % of ");
    let workers = running.workers();
    running.click_on("Kill worker 1: its files are hashed by others");
    assert!(
        wait_until(PATIENCE, || {
            let now = running.workers();
            now.len() == 2 && now != workers
        }),
        "no worker was killed and replaced"
    );
    let picture = || capture(&running.window).expect("a picture");
    let covered = |before, what: &str| {
        assert!(
            wait_until(PATIENCE, || differs(before, &picture()) > OPEN),
            "{what} did not open"
        );
    };
    let before = picture();
    running.click_on("1 restart: show what died, and why");
    covered(&before, "the history");
    assert_eq!(running.answered(10), 10, "the history held the window up");
    running.picture("what-died");

    let uncovered = |what: &str| {
        running.window.key("Escape").expect("a key");
        assert!(
            wait_until(PATIENCE, || differs(&before, &picture()) < SHUT),
            "Esc did not close {what}"
        );
    };
    uncovered("the history");
    running.click_on("Open the log of worker 1");
    covered(&before, "the log");
    assert_eq!(running.answered(10), 10, "the log held the window up");
    running.picture("a-workers-log");
    uncovered("the log");

    running.window.key("ctrl+d").expect("a key");
    covered(&before, "the history");
    // Under a sheet the job can still be ended, and the sheet stays.
    running.window.key("ctrl+period").expect("a key");
    running.wait_for_title("cancelled");
    std::thread::sleep(Duration::from_millis(500));
    assert!(differs(&before, &picture()) > OPEN, "the history is gone");
    running.picture("what-died-afterwards");
    assert_eq!(running.answered(3), 3);
}

#[test]
fn a_list_saved_with_the_keyboard_is_what_sha256sum_would_have_written() {
    let tree = Tree::new();
    for index in 0..300 {
        tree.file(
            format!("photos/{index:03}.jpg"),
            format!("picture {index}").as_bytes(),
        );
    }
    let photos = tree.path().join("photos");
    let running = Running::start("{}", &[text(&photos)]);
    running.wait_for_title("finished");
    running.window.key("ctrl+s").expect("a key");
    std::thread::sleep(Duration::from_millis(500));
    running.picture("saving");
    running.window.key("Return").expect("a key");
    let list = tree.path().join("photos.sha256");
    assert!(wait_until(PATIENCE, || list.exists()), "no list was saved");
    let expected = String::from_utf8(reference("sha256sum", &photos)).expect("text");
    let prefix = format!("{}/", text(tree.path()));
    assert_eq!(
        std::fs::read_to_string(&list).expect("the list"),
        expected.replace(&prefix, "")
    );

    // A second time it asks before it replaces anything.
    std::fs::write(&list, "precious").expect("written");
    std::thread::sleep(Duration::from_millis(300));
    running.window.key("ctrl+s").expect("a key");
    std::thread::sleep(Duration::from_millis(500));
    running.window.key("Return").expect("a key");
    std::thread::sleep(Duration::from_millis(700));
    running.picture("asking-before-replacing");
    assert_eq!(
        std::fs::read_to_string(&list).expect("the list"),
        "precious"
    );
}

#[test]
fn a_folder_dragged_from_another_program_is_chosen_and_hashed() {
    let tree = Tree::new();
    tree.file("photos from Zoë/1.jpg", b"a picture");
    // What is dropped arrives without symbolic links in its path.
    let folder = tree.path().join("photos from Zoë").canonicalize();
    let folder = folder.expect("a folder");
    let running = Running::start("{}", &[]);
    std::thread::sleep(Duration::from_millis(500));
    let before = capture(&running.window).expect("a picture");
    let changed = || differs(&before, &capture(&running.window).expect("a picture"));
    let comes_to = |what: &str, part: Range<f64>| {
        assert!(
            wait_until(PATIENCE, || part.contains(&changed())),
            "{what}: {} of the window has changed",
            changed()
        );
    };
    let hovering = || {
        let mut drag = Drag::enter(&running.window, &folder, PATIENCE).expect("a drag");
        for (x, y) in [(0, 0), (640, 400), (1279, 799)] {
            drag.hover(x, y).expect("the window would take it");
        }
        comes_to("the hint is over everything", 0.5..1.0);
        drag
    };

    let drag = hovering();
    assert_eq!(running.answered(3), 3);
    running.picture("hovering");
    drag.leave().expect("a drag that goes elsewhere");
    comes_to("nothing is left of it", 0.0..0.001);

    hovering().let_go().expect("a drop");
    comes_to("the path is there and the hint is not", 0.001..0.1);
    running.picture("dropped");
    running.window.key("Return").expect("a key");
    running.wait_for_title("photos from Zoë: finished");
    let settings = running.config.path().join("settings.json");
    assert!(
        wait_until(PATIENCE, || std::fs::read_to_string(&settings)
            .is_ok_and(|settings| settings.contains(text(&folder)))),
        "it was another folder"
    );
}

#[test]
fn an_idle_window_uses_no_processor_time() {
    let running = Running::start("{}", &[]);
    let pid = running.process.id();
    let quiet = || {
        let before = cpu_time(pid).expect("its processor time");
        std::thread::sleep(Duration::from_secs(2));
        cpu_time(pid).expect("its processor time") - before <= Duration::from_millis(10)
    };
    assert!(wait_until(PATIENCE, quiet), "it never came to rest");
    running.picture("welcome");
}

#[test]
fn a_window_opens_where_it_was_and_never_off_the_screen() {
    let at = |position| {
        let settings = format!(
            r#"{{"window": {{"position": {position}, "size": [900, 600], "maximized": false}}}}"#
        );
        let running = Running::start(&settings, &[]);
        let geometry = running.window.geometry().expect("its place");
        (running, (geometry.x, geometry.y))
    };
    let (mut running, place) = at("[90, 40]");
    assert_eq!(place, (90, 40));
    running.window.put_at(30, 20).expect("moved");
    let kept = running.config.path().join("settings.json");
    assert!(wait_until(PATIENCE, || running
        .window
        .geometry()
        .is_ok_and(|place| (place.x, place.y) == (30, 20))));
    running.window.close().expect("asked to close");
    running.process.wait().expect("it ends");
    let kept = std::fs::read_to_string(kept).expect("settings");
    let kept: serde_json::Value = serde_json::from_str(&kept).expect("JSON");
    assert_eq!(
        kept["window"]["position"],
        serde_json::json!([30.0, 20.0]),
        "{kept}"
    );

    let (_running, (x, y)) = at("[5000, 40]");
    assert!(x < 1400 && y < 900, "nobody can see a window at {x}, {y}");
}

#[test]
fn every_view_is_drawn_in_both_themes_and_two_sizes() {
    let tree = Tree::hostile();
    for (theme, scale) in [("dark", "1.0"), ("light", "1.0"), ("dark", "1.4")] {
        let settings = format!(r#"{{"theme": "{theme}", "scale": {scale}}}"#);
        let running = Running::start(&settings, &[text(tree.path())]);
        running.wait_for_title("finished");
        std::thread::sleep(Duration::from_millis(800));
        for (size, suffix) in [((1280, 800), ""), ((900, 600), "-900x600")] {
            running.window.resize(size.0, size.1).expect("resized");
            std::thread::sleep(Duration::from_millis(700));
            let mut seen = Vec::new();
            for (number, view) in [(1, "hash"), (2, "runs"), (3, "settings"), (4, "help")] {
                running
                    .window
                    .key(&format!("ctrl+{number}"))
                    .expect("a key");
                std::thread::sleep(Duration::from_millis(400));
                running.picture(&format!("{view}-{theme}-{scale}{suffix}"));
                let image = capture(&running.window).expect("a picture");
                assert!(
                    seen.iter().all(|other| differs(other, &image) > 0.005),
                    "{view} looks like another view"
                );
                seen.push(image);
            }
        }
        assert_eq!(running.answered(2), 2);
    }
}

#[test]
fn a_list_on_the_command_line_is_verified_and_what_failed_is_verified_again_by_a_click() {
    let tree = Tree::new();
    for index in 0..200 {
        tree.file(
            format!("{index:03}.jpg"),
            format!("picture {index}").as_bytes(),
        );
    }
    let listed = reference("sha256sum", tree.path());
    let lists = Tree::new();
    lists.file("photos.sha256", &listed);
    tree.file("017.jpg", b"something else");
    tree.file("018.jpg", b"something else");
    let list = lists.path().join("photos.sha256");
    for theme in ["dark", "light"] {
        let settings = format!(r#"{{"theme": "{theme}"}}"#);
        let running = Running::start(&settings, &["-j", "2", text(&list)]);
        running.wait_for_title("photos.sha256: 2 of 200 files are wrong");
        assert_eq!(running.answered(3), 3);
        running.picture(&format!("verified-{theme}-wrong"));
        tree.file("018.jpg", b"picture 18");
        running.click_on("Verify again only what was not as listed");
        running.wait_for_title("1 of 2 files is wrong");
        tree.file("017.jpg", b"picture 17");
        running.click_on("Verify again only what was not as listed");
        running.wait_for_title("the file is now as listed");
        running.window.key("Return").expect("a key");
        running.wait_for_title("all 200 files are as listed");
        std::thread::sleep(Duration::from_millis(500));
        running.picture(&format!("verified-{theme}"));
        running.window.resize(900, 600).expect("resized");
        std::thread::sleep(Duration::from_millis(700));
        running.picture(&format!("verified-{theme}-900x600"));
        tree.file("017.jpg", b"something else");
        tree.file("018.jpg", b"something else");
    }
}

#[test]
fn an_expected_digest_is_typed_and_the_answer_names_the_file() {
    let tree = Tree::new();
    tree.file("photo.iso", b"a picture");
    let line = String::from_utf8(reference("sha256sum", tree.path())).expect("text");
    let digest = &line[..64];
    for (theme, ending) in [
        ("dark", "photo.iso: as expected"),
        ("light", "photo.iso: NOT as"),
    ] {
        let settings = format!(r#"{{"theme": "{theme}"}}"#);
        let running = Running::start(&settings, &[text(&tree.path().join("photo.iso"))]);
        running.wait_for_title("finished");
        running.click_on("Digest that the file is expected to have");
        let typed = match theme {
            "dark" => digest.to_uppercase(),
            _ => digest.replace(['1', '2'], "f"),
        };
        running.window.type_text(&typed).expect("typing");
        std::thread::sleep(Duration::from_millis(500));
        running.picture(&format!("expected-{theme}-typed"));
        running.window.key("Return").expect("a key");
        running.wait_for_title(ending);
        std::thread::sleep(Duration::from_millis(500));
        running.picture(&format!("expected-{theme}"));
        running.window.resize(900, 600).expect("resized");
        std::thread::sleep(Duration::from_millis(700));
        running.picture(&format!("expected-{theme}-900x600"));
    }
}

#[test]
fn duplicates_and_a_comparison_are_chosen_from_the_menu_beside_the_button() {
    let tree = Tree::new();
    for index in 0..20 {
        let content = format!("picture {}", index / 2);
        tree.file(format!("{index:03}.jpg"), content.as_bytes());
    }
    let other = Tree::new();
    for index in 1..20 {
        let content = format!("picture {}", index / 2);
        other.file(format!("{index:03}.jpg"), content.as_bytes());
    }
    for (theme, item) in [("dark", "duplicates"), ("light", "compare")] {
        let settings = format!(r#"{{"theme": "{theme}"}}"#);
        let running = Running::start(&settings, &["-j", "2", text(tree.path())]);
        running.wait_for_title("finished");
        running.click_on("What to do: Hash");
        std::thread::sleep(Duration::from_millis(500));
        running.picture(&format!("aims-{theme}"));
        if item == "duplicates" {
            running.click_on("Find duplicates");
            // The menu goes, and the button has the same name.
            running.wait_until_gone("Compare with…");
            running.click_on("Find duplicates");
            running.wait_for_title("10 files could go, 90 B");
        } else {
            running.click_on("Compare with…");
            std::thread::sleep(Duration::from_millis(500));
            // The field for the other side has the focus.
            running
                .window
                .type_text(text(other.path()))
                .expect("typing");
            running.window.key("Return").expect("a key");
            running.wait_for_title("1 only on the left of 20 files");
        }
        assert_eq!(running.answered(3), 3);
        std::thread::sleep(Duration::from_millis(500));
        running.picture(&format!("{item}-{theme}"));
        running.window.resize(900, 600).expect("resized");
        std::thread::sleep(Duration::from_millis(700));
        running.picture(&format!("{item}-{theme}-900x600"));
    }
}
