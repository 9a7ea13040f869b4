use crate::common::measured;

#[test]
fn messages_locks_and_numbers_are_measured_beside_python_and_2006() {
    let json = measured("messages", &[]);
    let facts = &json["facts"];
    let rows = facts["rows"].as_array().expect("rows");
    assert_eq!(rows.len(), 19);
    for row in rows {
        let name = row["name"].as_str().expect("a name");
        if !name.ends_with("managed") {
            assert!(row["thawsum"].as_f64() > Some(0.0), "{row}");
            assert!(row["thawsum_cpu_seconds"].is_number(), "{row}");
        }
        // Python is installed where the tests run.
        assert!(row["python"].as_f64() > Some(0.0), "{row}");
        assert!(row["python_cpu_seconds"].is_number(), "{row}");
        if row["times"].as_f64() < Some(10.0) {
            assert!(!row["reason"].as_str().expect("words").is_empty(), "{row}");
        }
    }
    for waits in ["queue-processes", "pipe", "condition-threads"] {
        let row = rows.iter().find(|row| row["name"] == waits);
        let row = row.expect("a row that waits");
        assert!(row["spinning"].as_f64() > Some(0.0), "{row}");
        assert!(row["spinning_cpu_seconds"].is_number(), "{row}");
    }
    let table = &json["tables"][0];
    assert!(table["columns"][1]["historic"].is_string());
    assert_eq!(table["rows"][0][1], 49_000.0);
    assert_eq!(table["rows"][18][2], 17_000.0);
}
