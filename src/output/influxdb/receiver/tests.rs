//! Tests of addresses, and of what responses mean.

use super::*;
use crate::output::{OutputAddress, influxdb::InfluxDbOutput};

fn receiver(address: &str, precision: Precision) -> InfluxReceiver {
    let address = OutputAddress::parse(address, |_| None).unwrap();
    let output: &InfluxDbOutput = address.output();
    InfluxReceiver::new(output.url.clone(), output.settings.clone(), precision)
}

fn classify(status: u16, body: &str) -> ResponseClass {
    let mut batch = Batch::default();
    (0..10).for_each(|_| batch.part(|out| out.push(b'\n')));
    let headers = reqwest::header::HeaderMap::new();
    let response =
        Response { status, headers, body: body.to_owned(), bytes: body.to_owned().into(), secrets: Vec::new() };
    receiver("influxdb", Precision::Milliseconds).classify(&response, &batch, false)
}

#[test]
fn each_version_has_its_own_address() {
    let url = |words, precision| receiver(words, precision).url().to_string();
    let (ms, ns) = (Precision::Milliseconds, Precision::Nanoseconds);
    assert_eq!(url("influxdb=http://h:1/db?retention=week", ms), "http://h:1/write?db=db&precision=ms&rp=week");
    assert_eq!(url("influxdb=http://h:1/my%20db", ms), "http://h:1/write?db=my+db&precision=ms");
    assert_eq!(url("influxdb=http://h:1/p/write?db=my%20db&mode=raw", ns), "http://h:1/p/write?db=my+db&precision=n");
    assert_eq!(
        url("influxdb=http://h:1?org=o&bucket=b%20c&mode=raw", ns),
        "http://h:1/api/v2/write?org=o&bucket=b+c&precision=ns"
    );
    assert_eq!(
        url("influxdb=http://h:1?database=d&no_sync=true", ms),
        "http://h:1/api/v3/write_lp?db=d&accept_partial=true&precision=millisecond&no_sync=true"
    );
}

#[test]
fn the_database_is_made_once_a_meeting() {
    let mut receiver = receiver("influxdb=http://h:1/a%22b%20c", Precision::Milliseconds);
    let request = receiver.probe_request(0).unwrap();
    assert_eq!(request.url.as_str(), "http://h:1/query?q=CREATE+DATABASE+%22a%5C%22b+c%22");
    assert!(receiver.probe_request(0).is_none());
    receiver.forget();
    assert!(receiver.probe_request(0).is_some());
}

#[test]
fn partial_writes_are_understood() {
    let one = "{\"error\":\"partial write: field type conflict: input field \\\"value\\\" is type string dropped=3\"}";
    assert!(matches!(classify(400, one), ResponseClass::PartiallyAccepted { rejected: 3, .. }));
    let unparsed = "{\"error\":\"partial write: unable to parse 'x': bad timestamp dropped=0\"}";
    assert!(matches!(classify(400, unparsed), ResponseClass::PartiallyAccepted { rejected: 1, .. }));
    let three =
        "{\"error\":\"partial write of line protocol occurred\",\"data\":[{\"line_number\":1},{\"line_number\":4}]}";
    assert!(matches!(classify(400, three), ResponseClass::PartiallyAccepted { rejected: 2, .. }));
    assert!(matches!(
        classify(400, "{\"code\":\"invalid\",\"message\":\"unable to parse 'x'\"}"),
        ResponseClass::Rejected(_)
    ));
    assert!(matches!(classify(500, "{\"error\":\"retention policy not found: x\"}"), ResponseClass::Misconfigured(_)));
    assert!(matches!(classify(500, "{\"error\":\"timeout\"}"), ResponseClass::Retryable { .. }));
    assert!(matches!(classify(404, "{\"error\":\"database not found\"}"), ResponseClass::Emptied(_)));
    assert!(matches!(classify(404, "nothing here"), ResponseClass::Misconfigured(_)));
    assert!(matches!(classify(200, "welcome"), ResponseClass::Misconfigured(_)));
    assert_eq!(classify(204, ""), ResponseClass::Accepted);
    let many = "partial write: unable to parse 'x' dropped=18446744073709551615";
    assert!(matches!(classify(400, many), ResponseClass::PartiallyAccepted { .. }));
}

#[test]
fn the_first_answer_is_heard_by_every_version() {
    let answer = |status, body: &str| {
        let headers = reqwest::header::HeaderMap::new();
        Response { status, headers, body: body.to_owned(), bytes: body.to_owned().into(), secrets: Vec::new() }
    };
    for address in ["influxdb=http://h/db", "influxdb=http://h?org=o&bucket=b", "influxdb=http://h?database=d"] {
        let asked = |status| {
            let mut receiver = receiver(address, Precision::Milliseconds);
            assert!(receiver.probe_request(0).is_some(), "{address}");
            receiver.on_probe(Some(&answer(status, "said so")))
        };
        let refused = asked(401).unwrap_err();
        assert!(refused.is_lasting() && refused.to_string().contains("password"), "{address}: {refused}");
        assert!(asked(204).is_ok() && asked(400).is_ok(), "{address}");
        assert!(!asked(503).unwrap_err().is_lasting(), "{address}");
    }
    let mut receiver = receiver("influxdb=http://h/db", Precision::Milliseconds);
    receiver.on_probe(Some(&answer(403, "may not create"))).unwrap();
    let gone = receiver.classify(&answer(404, "database not found"), &Batch::default(), false);
    assert!(
        matches!(&gone, ResponseClass::Misconfigured(reason) if reason.contains("may not create")),
        "the reason why it is not there: {gone:?}"
    );
    receiver.forget();
    receiver.on_probe(Some(&answer(200, "{}"))).unwrap();
    let gone = receiver.classify(&answer(404, "database not found"), &Batch::default(), false);
    assert!(matches!(gone, ResponseClass::Emptied(_)));
}
