//! Variables of a board: the data source, runs, and numbers that the store computes.

use serde_json::{Value, json};

use super::{Dialect, Store, influxql::InfluxQl, promql::PromQl, target::source};
use crate::{metric::MetricDef, output::prometheus::names::exported_name};

/// A variable.
#[derive(Debug, Clone)]
pub struct Variable {
    name: &'static str,
    label: &'static str,
    about: &'static str,
    kind: Kind,
}

#[derive(Debug, Clone)]
enum Kind {
    DataSource,
    /// Values of a label of a metric; all of them at once only where it says so.
    Label {
        metric: &'static MetricDef,
        label: &'static str,
        all: bool,
    },
    /// One of these, the first by default.
    OneOf(&'static [&'static str]),
    /// Anything.
    Text(&'static str),
    /// Values of a label of a metric that may lie long before the shown time.
    Past {
        metric: &'static MetricDef,
        label: &'static str,
    },
    /// A selector of series, with a metric's by default.
    Selector(&'static MetricDef),
    /// When a run was seen, seconds since 1970; hidden.
    Moment(Moment),
    /// Seconds from the begin of the other run to that of the shown one; hidden.
    Shift,
}

/// Which moment of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// When the shown run was seen first, to the board's resolution.
    AboutBegan,
    /// When the shown run was seen last, to the board's resolution.
    AboutEnded,
    /// When the shown run was seen first, to a second.
    Began,
    /// When the shown run was seen last, to a second.
    Ended,
    /// About when the run that it is compared with was seen first, however long ago.
    BaseBegan,
}

impl Variable {
    /// The data source, first of all variables.
    #[must_use]
    pub fn data_source() -> Self {
        let about = "Where the runs are";
        Self { name: "datasource", label: "Data source", about, kind: Kind::DataSource }
    }

    /// One value of a label of a cheap metric.
    #[must_use]
    pub fn one(
        name: &'static str,
        label: &'static str,
        about: &'static str,
        of: (&'static MetricDef, &'static str),
    ) -> Self {
        Self { name, label, about, kind: Kind::Label { metric: of.0, label: of.1, all: false } }
    }

    /// Values of a label of the shown run's series, all by default.
    #[must_use]
    pub fn many(
        name: &'static str,
        label: &'static str,
        about: &'static str,
        of: (&'static MetricDef, &'static str),
    ) -> Self {
        Self { name, label, about, kind: Kind::Label { metric: of.0, label: of.1, all: true } }
    }

    /// One of a few, the first by default.
    #[must_use]
    pub fn one_of(
        name: &'static str,
        label: &'static str,
        about: &'static str,
        values: &'static [&'static str],
    ) -> Self {
        Self { name, label, about, kind: Kind::OneOf(values) }
    }

    /// A text, with a default.
    #[must_use]
    pub fn text(name: &'static str, label: &'static str, about: &'static str, value: &'static str) -> Self {
        Self { name, label, about, kind: Kind::Text(value) }
    }

    /// One value of a label, also of what was before the shown time, as far back as the variable `history` says.
    #[must_use]
    pub fn past(
        name: &'static str,
        label: &'static str,
        about: &'static str,
        of: (&'static MetricDef, &'static str),
    ) -> Self {
        Self { name, label, about, kind: Kind::Past { metric: of.0, label: of.1 } }
    }

    /// A selector of series; by default all of a metric.
    #[must_use]
    pub fn selector(name: &'static str, label: &'static str, about: &'static str, metric: &'static MetricDef) -> Self {
        Self { name, label, about, kind: Kind::Selector(metric) }
    }

    /// A moment of a run, for Prometheus' queries; shown to nobody.
    #[must_use]
    pub fn moment(moment: Moment) -> Self {
        let (name, about) = match moment {
            Moment::AboutBegan => ("about_began", "About when the run was seen first, seconds since 1970"),
            Moment::AboutEnded => ("about_ended", "About when the run was seen last, seconds since 1970"),
            Moment::Began => ("began", "When the run was seen first, seconds since 1970"),
            Moment::Ended => ("ended", "When the run was seen last, seconds since 1970"),
            Moment::BaseBegan => ("base_began", "About when the other run was seen first, seconds since 1970"),
        };
        Self { name, label: "", about, kind: Kind::Moment(moment) }
    }

    /// By how much the other run is moved, for Prometheus' queries; shown to nobody.
    #[must_use]
    pub fn shift() -> Self {
        let about = "Seconds from the begin of the other run to that of the shown one";
        Self { name: "shift", label: "", about, kind: Kind::Shift }
    }

    /// As Grafana writes it.
    #[must_use]
    pub fn json(&self, dialect: Dialect<'_>) -> Value {
        let mut json = json!({"name": self.name, "label": self.label, "description": self.about, "hide": 0});
        let own = match &self.kind {
            Kind::DataSource => json!({
                "type": "datasource", "query": dialect.store.word(), "regex": "", "current": {"text": "", "value": ""}, "options": [],
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
            Kind::Moment(moment) => {
                let (which, run, when) = match moment {
                    Moment::AboutBegan => ("min", "$run_id", "[$__range:$resolution]".to_owned()),
                    Moment::AboutEnded => ("max", "$run_id", "[$__range:$resolution]".to_owned()),
                    Moment::Began => ("min", "$run_id", around("about_began")),
                    Moment::Ended => ("max", "$run_id", around("about_ended")),
                    Moment::BaseBegan => ("min", "$base_run_id", "[$history:10s]".to_owned()),
                };
                computed(dialect, &promql(dialect).moment(which, run, &when))
            }
            Kind::Shift => {
                let base = promql(dialect).moment("min", "$base_run_id", &around("base_began"));
                computed(dialect, &format!("${{began}} - {base}"))
            }
        };
        if matches!(self.kind, Kind::Moment(_) | Kind::Shift) {
            json["hide"] = 2.into();
        }
        if let (Some(json), Value::Object(own)) = (json.as_object_mut(), own) {
            json.extend(own);
        }
        json
    }
}

/// In hours or days at a coarse resolution a run is found, in the minutes around that, second by second, its first or
/// last sample. Five minutes are the coarsest resolution, so that nothing is missed.
fn around(about: &str) -> String {
    format!("[10m:1s] @ ${{{about}}} offset -5m")
}

fn promql(dialect: Dialect<'_>) -> PromQl<'_> {
    PromQl { prefix: dialect.prefix }
}

fn text(value: &str) -> Value {
    json!({
        "type": "textbox", "query": value, "current": {"text": value, "value": value},
        "options": [{"text": value, "value": value, "selected": true}],
    })
}

/// Prometheus answers with the number, `VictoriaMetrics` with `{} number time`.
fn computed(dialect: Dialect<'_>, expression: &str) -> Value {
    query(dialect, &format!("query_result({expression})"), "/^(?:\\{\\} )?(-?[0-9]+)/", 0)
}

fn past_values(dialect: Dialect<'_>, metric: &MetricDef, label: &str) -> Value {
    match dialect.store {
        Store::Prometheus => {
            let name = exported_name(dialect.prefix, metric);
            let words = format!("query_result(count by ({label}) (last_over_time({name}[$history])))");
            query(dialect, &words, &format!("/{label}=\"([^\"]+)\"/"), 2)
        }
        Store::Influx => {
            let words = InfluxQl { prefix: dialect.prefix }.tag_values(metric, label);
            query(dialect, &words.replace("$timeFilter", "time > ${__to}ms - $history"), "", 2)
        }
    }
}

fn label_values(dialect: Dialect<'_>, metric: &MetricDef, label: &str, all: bool) -> Value {
    let words = match dialect.store {
        Store::Prometheus => PromQl { prefix: dialect.prefix }.label_values(metric, label, all),
        Store::Influx => InfluxQl { prefix: dialect.prefix }.tag_values(metric, label),
    };
    // Names of runs begin with their time: the newest first.
    let mut json = query(dialect, &words, "", if all { 1 } else { 2 });
    if all {
        json["multi"] = true.into();
        json["includeAll"] = true.into();
        json["allValue"] = ".+".into();
        json["current"] = json!({"text": "All", "value": "$__all"});
    }
    json
}

/// A variable that the store is asked for, again whenever the time that is shown changes.
fn query(dialect: Dialect<'_>, words: &str, regex: &str, sort: u8) -> Value {
    let query = match dialect.store {
        Store::Prometheus => {
            let kind = if words.starts_with("label_values") { 1 } else { 3 };
            json!({"query": words, "refId": "Variable", "qryType": kind})
        }
        Store::Influx => words.into(),
    };
    json!({
        "type": "query", "datasource": source(dialect.store), "query": query, "regex": regex,
        "refresh": 2, "sort": sort, "multi": false, "includeAll": false, "current": {"text": "", "value": ""}, "options": [],
    })
}
