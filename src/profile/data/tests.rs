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

/// What `check` says of a flow whose rows come from files.
fn checked(files: &[(&str, &str)], data: &str, flow: &str) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let text = format!("base_url: http://h\nvus: 1\ndata: {{{data}}}\n{flow}");
    let path = folder.path().join("p.yaml");
    let loaded = profile::load(&path.to_string_lossy(), &text, &Overrides::default());
    loaded.map(drop).map_err(|errors| errors.to_string())
}

const FILES: &[(&str, &str)] = &[
    ("u.csv", "id,name\n1,Ann\n"),
    ("semicolon.csv", "id;name\n1;Ann\n"),
    ("u.json", r#"[{"id": 1, "address": {"city": "Rome"}, "roles": ["a"]}, {"nick": null}]"#),
    ("list.jsonl", "1\n2\n"),
];

#[test]
fn a_key_that_no_row_has_is_an_error_wherever_it_is_read() {
    let (csv, json) = ("u: {csv: u.csv}", "u: {json: u.json}");
    for (data, flow, expected) in [
        (csv, "flow: [{row: u}, {get: \"/items/${u.idd}\"}]", "no row of `u` has `idd`\n"),
        (csv, "flow: [{row: u}, {get: \"/items/${u.idd}\"}]", "hint: did you mean `id`?"),
        (csv, "flow: [{row: u}, {get: \"/${u.phone}\"}]", "hint: they have id, name"),
        (csv, "flow: [{row: u}, {get: \"/${u.ID}\"}]", "did you mean `id`?"),
        (csv, "flow: [{row: u}, {get: \"/${u['idd']}\"}]", "no row of `u` has `['idd']`"),
        (csv, "flow: [{row: u}, {get: \"/${u.id.x}\"}]", "no row of `u` has `id.x`"),
        (csv, "flow: [{row: u, as: c}, {post: /, json: {a: [\"${upper(c.mail)}\"]}}]", "no row of `u` has `mail`"),
        (csv, "flow: [{row: u}, {post: /, headers: {X: \"${u.mail}\"}}]", "no row of `u` has `mail`"),
        (csv, "flow: [{row: u}, {if: u.admin, then: [{get: /}]}]", "no row of `u` has `admin`"),
        (csv, "flow: [{row: u}, {get: \"/${u.name ?? u.mail}\"}]", "no row of `u` has `mail`"),
        (csv, "flows: {f: [{row: u}]}\nflow: [{use: f}, {get: \"/${u.mail}\"}]", "no row of `u` has `mail`"),
        (csv, "setup: [{row: u}]\nflow: [{get: \"/${u.mail}\"}]", "no row of `u` has `mail`"),
        ("u: {csv: semicolon.csv}", "flow: [{row: u}, {get: \"/${u.id}\"}]", "is `id;name`: set `delimiter: \";\"`"),
        (json, "flow: [{row: u}, {get: \"/${u.address.town}\"}]", "no row of `u` has `address.town`"),
        (json, "flow: [{row: u}, {get: \"/${u.roles[3]}\"}]", "no row of `u` has `roles[3]`"),
        ("u: {jsonl: list.jsonl}", "flow: [{row: u}, {get: \"/${u.id}\"}]", "the rows are no maps"),
        ("u: {rows: [{a: 1}]}", "flow: [{row: u}, {get: \"/${u.b}\"}]", "no row of `u` has `b`"),
        ("u: {generate: 2, row: {a: 1}}", "flow: [{row: u}, {get: \"/${u.b}\"}]", "no row of `u` has `b`"),
        (
            "u: {rows: [{a: 1}]}, v: {rows: [{b: 1}]}",
            "flow: [{row: u, as: x}, {row: v, as: x}, {get: \"/${x.c}\"}]",
            "no row of `u` or `v` has `c`",
        ),
    ] {
        let error = checked(FILES, data, flow).expect_err(flow);
        assert!(error.contains(expected), "{flow}: {error}");
        assert!(error.contains("\n1 error in "), "{flow}: {error}");
    }
}

#[test]
fn keys_that_may_be_there_are_no_errors() {
    let (csv, json) = ("u: {csv: u.csv}", "u: {json: u.json}");
    for (data, flow) in [
        (csv, "flow: [{row: u}, {get: \"/${u.id}/${u['name']}\"}]"),
        (csv, "flow: [{row: u}, {get: \"/${u.mail ?? 'none'}\"}]"),
        (csv, "flow: [{row: u}, {if: u.mail == null, then: [{get: /}]}]"),
        (csv, "flow: [{row: u}, {set: {u: \"${json}\"}}, {get: \"/${u.mail}\"}]"),
        (csv, "flow: [{row: u}, {get: /, extract: {u: $.a}}, {get: \"/${u.mail}\"}]"),
        (csv, "flow: [{row: u}, {set: {k: mail}}, {get: \"/${u[k]}\"}]"),
        (csv, "flow: [{row: u, as: c}, {foreach: [1], as: u, steps: [{get: \"/${u.mail}\"}]}]"),
        (json, "flow: [{row: u}, {get: \"/${u.id}/${u.nick}/${u.address.city}/${u.roles[0]}/${u.roles[-1]}\"}]"),
        (
            "u: {rows: [{a: 1}]}, v: {rows: [{b: 1}]}",
            "flow: [{row: u, as: x}, {row: v, as: x}, {get: \"/${x.a}${x.b}\"}]",
        ),
    ] {
        checked(FILES, data, flow).unwrap_or_else(|error| panic!("{flow}: {error}"));
    }
}
