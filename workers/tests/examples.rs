//! The examples do what they say they show.

use std::process::Command;

/// Runs an example of this package, built from this tree.
fn run(name: &str, arguments: &[&str]) -> String {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| env!("CARGO").into());
    let output = Command::new(cargo)
        .args(["run", "--quiet", "--locked", "--example", name, "--"])
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{name}: {output:?}");
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn hello_comes_from_another_process() {
    let said = run("hello", &[]);
    let numbers: Vec<&str> = said
        .split(|c: char| !c.is_ascii_digit())
        .filter(|number| !number.is_empty())
        .collect();
    assert_eq!(numbers.len(), 2, "{said}");
    assert_ne!(numbers[0], numbers[1], "{said}");
}

#[test]
fn squares_are_the_same_on_threads_and_processes() {
    let said = run("squares", &[]);
    for who in ["threads", "processes"] {
        let line = format!("{who}, in order: [0, 1, 4, 9, 16, 25, 36, 49, 64, 81]");
        assert!(said.contains(&line), "{said}");
    }
}

#[test]
fn digest_tree_prints_what_sha256sum_prints() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("abc");
    std::fs::write(&file, "abc").expect("written");
    let said = run("digest_tree", &[folder.path().to_str().expect("text")]);
    // The digest of "abc" in the standard that defines SHA-256 (FIPS 180-2, B.1).
    let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert!(
        said.contains(&format!("{digest}  {}", file.display())),
        "{said}"
    );
}

#[test]
fn a_crash_is_survived_and_every_death_has_its_name() {
    let said = run("survive_a_crash", &[]);
    for line in [
        "Work: done",
        "Fail: it failed: ",
        "Panic: it panicked: an index out of range, say",
        "Abort: 2 workers died with it",
        "Exit: 2 workers died with it; the last one exited with code 3",
        "Hang: it took longer than 1 s",
    ] {
        assert!(said.contains(line), "no '{line}' in {said}");
    }
}

#[test]
fn what_processes_share_has_its_rates() {
    let said = run("shared_rates", &["2000"]);
    let rates: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(&said).expect("one object");
    assert!(rates.contains_key("queue, 1 to 1, in batches"), "{said}");
    for (what, rate) in rates {
        assert!(rate.as_f64().expect("a number") > 0.0, "{what}: {rate}");
    }
}

#[test]
fn a_manager_has_its_rates() {
    let said = run("manager_rates", &["200"]);
    let rates: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(&said).expect("one object");
    for way in ["socket", "TCP"] {
        assert!(rates.contains_key(&format!("{way}, list, push")), "{said}");
    }
    for (what, rate) in rates {
        assert!(rate.as_f64().expect("a number") > 0.0, "{what}: {rate}");
    }
}
