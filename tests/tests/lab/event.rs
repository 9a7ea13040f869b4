use serde_json::json;

use crate::common::measured;

#[test]
fn one_signal_releases_all_who_wait_for_an_event() {
    let json = measured("event", &["waiters=6"]);
    let facts = &json["facts"];
    assert_eq!(facts["released"], json!([6, 6, 6]));
    // All of them had asked at least once before there was anything to hear.
    assert!(facts["asked_in_vain"].as_u64() >= Some(6), "{facts}");
    for who in [0, 1, 2] {
        let of = |fact: &str| facts[fact][who].as_f64().expect("a time");
        assert!(of("median_seconds") <= of("last_seconds"), "{facts}");
    }
}
