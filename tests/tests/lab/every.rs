//! What holds for every experiment, whichever it is.

use serde_json::Value;

use crate::common::{measured, names};

#[test]
fn every_experiment_runs_to_its_end_and_all_that_must_be_true_is() {
    for name in names() {
        let json = measured(&name, &[]);
        assert_eq!(json["name"], name.as_str());
        assert_eq!(json["ended"], "finished", "{name}");
        assert_eq!(json["reason"], Value::Null, "{name}");
        assert!(json["seconds"].as_f64().expect("a time") > 0.0, "{name}");
        assert!(json["machine"]["cores"].as_u64() > Some(0), "{name}");
        let checks = json["checks"].as_array().expect("checks");
        assert!(!checks.is_empty(), "{name} claims nothing");
        for check in checks {
            assert_eq!(check["held"], true, "{name}: {check}");
        }
        let tables = json["tables"].as_array().expect("tables");
        assert!(!tables.is_empty(), "{name} shows nothing");
        for table in tables {
            let columns = table["columns"].as_array().expect("columns").len();
            for row in table["rows"].as_array().expect("rows") {
                assert_eq!(
                    row.as_array().expect("a row").len(),
                    columns,
                    "{name}: {table}"
                );
            }
        }
    }
}
