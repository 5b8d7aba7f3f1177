//! A board: rows of panels, variables, shaded stages, links to the other boards; as Grafana's classic JSON.

use serde_json::{Value, json};

use super::{
    Dialect, Store,
    boards::Topic,
    influxql::InfluxQl,
    layout,
    panel::Panel,
    promql::PromQl,
    query::{Operator, Series},
    target::source,
    variable::Variable,
};
use crate::metric::catalogue;

/// The schema of Grafana's classic JSON.
const SCHEMA_VERSION: u32 = 42;

/// A board.
#[derive(Debug, Clone)]
pub struct Dashboard {
    /// What it is about.
    pub topic: Topic,
    /// Its title.
    pub title: &'static str,
    /// What it shows, in a sentence or two.
    pub about: &'static str,
    /// Its rows, verdict first, then evidence, then detail.
    pub rows: Vec<Row>,
    /// Its variables, without the data source.
    pub variables: Vec<Variable>,
    /// How often it is read again while a run lasts; nothing for boards of what is over.
    pub refresh: &'static str,
    /// How far back it looks when opened without a link.
    pub from: &'static str,
    /// How exactly stages are shaded, which is how often the agent pushes; None where no single run is shown.
    pub stage_step: Option<&'static str>,
}

/// A row with its heading.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its heading.
    pub title: &'static str,
    /// What stands in it.
    pub panels: Vec<Panel>,
}

impl Dashboard {
    /// As Grafana writes it.
    #[must_use]
    pub fn json(&self, dialect: Dialect<'_>) -> Value {
        let variables = std::iter::once(Variable::data_source()).chain(self.variables.iter().cloned());
        let variables: Vec<Value> = variables.map(|variable| variable.json(dialect)).collect();
        let stages = self.stage_step.map(|step| stages(dialect, step));
        let annotations: Vec<Value> = std::iter::once(built_in()).chain(stages).collect();
        json!({
            "uid": self.topic.uid(dialect.store),
            "title": self.title(dialect.store),
            "description": self.about,
            "tags": [TAG, dialect.store.word(), self.topic.word()],
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
            "links": [link(dialect.store)],
            "templating": {"list": variables},
            "annotations": {"list": annotations},
            "panels": layout::place(&self.rows, dialect),
        })
    }

    fn title(&self, store: Store) -> String {
        match store {
            Store::Prometheus => format!("loadagent / {}", self.title),
            Store::Influx => format!("loadagent / {} (InfluxDB)", self.title),
        }
    }
}

/// The tag of all boards.
pub const TAG: &str = "loadagent";

/// To the other boards of the same store, with the run and the time.
fn link(store: Store) -> Value {
    json!({
        "type": "dashboards", "title": "Boards", "tags": [TAG, store.word()], "asDropdown": true, "icon": "external link",
        "includeVars": true, "keepTime": true, "targetBlank": false, "tooltip": "The same run on another board", "url": "",
    })
}

/// What Grafana has on every board: its own annotations and alerts.
fn built_in() -> Value {
    json!({
        "builtIn": 1, "datasource": {"type": "grafana", "uid": "-- Grafana --"}, "enable": true, "hide": true,
        "iconColor": "rgba(0, 211, 255, 1)", "name": "Annotations & Alerts", "type": "dashboard",
    })
}

/// Stages of scenarios: shaded where they run; in `InfluxQL`, which can't give an end, marked where they begin.
fn stages(dialect: Dialect<'_>, step: &str) -> Value {
    let mut json = json!({
        "datasource": source(dialect.store), "enable": true, "hide": false, "iconColor": "rgba(115, 191, 105, 0.4)",
        "name": "Stages",
    });
    match dialect.store {
        Store::Prometheus => {
            let active = Series::of(&catalogue::STAGE_ACTIVE).by(&["scenario", "stage"]).highest();
            // Two workers are two ones: above zero is active.
            let active = active.with(Operator::IsAbove, 0.0);
            let expression = PromQl { prefix: dialect.prefix }.speak(&active);
            json["expr"] = expression.into();
            json["step"] = step.into();
            json["titleFormat"] = "stage {{stage}}".into();
            json["textFormat"] = "{{scenario}}".into();
            json["tagKeys"] = "scenario,stage".into();
            json["useValueForTime"] = false.into();
        }
        Store::Influx => {
            let begins = InfluxQl { prefix: dialect.prefix }.stage_begins();
            json["query"] = begins.into();
            json["textColumn"] = "stage".into();
            json["tagsColumn"] = "scenario".into();
            // Without it Grafana does not look at the query.
            json["target"] = json!({"limit": 100, "matchAny": false, "tags": [], "type": "tags"});
        }
    }
    json
}
