//! Sink addresses: `--out KIND[=URL-or-FILE][?option=value…]`.

mod credentials;
mod kind;
mod options;

use std::{fmt, net::SocketAddr, path::PathBuf, time::Duration};

use url::Url;

pub use self::{
    credentials::{Credentials, Secret, secret},
    kind::SinkKind,
    options::Options,
};
use super::{influxdb, otlp, prometheus};
use crate::units;

/// A sink as asked for.
#[derive(Clone)]
pub struct SinkAddress {
    /// Which kind, with its own settings.
    pub settings: Settings,
    /// Where.
    pub place: Place,
    /// How often to push; None for the default of the run's length.
    pub interval: Option<Duration>,
    /// How to reach a receiver over HTTP.
    pub http: HttpSettings,
    /// The words it was given in, to be found again by `replay`; None when they hold a secret.
    pub words: Option<String>,
}

/// Where a sink is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A receiver; its query holds only what goes over the wire.
    Url(Url),
    /// A file, written anew.
    File(PathBuf),
    /// Standard output.
    Stdout,
    /// A port to be pulled from.
    Listen(SocketAddr),
}

/// What a kind has of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settings {
    /// Remote write.
    Prometheus(prometheus::Settings),
    /// `InfluxDB`.
    Influx(influxdb::Settings),
    /// k6's JSON.
    Json,
    /// k6's CSV.
    Csv,
    /// `HdrHistogram` interval log.
    Hdr,
    /// `/metrics`, with this prefix of names.
    Scrape(String),
    /// OTLP.
    Otlp(otlp::Settings),
}

/// A receiver that does not answer for so long is tried again.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// What every sink over HTTP takes.
#[derive(Debug, Clone)]
pub struct HttpSettings {
    /// Who we are.
    pub credentials: Credentials,
    /// Headers of every request: tenants and the like.
    pub headers: Vec<(String, String)>,
    /// Take any certificate.
    pub insecure: bool,
    /// Trust these certificates (PEM), too.
    pub ca_file: Option<PathBuf>,
    /// How long an answer may take.
    pub timeout: Duration,
}

/// Why an address can't be used. Names the kind only: the rest may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("--out {kind}: {message}")]
pub struct AddressError {
    kind: String,
    message: String,
}

impl SinkAddress {
    /// Reads an address. `${VAR}` in it is taken from `environment`.
    ///
    /// # Errors
    /// What is wrong with it, and what to use instead.
    pub fn parse(given: &str, environment: impl Fn(&str) -> Option<String>) -> Result<Self, AddressError> {
        let end = given.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).unwrap_or(given.len());
        let (word, rest) = given.split_at(end);
        Self::read(word, rest, &environment).map_err(|message| AddressError { kind: word.to_owned(), message })
    }

    fn read(word: &str, rest: &str, environment: &dyn Fn(&str) -> Option<String>) -> Result<Self, String> {
        let kind = SinkKind::of(word)?;
        let address = match rest.chars().next() {
            Some('=') => &rest[1..],
            None | Some('?') => rest,
            Some(_) => return Err(format!("write {word}=ADDRESS")),
        };
        let address = if address.is_empty() || address.starts_with('?') {
            let default = if kind == SinkKind::Otlp { otlp::Endpoint::default_address(environment) } else { None };
            format!("{}{address}", default.unwrap_or(kind.default_address()))
        } else {
            address.to_owned()
        };
        let literal = address.clone();
        let address = expand(&address, environment)?;
        let mut transport = otlp::Transport::Http;
        let (mut place, mut options) = match kind {
            SinkKind::Otlp => {
                let endpoint = otlp::Endpoint::of(&literal, &address, environment)?;
                transport = endpoint.transport;
                let (mut place, options) = options::of_url(&endpoint.url)?;
                endpoint.complete(&mut place)?;
                (place, options)
            }
            SinkKind::Prometheus | SinkKind::Influx => options::of_url(&address)?,
            SinkKind::Json | SinkKind::Csv | SinkKind::Hdr => {
                let (path, options) = options::of_text(&address);
                (if path == "-" { Place::Stdout } else { Place::File(path.into()) }, options)
            }
            SinkKind::Scrape => {
                let (listen, options) = options::of_text(&address);
                (Place::Listen(listen.parse().map_err(|_| format!("`{listen}` is not ADDRESS:PORT"))?), options)
            }
        };
        let interval = options.take("interval").map(|text| read_interval(&text)).transpose()?;
        let has_http = matches!(place, Place::Url(_));
        let mut http = if has_http { HttpSettings::read(&mut place, &mut options)? } else { HttpSettings::default() };
        let settings = match kind {
            SinkKind::Prometheus => Settings::Prometheus(prometheus::Settings::read(&mut options)?),
            SinkKind::Influx => {
                let (settings, token) = influxdb::Settings::read(&mut place, &mut options)?;
                if let Some(token) = token {
                    let three = matches!(settings.target, influxdb::Target::Three { .. });
                    http.credentials = Credentials::Token(if three { "Bearer" } else { "Token" }, token);
                }
                Settings::Influx(settings)
            }
            SinkKind::Json => Settings::Json,
            SinkKind::Csv => Settings::Csv,
            SinkKind::Hdr => Settings::Hdr,
            SinkKind::Otlp => Settings::Otlp(otlp::Settings::read(transport, &mut options, environment, &mut http)?),
            SinkKind::Scrape => Settings::Scrape(options.take("prefix").unwrap_or_else(|| "loadagent_".to_owned())),
        };
        options.finish()?;
        let words = (!credentials::are_literal(&literal)).then(|| format!("{}={literal}", kind.word()));
        Ok(Self { settings, place, interval, http, words })
    }

    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> SinkKind {
        match &self.settings {
            Settings::Prometheus(_) => SinkKind::Prometheus,
            Settings::Influx(_) => SinkKind::Influx,
            Settings::Json => SinkKind::Json,
            Settings::Csv => SinkKind::Csv,
            Settings::Hdr => SinkKind::Hdr,
            Settings::Scrape(_) => SinkKind::Scrape,
            Settings::Otlp(_) => SinkKind::Otlp,
        }
    }

    /// Whether it wants a record of every request.
    #[must_use]
    pub fn wants_records(&self) -> bool {
        match &self.settings {
            Settings::Influx(influx) => influx.mode != influxdb::Mode::Aggregate,
            Settings::Json | Settings::Csv => true,
            Settings::Prometheus(_) | Settings::Hdr | Settings::Scrape(_) | Settings::Otlp(_) => false,
        }
    }

    /// The sink for people: no user, no password, no query.
    #[must_use]
    pub fn shown(&self) -> String {
        let word = self.kind().word();
        match &self.place {
            Place::Url(url) => {
                let host = url.host_str().unwrap_or_default();
                let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
                match &self.settings {
                    Settings::Otlp(otlp) if otlp.transport == otlp::Transport::Grpc => {
                        let scheme = if url.scheme() == "https" { "grpcs" } else { "grpc" };
                        // Its own scheme has no usual port, so that every one is shown.
                        format!("{word} {scheme}://{host}:{}", url.port_or_known_default().unwrap_or_default())
                    }
                    _ => format!("{word} {}://{host}{port}{}", url.scheme(), url.path()),
                }
            }
            Place::File(path) => format!("{word} {}", path.display()),
            Place::Stdout => format!("{word} standard output"),
            Place::Listen(address) => format!("{word} {address}"),
        }
    }
}

impl HttpSettings {
    fn read(place: &mut Place, options: &mut Options) -> Result<Self, String> {
        let credentials = Credentials::read(place, options)?;
        let mut headers = options.take_prefixed("header.");
        if let Some(tenant) = options.take("tenant") {
            // Mimir, Cortex and Loki's name; Thanos' own.
            headers.push(("X-Scope-OrgID".to_owned(), tenant.clone()));
            headers.push(("THANOS-TENANT".to_owned(), tenant));
        }
        for (name, value) in &headers {
            if !is_sound_header(name, value) {
                return Err(format!("`header.{name}` is not a header that HTTP allows"));
            }
        }
        if let Place::Url(url) = place {
            for (name, value) in options.take_prefixed("query.") {
                url.query_pairs_mut().append_pair(&name, &value);
            }
        }
        let insecure = options.take_bool("insecure_skip_tls_verify")?;
        let ca_file = options.take("ca_file").map(PathBuf::from);
        Ok(Self { credentials, headers, insecure: insecure.unwrap_or(false), ca_file, timeout: REQUEST_TIMEOUT })
    }

    /// Every secret inside, to be struck out of what a receiver says.
    #[must_use]
    pub fn secrets(&self) -> Vec<String> {
        let of_headers = self.headers.iter().filter(|(name, _)| credentials::smells_of_a_secret(name));
        let values = of_headers.map(|(_, value)| value.clone()).filter(|value| !value.is_empty());
        self.credentials.secrets().into_iter().chain(values).collect()
    }
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            credentials: Credentials::None,
            headers: Vec::new(),
            insecure: false,
            ca_file: None,
            timeout: REQUEST_TIMEOUT,
        }
    }
}

/// Whether HTTP allows it.
#[must_use]
pub fn is_sound_header(name: &str, value: &str) -> bool {
    reqwest::header::HeaderName::from_bytes(name.as_bytes()).is_ok()
        && reqwest::header::HeaderValue::from_str(value).is_ok()
}

fn read_interval(text: &str) -> Result<Duration, String> {
    let interval = units::parse_duration(text).map_err(|error| error.to_string())?;
    if interval < Duration::from_secs(1) {
        return Err("`interval` can't be shorter than a second".to_owned());
    }
    Ok(interval)
}

fn expand(text: &str, environment: &dyn Fn(&str) -> Option<String>) -> Result<String, String> {
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

impl fmt::Debug for SinkAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SinkAddress({})", self.shown())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(given: &str) -> Result<SinkAddress, AddressError> {
        SinkAddress::parse(given, |name| (name == "TOKEN").then(|| "s3cret".to_owned()))
    }

    fn url_of(sink: &SinkAddress) -> &str {
        match &sink.place {
            Place::Url(url) => url.as_str(),
            _ => "",
        }
    }

    #[test]
    fn options_are_taken_out_of_the_query() {
        let sink =
            parse("prometheus=http://u:${TOKEN}@h:1/api/v1/write?interval=5s&prefix=k6_&query.extra_label=a%3Db")
                .unwrap();
        assert_eq!(url_of(&sink), "http://h:1/api/v1/write?extra_label=a%3Db");
        assert_eq!(sink.interval, Some(Duration::from_secs(5)));
        assert_eq!(sink.http.credentials.header().unwrap().unwrap(), "Basic dTpzM2NyZXQ=");
        assert_eq!(sink.shown(), "prometheus http://h:1/api/v1/write");
        assert_eq!(url_of(&parse("experimental-prometheus-rw").unwrap()), "http://localhost:9090/api/v1/write");
        let tenant = parse("prometheus=?tenant=a&bearer_token=x").unwrap();
        assert_eq!(tenant.http.headers[0], ("X-Scope-OrgID".to_owned(), "a".to_owned()));
        assert_eq!(tenant.http.credentials.header().unwrap().unwrap(), "Bearer x");
    }

    #[test]
    fn faults_never_show_a_secret_and_name_the_nearest_option() {
        for given in [
            "promethus=http://u:s3cret@h",
            "prometheus=u:s3cret@h",
            "prometheus://u:s3cret@h",
            "prometheus=http://u:s3cret@h?interval=x",
            "prometheus=http://u:s3cret@h?bearer_token=s3cret",
            "kafka=s3cret",
        ] {
            let fault = parse(given).unwrap_err().to_string();
            assert!(!fault.contains("s3cret"), "{fault}");
        }
        let fault = parse("prometheus=http://h?intervall=5s").unwrap_err().to_string();
        assert!(fault.contains("did you mean `interval`"), "{fault}");
    }

    #[test]
    fn words_with_a_literal_secret_are_not_kept() {
        assert_eq!(
            parse("prometheus=http://u:${TOKEN}@h/w").unwrap().words.unwrap(),
            "prometheus=http://u:${TOKEN}@h/w"
        );
        assert_eq!(parse("prometheus=http://u:s3cret@h/w").unwrap().words, None);
        assert_eq!(parse("influxdb=http://h?org=o&bucket=b&token=s3cret").unwrap().words, None);
        assert!(parse("influxdb=http://h?org=o&bucket=b&token_file=/run/t").unwrap().words.is_some());
        assert_eq!(parse("prometheus=http://h/w?header.Authorization=s3cret").unwrap().words, None);
    }
}
