//! Sink addresses: `--out KIND[=URL-or-FILE][?option=value…]`.

mod credentials;
mod http;
mod kind;
mod options;
mod secrecy;
#[cfg(test)]
mod tests;
mod written;

use std::{fmt, net::SocketAddr, path::PathBuf, time::Duration};

use url::Url;

use self::written::{Environment, Written};
pub use self::{
    credentials::{Credentials, Secret, secret},
    http::HttpSettings,
    kind::OutputKind,
    options::Options,
};
use super::{influxdb, otlp, prometheus};
use crate::units;

/// A sink as asked for.
#[derive(Clone)]
pub struct OutputAddress {
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
#[derive(Debug, Clone, PartialEq)]
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
    /// OTLP metrics.
    Otlp(otlp::Settings),
    /// OTLP spans.
    Traces(otlp::Tracing),
}

/// Why an address can't be used. Names the kind only: the rest may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {message}", flag(kind))]
pub struct AddressError {
    kind: String,
    message: String,
}

/// The flag that such a sink is mostly given by.
fn flag(kind: &str) -> String {
    if kind == OutputKind::Traces.word() { "--traces".to_owned() } else { format!("--out {kind}") }
}

impl OutputAddress {
    /// Reads an address. `${VAR}` in it is taken from `environment`, whatever it holds.
    ///
    /// # Errors
    /// What is wrong with it, and what to use instead.
    pub fn parse(given: &str, environment: impl Fn(&str) -> Option<String>) -> Result<Self, AddressError> {
        let end = given.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).unwrap_or(given.len());
        let (word, rest) = given.split_at(end);
        Self::read(word, rest, &environment).map_err(|message| AddressError { kind: word.to_owned(), message })
    }

    fn read(word: &str, rest: &str, environment: Environment<'_>) -> Result<Self, String> {
        let kind = OutputKind::of(word)?;
        let address = match rest.chars().next() {
            Some('=') => &rest[1..],
            None | Some('?') => rest,
            Some(_) => return Err(format!("write {word}=ADDRESS")),
        };
        let address = if address.is_empty() || address.starts_with('?') {
            let default = signal_of(kind)
                .and_then(|signal| otlp::Endpoint::default_address(otlp::Variables::of(signal, environment)));
            format!("{}{address}", default.unwrap_or(kind.default_address()))
        } else {
            address.to_owned()
        };
        match kind {
            OutputKind::Prometheus | OutputKind::Influx => Self::read_receiver(kind, &address, environment),
            OutputKind::Json | OutputKind::Csv | OutputKind::Hdr => Self::read_file(kind, &address, environment),
            OutputKind::Scrape => Self::read_page(&address, environment),
            OutputKind::Otlp => Self::read_otlp(otlp::Signal::Metrics, &address, environment),
            OutputKind::Traces => Self::read_otlp(otlp::Signal::Traces, &address, environment),
        }
    }

    fn read_receiver(kind: OutputKind, address: &str, environment: Environment<'_>) -> Result<Self, String> {
        let front = written::with_front(address, environment)?;
        let written = Written::of_url(&front)?;
        let mut url = written.url(environment)?;
        let mut options = written.options(environment)?;
        let mut http = HttpSettings::read(&mut url, written.userinfo(environment)?, &mut options)?;
        let settings = if kind == OutputKind::Influx {
            let (settings, token) = influxdb::Settings::read(&mut url, &mut options)?;
            if let Some(token) = token {
                let three = matches!(settings.target, influxdb::Target::Three { .. });
                http.authorize(if three { "Bearer" } else { "Token" }, token)?;
            }
            Settings::Influx(settings)
        } else {
            Settings::Prometheus(prometheus::Settings::read(&mut options)?)
        };
        let samples = matches!(&settings, Settings::Influx(influx) if influx.mode != influxdb::Mode::Aggregate);
        let interval = if samples { None } else { take_interval(&mut options)? };
        options.finish(written.holds_secret())?;
        let words = (!Written::of_url(address)?.holds_secret()).then(|| format!("{}={address}", kind.word()));
        Ok(Self { settings, place: Place::Url(url), interval, http, words })
    }

    fn read_otlp(signal: otlp::Signal, address: &str, environment: Environment<'_>) -> Result<Self, String> {
        let variables = otlp::Variables::of(signal, environment);
        let front = written::with_front(address, environment)?;
        let endpoint = otlp::Endpoint::of(address, &front, variables)?;
        let written = Written::of_url(&endpoint.url)?;
        let mut url = written.url(environment)?;
        endpoint.complete(&mut url)?;
        let mut options = written.options(environment)?;
        let mut http = HttpSettings::read(&mut url, written.userinfo(environment)?, &mut options)?;
        let transport = endpoint.transport;
        let settings = match signal {
            otlp::Signal::Metrics => {
                Settings::Otlp(otlp::Settings::read(transport, &mut options, variables, &mut http)?)
            }
            otlp::Signal::Traces => {
                Settings::Traces(otlp::Tracing::read(transport, &mut options, variables, &mut http)?)
            }
        };
        let interval = take_interval(&mut options)?;
        options.finish(written.holds_secret())?;
        let mut read = Self { settings, place: Place::Url(url), interval, http, words: None };
        if !Written::of_url(address)?.holds_secret() {
            read.words = Some(format!("{}={address}", read.kind().word()));
        }
        Ok(read)
    }

    fn read_file(kind: OutputKind, address: &str, environment: Environment<'_>) -> Result<Self, String> {
        let whole = written::is_reference(address).then(|| written::spliced(address, environment)).transpose()?;
        let address = whole.as_deref().unwrap_or(address);
        let written = Written::of_text(address)?;
        let path = written.text(environment)?;
        let mut options = written.options(environment)?;
        let (settings, interval) = match kind {
            OutputKind::Hdr => (Settings::Hdr, take_interval(&mut options)?),
            OutputKind::Csv => (Settings::Csv, None),
            _ => (Settings::Json, None),
        };
        options.finish(written.holds_secret())?;
        // `replay` may be called from another folder.
        let absolute = std::path::absolute(&path).ok().filter(|_| path != "-");
        let kept = absolute.as_ref().and_then(|path| path.to_str()).unwrap_or(&path);
        let query = address.split_once('?').map(|(_, query)| format!("?{query}")).unwrap_or_default();
        let words = Some(format!("{}={}{query}", kind.word(), written::of_file(kept)));
        let place = if path == "-" { Place::Stdout } else { Place::File(path.into()) };
        Ok(Self { settings, place, interval, http: HttpSettings::default(), words })
    }

    fn read_page(address: &str, environment: Environment<'_>) -> Result<Self, String> {
        let text = written::spliced(address, environment)?;
        let written = Written::of_text(&text)?;
        let listen = written.text(environment)?.parse();
        let place = Place::Listen(listen.map_err(|_| "write ADDRESS:PORT, for example 127.0.0.1:9464")?);
        let mut options = written.options(environment)?;
        let settings = Settings::Scrape(prometheus::take_prefix(&mut options)?);
        options.finish(written.holds_secret())?;
        let words = Some(format!("scrape={address}"));
        Ok(Self { settings, place, interval: None, http: HttpSettings::default(), words })
    }

    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> OutputKind {
        match &self.settings {
            Settings::Prometheus(_) => OutputKind::Prometheus,
            Settings::Influx(_) => OutputKind::Influx,
            Settings::Json => OutputKind::Json,
            Settings::Csv => OutputKind::Csv,
            Settings::Hdr => OutputKind::Hdr,
            Settings::Scrape(_) => OutputKind::Scrape,
            Settings::Otlp(_) => OutputKind::Otlp,
            Settings::Traces(_) => OutputKind::Traces,
        }
    }

    /// Whether it wants a record of every request.
    #[must_use]
    pub fn wants_records(&self) -> bool {
        match &self.settings {
            Settings::Influx(influx) => influx.mode != influxdb::Mode::Aggregate,
            Settings::Json | Settings::Csv => true,
            Settings::Prometheus(_) | Settings::Hdr | Settings::Scrape(_) | Settings::Otlp(_) | Settings::Traces(_) => {
                false
            }
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
                let link = match &self.settings {
                    Settings::Otlp(otlp) => Some(&otlp.link),
                    Settings::Traces(tracing) => Some(&tracing.link),
                    _ => None,
                };
                match link {
                    Some(link) if link.transport == otlp::Protocol::Grpc => {
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

fn signal_of(kind: OutputKind) -> Option<otlp::Signal> {
    match kind {
        OutputKind::Otlp => Some(otlp::Signal::Metrics),
        OutputKind::Traces => Some(otlp::Signal::Traces),
        _ => None,
    }
}

fn take_interval(options: &mut Options) -> Result<Option<Duration>, String> {
    let Some(text) = options.take("interval") else { return Ok(None) };
    let interval = units::parse_duration(&text).map_err(|error| error.to_string())?;
    if interval.is_zero() || interval.subsec_nanos() > 0 {
        return Err("`interval` is whole seconds, at least one".to_owned());
    }
    Ok(Some(interval))
}

impl fmt::Debug for OutputAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "OutputAddress({})", self.shown())
    }
}
