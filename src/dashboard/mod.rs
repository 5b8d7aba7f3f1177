//! Grafana dashboards, derived from the metric catalogue: renaming a metric breaks the build, not a dashboard.
//!
//! Owns the dashboards, their queries ([`query`]) in two languages ([`promql`], [`influxql`]), and Grafana's classic JSON
//! (schema 42; Grafana's provisioning rejects files of the newer schema). Never reads a file, a clock or a data source:
//! dashboards are a pure function of the catalogue and a prefix, and a test compares the committed files with them.
//! Start with [`files`], then any dashboard in [`bundled`], then [`query`].

mod bundled;
mod dashboard_json;
mod influxql;
mod layout;
mod link;
mod panel;
mod panel_json;
mod promql;
mod query;
mod series;
mod target;
mod transform;
mod unit;
mod variable;

use serde_json::Value;

pub use crate::output::kind::DataSource;
pub use bundled::BundledDashboard;
use dashboard_json::{Dashboard, Row};
pub use link::DashboardLink;

/// A data source and the prefix of metric names in it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PrefixedSource<'a> {
    pub(crate) data_source: DataSource,
    /// The prefix of every metric or measurement name.
    pub(crate) prefix: &'a str,
}

/// A dashboard file: its path below the output folder, and its content.
#[derive(Debug, Clone)]
pub struct DashboardFile {
    /// For example `prometheus/live.json`.
    pub path: String,
    /// Grafana's classic JSON.
    pub json: Value,
}

impl DashboardFile {
    /// The file's text, as committed.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{:#}\n", self.json)
    }
}

/// Every dashboard for both data sources. `prefix` is for Prometheus' metric names, `measurements` for `InfluxDB`'s.
#[must_use]
pub fn files(prefix: &str, measurements: &str) -> Vec<DashboardFile> {
    let of_store = |data_source| {
        let dialect = PrefixedSource {
            data_source,
            prefix: if data_source == DataSource::Prometheus { prefix } else { measurements },
        };
        BundledDashboard::ALL.map(|topic| DashboardFile {
            path: format!("{}/{}.json", data_source.as_str(), topic.as_str()),
            json: topic.dashboard(data_source).json(dialect),
        })
    };
    DataSource::ALL.into_iter().flat_map(of_store).collect()
}
