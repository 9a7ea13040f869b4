use std::process::Command;

use end_to_end::{program, stderr_of};

use crate::common::measured;

#[test]
fn of_two_windows_the_one_that_hashes_on_its_own_thread_answers_nobody_meanwhile() {
    // Long enough for the window's pulse to tell how long it was silent.
    let json = measured("freeze", &["size=1536"]);
    assert_eq!(json["checks"].as_array().map(Vec::len), Some(3), "{json}");
    let (frozen, other) = (&json["facts"]["own_thread"], &json["facts"]["processes"]);
    for seen in [frozen, other] {
        assert_eq!(seen["files"], 64, "{seen}");
        assert_eq!(seen["bytes"], 1536 * 1024 * 1024, "{seen}");
        assert!(seen["frames"].as_u64() > Some(0), "{seen}");
        // Asked as a desktop asks, not only by itself.
        assert!(seen["longest_silence_s"].as_f64() > Some(0.0), "{seen}");
    }
    let verdict = frozen["verdict"].as_str().expect("words");
    let silence = frozen["longest_silence_s"].as_f64().expect("a time");
    assert_eq!(verdict == "not responding", silence >= 5.0, "{frozen}");
}

#[test]
fn without_a_display_two_windows_are_not_tried_and_it_is_said_why() {
    let output = Command::new(program())
        .args(["lab", "freeze"])
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .output()
        .expect("thawsum starts");
    assert_eq!(output.status.code(), Some(1));
    let said = stderr_of(&output);
    assert!(said.contains("there is no display"), "{said}");
}
