//! The address of the board that shows a run, ready to be opened.

use super::{Store, Topic};

/// Where Grafana is, and which run is to be shown.
#[derive(Debug, Clone)]
pub struct Address<'a> {
    /// Grafana's own address, also below a path of a proxy.
    pub grafana: &'a str,
    /// Where the run's metrics go.
    pub store: Store,
    /// What kind of test it is.
    pub topic: Topic,
    /// Identity of the run.
    pub run_id: &'a str,
    /// When it began, Unix milliseconds.
    pub from_ms: i64,
    /// When it ended, Unix milliseconds; None while it runs.
    pub to_ms: Option<i64>,
}

/// Before and after a run, so that its edges are seen; milliseconds.
const MARGIN_MS: i64 = 5_000;

impl Address<'_> {
    /// The address. While the run lasts the board follows it.
    #[must_use]
    pub fn url(&self) -> String {
        let run = percent_encoding::utf8_percent_encode(self.run_id, percent_encoding::NON_ALPHANUMERIC);
        let from = self.from_ms - MARGIN_MS;
        let (to, refresh) = match self.to_ms {
            Some(to_ms) => ((to_ms + MARGIN_MS).to_string(), ""),
            None => ("now".to_owned(), "&refresh=5s"),
        };
        let base = self.grafana.trim_end_matches('/');
        format!("{base}/d/{}?var-run_id={run}&from={from}&to={to}{refresh}", self.topic.uid(self.store))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_shows_the_run_and_its_time() {
        let mut address = Address {
            grafana: "http://grafana:3000/below/",
            store: Store::Prometheus,
            topic: Topic::Soak,
            run_id: "a b",
            from_ms: 60_000,
            to_ms: None,
        };
        let begin = "http://grafana:3000/below/d/loadagent-soak?var-run_id=a%20b&from=55000&to=";
        assert_eq!(address.url(), format!("{begin}now&refresh=5s"));
        address.to_ms = Some(90_000);
        assert_eq!(address.url(), format!("{begin}95000"));
    }
}
