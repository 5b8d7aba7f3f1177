//! The `data:` section and its errors.

use super::*;
use crate::profile::{self, Overrides};

fn read(data: &str) -> Result<Vec<PlannedData>, String> {
    let text = format!("base_url: http://h\nvus: 1\nflow: [{{get: /}}]\ndata:\n{data}");
    let plan = profile::load("p.yaml", &text, &Overrides::default()).map_err(|errors| errors.to_string())?;
    Ok(plan.data.to_vec())
}

#[test]
fn rows_of_lists_are_values() {
    let read = read("  cities: [Berlin, 3]\n  pairs: {rows: [{a: 1}], order: per-user, at_end: stop}\n").unwrap();
    assert_eq!((read[0].name.as_str(), read[0].order), ("cities", Order::Sequential(AtEnd::Recycle)));
    assert_eq!((read[0].set.row(0), read[0].set.row(1)), (Some("Berlin".into()), Some(Value::Int(3))));
    assert_eq!((read[1].set.cell(0, 0), read[1].order), (Some(Value::Int(1)), Order::PerUser(AtEnd::Stop)));
}

#[test]
fn generated_rows_are_numbered_and_follow_the_seed() {
    let text = "  a: {generate: 50, row: {id: \"${index}\", n: \"${random_int(1, 1000)}\", fix: 3}}\n";
    let cells = |seed: u64, column| {
        let text = format!("{text}seed: {seed}\n");
        let read = read(&text).unwrap();
        (0..50).map(|row| read[0].set.cell(row, column).unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(cells(1, 0), (0..50).map(Value::Int).collect::<Vec<_>>());
    assert_eq!((cells(1, 1), cells(1, 2)), (cells(1, 1), vec![Value::Int(3); 50]));
    assert_ne!(cells(1, 1), cells(2, 1));
}

#[test]
fn errors_have_a_place_and_a_hint() {
    for (data, expected) in [
        ("  a: {csv: no.csv}\n", "no.csv: No such file"),
        ("  a: {order: random}\n", "data set `a` has no source"),
        ("  a: {cvs: a.csv}\n", "did you mean `csv`?"),
        ("  a: {csv: a.csv, rows: [1]}\n", "data set `a` has more than one source: `csv` and `rows`"),
        ("  a: {rows: []}\n", "there are no rows"),
        ("  a: []\n", "there are no rows"),
        ("  a: 3\n", "data set `a` must be a map, not `3`"),
        ("  a: {rows: [1], order: uniqe}\n", "did you mean `unique`?"),
        ("  a: {rows: [1], order: unique, at_end: recycle}\n", "`at_end` has no effect with this order"),
        ("  a: {rows: [1], columns: [b]}\n", "`columns` has no effect in data set `a`"),
        ("  a: {csv: a.csv, delimiter: ab}\n", "delimiter: `ab` must be a single character"),
        ("  a: {generate: 3}\n", "data set `a` needs `row`"),
        ("  a: {generate: 3, row: {b: \"${indx}\"}}\n", "did you mean `index`?"),
        ("  a: {generate: 3, row: {b: \"x${status}\"}}\n", "row 0: "),
    ] {
        let errors = read(data).unwrap_err();
        assert!(errors.contains(expected), "{data}: {errors}");
        assert!(errors.contains("p.yaml:5:"), "{errors}");
    }
}

#[test]
fn names_of_sets_are_unique() {
    assert!(read("  a: [1]\n  A: [2]\n").unwrap_err().contains("duplicate key `A`"));
}
