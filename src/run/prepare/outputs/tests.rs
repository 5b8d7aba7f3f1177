//! Lists of outputs, and errors of those of a profile.

use super::*;

#[test]
fn a_list_is_split_only_where_an_output_begins() {
    let cases: &[(&str, &[&str])] = &[
        ("json=a.json", &["json=a.json"]),
        ("json=/x/e1.json,csv=/x/e1.csv", &["json=/x/e1.json", "csv=/x/e1.csv"]),
        ("json=a.json csv=b.csv", &["json=a.json", "csv=b.csv"]),
        ("json=a.json ,\n  csv=b.csv,", &["json=a.json", "csv=b.csv"]),
        ("json, csv", &["json", "csv"]),
        ("csv,influxdb?db=x", &["csv", "influxdb?db=x"]),
        ("prometheus=http://h/w?match=a,b,hdr=c.hlog", &["prometheus=http://h/w?match=a,b", "hdr=c.hlog"]),
        ("json=/my dir/a,b.json", &["json=/my dir/a,b.json"]),
        ("json=/a,csvs=b", &["json=/a,csvs=b"]),
        ("json=a.json,datadog", &["json=a.json", "datadog"]),
        ("promtheus=http://x,csv=b", &["promtheus=http://x", "csv=b"]),
        (" , ", &[]),
    ];
    for (list, outputs) in cases {
        assert_eq!(split(list), *outputs, "{list}");
    }
}

#[test]
fn errors_of_a_profile_name_no_flag() {
    let given =
        ["promtheus=http://x", "json=/x/a", "csv=/x/a", "json=/x/b?colour=1", "json?file", "otlp=http://h?token=${NO}"];
    let found = errors(&given.map(str::to_owned), &|_| None);
    let reported: Vec<_> = found.iter().map(|(at, invalid)| (*at, invalid.to_string())).collect();
    assert_eq!(reported[0].0, 0);
    assert!(reported[0].1.starts_with("outputs: promtheus: unknown output;"), "{reported:?}");
    assert!(reported.iter().any(|(at, text)| *at == 2 && text.contains("writes there already")), "{reported:?}");
    assert!(found.iter().any(|(at, invalid)| *at == 3 && invalid.hint.is_some()), "{found:?}");
    assert!(
        reported.iter().all(|(at, text)| *at != 1 && !text.contains("--out") && !text.contains('\n')),
        "{reported:?}"
    );
}
