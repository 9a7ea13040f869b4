use crate::common::measured;

#[test]
fn a_semaphore_of_three_lets_three_in_and_without_it_more_are_inside() {
    let json = measured("semaphore", &["permits=3", "tasks=12", "hold=100"]);
    assert_eq!(json["controls"]["permits"], 3);
    assert_eq!(json["facts"]["entered"], 12);
    let most = |fact: &str| json["facts"][fact].as_u64().expect("a count");
    assert!(most("most_inside") <= 3);
    assert!(most("most_inside_without") > most("most_inside"));
    // Four rounds of three, each of a tenth of a second.
    assert!(json["facts"]["seconds"].as_f64() >= Some(0.4));
}
