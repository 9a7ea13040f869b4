use serde_json::json;

use crate::common::measured;

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
fn two_processes_change_what_a_manager_has_over_both_ways_and_lose_nothing() {
    let json = measured("shared", &["changes=15"]);
    let ways = json["facts"]["managed"].as_array().expect("ways");
    assert_eq!(ways.len(), 2);
    for way in ways {
        assert_eq!(way["wanted"], 30, "{way}");
        for counted in ["under_the_lock", "by_exchange", "items"] {
            assert_eq!(way[counted], 30, "{counted}: {way}");
        }
        assert_eq!(way["each_once"], true, "{way}");
        let without = way["without_either"].as_u64().expect("a count");
        assert!((1..=30).contains(&without), "{way}");
        assert!(way["question_seconds"].as_f64() > Some(0.0), "{way}");
    }
    assert_eq!(ways[0]["over"], "a Unix socket");
    assert_eq!(ways[0]["wrong_key"], json!([]));
    let twice = |words: &str| json!([words, words]);
    assert_eq!(ways[1]["wrong_key"], twice("the manager has another key"));
    assert_eq!(
        ways[1]["without_key"],
        twice("this manager asks for its key; open the token with it")
    );
}
