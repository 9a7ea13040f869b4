use std::collections::BTreeSet;

use serde_json::Value;

use crate::common::measured;

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
