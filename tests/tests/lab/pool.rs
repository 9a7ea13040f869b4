use serde_json::{Value, json};

use crate::common::measured;

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
