use end_to_end::{Tree, run, stderr_of};

use crate::common::measured;

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
