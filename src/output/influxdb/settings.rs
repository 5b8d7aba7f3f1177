//! Options of an `InfluxDB` sink: which API, where in it, what is written.

use url::Url;

use crate::output::{
    address::{Options, Place, Secret, secret},
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
    pub fn read(place: &mut Place, options: &mut Options) -> Result<(Self, Option<Secret>), String> {
        let Place::Url(url) = place else { return Err("the address must be http://… or https://…".to_owned()) };
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
        Ok((Self { target, mode, prefix, metrics, gzip }, token))
    }
}

fn read_target(url: &mut Url, options: &mut Options) -> Result<Target, String> {
    let path = url.path().trim_matches('/').to_owned();
    let retention = options.take("retention");
    let no_sync = options.take_bool("no_sync")?;
    let given = (options.take("org"), options.take("bucket"), options.take("database").or_else(|| options.take("db")));
    let (target, endpoint) = match given {
        (Some(org), Some(bucket), None) => (Target::Two { org, bucket }, "api/v2/write"),
        (None, None, Some(database)) => {
            (Target::Three { database, no_sync: no_sync.unwrap_or(false) }, "api/v3/write_lp")
        }
        (None, None, None) => {
            let database = if path.is_empty() { "k6".to_owned() } else { path.clone() };
            if database.contains('/') {
                return Err(format!(
                    "the path of a version 1 address is the database, and `{path}` is none\n  hint: version 2 takes \
                     http://host:8086?org=…&bucket=…, version 3 http://host:8181?database=…"
                ));
            }
            (Target::One { database, retention: retention.clone() }, "write")
        }
        (Some(_), None, None) | (None, Some(_), None) => return Err("version 2 needs `org` and `bucket`".to_owned()),
        _ => return Err("give `org` and `bucket` (version 2), or `database` (version 3)".to_owned()),
    };
    if retention.is_some() && !matches!(target, Target::One { .. }) {
        return Err("`retention` is version 1's".to_owned());
    }
    if no_sync.is_some() && !matches!(target, Target::Three { .. }) {
        return Err("`no_sync` is version 3's".to_owned());
    }
    // Versions 2 and 3 may live below a path of a proxy.
    let below = if matches!(target, Target::One { .. }) { String::new() } else { path };
    url.set_path(&format!("{below}/{endpoint}"));
    Ok(target)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::address::{self, SinkAddress};

    fn read(words: &str) -> Result<(String, Settings), String> {
        let sink = SinkAddress::parse(words, |_| None).map_err(|error| error.to_string())?;
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
    fn what_does_not_go_together_is_told() {
        for (words, told) in [
            ("influxdb=http://h?org=o", "needs `org` and `bucket`"),
            ("influxdb=http://h/api/v2/write", "hint: version 2"),
            ("influxdb=http://h/db?no_sync=true", "version 3's"),
            ("influxdb=http://h/db?mode=raww", "one of aggregate, sampled, raw"),
            ("influxdb=http://h/db?every=3", "there is no option `every`"),
        ] {
            let fault = read(words).unwrap_err();
            assert!(fault.contains(told), "{words}: {fault}");
        }
    }
}
