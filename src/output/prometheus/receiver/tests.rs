//! Tests of probes, and of what responses mean.

use super::*;
use crate::output::{OutputAddress, prometheus::PrometheusOutput};

fn receiver(address: &str) -> RemoteWriteReceiver {
    let address = OutputAddress::parse(address, |_| None).unwrap();
    let settings = address.output::<PrometheusOutput>().settings.clone();
    RemoteWriteReceiver::new("http://h/write".parse().unwrap(), settings, Vec::new(), Rc::default())
}

fn response(status: u16, body: &str, headers: &[(&'static str, &'static str)]) -> Response {
    let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
    Response { status, headers, body: body.to_owned(), bytes: body.to_owned().into(), secrets: Vec::new() }
}

const WROTE: [(&str, &str); 2] =
    [("X-Prometheus-Remote-Write-Samples-Written", "1"), ("X-Prometheus-Remote-Write-Histograms-Written", "1")];

fn probe(receiver: &mut RemoteWriteReceiver, answers: &[Response]) -> String {
    for response in answers {
        assert!(receiver.probe_request(1).is_some());
        receiver.on_probe(Some(response)).unwrap();
    }
    assert!(receiver.probe_request(1).is_none());
    receiver.describe()
}

#[test]
fn what_a_receiver_understands_is_found_out() {
    let two = "remote write 2.0, native histograms (schema 5)";
    assert_eq!(probe(&mut receiver("prometheus"), &[response(200, "", &WROTE)]), two);
    let silent = [response(204, "", &[]), response(204, "", &[]), response(200, "{\"data\":[{}]}", &[])];
    assert_eq!(probe(&mut receiver("prometheus"), &silent), "remote write 1.0, native histograms (schema 5)");
    let deaf = [response(204, "", &[]), response(204, "", &[]), response(200, "{\"data\":[]}", &[])];
    let oldest = "remote write 1.0, classic histograms (it takes no native ones)";
    assert_eq!(probe(&mut receiver("prometheus"), &deaf), oldest);
    let hiccup = [response(500, "boom", &[]), response(204, "", &WROTE[..1]), response(200, "", &WROTE)];
    assert_eq!(probe(&mut receiver("prometheus"), &hiccup), two);
    let late = [response(400, "out of bounds", &[]), response(200, "", &WROTE)];
    assert_eq!(probe(&mut receiver("prometheus"), &late), two);
    let disabled = [response(500, "native histograms are disabled", &[]), response(204, "", &WROTE[..1])];
    let classic = "remote write 2.0, classic histograms (it takes no native ones)";
    assert_eq!(probe(&mut receiver("prometheus"), &disabled), classic);
    let older = [response(415, "", &[]), response(500, "native histograms are disabled", &[]), response(204, "", &[])];
    assert_eq!(probe(&mut receiver("prometheus"), &older), oldest);
    let victoria = [response(204, "", &[]), response(204, "", &[("X-Server-Hostname", "h")])];
    assert_eq!(
        probe(&mut receiver("prometheus"), &victoria),
        "remote write 1.0, native histograms (schema 3), VictoriaMetrics"
    );
    let responses = [response(204, "", &[])];
    assert_eq!(probe(&mut receiver("prometheus=?version=1&histograms=classic"), &responses), oldest);
}

#[test]
fn an_exemplar_counts_when_it_can_be_read_back() {
    let wrote = [WROTE[0], WROTE[1], ("X-Prometheus-Remote-Write-Exemplars-Written", "1")];
    for (found, has_exemplars) in [(PROBE_TRACE, true), ("{\"data\":[]}", false)] {
        let mut receiver = receiver("prometheus");
        receiver.url.set_path("/api/v1/write");
        let description = probe(&mut receiver, &[response(200, "", &wrote), response(200, found, &[])]);
        assert_eq!(description.contains("exemplars"), has_exemplars, "{description}");
    }
}

#[test]
fn a_failing_receiver_changes_nothing() {
    let mut receiver = receiver("prometheus");
    assert!(receiver.on_probe(Some(&response(503, "later", &[]))).is_err());
    receiver.forget();
    assert!(receiver.on_probe(Some(&response(404, "", &[]))).unwrap_err().to_string().contains("hint"));
    receiver.forget();
    receiver.on_probe(Some(&response(500, "boom", &[]))).unwrap();
    assert!(
        receiver.on_probe(Some(&response(500, "boom", &[]))).is_err(),
        "an error of the server, not of the histogram"
    );
}

#[test]
fn answers_mean_what_the_specification_says() {
    let mut receiver = receiver("prometheus");
    probe(&mut receiver, &[response(200, "", &WROTE)]);
    let mut batch = Batch::default();
    (0..3).for_each(|_| batch.part(|out| out.push(0)));
    let classify =
        |status, body, headers: &[_], repeated| receiver.classify(&response(status, body, headers), &batch, repeated);
    let two = [WROTE[0], WROTE[1]];
    assert!(matches!(classify(200, "", &two, false), ResponseClass::Rejected(_)));
    let none = [(WROTE[0].0, "0"), (WROTE[1].0, "0")];
    for status in [200, 204] {
        assert!(
            matches!(classify(status, "", &none, false), ResponseClass::Rejected(_)),
            "it says that nothing was written"
        );
    }
    assert!(matches!(classify(204, "", &[], false), ResponseClass::ProtocolMismatch(_)));
    assert!(matches!(classify(500, "native histograms are disabled", &[], false), ResponseClass::ProtocolMismatch(_)));
    assert!(matches!(classify(500, "boom", &[], false), ResponseClass::ServerError(_)));
    assert!(matches!(classify(400, "out of order sample", &[], false), ResponseClass::Rejected(_)));
    assert_eq!(classify(400, "out of order sample", &[], true), ResponseClass::Accepted);
    assert!(matches!(classify(400, "out of bounds", &[], false), ResponseClass::TooOld(_)));
    assert!(matches!(classify(400, "duplicate sample for timestamp", &[], true), ResponseClass::Rejected(_)));
    let all = [(WROTE[0].0, "18446744073709551615"), WROTE[1]];
    assert!(matches!(classify(200, "", &all, false), ResponseClass::Accepted));
    assert!(matches!(classify(400, "bad label", &two, false), ResponseClass::Rejected(_)));
}

#[test]
fn a_limit_of_buckets_lowers_the_resolution() {
    let mimir = "received a native histogram sample with too many buckets, timestamp: 17, series: x, \
                 buckets: 165, limit: 160 (err-mimir-max-native-histogram-buckets)";
    let far = "native histogram with too many buckets, buckets: 700, limit: 100";
    let unnumbered = "native histogram bucket count exceeded the limit";
    for (address, body, schema) in [
        ("prometheus", mimir, 4),
        ("prometheus", far, 2),
        ("prometheus", unnumbered, 4),
        ("prometheus=http://h?schema=8", mimir, 7),
    ] {
        let mut receiver = receiver(address);
        probe(&mut receiver, &[response(200, "", &WROTE)]);
        let class = receiver.classify(&response(400, body, &WROTE), &Batch::default(), false);
        let ResponseClass::ProtocolMismatch(reason) = class else { panic!("{class:?}") };
        assert!(reason.contains("schema=N"), "{reason}");
        receiver.downgrade();
        receiver.forget();
        let found = probe(&mut receiver, &[response(200, "", &WROTE)]);
        assert_eq!(found, format!("remote write 2.0, native histograms (schema {schema})"));
        let one = Batch::restored(b"x".to_vec(), 1);
        let twice = response(400, "duplicate sample for timestamp", &[]);
        assert_eq!(receiver.classify(&twice, &one, false), ResponseClass::Accepted, "taken before it was encoded anew");
    }
}

/// Bodies of successes, and whether receivers send them: none, a word (`SignalFx`), an empty object.
const BODIES: [(&str, bool); 9] = [
    ("", true),
    ("\n", true),
    ("OK", true),
    ("\"OK\"", true),
    ("{}", true),
    ("{\"ok\":true}", false),
    ("  {\n  \"method\": \"POST\"}", false),
    ("[1]", false),
    ("<?xml version='1.0'?><done/>", false),
];

#[test]
fn a_success_with_a_document_is_not_one_of_a_receiver() {
    for (body, is_receiver) in BODIES {
        let mut probed = receiver("prometheus");
        let mut refused = None;
        while probed.probe_request(1).is_some() {
            refused = probed.on_probe(Some(&response(200, body, &[]))).err();
        }
        assert_eq!(refused.is_none(), is_receiver, "{body}: {refused:?}");
        assert!(refused.is_none_or(|error| error.is_lasting() && error.to_string().contains("version=1")), "{body}");
        // One that is found at the address later, and one that the user vouches for.
        let class =
            |receiver: &RemoteWriteReceiver| receiver.classify(&response(200, body, &[]), &Batch::default(), false);
        probed.dialect.set(Dialect { version: Version::One, ..Dialect::default() });
        assert_eq!(class(&probed) == ResponseClass::Accepted, is_receiver, "{body}");
        let mut named = receiver("prometheus=?version=1&histograms=classic");
        probe(&mut named, &[response(200, body, &[])]);
        assert_eq!(class(&named), ResponseClass::Accepted, "{body}");
    }
    // The headers say that it was written, whatever the body is.
    assert!(probe(&mut receiver("prometheus"), &[response(200, "{\"ok\":true}", &WROTE)]).contains("2.0"));
    let page = receiver("prometheus").on_probe(Some(&response(200, "<!DOCTYPE html><title>Sign in</title>", &[])));
    let page = page.unwrap_err();
    assert!(page.to_string().contains("web page"), "{page}");
}
