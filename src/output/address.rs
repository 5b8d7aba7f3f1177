//! Sink addresses: `--out KIND[=URL][?option=value]`.

use std::time::Duration;

use url::Url;

use crate::units;

/// A sink as asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct SinkAddress {
    /// Which kind.
    pub kind: SinkKind,
    /// Where, options taken out.
    pub url: Url,
    /// How often to push; None for the default of the run's length.
    pub interval: Option<Duration>,
    /// Prefix of metric names.
    pub prefix: String,
}

/// The kinds there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SinkKind {
    /// Remote write.
    Prometheus,
}

/// Why an address can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("--out {given}: {message}")]
pub struct AddressError {
    given: String,
    message: String,
}

impl SinkAddress {
    /// Reads an address. `${VAR}` in it is taken from `environment`.
    ///
    /// # Errors
    /// What is wrong with it, and what to use instead.
    pub fn parse(given: &str, environment: impl Fn(&str) -> Option<String>) -> Result<Self, AddressError> {
        let (kind, address) = given.split_once('=').unwrap_or((given, ""));
        // Only the kind is shown: the rest may hold a password.
        let fault = |message: String| AddressError { given: kind.to_owned(), message };
        let known = match kind {
            "prometheus" | "prometheus-rw" | "experimental-prometheus-rw" => SinkKind::Prometheus,
            "cloud" | "datadog" | "statsd" | "kafka" => {
                return Err(fault(
                    "there is no such sink; send to Prometheus remote write and forward from there".into(),
                ));
            }
            _ => return Err(fault("unknown sink; known: prometheus (also prometheus-rw)".into())),
        };
        let address = if address.is_empty() { "http://localhost:9090/api/v1/write" } else { address };
        let address = expand(address, environment).map_err(&fault)?;
        let mut url = Url::parse(&address).map_err(|error| fault(format!("not a URL: {error}")))?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return Err(fault("the address must be http://… or https://…".into()));
        }
        let mut sink = Self { kind: known, url: url.clone(), interval: None, prefix: "loadagent_".into() };
        let mut rest = Vec::new();
        for (name, value) in url.query_pairs() {
            match &*name {
                "interval" => {
                    let interval = units::parse_duration(&value).map_err(|error| fault(error.to_string()))?;
                    if interval < Duration::from_secs(1) {
                        return Err(fault("`interval` can't be shorter than a second".into()));
                    }
                    sink.interval = Some(interval);
                }
                "prefix" => sink.prefix = value.into_owned(),
                _ => rest.push((name.into_owned(), value.into_owned())),
            }
        }
        url.set_query(None);
        if !rest.is_empty() {
            url.query_pairs_mut().extend_pairs(rest);
        }
        sink.url = url;
        Ok(sink)
    }

    /// The sink for people: no user, no password, no query.
    #[must_use]
    pub fn shown(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        let port = self.url.port().map(|port| format!(":{port}")).unwrap_or_default();
        format!("prometheus {}://{host}{port}{}", self.url.scheme(), self.url.path())
    }
}

fn expand(text: &str, environment: impl Fn(&str) -> Option<String>) -> Result<String, String> {
    let mut expanded = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        expanded.push_str(&rest[..at]);
        let inside = &rest[at + 2..];
        let end = inside.find('}').ok_or("`${` is never closed")?;
        let name = &inside[..end];
        expanded.push_str(&environment(name).ok_or_else(|| format!("the environment has no `{name}`"))?);
        rest = &inside[end + 1..];
    }
    expanded.push_str(rest);
    Ok(expanded)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(given: &str) -> Result<SinkAddress, AddressError> {
        SinkAddress::parse(given, |name| (name == "TOKEN").then(|| "s3cret".to_owned()))
    }

    #[test]
    fn options_are_taken_out_of_the_query() {
        let sink = parse("prometheus=http://u:${TOKEN}@h:1/api/v1/write?interval=5s&prefix=k6_&tenant=a").unwrap();
        assert_eq!(sink.url.as_str(), "http://u:s3cret@h:1/api/v1/write?tenant=a");
        assert_eq!((sink.interval, &*sink.prefix), (Some(Duration::from_secs(5)), "k6_"));
        assert_eq!(sink.shown(), "prometheus http://h:1/api/v1/write");
        assert_eq!(parse("experimental-prometheus-rw").unwrap().url.as_str(), "http://localhost:9090/api/v1/write");
    }

    #[test]
    fn faults_never_show_a_secret() {
        for given in [
            "promethus=http://u:s3cret@h",
            "prometheus=u:s3cret@h",
            "prometheus=http://u:s3cret@h?interval=x",
            "kafka=s3cret",
        ] {
            let fault = parse(given).unwrap_err().to_string();
            assert!(!fault.contains("s3cret"), "{fault}");
        }
    }
}
