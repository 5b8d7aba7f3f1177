//! Dashboard variables: the data source, runs, and values that the data source computes.

use serde_json::{Value, json};

use super::{DataSource, PrefixedSource, influxql::InfluxQl, promql::PromQl, target::source};
use crate::{metric::MetricDef, output::naming::exported_name};

/// A dashboard variable.
#[derive(Debug, Clone)]
pub(crate) struct Variable {
    name: &'static str,
    label: &'static str,
    description: &'static str,
    kind: Kind,
}

#[derive(Debug, Clone)]
enum Kind {
    DataSource,
    /// Values of a metric's label; `all` allows several.
    Label {
        metric: &'static MetricDef,
        label: &'static str,
        all: bool,
    },
    /// A choice; the first is the default.
    OneOf(&'static [&'static str]),
    /// Free text with a default.
    Text(&'static str),
    /// Values of a metric's label, also from before the time range.
    Past {
        metric: &'static MetricDef,
        label: &'static str,
    },
    /// A series selector; by default a metric's name.
    Selector(&'static MetricDef),
    /// Start or end of a run, Unix seconds; hidden.
    RunTime(RunTime),
    /// Seconds from the start of the baseline run to that of the selected run; hidden.
    Shift,
}

/// Start or end of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RunTime {
    /// First sample of the selected run, to the dashboard's resolution.
    ApproximateStart,
    /// Last sample of the selected run, to the dashboard's resolution.
    ApproximateEnd,
    /// First sample of the selected run, to a second.
    Start,
    /// Last sample of the selected run, to a second.
    End,
    /// First sample of the baseline run, approximately, within the look-back.
    BaselineStart,
}

impl Variable {
    /// The data source, first of all variables.
    #[must_use]
    pub(crate) fn data_source() -> Self {
        let description = "The data source that holds the runs";
        Self { name: "datasource", label: "Data source", description, kind: Kind::DataSource }
    }

    /// One value of a metric's label.
    #[must_use]
    pub(crate) fn one(
        name: &'static str,
        label: &'static str,
        description: &'static str,
        of: (&'static MetricDef, &'static str),
    ) -> Self {
        Self { name, label, description, kind: Kind::Label { metric: of.0, label: of.1, all: false } }
    }

    /// Values of a label of the selected run's series, all by default.
    #[must_use]
    pub(crate) fn many(
        name: &'static str,
        label: &'static str,
        description: &'static str,
        of: (&'static MetricDef, &'static str),
    ) -> Self {
        Self { name, label, description, kind: Kind::Label { metric: of.0, label: of.1, all: true } }
    }

    /// A choice; the first is the default.
    #[must_use]
    pub(crate) fn one_of(
        name: &'static str,
        label: &'static str,
        description: &'static str,
        values: &'static [&'static str],
    ) -> Self {
        Self { name, label, description, kind: Kind::OneOf(values) }
    }

    /// A text, with a default.
    #[must_use]
    pub(crate) fn text(
        name: &'static str,
        label: &'static str,
        description: &'static str,
        value: &'static str,
    ) -> Self {
        Self { name, label, description, kind: Kind::Text(value) }
    }

    /// One value of a label, looking back beyond the time range by the variable `history`.
    #[must_use]
    pub(crate) fn past(
        name: &'static str,
        label: &'static str,
        description: &'static str,
        of: (&'static MetricDef, &'static str),
    ) -> Self {
        Self { name, label, description, kind: Kind::Past { metric: of.0, label: of.1 } }
    }

    /// A series selector; by default a metric's name.
    #[must_use]
    pub(crate) fn selector(
        name: &'static str,
        label: &'static str,
        description: &'static str,
        metric: &'static MetricDef,
    ) -> Self {
        Self { name, label, description, kind: Kind::Selector(metric) }
    }

    /// Start or end of a run, for `PromQL`; hidden.
    #[must_use]
    pub(crate) fn time(time: RunTime) -> Self {
        let (name, description) = match time {
            RunTime::ApproximateStart => ("about_began", "Approximate time of the run's first sample, Unix seconds"),
            RunTime::ApproximateEnd => ("about_ended", "Approximate time of the run's last sample, Unix seconds"),
            RunTime::Start => ("began", "Time of the run's first sample, Unix seconds"),
            RunTime::End => ("ended", "Time of the run's last sample, Unix seconds"),
            RunTime::BaselineStart => {
                ("base_began", "Approximate time of the baseline run's first sample, Unix seconds")
            }
        };
        Self { name, label: "", description, kind: Kind::RunTime(time) }
    }

    /// The time shift of the baseline run, for `PromQL`; hidden.
    #[must_use]
    pub(crate) fn shift() -> Self {
        let description = "Seconds from the start of the baseline run to that of the selected run";
        Self { name: "shift", label: "", description, kind: Kind::Shift }
    }

    /// Grafana's JSON.
    #[must_use]
    pub(crate) fn json(&self, dialect: PrefixedSource<'_>) -> Value {
        let mut json = json!({"name": self.name, "label": self.label, "description": self.description, "hide": 0});
        let own = match &self.kind {
            Kind::DataSource => json!({
                "type": "datasource", "query": dialect.data_source.as_str(), "regex": "", "current": {"text": "", "value": ""}, "options": [],
                "refresh": 1, "multi": false, "includeAll": false,
            }),
            Kind::Label { metric, label, all } => label_values(dialect, metric, label, *all),
            Kind::OneOf(values) => {
                let option =
                    |(number, value): (usize, &&str)| json!({"text": value, "value": value, "selected": number == 0});
                let options: Vec<Value> = values.iter().enumerate().map(option).collect();
                json!({
                    "type": "custom", "query": values.join(","), "current": options.first(), "options": options,
                    "multi": false, "includeAll": false,
                })
            }
            Kind::Text(value) => text(value),
            Kind::Selector(metric) => text(&exported_name(dialect.prefix, metric)),
            Kind::Past { metric, label } => past_values(dialect, metric, label),
            Kind::RunTime(time) => {
                let (which, run, when) = match time {
                    RunTime::ApproximateStart => ("min", "$run_id", "[$__range:$resolution]".to_owned()),
                    RunTime::ApproximateEnd => ("max", "$run_id", "[$__range:$resolution]".to_owned()),
                    RunTime::Start => ("min", "$run_id", around("about_began")),
                    RunTime::End => ("max", "$run_id", around("about_ended")),
                    RunTime::BaselineStart => ("min", "$base_run_id", "[$history:10s]".to_owned()),
                };
                computed(dialect, &promql(dialect).time(which, run, &when))
            }
            Kind::Shift => {
                let base = promql(dialect).time("min", "$base_run_id", &around("base_began"));
                computed(dialect, &format!("${{began}} - {base}"))
            }
        };
        if matches!(self.kind, Kind::RunTime(_) | Kind::Shift) {
            json["hide"] = 2.into();
        }
        if let (Some(json), Value::Object(own)) = (json.as_object_mut(), own) {
            json.extend(own);
        }
        json
    }
}

/// A coarse search over hours or days finds the run; a second search, at 1 s, finds its first or last sample in the ten
/// minutes around it. The coarsest resolution is five minutes, so that the second search can't miss it.
fn around(description: &str) -> String {
    format!("[10m:1s] @ ${{{description}}} offset -5m")
}

fn promql(dialect: PrefixedSource<'_>) -> PromQl<'_> {
    PromQl { prefix: dialect.prefix }
}

fn text(value: &str) -> Value {
    json!({
        "type": "textbox", "query": value, "current": {"text": value, "value": value},
        "options": [{"text": value, "value": value, "selected": true}],
    })
}

/// Prometheus returns the number, `VictoriaMetrics` `{} number time`.
fn computed(dialect: PrefixedSource<'_>, expression: &str) -> Value {
    query(dialect, &format!("query_result({expression})"), "/^(?:\\{\\} )?(-?[0-9]+)/", 0)
}

fn past_values(dialect: PrefixedSource<'_>, metric: &MetricDef, label: &str) -> Value {
    match dialect.data_source {
        DataSource::Prometheus => {
            let name = exported_name(dialect.prefix, metric);
            let words = format!("query_result(count by ({label}) (last_over_time({name}[$history])))");
            query(dialect, &words, &format!("/{label}=\"([^\"]+)\"/"), 2)
        }
        DataSource::InfluxDb => {
            let words = InfluxQl { prefix: dialect.prefix }.tag_values(metric, label);
            query(dialect, &words.replace("$timeFilter", "time > ${__to}ms - $history"), "", 2)
        }
    }
}

fn label_values(dialect: PrefixedSource<'_>, metric: &MetricDef, label: &str, all: bool) -> Value {
    let words = match dialect.data_source {
        DataSource::Prometheus => PromQl { prefix: dialect.prefix }.label_values(metric, label, all),
        DataSource::InfluxDb => InfluxQl { prefix: dialect.prefix }.tag_values(metric, label),
    };
    // Run IDs start with their time: newest first.
    let mut json = query(dialect, &words, "", if all { 1 } else { 2 });
    if all {
        json["multi"] = true.into();
        json["includeAll"] = true.into();
        json["allValue"] = ".+".into();
        json["current"] = json!({"text": "All", "value": "$__all"});
    }
    json
}

/// A query variable, refreshed when the time range changes.
fn query(dialect: PrefixedSource<'_>, words: &str, regex: &str, sort: u8) -> Value {
    let query = match dialect.data_source {
        DataSource::Prometheus => {
            let kind = if words.starts_with("label_values") { 1 } else { 3 };
            json!({"query": words, "refId": "Variable", "qryType": kind})
        }
        DataSource::InfluxDb => words.into(),
    };
    json!({
        "type": "query", "datasource": source(dialect.data_source), "query": query, "regex": regex,
        "refresh": 2, "sort": sort, "multi": false, "includeAll": false, "current": {"text": "", "value": ""}, "options": [],
    })
}
