//! Options of `InfluxDB`: which API, where in it, what is written.

#[cfg(test)]
mod tests;

use percent_encoding::percent_decode_str;
use url::Url;

use crate::output::{
    address::{
        credentials::{Secret, secret},
        error::AddressError,
        options::Options,
    },
    samples::expansion::MetricSelection,
};

/// What `--out influxdb=…` sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Settings {
    /// Which API, and where in it.
    pub target: Target,
    /// What is written.
    pub mode: Mode,
    /// Prefix of measurements.
    pub prefix: String,
    /// Metrics of which samples are written.
    pub metrics: MetricSelection,
    /// Whether bodies are compressed.
    pub gzip: bool,
}

/// Which API is spoken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// `/write` into a database.
    One {
        /// Its name.
        database: String,
        /// Its retention policy, if not the default.
        retention: Option<String>,
    },
    /// `/api/v2/write` into a bucket of an organisation.
    Two {
        /// The organisation.
        org: String,
        /// The bucket.
        bucket: String,
    },
    /// `/api/v3/write_lp` into a database.
    Three {
        /// Its name.
        database: String,
        /// Whether the server responds before the data is durable (`no_sync`), which saves up to a second per request.
        no_sync: bool,
    },
}

/// What is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// A point an interval and series.
    Aggregate,
    /// One request in so many, with its weight.
    Sampled(u32),
    /// A point a sample, as k6 writes.
    Raw,
}

impl Target {
    /// Where in the server, for people.
    #[must_use]
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::One { database, retention: Some(retention) } => format!("{database}/{retention}"),
            Self::One { database, .. } | Self::Three { database, .. } => database.clone(),
            Self::Two { org, bucket } => format!("{org}/{bucket}"),
        }
    }
}

impl Settings {
    /// Takes them out of the URL's path and the options, and a token besides.
    ///
    /// # Errors
    /// What is wrong or missing.
    pub(crate) fn read(url: &mut Url, options: &mut Options) -> Result<(Self, Option<Secret>), AddressError> {
        let target = read_target(url, options)?;
        let token = secret(options, "token")?;
        let modes = [("aggregate", Mode::Aggregate), ("sampled", Mode::Sampled(0)), ("raw", Mode::Raw)];
        let mut mode = options.take_one_of("mode", &modes)?.unwrap_or(Mode::Aggregate);
        if let Mode::Sampled(every) = &mut mode {
            let text = options.take("every").unwrap_or_else(|| "100".to_owned());
            *every = text
                .parse()
                .ok()
                .filter(|every| *every > 0)
                .ok_or_else(|| AddressError::invalid("every", "a whole number above 0"))?;
        }
        // Aggregates are few; what is selected are samples.
        let list = if mode == Mode::Aggregate { None } else { options.take("metrics") };
        let metrics = match list {
            Some(list) => MetricSelection::only(list.split(',').map(str::trim))
                .map_err(|error| AddressError::invalid("metrics", error.to_string()))?,
            None => MetricSelection::default(),
        };
        let gzip = options.take_bool("gzip")?.unwrap_or(true);
        let prefix = options.take("prefix").unwrap_or_default();
        if prefix.starts_with(['#', '_']) || prefix.contains(char::is_control) {
            return Err(AddressError::invalid(
                "prefix",
                "text without control characters that begins with neither `#` nor `_`",
            ));
        }
        Ok((Self { target, mode, prefix, metrics, gzip }, token))
    }
}

fn read_target(url: &mut Url, options: &mut Options) -> Result<Target, AddressError> {
    let retention = options.take("retention");
    let no_sync = options.take_bool("no_sync")?;
    let two = (options.take("org"), options.take("bucket"));
    let target = match (options.take("db"), two, options.take("database")) {
        (Some(database), (None, None), None) => Target::One { database, retention: retention.clone() },
        (None, (Some(org), Some(bucket)), None) => Target::Two { org, bucket },
        (None, (None, None), Some(database)) => Target::Three { database, no_sync: no_sync.unwrap_or(false) },
        (None, (None, None), None) => {
            let database = database_in(url)?;
            url.set_path("");
            Target::One { database, retention: retention.clone() }
        }
        (None, (Some(_), None) | (None, Some(_)), None) => {
            return Err(AddressError::Conflict("version 2 needs `org` and `bucket`"));
        }
        _ => {
            return Err(AddressError::Conflict(
                "give `db` (version 1), `org` and `bucket` (version 2), or `database` (version 3)",
            ));
        }
    };
    if retention.is_some() && !matches!(target, Target::One { .. }) {
        return Err(AddressError::Conflict("`retention` needs version 1"));
    }
    if no_sync.is_some() && !matches!(target, Target::Three { .. }) {
        return Err(AddressError::Conflict("`no_sync` needs version 3"));
    }
    let endpoint = match target {
        Target::One { .. } => "/write",
        Target::Two { .. } => "/api/v2/write",
        Target::Three { .. } => "/api/v3/write_lp",
    };
    // A receiver may live below a path of a proxy, and who copies an address may copy the endpoint's.
    let path = url.path().trim_end_matches('/');
    let below = path.strip_suffix(endpoint).unwrap_or(path).to_owned();
    url.set_path(&format!("{below}{endpoint}"));
    Ok(target)
}

/// Version 1's database, if it is the path.
fn database_in(url: &Url) -> Result<String, AddressError> {
    let path = url.path().trim_matches('/');
    if path.is_empty() {
        return Ok("k6".to_owned());
    }
    if path.contains('/') {
        return Err(AddressError::Conflict(
            "the path of a version 1 address is the database, and this one is longer\n  hint: version 1 takes \
             http://host:8086/DATABASE or ?db=…, version 2 ?org=…&bucket=…, version 3 ?database=…",
        ));
    }
    let name = percent_decode_str(path).decode_utf8();
    name.map(Into::into).map_err(|_| AddressError::NotUtf8)
}
