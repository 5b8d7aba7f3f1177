//! A dashboard as Grafana's classic JSON: rows of panels, variables, stage annotations, links to other dashboards.

use serde_json::{Value, json};

use super::{
    DataSource, PrefixedSource,
    bundled::BundledDashboard,
    influxql::InfluxQl,
    layout,
    panel::Panel,
    promql::PromQl,
    query::{Operator, Series},
    target::source,
    variable::Variable,
};
use crate::metric::catalogue;

/// Schema version of Grafana's classic JSON.
const SCHEMA_VERSION: u32 = 42;

/// A dashboard.
#[derive(Debug, Clone)]
pub(crate) struct Dashboard {
    pub(crate) topic: BundledDashboard,
    pub(crate) title: &'static str,
    /// What it shows, in a sentence or two.
    pub(crate) description: &'static str,
    /// Rows: summary first, details last.
    pub(crate) rows: Vec<Row>,
    /// Variables besides the data source.
    pub(crate) variables: Vec<Variable>,
    /// Refresh interval; empty for dashboards of finished runs.
    pub(crate) refresh: &'static str,
    /// Start of the default time range.
    pub(crate) from: &'static str,
    /// Step of the stage annotations, which is the push interval; None where no single run is shown.
    pub(crate) stage_step: Option<&'static str>,
}

/// A row: a heading and its panels.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) title: &'static str,
    pub(crate) panels: Vec<Panel>,
}

impl Dashboard {
    /// Grafana's JSON.
    #[must_use]
    pub(crate) fn json(&self, dialect: PrefixedSource<'_>) -> Value {
        let variables = std::iter::once(Variable::data_source()).chain(self.variables.iter().cloned());
        let variables: Vec<Value> = variables.map(|variable| variable.json(dialect)).collect();
        let stages = self.stage_step.map(|step| stages(dialect, step));
        let annotations: Vec<Value> = std::iter::once(built_in()).chain(stages).collect();
        json!({
            "uid": self.topic.uid(dialect.data_source),
            "title": self.title(dialect.data_source),
            "description": self.description,
            "tags": [TAG, dialect.data_source.as_str(), self.topic.as_str()],
            "schemaVersion": SCHEMA_VERSION,
            "editable": false,
            "graphTooltip": 1,
            "timezone": "browser",
            "fiscalYearStartMonth": 0,
            "weekStart": "",
            "preload": false,
            "refresh": self.refresh,
            "time": {"from": self.from, "to": "now"},
            "timepicker": {},
            "links": [link(dialect.data_source)],
            "templating": {"list": variables},
            "annotations": {"list": annotations},
            "panels": layout::place(&self.rows, dialect),
        })
    }

    fn title(&self, data_source: DataSource) -> String {
        match data_source {
            DataSource::Prometheus => format!("loadagent / {}", self.title),
            DataSource::InfluxDb => format!("loadagent / {} (InfluxDB)", self.title),
        }
    }
}

/// The tag of all dashboards.
pub(crate) const TAG: &str = "loadagent";

/// Link to the other dashboards of the same data source; keeps run and time range.
fn link(data_source: DataSource) -> Value {
    json!({
        "type": "dashboards", "title": "Dashboards", "tags": [TAG, data_source.as_str()], "asDropdown": true, "icon": "external link",
        "includeVars": true, "keepTime": true, "targetBlank": false, "tooltip": "The same run on another dashboard", "url": "",
    })
}

/// Grafana's built-in annotations and alerts.
fn built_in() -> Value {
    json!({
        "builtIn": 1, "datasource": {"type": "grafana", "uid": "-- Grafana --"}, "enable": true, "hide": true,
        "iconColor": "rgba(0, 211, 255, 1)", "name": "Annotations & Alerts", "type": "dashboard",
    })
}

/// Stages of scenarios as regions; in `InfluxQL`, which can't return an end, as marks at their start.
fn stages(dialect: PrefixedSource<'_>, step: &str) -> Value {
    let mut json = json!({
        "datasource": source(dialect.data_source), "enable": true, "hide": false, "iconColor": "rgba(115, 191, 105, 0.4)",
        "name": "Stages",
    });
    match dialect.data_source {
        DataSource::Prometheus => {
            let active = Series::of(&catalogue::STAGE_ACTIVE).by(&["scenario", "stage"]).highest();
            // Each worker reports 1: above zero is active.
            let active = active.with(Operator::Greater, 0.0);
            let expression = PromQl { prefix: dialect.prefix }.to_promql(&active);
            json["expr"] = expression.into();
            json["step"] = step.into();
            json["titleFormat"] = "stage {{stage}}".into();
            json["textFormat"] = "{{scenario}}".into();
            json["tagKeys"] = "scenario,stage".into();
            json["useValueForTime"] = false.into();
        }
        DataSource::InfluxDb => {
            let begins = InfluxQl { prefix: dialect.prefix }.stage_starts_query();
            json["query"] = begins.into();
            json["textColumn"] = "stage".into();
            json["tagsColumn"] = "scenario".into();
            // Grafana ignores the query without it.
            json["target"] = json!({"limit": 100, "matchAny": false, "tags": [], "type": "tags"});
        }
    }
    json
}
