use crate::common::measured;

#[test]
fn under_the_interpreter_lock_threads_take_turns_and_processes_need_not() {
    let json = measured("interpreter-lock", &["count=300000", "ticks=50"]);
    let facts = &json["facts"];
    let ticks = |way: &str| facts[way]["ticks"].as_u64().expect("a count");
    // Nine instructions a round, and the end, twice.
    for way in ["sequence", "threads", "one_core", "processes"] {
        assert_eq!(ticks(way), 2 * (300_000 * 9 + 5), "{way}");
    }
    let statements = json["checks"].to_string();
    assert_eq!(
        facts["had_two_cores"] == true,
        statements.contains("two processes are faster than two threads"),
        "{json:#}"
    );
    let long = &facts["long_instruction"];
    for what in ["took", "other_waited"] {
        assert!(long[what].as_f64() >= Some(0.2), "{what} in {long}");
    }
    let table = &json["tables"][0];
    assert_eq!(table["rows"][1][8], 45.5);
    assert!(table["columns"][8]["historic"].is_string());
}
