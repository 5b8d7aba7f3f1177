//! Tests of the options.

use super::*;
use crate::output::{OutputAddress, address::Place, influxdb::InfluxDbOutput, registry::OutputError};

fn read(address: &str) -> Result<(String, Settings), OutputError> {
    let address = OutputAddress::parse(address, |_| None)?;
    let Place::Url(url) = &address.place else { panic!("no URL") };
    Ok((url.to_string(), address.output::<InfluxDbOutput>().settings.clone()))
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
fn conflicting_options_are_refused() {
    for (words, expected) in [
        ("influxdb=http://h?org=o", "needs `org` and `bucket`"),
        ("influxdb=http://h/api/v2/write", "version 2 ?org="),
        ("influxdb=http://h/db?no_sync=true", "`no_sync` needs version 3"),
        ("influxdb=http://h/db?mode=raww", "one of aggregate, sampled, raw"),
        ("influxdb=http://h/db?every=3", "unknown option `every`"),
        ("influxdb=http://h?db=a&database=b", "`database` (version 3)"),
        ("influxdb=http://h/db?prefix=_a", "`prefix` must be"),
        ("influxdb=http://h/db?prefix=%23a", "`prefix` must be"),
        ("influxdb=http://h/db?prefix=a%0Ab", "without control characters"),
        ("influxdb=http://h/db?mode=raw&interval=5s", "unknown option `interval`"),
    ] {
        let error = read(words).unwrap_err().to_string();
        assert!(error.contains(expected), "{words}: {error}");
    }
}
