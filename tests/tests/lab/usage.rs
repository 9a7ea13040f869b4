//! The command line of the lab: what it lists, what it refuses, what a terminal gets.

use std::collections::BTreeSet;

use end_to_end::{run, stderr_of};

use crate::common::{names, stdout_of};

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
