//! What may be given as a prefix and as the address of Grafana.

use super::*;

#[test]
fn prefixes_cant_end_a_name() {
    assert!(metric_prefix("").is_ok() && metric_prefix("k6_").is_ok() && metric_prefix("9a").is_err());
    assert!(metric_prefix("a{").is_err() && measurement_prefix("a/").is_err() && measurement_prefix("a.b-c_").is_ok());
}

#[test]
fn grafana_is_an_address() {
    assert_eq!(grafana("http://h:3000/below").unwrap().path(), "/below");
    assert!(grafana("localhost:3000").is_err() && grafana("grafana").is_err() && grafana("file:///x").is_err());
}
