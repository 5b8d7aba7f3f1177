//! Tests of where requests go.

use super::*;

#[test]
fn a_name_that_goes_to_two_servers_has_none() {
    let request = |scenario: &str, address: &str| LoggedRequest {
        scenario: scenario.into(),
        name: "GET /".into(),
        method: "GET".into(),
        scheme: "http".into(),
        address: address.into(),
        port: 80,
    };
    let requests = [request("a", "one"), request("a", "one"), request("b", "one"), request("b", "two")];
    let of = |scenario| {
        let labels = Labels::new([("scenario", scenario), ("name", "GET /"), ("method", "GET"), ("status", "200")]);
        server(&labels, &requests).map(|request| request.address.clone())
    };
    assert_eq!((of("a"), of("b"), of("c")), (Some("one".to_owned()), None, None));
}
