use crate::common::measured;

#[test]
fn messages_locks_and_numbers_are_measured_beside_python_and_2006() {
    let json = measured("messages", &[]);
    let facts = &json["facts"];
    let rows = facts["rows"].as_array().expect("rows");
    assert_eq!(rows.len(), 21);
    for row in rows {
        let name = row["name"].as_str().expect("a name");
        // What a manager has none of, the row says.
        let has_none = ["rlock-managed", "condition-managed"].contains(&name);
        assert_eq!(row["thawsum"].as_f64() > Some(0.0), !has_none, "{row}");
        assert_eq!(row["thawsum_cpu_seconds"].is_number(), !has_none, "{row}");
        // Python is installed where the tests run. Of one row it has no call.
        let is_there = name != "queue-managed-many";
        assert_eq!(row["python"].as_f64() > Some(0.0), is_there, "{row}");
        assert_eq!(row["python_cpu_seconds"].is_number(), is_there, "{row}");
        if row["times"].as_f64() < Some(10.0) {
            assert!(!row["reason"].as_str().expect("words").is_empty(), "{row}");
        }
    }
    for waits in [
        "queue-processes",
        "pipe",
        "condition-threads",
        "queue-managed",
        "queue-managed-many",
        "lock-managed",
        "list-managed",
        "list-managed-many",
    ] {
        let row = rows.iter().find(|row| row["name"] == waits);
        let row = row.expect("a row that waits");
        assert!(row["spinning"].as_f64() > Some(0.0), "{row}");
        assert!(row["spinning_cpu_seconds"].is_number(), "{row}");
    }
    let table = &json["tables"][0];
    assert!(table["columns"][1]["historic"].is_string());
    assert_eq!(table["rows"][0][1], 49_000.0);
    assert_eq!(table["rows"][19][2], 17_000.0);
}
