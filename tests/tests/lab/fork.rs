use serde_json::Value;

use crate::common::measured;

#[test]
fn a_child_forked_while_a_lock_is_held_never_gets_it_and_a_spawned_one_does() {
    let json = measured("fork", &[]);
    let facts = &json["facts"];
    assert_eq!(facts["can_fork"], true);
    assert_eq!(facts["forked_got_it"], false);
    assert!(facts["forked_asked"].as_u64() > Some(0), "{facts}");
    assert_eq!(facts["forked_was_killed"], true);
    assert_eq!(facts["forked_while_free_got_it"], true);
    assert_eq!(facts["spawned_got_it"], true);
    let rows = json["tables"][0]["rows"].as_array().expect("rows");
    assert_eq!(rows[0][3], Value::Null, "the forked child: {}", rows[0]);
    assert_eq!(rows[0][4], "was killed (SIGKILL)");
    for row in &rows[1..] {
        assert!(row[3].as_f64().is_some(), "the others got it: {row}");
    }
}
