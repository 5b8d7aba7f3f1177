//! Tests of the section.

use std::time::Duration;

use crate::{
    plan::targets::Target,
    profile::{self, Overrides},
};

fn load(targets: &str) -> Result<Vec<Target>, String> {
    let text = format!(
        "base_url: http://h\nvars: {{TOKEN: s3cret}}\nscenarios: {{a: {{vus: 1, duration: 1s, flow: [{{get: /}}]}}}}\ntargets:\n{targets}"
    );
    let plan = profile::load("p.yaml", &text, &Overrides::default());
    plan.map(|plan| plan.targets).map_err(|errors| errors.to_string())
}

#[test]
fn pages_and_queries_are_read() {
    let targets = load(concat!(
        "  - http://shop:9090/metrics\n",
        "  - url: https://db/metrics\n",
        "    name: db\n",
        "    interval: 10s\n",
        "    metrics: [pg_*]\n",
        "    series: 500\n",
        "    headers: {Authorization: \"Bearer ${TOKEN}\"}\n",
        "  - url: http://prometheus:9090\n",
        "    queries: {memory: 'sum(container_memory_working_set_bytes{pod=~\"shop.*\"})'}\n",
    ));
    let targets = targets.unwrap_or_else(|errors| panic!("{errors}"));
    let [page, db, prometheus] = targets.as_slice() else { panic!("{targets:?}") };
    assert_eq!((page.name.as_str(), page.interval, page.most_series), ("shop:9090", Duration::from_secs(5), 200));
    assert_eq!((db.name.as_str(), db.interval, db.most_series), ("db", Duration::from_secs(10), 500));
    assert_eq!(db.headers, [("Authorization".to_owned(), "Bearer s3cret".to_owned())]);
    assert_eq!(prometheus.queries[0].1, "sum(container_memory_working_set_bytes{pod=~\"shop.*\"})");
}

#[test]
fn errors_are_reported_together() {
    let errors = load(concat!(
        "  - ftp://shop/metrics\n",
        "  - {url: http://a, interval: 100ms, series: 0}\n",
        "  - {url: http://a, queries: {a-b: up}}\n",
        "  - {name: a}\n",
        "  - {url: http://a, intervall: 1s}\n",
    ));
    let errors = errors.err().unwrap_or_default();
    for part in
        ["5:5: `ftp://shop/metrics`", "once a second", "from 1 to", "`a-b` is not a name", "`url`", "`interval`?"]
    {
        assert!(errors.contains(part), "{part}: {errors}");
    }
}
