//! What is Windows's own: files that others hold, and its devices.

use std::fs;
use std::os::windows::fs::OpenOptionsExt as _;

use end_to_end::{Tree, listed_names, run, stderr_of};

use super::WAYS;

#[test]
fn what_cannot_be_read_is_named_with_the_reason_and_the_rest_goes_on() {
    let tree = Tree::new();
    tree.file("good", b"x");
    let held = tree.file("held", b"y");
    let held = fs::File::options().read(true).share_mode(0).open(held);
    let missing = tree.path().join("missing");
    for way in WAYS {
        let folder = tree.path().to_str().unwrap();
        let output = run(["hash", "--run-on", way, folder, missing.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(1), "{way}");
        let said = stderr_of(&output);
        // ERROR_FILE_NOT_FOUND and ERROR_SHARING_VIOLATION, in the words of the system.
        for (name, error) in [("missing", 2), ("held", 32)] {
            let words = std::io::Error::from_raw_os_error(error).to_string();
            let (words, _) = words.split_once(" (os error").expect("the system's words");
            assert!(said.contains(&format!("{name}: {words}")), "{said}");
        }
        let names = listed_names(&output.stdout);
        assert_eq!(names.len(), 1, "{names:?}");
        assert!(names[0].ends_with("/good"), "{names:?}");
    }
    drop(held.expect("the file was held"));
}

#[test]
fn nul_given_as_output_is_written_to_and_no_file_comes_of_it() {
    let tree = Tree::new();
    tree.file("x", b"x");
    for name in ["NUL", r"\\.\NUL"] {
        let output = std::process::Command::new(end_to_end::program())
            .args(["hash", "-o", name, "x"])
            .current_dir(tree.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{name}: {}", stderr_of(&output));
        assert_eq!(fs::read_dir(tree.path()).unwrap().count(), 1, "{name}");
    }
}
