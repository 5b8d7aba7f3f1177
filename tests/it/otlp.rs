//! OTLP over HTTP, against a store that misbehaves on purpose; what arrives is decoded by the official types.

use std::{collections::BTreeMap, io::Read, time::Duration};

use opentelemetry_proto::tonic::{
    collector::metrics::v1::{ExportMetricsPartialSuccess, ExportMetricsServiceRequest, ExportMetricsServiceResponse},
    metrics::v1::{metric, number_data_point},
};
use prost::Message;
use serde_json::Value as Json;

use super::{
    store::{REFUSED, Reply, Store},
    support::{Bench, Ran, signal},
};
use loadagent::testing::practice_target::{self, Target, TargetOptions};

pub(crate) const TAKEN: Reply =
    Reply { status: 200, headers: "content-type: application/x-protobuf\r\n", keeps: true, body: "" };
const AWAY: Reply = Reply { status: 503, headers: "retry-after: 0\r\n", keeps: false, body: "" };

pub(crate) fn practice() -> Target {
    practice_target::start(TargetOptions::default(), ([127, 0, 0, 1], 0).into()).unwrap()
}

/// Runs two seconds of 50 arrivals a second into a sink.
pub(crate) fn run(bench: &Bench, target: &Target, out: &str, further: &[&str]) -> Ran {
    let url = format!("http://{}/", target.address());
    let words = [&["run", &url, "--rate", "50", "-d", "2s", "-q", "--run-dir", "run", "--out", out], further].concat();
    let ran = bench.run(&words);
    assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
    ran
}

pub(crate) fn account(bench: &Bench) -> Json {
    bench.summary()["loadagent"]["outputs"][0].clone()
}

pub(crate) fn number(account: &Json, name: &str) -> u64 {
    account[name].as_u64().unwrap()
}

/// Requests that the last points of all series amount to; no point may come twice with another value.
pub(crate) fn requests(taken: &[ExportMetricsServiceRequest]) -> u64 {
    let mut points: BTreeMap<(String, u64), f64> = BTreeMap::new();
    for (name, data) in metrics(taken) {
        let (metric::Data::Sum(sum), "loadagent_http_reqs_total") = (data, name) else { continue };
        for point in &sum.data_points {
            let Some(number_data_point::Value::AsDouble(value)) = point.value else { panic!("no double") };
            let before = points.insert((format!("{:?}", point.attributes), point.time_unix_nano), value);
            assert!(before.is_none_or(|before| before.to_bits() == value.to_bits()), "a point changed");
        }
    }
    let last: BTreeMap<&String, f64> = points.iter().map(|((series, _), value)| (series, *value)).collect();
    format!("{}", last.values().sum::<f64>()).parse().unwrap()
}

fn metrics(taken: &[ExportMetricsServiceRequest]) -> impl Iterator<Item = (&str, &metric::Data)> {
    let scopes = taken.iter().flat_map(|request| &request.resource_metrics).flat_map(|one| &one.scope_metrics);
    scopes.flat_map(|scope| &scope.metrics).map(|metric| (&*metric.name, metric.data.as_ref().unwrap()))
}

/// Requests of all intervals in a run's log, also after a crash.
pub(crate) fn logged(bench: &Bench) -> u64 {
    let listed = bench.run(&["report", "--intervals", "run"]).stdout;
    let of_line = |line: &str| serde_json::from_str::<Json>(line).unwrap()["http_reqs"].as_f64().unwrap_or(0.0);
    format!("{}", listed.lines().map(of_line).sum::<f64>()).parse().unwrap()
}

fn out(store: &Store) -> String {
    format!("otlp=http://{}", store.address)
}

fn decoded(bodies: &[Vec<u8>]) -> Vec<ExportMetricsServiceRequest> {
    let unzipped = bodies.iter().map(|body| {
        let mut bytes = Vec::new();
        flate2::read::GzDecoder::new(&body[..]).read_to_end(&mut bytes).unwrap();
        bytes
    });
    unzipped.map(|bytes| ExportMetricsServiceRequest::decode(&bytes[..]).unwrap()).collect()
}

fn kept(store: &Store) -> u64 {
    requests(&decoded(&store.kept_bodies()))
}

pub(crate) fn partial(rejected_data_points: i64, error_message: &str) -> ExportMetricsServiceResponse {
    let error_message = error_message.to_owned();
    let partial = ExportMetricsPartialSuccess { rejected_data_points, error_message };
    ExportMetricsServiceResponse { partial_success: Some(partial) }
}

#[test]
fn a_repeat_is_byte_for_byte_what_was_sent_first() {
    let (bench, target) = (Bench::new(), practice());
    let store = Store::start(&[AWAY, AWAY], TAKEN);
    store.says(Vec::new());
    assert_eq!(run(&bench, &target, &out(&store), &[]).code, 0);
    let bodies = store.bodies();
    assert_eq!((&bodies[0], &bodies[1]), (&bodies[1], &bodies[2]));
    assert_eq!((kept(&store), number(&account(&bench), "retried")), (100, 2));
    let heads = store.heads();
    assert!(heads.iter().all(|head| head.starts_with("POST /v1/metrics HTTP/1.1\r\n")), "{}", heads[0]);
    let all = decoded(&store.kept_bodies());
    let durations = metrics(&all).filter(|(name, _)| *name == "loadagent_http_req_duration_seconds");
    let points = durations.filter_map(|(_, data)| match data {
        metric::Data::ExponentialHistogram(histogram) => histogram.data_points.last(),
        _ => None,
    });
    assert_eq!(points.last().unwrap().count, 100);
}

#[test]
fn what_is_refused_for_good_is_searched_kept_as_dead_letters_and_sent_again() {
    let (bench, target) = (Bench::new(), practice());
    let store = Store::start(&[REFUSED; 9], TAKEN);
    store.says(Vec::new());
    assert_eq!(run(&bench, &target, &out(&store), &[]).code, 110);
    let account = account(&bench);
    let rejected = number(&account, "rejected");
    assert!(rejected > 0, "{account}");
    assert_eq!(number(&account, "sent"), number(&account, "acknowledged") + rejected);
    let names: Vec<String> = serde_json::from_value(account["dead_letters"].clone()).unwrap();
    let before = store.kept_bodies().len();
    let replayed = bench.run(&["replay", "run"]);
    assert_eq!(replayed.code, 0, "{}{}", replayed.stdout, replayed.stderr);
    assert_eq!((store.kept_bodies().len(), kept(&store)), (before + names.len(), 100));
    assert_eq!(bench.run(&["replay", "run"]).code, 0);
    assert_eq!(store.kept_bodies().len(), before + names.len(), "nothing twice");
}

#[test]
fn too_large_a_request_is_halved_and_500_is_final() {
    let (bench, target) = (Bench::new(), practice());
    let too_large = Reply { status: 413, headers: "", keeps: false, body: "" };
    let store = Store::start(&[too_large], TAKEN);
    store.says(Vec::new());
    assert_eq!(run(&bench, &target, &out(&store), &[]).code, 0);
    assert_eq!(kept(&store), 100);
    let broken = Reply { status: 500, headers: "", keeps: false, body: "" };
    let store = Store::start(&[broken], TAKEN);
    store.says(Vec::new());
    let other = Bench::new();
    assert_eq!(run(&other, &target, &out(&store), &[]).code, 0, "its halves were taken");
    let bodies = store.bodies();
    assert!(!bodies[1..].contains(&bodies[0]), "the specification forbids to repeat it");
}

#[test]
fn partial_success_costs_what_it_says_and_a_remark_nothing() {
    let (bench, target) = (Bench::new(), practice());
    let store = Store::start(&[], TAKEN);
    store.says(partial(2, "too old").encode_to_vec());
    assert_eq!(run(&bench, &target, &out(&store), &[]).code, 110);
    let stats = account(&bench);
    assert_eq!(number(&stats, "rejected"), 2 * store.bodies().len() as u64);
    assert_eq!((&stats["dead_letters"], &stats["last_error"]), (&Json::Null, &Json::from("too old")));

    let (bench, store) = (Bench::new(), Store::start(&[], TAKEN));
    store.says(partial(0, "names were changed").encode_to_vec());
    assert_eq!(run(&bench, &target, &out(&store), &[]).code, 0);
    assert_eq!(account(&bench)["complete"], true);
    let events = std::fs::read_to_string(bench.path().join("run/events.log")).unwrap();
    assert_eq!(events.matches("names were changed").count(), 1, "{events}");
}

#[test]
fn a_kill_in_an_outage_costs_nothing_that_replay_does_not_mend() {
    let (bench, target) = (Bench::new(), practice());
    let store = Store::start(&[], TAKEN);
    store.says(Vec::new());
    let url = format!("http://{}/", target.address());
    let words = ["run", &url, "--rate", "50", "-d", "30s", "-q", "--run-dir", "run", "--out", &out(&store)];
    let mut child = bench.start(&words);
    while store.kept_bodies().is_empty() {
        std::thread::sleep(Duration::from_millis(20));
    }
    store.usually(AWAY);
    let before = logged(&bench);
    while logged(&bench) <= before {
        std::thread::sleep(Duration::from_millis(100));
    }
    signal(&child, "KILL");
    assert_eq!(child.wait().unwrap().code(), None);
    store.usually(TAKEN);
    let replayed = bench.run(&["replay", "run"]);
    assert_eq!(replayed.code, 0, "{}{}", replayed.stdout, replayed.stderr);
    assert!(logged(&bench) > before);
    assert_eq!(kept(&store), logged(&bench));
    let once = store.kept_bodies().len();
    assert_eq!(bench.run(&["replay", "run"]).code, 0);
    assert_eq!(store.kept_bodies().len(), once, "nothing twice");
    assert_eq!(kept(&store), logged(&bench));
}

#[test]
fn opentelemetrys_variables_count_and_their_secrets_stand_nowhere() {
    let (bench, target) = (Bench::new(), practice());
    let unauthorized = Reply { status: 401, headers: "", keeps: false, body: "" };
    let store = Store::start(&[], unauthorized);
    let url = format!("http://{}/", target.address());
    let run = ["run", &url, "--rate", "50", "-d", "1s", "--run-dir", "run", "--out", "otlp", "--drain", "100ms"];
    let with_environment = |words: &[&str]| -> Ran {
        let mut command = bench.command(words);
        command.env("OTEL_EXPORTER_OTLP_ENDPOINT", format!("http://{}/below", store.address));
        command.env("OTEL_EXPORTER_OTLP_HEADERS", "api-key=very%2Ds3cret").env("OTEL_SERVICE_NAME", "shop");
        command.env("OTEL_EXPORTER_OTLP_COMPRESSION", "none");
        command.output().unwrap().into()
    };
    // The store quotes the heads that it refuses.
    let ran = with_environment(&run);
    assert_eq!(ran.code, 110, "{}", ran.stderr);
    assert!(!format!("{}{}", ran.stdout, ran.stderr).contains("s3cret"));
    for entry in walk(&bench.path().join("run")) {
        let bytes = std::fs::read(&entry).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains("s3cret"), "{} holds the secret", entry.display());
    }
    store.usually(TAKEN);
    store.says(Vec::new());
    assert_eq!(with_environment(&["replay", "run"]).code, 0);
    assert!(store.heads().iter().all(|head| head.starts_with("POST /below/v1/metrics ")));
    assert!(store.heads().iter().all(|head| head.contains("api-key: very-s3cret")));
    let first = ExportMetricsServiceRequest::decode(&store.kept_bodies()[0][..]).unwrap();
    assert!(format!("{:?}", first.resource_metrics[0].resource).contains("shop"));
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}
