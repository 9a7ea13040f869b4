use crate::common::measured;

#[test]
fn every_task_goes_through_the_queue_once_whichever_side_is_faster() {
    for (settings, waiting) in [
        (["pause=0", "keep=5"], "found_full"),
        (["pause=5", "keep=0"], "found_empty"),
    ] {
        let mut all = vec!["room=3", "producers=2", "consumers=4", "tasks=25"];
        all.extend(settings);
        let json = measured("queue", &all);
        let facts = &json["facts"];
        for who in [0, 1] {
            assert_eq!(facts["taken"][who], 50, "{facts}");
            assert_eq!(facts["done_at_join"][who], 50, "{facts}");
            assert!(facts["deepest"][who].as_u64() <= Some(3), "{facts}");
            assert!(facts[waiting][who].as_u64() > Some(0), "{facts}");
        }
    }
}
