use serde_json::json;

use crate::common::measured;

#[test]
fn a_child_changes_a_number_and_an_array_that_its_parent_reads_but_not_its_copy() {
    let json = measured("shared", &["length=10"]);
    let facts = &json["facts"];
    assert_eq!(facts["number"].to_string(), "3.1415927");
    let negative: Vec<i64> = (0..10).map(|number| -number).collect();
    assert_eq!(facts["array"], json!(negative));
    assert_eq!(facts["copy_in_the_child"], json!(negative));
    assert_eq!(facts["copy"], json!([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
    let row = &json["tables"][0]["rows"][1];
    assert_eq!(row[3], "0, −1, −2, −3, −4, −5, −6, −7, −8, −9");
}
