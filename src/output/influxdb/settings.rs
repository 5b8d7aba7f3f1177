//! Options of an `InfluxDB` sink: which API, where in it, what is written.

use percent_encoding::percent_decode_str;
use url::Url;

use crate::output::{
    address::{Options, Secret, secret},
    samples::Selection,
};

/// What `--out influxdb=…` sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Which API, and where in it.
    pub target: Target,
    /// What is written.
    pub mode: Mode,
    /// Prefix of measurements.
    pub prefix: String,
    /// Metrics of which samples are written.
    pub metrics: Selection,
    /// Whether bodies are compressed.
    pub gzip: bool,
}

/// Which API is spoken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
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
        /// Whether to answer before the data is safe: a second less a request.
        no_sync: bool,
    },
}

/// What is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// A point an interval and series.
    Aggregate,
    /// One request in so many, with its weight.
    Sampled(u32),
    /// A point a sample, as k6 writes.
    Raw,
}

impl Settings {
    /// Takes them out of the URL's path and the options, and a token besides.
    ///
    /// # Errors
    /// What is wrong or missing.
    pub fn read(url: &mut Url, options: &mut Options) -> Result<(Self, Option<Secret>), String> {
        let target = read_target(url, options)?;
        let token = secret(options, "token")?;
        let modes = [("aggregate", Mode::Aggregate), ("sampled", Mode::Sampled(0)), ("raw", Mode::Raw)];
        let mut mode = options.take_one_of("mode", &modes)?.unwrap_or(Mode::Aggregate);
        if let Mode::Sampled(every) = &mut mode {
            let text = options.take("every").unwrap_or_else(|| "100".to_owned());
            *every = text.parse().ok().filter(|every| *every > 0).ok_or("`every` is a whole number above 0")?;
        }
        // Aggregates are few; what is selected are samples.
        let list = if mode == Mode::Aggregate { None } else { options.take("metrics") };
        let metrics = match list {
            Some(list) => {
                Selection::only(list.split(',').map(str::trim)).map_err(|error| format!("`metrics`: {error}"))?
            }
            None => Selection::default(),
        };
        let gzip = options.take_bool("gzip")?.unwrap_or(true);
        let prefix = options.take("prefix").unwrap_or_default();
        if prefix.starts_with(['#', '_']) || prefix.contains(char::is_control) {
            return Err("`prefix` begins with neither `#` nor `_`, and holds no control characters".to_owned());
        }
        Ok((Self { target, mode, prefix, metrics, gzip }, token))
    }
}

fn read_target(url: &mut Url, options: &mut Options) -> Result<Target, String> {
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
        (None, (Some(_), None) | (None, Some(_)), None) => return Err("version 2 needs `org` and `bucket`".to_owned()),
        _ => return Err("give `db` (version 1), `org` and `bucket` (version 2), or `database` (version 3)".to_owned()),
    };
    if retention.is_some() && !matches!(target, Target::One { .. }) {
        return Err("`retention` is version 1's".to_owned());
    }
    if no_sync.is_some() && !matches!(target, Target::Three { .. }) {
        return Err("`no_sync` is version 3's".to_owned());
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
fn database_in(url: &Url) -> Result<String, String> {
    let path = url.path().trim_matches('/');
    if path.is_empty() {
        return Ok("k6".to_owned());
    }
    if path.contains('/') {
        return Err(
            "the path of a version 1 address is the database, and this one is longer\n  hint: version 1 takes \
             http://host:8086/DATABASE or ?db=…, version 2 ?org=…&bucket=…, version 3 ?database=…"
                .to_owned(),
        );
    }
    let name = percent_decode_str(path).decode_utf8();
    name.map(Into::into).map_err(|_| "the database's name is no UTF-8".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::address::{self, OutputAddress, Place};

    fn read(words: &str) -> Result<(String, Settings), String> {
        let sink = OutputAddress::parse(words, |_| None).map_err(|error| error.to_string())?;
        match (sink.place, sink.settings) {
            (Place::Url(url), address::Settings::Influx(settings)) => Ok((url.to_string(), settings)),
            _ => Err("no influxdb".to_owned()),
        }
    }

    #[test]
    fn the_options_choose_the_version() {
        let (url, one) = read("influxdb").unwrap();
        assert_eq!(url, "http://localhost:8086/write");
        assert_eq!(one.target, Target::One { database: "k6".to_owned(), retention: None });
        let (url, two) = read("influxdb=http://h:1?org=o&bucket=b&token=t&mode=raw").unwrap();
        assert_eq!((&*url, two.mode), ("http://h:1/api/v2/write", Mode::Raw));
        let (url, three) = read("influxdb=http://h:1/proxied?database=d&mode=sampled&every=10").unwrap();
        assert_eq!((&*url, three.mode), ("http://h:1/proxied/api/v3/write_lp", Mode::Sampled(10)));
    }

    #[test]
    fn version_1s_database_is_the_path_or_db() {
        for (words, expected, database) in [
            ("influxdb=http://h:1/my%20db", "http://h:1/write", "my db"),
            ("influxdb=http://h:1/a%2Fb/", "http://h:1/write", "a/b"),
            ("influxdb=http://h:1?db=k6", "http://h:1/write", "k6"),
            ("influxdb=http://h:1/write?db=k6", "http://h:1/write", "k6"),
            ("influxdb=http://h:1/proxied/write?db=k6", "http://h:1/proxied/write", "k6"),
        ] {
            let (url, settings) = read(words).unwrap();
            assert_eq!(url, expected, "{words}");
            assert_eq!(settings.target, Target::One { database: database.to_owned(), retention: None }, "{words}");
        }
        assert_eq!(read("influxdb=http://h:1/api/v2/write?org=o&bucket=b").unwrap().0, "http://h:1/api/v2/write");
    }

    #[test]
    fn what_does_not_go_together_is_told() {
        for (words, told) in [
            ("influxdb=http://h?org=o", "needs `org` and `bucket`"),
            ("influxdb=http://h/api/v2/write", "version 2 ?org="),
            ("influxdb=http://h/db?no_sync=true", "version 3's"),
            ("influxdb=http://h/db?mode=raww", "one of aggregate, sampled, raw"),
            ("influxdb=http://h/db?every=3", "there is no option `every`"),
            ("influxdb=http://h?db=a&database=b", "`database` (version 3)"),
            ("influxdb=http://h/db?prefix=_a", "`prefix` begins"),
            ("influxdb=http://h/db?prefix=%23a", "`prefix` begins"),
            ("influxdb=http://h/db?prefix=a%0Ab", "no control characters"),
            ("influxdb=http://h/db?mode=raw&interval=5s", "there is no option `interval`"),
        ] {
            let fault = read(words).unwrap_err();
            assert!(fault.contains(told), "{words}: {fault}");
        }
    }
}
