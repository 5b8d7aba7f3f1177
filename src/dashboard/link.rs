//! The URL of the dashboard of a run.

use super::{BundledDashboard, DataSource};

/// Grafana's URL, and the run to show.
#[derive(Debug, Clone)]
pub struct DashboardLink<'a> {
    /// Grafana's base URL; may have a path.
    pub grafana: &'a str,
    /// The data source that holds the run.
    pub data_source: DataSource,
    /// Which dashboard.
    pub topic: BundledDashboard,
    /// ID of the run.
    pub run_id: &'a str,
    /// Start of the run, Unix milliseconds.
    pub from_ms: i64,
    /// End of the run, Unix milliseconds; None while it runs.
    pub to_ms: Option<i64>,
}

/// Margin before and after the run, milliseconds.
const MARGIN_MS: i64 = 5_000;

impl DashboardLink<'_> {
    /// The URL. During the run the dashboard refreshes itself.
    #[must_use]
    pub fn url(&self) -> String {
        let run = percent_encoding::utf8_percent_encode(self.run_id, percent_encoding::NON_ALPHANUMERIC);
        let from = self.from_ms - MARGIN_MS;
        let (to, refresh) = match self.to_ms {
            Some(to_ms) => ((to_ms + MARGIN_MS).to_string(), ""),
            None => ("now".to_owned(), "&refresh=5s"),
        };
        let base = self.grafana.trim_end_matches('/');
        format!("{base}/d/{}?var-run_id={run}&from={from}&to={to}{refresh}", self.topic.uid(self.data_source))
    }
}

#[cfg(test)]
mod tests;
