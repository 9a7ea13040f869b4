use serde_json::json;

use crate::common::measured;

#[test]
fn a_stuck_thread_ends_with_its_process_and_a_stuck_process_alone() {
    let json = measured("stuck", &[]);
    let facts = &json["facts"];
    for (who, other_works_on) in [("thread", false), ("process", true)] {
        let one = &facts[who];
        assert_eq!(one["worked_on_when_asked"], true, "{facts}");
        assert_eq!(one["end"], "was killed (SIGKILL)", "{facts}");
        assert_eq!(one["other_works_on"], other_works_on, "{facts}");
    }
    assert_eq!(facts["joined_steps"], json!([5, 5]));
    let left = |index: usize| facts["left_steps"][index].as_u64().expect("a count");
    assert!(left(0) < left(1), "{facts}");
}
