use serde_json::Value;

use crate::common::measured;

#[test]
fn the_grain_of_calls_is_measured_from_a_quarter_of_a_microsecond_up() {
    let json = measured("grain", &[]);
    let points = json["facts"]["points"].as_array().expect("points");
    let outside: Vec<f64> = points
        .iter()
        .map(|point| point["outside_s"].as_f64().expect("a time"))
        .collect();
    assert_eq!(outside.len(), 11);
    assert!(outside.is_sorted(), "{outside:?}");
    assert!(outside[0] < 1e-6 && outside[10] > 1e-4, "{outside:?}");
    let gained = |point: &Value| point["speed_up"].as_f64().expect("a ratio") > 0.0;
    assert!(points.iter().all(gained));
    assert!(json["tables"][1]["columns"][2]["historic"].is_string());
}
