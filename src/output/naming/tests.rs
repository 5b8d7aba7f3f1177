//! Tests of exported names.

use super::*;
use crate::metric::catalogue;

#[test]
fn names_carry_base_units() {
    let name = |metric| exported_name("loadagent_", metric);
    assert_eq!(name(&catalogue::HTTP_REQS), "loadagent_http_reqs_total");
    assert_eq!(name(&catalogue::HTTP_REQ_DURATION), "loadagent_http_req_duration_seconds");
    assert_eq!(name(&catalogue::DATA_SENT), "loadagent_data_sent_bytes_total");
    assert_eq!(name(&catalogue::CHECKS), "loadagent_checks_total");
    assert_eq!(name(&catalogue::VUS), "loadagent_vus");
}

#[test]
fn with_its_prefix_names_are_k6s() {
    let name = |metric| exported_name("k6_", metric);
    assert_eq!(name(&catalogue::DATA_SENT), "k6_data_sent_total");
    assert_eq!(name(&catalogue::HTTP_REQ_DURATION), "k6_http_req_duration_seconds");
    assert_eq!(name(&catalogue::VUS), "k6_vus");
}
