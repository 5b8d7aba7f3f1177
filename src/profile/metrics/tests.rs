//! Names that outputs can't tell apart.

use super::*;
use crate::output::naming::exported_name;

fn metric(name: &str, kind: Kind, unit: Unit) -> MetricDef {
    MetricDef { name: Cow::Owned(name.to_owned()), kind, unit, help: Cow::Borrowed(""), labels: LabelGroup::Group }
}

#[test]
fn every_name_of_an_output_is_known() {
    for (kind, unit) in Kind::ALL.into_iter().flat_map(|kind| Unit::ALL.map(|unit| (kind, unit))) {
        let metric = metric("jobs", kind, unit);
        for prefix in ["", "k6_", "x_"] {
            let name = exported_name(prefix, &metric);
            let bare = name.strip_prefix(prefix).unwrap();
            assert!(wire_names(&metric).iter().any(|known| known == bare), "{name}");
        }
    }
}

#[test]
fn names_that_become_one_are_refused() {
    let trend = metric("jobs", Kind::Trend, Unit::Seconds);
    for (name, kind, clashes) in [
        ("jobs_seconds", Kind::Gauge, true),
        ("jobs_seconds_count", Kind::Gauge, true),
        ("jobs_p95", Kind::Gauge, true),
        ("jobs_total", Kind::Gauge, false),
        ("Jobs", Kind::Trend, false),
        ("http_reqs_total", Kind::Gauge, true),
        ("overall", Kind::Gauge, true),
    ] {
        let other = metric(name, kind, Unit::None);
        assert_eq!(clash(&other, [&trend].into_iter()).is_some(), clashes, "{name}");
    }
}

#[test]
fn no_metrics_of_the_catalogue_clash() {
    for metric in catalogue::ALL {
        assert_eq!(clash(metric, [].into_iter()), None, "{}", metric.name);
    }
}
