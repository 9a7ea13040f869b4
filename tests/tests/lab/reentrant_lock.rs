use serde_json::json;

use crate::common::measured;

#[test]
fn a_reentrant_lock_lets_its_holder_in_and_a_plain_one_makes_it_wait_for_itself() {
    let json = measured("reentrant-lock", &["times=7"]);
    let facts = &json["facts"];
    assert_eq!(facts["most"], json!([7, 7]));
    assert_eq!(facts["held_when_another_got_it"], json!([0, 0]));
    assert_eq!(facts["plain_gave_up"], true);
    assert_eq!(facts["plain_hung"], true);
    assert_eq!(facts["plain_end"], "was killed (SIGKILL)");
}
