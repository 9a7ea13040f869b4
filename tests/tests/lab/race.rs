use serde_json::json;

use crate::common::measured;

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
