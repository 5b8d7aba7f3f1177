//! Targets that are scraped while the run lasts: the system under test, its databases, its machines.

use std::time::Duration;

use url::Url;

use crate::units::show_duration;

/// Time from scrape to scrape, if none is given.
pub(crate) const INTERVAL: Duration = Duration::from_secs(5);
/// Series of a target that are kept, if no number is given.
pub(crate) const SERIES: usize = 200;
/// Series that can be asked for.
pub(crate) const MOST_SERIES: u32 = 10_000;

/// What is scraped, and how.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Target {
    /// Label `target` of its series.
    pub name: String,
    /// The page, or with queries the Prometheus.
    pub url: Url,
    /// Headers of every request.
    pub headers: Vec<(String, String)>,
    /// Skip TLS certificate verification.
    pub insecure: bool,
    /// Time from scrape to scrape.
    pub interval: Duration,
    /// Names of metrics that are kept, with `*` at their end or beginning; all if there are none.
    pub metrics: Vec<String>,
    /// Series that are kept.
    pub most_series: usize,
    /// Names and queries in PromQL, instead of a page.
    pub queries: Vec<(String, String)>,
}

impl Target {
    /// A page at a URL, named after its host.
    ///
    /// # Errors
    /// When it is not one over HTTP.
    pub(crate) fn page(text: &str) -> Result<Self, String> {
        let whole = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
        let url = Url::parse(&whole).map_err(|error| format!("`{text}`: {error}"))?;
        let host = url.host_str().filter(|_| matches!(url.scheme(), "http" | "https"));
        let host = host.ok_or_else(|| format!("`{text}` is not a URL that begins with http:// or https://"))?;
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        Ok(Self {
            name: format!("{host}{port}"),
            url,
            headers: Vec::new(),
            insecure: false,
            interval: INTERVAL,
            metrics: Vec::new(),
            most_series: SERIES,
            queries: Vec::new(),
        })
    }

    /// Whether a metric is kept.
    #[must_use]
    pub(crate) fn wants(&self, metric: &str) -> bool {
        let matches = |pattern: &String| match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
            (Some(end), None) => metric.ends_with(end),
            (None, Some(begin)) => metric.starts_with(begin),
            (Some(_), Some(_)) => metric.contains(pattern.trim_matches('*')),
            (None, None) => metric == pattern,
        };
        self.metrics.is_empty() || self.metrics.iter().any(matches)
    }

    /// In a line, without credentials.
    #[must_use]
    pub(crate) fn describe(&self) -> String {
        let every = show_duration(self.interval);
        let mut url = self.url.clone();
        // Refused only for URLs without a host, which no target has.
        let _refused = url.set_username("").is_err() || url.set_password(None).is_err();
        url.set_query(None);
        if self.queries.is_empty() {
            return format!("{}: {url} every {every}", self.name);
        }
        let names: Vec<&str> = self.queries.iter().map(|(name, _)| name.as_str()).collect();
        format!("{}: {} from {url} every {every}", self.name, names.join(", "))
    }
}

/// Gives targets of the same name names of their own: their series would be one.
pub(crate) fn name_apart(targets: &mut [Target]) {
    for place in 1..targets.len() {
        let (before, rest) = targets.split_at_mut(place);
        let Some(target) = rest.first_mut() else { return };
        let (base, mut number) = (target.name.clone(), 2);
        while before.iter().any(|known| known.name == target.name) {
            target.name = format!("{base} ({number})");
            number += 1;
        }
    }
}

#[cfg(test)]
mod tests;
