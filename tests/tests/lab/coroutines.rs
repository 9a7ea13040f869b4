use serde_json::Value;

use crate::common::measured;

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
