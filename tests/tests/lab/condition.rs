use crate::common::measured;

#[test]
fn a_wake_up_is_lost_on_one_who_waits_without_looking_and_on_nobody_else() {
    let json = measured("condition", &["buyers=3", "want=4"]);
    let facts = &json["facts"];
    assert_eq!(facts["served"], 3);
    assert_eq!(facts["left"], 0);
    // Nobody is served before the fourth delivery, and each of them wakes whoever waits.
    assert!(facts["woken"].as_u64() >= Some(3), "{facts}");
    assert_eq!(facts["lost_wake_up_hung"], true);
    assert_eq!(facts["lost_wake_up_end"], "was killed (SIGKILL)");
}
