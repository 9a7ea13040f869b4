//! The lab without a window: every experiment runs, ends, and what must be true of it is.
#![cfg(unix)]

#[cfg(target_os = "linux")]
#[path = "lab/window.rs"]
mod window;

use std::collections::BTreeSet;
use std::process::Output;

#[cfg(target_os = "linux")]
use end_to_end::{Display, program};
use end_to_end::{Tree, run, stderr_of};
use serde_json::{Value, json};

/// Small settings, so that a test of each takes about a second.
const SMALL: &[(&str, &[&str])] = &[
    ("coroutines", &["step=1", "children=4", "messages=5"]),
    ("deadlock", &["pause=50", "rounds=200"]),
    ("fork", &["hold=50", "limit=200"]),
    ("reentrant-lock", &["hold=5", "limit=50", "watch=200"]),
    ("condition", &["pause=5", "watch=200"]),
    ("event", &["waiters=4", "before=50", "ask=10"]),
    ("race", &["times=50000"]),
    ("stuck", &["watch=200", "work=100"]),
    ("messages", &["time=5"]),
    ("shared", &["pause=1"]),
    ("semaphore", &["hold=20"]),
    ("interpreter-lock", &["count=100000", "long=200"]),
    ("grain", &["time=20"]),
    ("pool", &["work=20", "limit=10", "tasks=200"]),
    ("tree", &["size=8", "files=16"]),
    ("freeze", &["size=64"]),
];

fn stdout_of(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("text")
}

fn json_of(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

fn small(name: &str) -> &'static [&'static str] {
    SMALL
        .iter()
        .find(|(experiment, _)| *experiment == name)
        .map_or(&[], |(_, settings)| settings)
}

/// Runs an experiment with small settings and others, and gives its JSON.
fn measured(name: &str, settings: &[&str]) -> Value {
    let mut arguments = vec!["lab", name, "--json"];
    for setting in small(name).iter().chain(settings) {
        arguments.extend(["--set", setting]);
    }
    let output = if name == "freeze" {
        run_on_a_display(&arguments)
    } else {
        run(&arguments)
    };
    let json = json_of(&output);
    assert!(
        output.status.success(),
        "{name}: {json:#}\n{}",
        stderr_of(&output)
    );
    json
}

/// For the experiment that opens windows.
#[cfg(target_os = "linux")]
fn run_on_a_display(arguments: &[&str]) -> Output {
    let display = Display::start(1400, 900).expect("Xvfb starts (package xvfb)");
    display
        .command(program().to_str().expect("a path that is text"))
        .args(arguments)
        .output()
        .expect("thawsum starts")
}

/// For the experiment that opens windows: elsewhere there is always a display.
#[cfg(not(target_os = "linux"))]
fn run_on_a_display(arguments: &[&str]) -> Output {
    run(arguments)
}

fn names() -> Vec<String> {
    let listed = json_of(&run(["lab", "--json"]));
    let all = listed.as_array().expect("a list");
    all.iter()
        .map(|one| one["name"].as_str().expect("a name").to_owned())
        .collect()
}

#[test]
fn every_experiment_runs_to_its_end_and_all_that_must_be_true_is() {
    for name in names() {
        let json = measured(&name, &[]);
        assert_eq!(json["name"], name.as_str());
        assert_eq!(json["ended"], "finished", "{name}");
        assert_eq!(json["reason"], Value::Null, "{name}");
        assert!(json["seconds"].as_f64().expect("a time") > 0.0, "{name}");
        assert!(json["machine"]["cores"].as_u64() > Some(0), "{name}");
        let checks = json["checks"].as_array().expect("checks");
        assert!(!checks.is_empty(), "{name} claims nothing");
        for check in checks {
            assert_eq!(check["held"], true, "{name}: {check}");
        }
        let tables = json["tables"].as_array().expect("tables");
        assert!(!tables.is_empty(), "{name} shows nothing");
        for table in tables {
            let columns = table["columns"].as_array().expect("columns").len();
            for row in table["rows"].as_array().expect("rows") {
                assert_eq!(
                    row.as_array().expect("a row").len(),
                    columns,
                    "{name}: {table}"
                );
            }
        }
    }
}

#[test]
fn without_a_name_all_are_listed_with_what_can_be_set() {
    let output = run(["lab"]);
    assert!(output.status.success());
    let text = stdout_of(&output);
    let names = names();
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    for name in names {
        assert!(text.contains(&format!("\n  {name} ")), "{name} in {text}");
    }
    assert!(
        text.contains("--set permits=5  (a whole number from 1 to 64)"),
        "{text}"
    );
}

#[test]
fn what_does_not_exist_is_wrong_usage_and_said_so() {
    for (arguments, words) in [
        (&["lab", "no-such"][..], "there is no experiment 'no-such'"),
        (
            &["lab", "semaphore", "--set", "n=1"],
            "semaphore has no control 'n'; it has tasks, permits, hold",
        ),
        (
            &["lab", "semaphore", "--set", "permits=0"],
            "permits cannot be '0'; it can be a whole number from 1 to 64",
        ),
        (
            &["lab", "semaphore", "--set", "permits"],
            "'permits' is no setting",
        ),
    ] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let said = stderr_of(&output);
        assert!(said.contains(words), "{said}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn a_terminal_gets_the_table_the_statements_and_how_it_ended() {
    let output = run(["lab", "semaphore", "--set", "hold=10"]);
    assert!(output.status.success(), "{}", stderr_of(&output));
    let text = stdout_of(&output);
    for words in [
        "most inside at once",
        "with a semaphore of 5",
        "✓ never more than 5 were inside at once",
        "Finished after",
    ] {
        assert!(text.contains(words), "{words} in {text}");
    }
}

#[test]
fn a_semaphore_of_three_lets_three_in_and_without_it_more_are_inside() {
    let json = measured("semaphore", &["permits=3", "tasks=12", "hold=100"]);
    assert_eq!(json["controls"]["permits"], 3);
    assert_eq!(json["facts"]["entered"], 12);
    let most = |fact: &str| json["facts"][fact].as_u64().expect("a count");
    assert!(most("most_inside") <= 3);
    assert!(most("most_inside_without") > most("most_inside"));
    // Four rounds of three, each of a tenth of a second.
    assert!(json["facts"]["seconds"].as_f64() >= Some(0.4));
}

#[test]
fn the_deadlock_is_found_by_who_waits_for_whom_and_its_child_is_killed() {
    let json = measured("deadlock", &[]);
    let circle: BTreeSet<&str> = json["facts"]["circle"]
        .as_array()
        .expect("a circle")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    assert_eq!(circle, BTreeSet::from(["f1", "f2"]));
    assert_eq!(json["facts"]["child_was_killed"], true);
    let rows = json["tables"][0]["rows"].as_array().expect("rows");
    assert_eq!(rows.len(), 5, "the deadlock and four cures");
    for row in &rows[1..] {
        assert_eq!(row[1], 400.0, "all rounds of both: {row}");
    }
}

#[test]
fn a_lock_and_an_atomic_lose_no_update_and_without_a_guard_some_are_lost() {
    let runs = (0..10).map(|_| {
        let json = measured("race", &["times=500000"]);
        let facts = &json["facts"];
        assert_eq!(facts["left_locked"], json!([0, 0]));
        assert_eq!(facts["left_atomic"], json!([0, 0]));
        assert_eq!(facts["copies"], json!([500_000, -500_000]));
        for who in ["threads", "processes"] {
            let lost = facts[format!("lost_{who}")].as_u64().expect("a count");
            let left = facts[format!("left_{who}")].as_i64().expect("a number");
            // What is left is by how much the losses of the two differ.
            assert!(left.unsigned_abs() <= lost && lost <= 1_000_000, "{facts}");
            assert_eq!(lost % 2, left.unsigned_abs() % 2, "{facts}");
        }
        facts["lost_threads"].as_u64() > Some(0) && facts["lost_processes"].as_u64() > Some(0)
    });
    // Where the two never run at once, or on a machine that is busy, one run may be lucky.
    assert!(runs.into_iter().any(|some_lost| some_lost));
}

#[test]
fn three_countdowns_take_turns_and_one_thread_serves_many_children() {
    let json = measured("coroutines", &[]);
    let order: Vec<u64> = json["facts"]["order"]
        .as_array()
        .expect("an order")
        .iter()
        .filter_map(Value::as_u64)
        .collect();
    assert_eq!(order[..6], [5, 10, 15, 4, 9, 14]);
    assert_eq!(
        order[order.len() - 3..],
        [3, 2, 1],
        "the longest is left alone"
    );
    assert_eq!(order.len(), 30);
    assert_eq!(json["facts"]["children"], 4);
    assert_eq!(json["facts"]["messages"], 20);
}

#[test]
fn under_the_interpreter_lock_threads_take_turns_and_processes_need_not() {
    let json = measured("interpreter-lock", &["count=300000", "ticks=50"]);
    let facts = &json["facts"];
    let ticks = |way: &str| facts[way]["ticks"].as_u64().expect("a count");
    // Nine instructions a round, and the end, twice.
    for way in ["sequence", "threads", "one_core", "processes"] {
        assert_eq!(ticks(way), 2 * (300_000 * 9 + 5), "{way}");
    }
    let statements = json["checks"].to_string();
    assert_eq!(
        facts["had_two_cores"] == true,
        statements.contains("two processes are faster than two threads"),
        "{json:#}"
    );
    let long = &facts["long_instruction"];
    for what in ["took", "other_waited"] {
        assert!(long[what].as_f64() >= Some(0.2), "{what} in {long}");
    }
    let table = &json["tables"][0];
    assert_eq!(table["rows"][1][8], 45.5);
    assert!(table["columns"][8]["historic"].is_string());
}

/// The child processes of a process, by their numbers.
#[cfg(target_os = "linux")]
fn children_of(parent: u32) -> Vec<u32> {
    let tasks = std::fs::read_dir(format!("/proc/{parent}/task"))
        .into_iter()
        .flatten();
    let listed = tasks
        .flatten()
        .filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok());
    listed
        .flat_map(|text| {
            let numbers: Vec<u32> = text
                .split_whitespace()
                .filter_map(|n| n.parse().ok())
                .collect();
            numbers
        })
        .collect()
}

/// Runs the deadlock, with a minute between the locks, until its child is there; then sends the
/// signal, and gives back how it ended when its child is gone too.
#[cfg(target_os = "linux")]
fn ended_by(signal: nix::sys::signal::Signal) -> Output {
    use std::process::Stdio;
    use std::time::{Duration, Instant};

    use nix::unistd::Pid;

    let limit = Instant::now() + Duration::from_secs(60);
    let look = || {
        assert!(Instant::now() < limit, "it took too long");
        std::thread::sleep(Duration::from_millis(5));
    };
    let program = std::process::Command::new(program())
        .args(["lab", "deadlock", "--json", "--set", "pause=2000"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut children = Vec::new();
    while children.is_empty() {
        look();
        children = children_of(program.id());
    }
    let pid = Pid::from_raw(program.id().cast_signed());
    nix::sys::signal::kill(pid, signal).expect("it runs");
    let output = program.wait_with_output().expect("it ends");
    // Ended, it may still be a zombie until whoever takes over orphans has reaped it.
    let runs = |child: &u32| {
        let stat = std::fs::read_to_string(format!("/proc/{child}/stat")).unwrap_or_default();
        stat.rsplit_once(')')
            .is_some_and(|(_, rest)| !rest.trim_start().starts_with(['Z', 'X']))
    };
    while children.iter().any(runs) {
        look();
    }
    output
}

#[cfg(target_os = "linux")]
#[test]
fn ctrl_c_stops_an_experiment_and_its_children_and_says_so() {
    let output = ended_by(nix::sys::signal::Signal::SIGINT);
    assert_eq!(output.status.code(), Some(130));
    assert_eq!(json_of(&output)["ended"], "stopped");
}

#[cfg(target_os = "linux")]
#[test]
fn an_experiment_that_is_killed_leaves_no_child_behind() {
    let output = ended_by(nix::sys::signal::Signal::SIGKILL);
    assert!(!output.status.success());
}

#[test]
fn every_task_goes_through_the_queue_once_whichever_side_is_faster() {
    for (settings, waiting) in [
        (["pause=0", "keep=5"], "found_full"),
        (["pause=5", "keep=0"], "found_empty"),
    ] {
        let mut all = vec!["room=3", "producers=2", "consumers=4", "tasks=25"];
        all.extend(settings);
        let json = measured("queue", &all);
        let facts = &json["facts"];
        for who in [0, 1] {
            assert_eq!(facts["taken"][who], 50, "{facts}");
            assert_eq!(facts["done_at_join"][who], 50, "{facts}");
            assert!(facts["deepest"][who].as_u64() <= Some(3), "{facts}");
            assert!(facts[waiting][who].as_u64() > Some(0), "{facts}");
        }
    }
}

#[test]
fn the_grain_of_calls_is_measured_from_a_quarter_of_a_microsecond_up() {
    let json = measured("grain", &[]);
    let points = json["facts"]["points"].as_array().expect("points");
    let outside: Vec<f64> = points
        .iter()
        .map(|point| point["outside_s"].as_f64().expect("a time"))
        .collect();
    assert_eq!(outside.len(), 11);
    assert!(outside.is_sorted(), "{outside:?}");
    assert!(outside[0] < 1e-6 && outside[10] > 1e-4, "{outside:?}");
    let gained = |point: &Value| point["speed_up"].as_f64().expect("a ratio") > 0.0;
    assert!(points.iter().all(gained));
    assert!(json["tables"][1]["columns"][2]["historic"].is_string());
}

#[test]
fn a_child_forked_while_a_lock_is_held_never_gets_it_and_a_spawned_one_does() {
    let json = measured("fork", &[]);
    let facts = &json["facts"];
    assert_eq!(facts["can_fork"], true);
    assert_eq!(facts["forked_got_it"], false);
    assert!(facts["forked_asked"].as_u64() > Some(0), "{facts}");
    assert_eq!(facts["forked_was_killed"], true);
    assert_eq!(facts["forked_while_free_got_it"], true);
    assert_eq!(facts["spawned_got_it"], true);
    let rows = json["tables"][0]["rows"].as_array().expect("rows");
    assert_eq!(rows[0][3], Value::Null, "the forked child: {}", rows[0]);
    assert_eq!(rows[0][4], "was killed (SIGKILL)");
    for row in &rows[1..] {
        assert!(row[3].as_f64().is_some(), "the others got it: {row}");
    }
}

#[test]
fn a_pool_gives_squares_in_order_and_as_they_come_and_waiting_for_one_can_be_given_up() {
    let json = measured("pool", &["work=100"]);
    let facts = &json["facts"];
    let squares = json!([0, 1, 4, 9, 16, 25, 36, 49, 64, 81]);
    assert_eq!(facts["mapped"], squares);
    let mut came: Vec<u64> = facts["as_they_came"]
        .as_array()
        .expect("squares")
        .iter()
        .filter_map(Value::as_u64)
        .collect();
    came.sort_unstable();
    assert_eq!(json!(came), squares);
    // Four tenths of a second of work, asked for ten milliseconds at a time.
    assert!(facts["not_yet"].as_u64() > Some(0), "{facts}");
    assert_eq!(facts["applied"], 100);
    assert_eq!(facts["batches"].as_array().map(Vec::len), Some(6));
    let who = json["tables"][1]["rows"].as_array().expect("rows");
    assert!(who.len() <= 3, "two workers and what came: {who:?}");
}

#[test]
fn every_way_and_number_of_workers_finds_the_same_digests_in_a_tree() {
    let json = measured("tree", &["size=16", "files=10", "most=1"]);
    let cores = json["machine"]["cores"].as_u64().expect("a count");
    let runs = json["facts"]["runs"].as_array().expect("runs");
    assert_eq!(runs.len() as u64, 2 * cores);
    for run in runs {
        assert_eq!(run["files"], 10, "{run}");
        // Shared out evenly, the rest left out.
        assert_eq!(run["bytes"], 16 * 1024 * 1024 / 10 * 10, "{run}");
    }
    assert_eq!(json["facts"]["same_digests"], true);
}

#[test]
fn a_folder_that_is_chosen_is_read_and_left_as_it_is_and_one_that_is_not_there_is_named() {
    let tree = Tree::new();
    tree.file("a", b"one");
    tree.file("b", b"two");
    let folder = tree.path().to_str().expect("a path that is text");
    let json = measured("tree", &[&format!("folder={folder}"), "most=1"]);
    assert_eq!(json["facts"]["files"], 2);
    assert_eq!(json["facts"]["bytes"], 6);
    assert_eq!(json["controls"]["folder"], folder);
    assert!(tree.path().join("a").exists());

    let output = run(["lab", "tree", "--set", "folder=/no/such/folder"]);
    assert_eq!(output.status.code(), Some(1));
    let said = stderr_of(&output);
    assert!(said.contains("/no/such/folder: "), "{said}");
}

#[test]
#[cfg(target_os = "linux")]
fn of_two_windows_the_one_that_hashes_on_its_own_thread_answers_nobody_meanwhile() {
    let json = measured("freeze", &["size=512"]);
    let (frozen, other) = (&json["facts"]["own_thread"], &json["facts"]["processes"]);
    for seen in [frozen, other] {
        assert_eq!(seen["files"], 64, "{seen}");
        assert_eq!(seen["bytes"], 512 * 1024 * 1024, "{seen}");
        assert!(seen["frames"].as_u64() > Some(0), "{seen}");
        // Asked as a desktop asks, not only by itself.
        assert!(seen["longest_silence_s"].as_f64() > Some(0.0), "{seen}");
    }
    let verdict = frozen["verdict"].as_str().expect("words");
    let silence = frozen["longest_silence_s"].as_f64().expect("a time");
    assert_eq!(verdict == "not responding", silence >= 5.0, "{frozen}");
}

#[test]
#[cfg(target_os = "linux")]
fn without_a_display_two_windows_are_not_tried_and_it_is_said_why() {
    let output = std::process::Command::new(program())
        .args(["lab", "freeze"])
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .output()
        .expect("thawsum starts");
    assert_eq!(output.status.code(), Some(1));
    let said = stderr_of(&output);
    assert!(said.contains("there is no display"), "{said}");
}

#[test]
fn a_reentrant_lock_lets_its_holder_in_and_a_plain_one_makes_it_wait_for_itself() {
    let json = measured("reentrant-lock", &["times=7"]);
    let facts = &json["facts"];
    assert_eq!(facts["most"], json!([7, 7]));
    assert_eq!(facts["held_when_another_got_it"], json!([0, 0]));
    assert_eq!(facts["plain_gave_up"], true);
    assert_eq!(facts["plain_hung"], true);
    assert_eq!(facts["plain_end"], "was killed (SIGKILL)");
}

#[test]
fn a_wake_up_is_lost_on_one_who_waits_without_looking_and_on_nobody_else() {
    let json = measured("condition", &["buyers=3", "want=4"]);
    let facts = &json["facts"];
    assert_eq!(facts["served"], 3);
    assert_eq!(facts["left"], 0);
    // Nobody is served before the fourth delivery, and each of them wakes whoever waits.
    assert!(facts["woken"].as_u64() >= Some(3), "{facts}");
    assert_eq!(facts["lost_wake_up_hung"], true);
    assert_eq!(facts["lost_wake_up_end"], "was killed (SIGKILL)");
}

#[test]
fn one_signal_releases_all_who_wait_for_an_event() {
    let json = measured("event", &["waiters=6"]);
    let facts = &json["facts"];
    assert_eq!(facts["released"], json!([6, 6, 6]));
    // All of them had asked at least once before there was anything to hear.
    assert!(facts["asked_in_vain"].as_u64() >= Some(6), "{facts}");
    for who in [0, 1, 2] {
        let of = |fact: &str| facts[fact][who].as_f64().expect("a time");
        assert!(of("median_seconds") <= of("last_seconds"), "{facts}");
    }
}

#[test]
fn a_stuck_thread_ends_with_its_process_and_a_stuck_process_alone() {
    let json = measured("stuck", &[]);
    let facts = &json["facts"];
    for (who, other_works_on) in [("thread", false), ("process", true)] {
        let one = &facts[who];
        assert_eq!(one["worked_on_when_asked"], true, "{facts}");
        assert_eq!(one["end"], "was killed (SIGKILL)", "{facts}");
        assert_eq!(one["other_works_on"], other_works_on, "{facts}");
    }
    assert_eq!(facts["joined_steps"], json!([5, 5]));
    let left = |index: usize| facts["left_steps"][index].as_u64().expect("a count");
    assert!(left(0) < left(1), "{facts}");
}

#[test]
fn a_child_changes_a_number_and_an_array_that_its_parent_reads_but_not_its_copy() {
    let json = measured("shared", &["length=10"]);
    let facts = &json["facts"];
    assert_eq!(facts["number"].to_string(), "3.1415927");
    let negative: Vec<i64> = (0..10).map(|number| -number).collect();
    assert_eq!(facts["array"], json!(negative));
    assert_eq!(facts["copy_in_the_child"], json!(negative));
    assert_eq!(facts["copy"], json!([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
    let row = &json["tables"][0]["rows"][1];
    assert_eq!(row[3], "0, −1, −2, −3, −4, −5, −6, −7, −8, −9");
}

#[test]
fn messages_locks_and_numbers_are_measured_beside_python_and_2006() {
    let json = measured("messages", &[]);
    let facts = &json["facts"];
    let rows = facts["rows"].as_array().expect("rows");
    assert_eq!(rows.len(), 19);
    for row in rows {
        let name = row["name"].as_str().expect("a name");
        if !name.ends_with("managed") {
            assert!(row["thawsum"].as_f64() > Some(0.0), "{row}");
            assert!(row["thawsum_cpu_seconds"].is_number(), "{row}");
        }
        // Python is installed where the tests run.
        assert!(row["python"].as_f64() > Some(0.0), "{row}");
        assert!(row["python_cpu_seconds"].is_number(), "{row}");
        if row["times"].as_f64() < Some(10.0) {
            assert!(!row["reason"].as_str().expect("words").is_empty(), "{row}");
        }
    }
    for waits in ["queue-processes", "pipe", "condition-threads"] {
        let row = rows.iter().find(|row| row["name"] == waits);
        let row = row.expect("a row that waits");
        assert!(row["spinning"].as_f64() > Some(0.0), "{row}");
        assert!(row["spinning_cpu_seconds"].is_number(), "{row}");
    }
    let table = &json["tables"][0];
    assert!(table["columns"][1]["historic"].is_string());
    assert_eq!(table["rows"][0][1], 49_000.0);
    assert_eq!(table["rows"][18][2], 17_000.0);
}
