//! Traces: headers that the target received, spans that arrived, and the counts of the summary must agree.

use std::{collections::BTreeSet, io::Read, net::SocketAddr, sync::Arc, sync::Mutex};

use opentelemetry_proto::tonic::{
    collector::trace::v1::{
        ExportTraceServiceRequest, ExportTraceServiceResponse,
        trace_service_server::{TraceService, TraceServiceServer},
    },
    trace::v1::{Span, span::SpanKind},
};
use prost::Message;
use tonic::{
    Request, Response, Status,
    codec::CompressionEncoding,
    transport::{Server, server::TcpIncoming},
};

use super::{
    otlp::{TAKEN, account, number, practice},
    store::{Reply, Store},
    support::{Bench, Ran},
};
use loadagent::testing::practice_target::Target;

const AWAY: Reply = Reply { status: 503, headers: "", keeps: false, body: "" };

/// Runs two seconds of 50 arrivals a second, traced.
fn run(bench: &Bench, target: &Target, traces: &str, further: &[&str]) -> Ran {
    let url = format!("http://{}/a?key=s3cret", target.address());
    let words = ["run", &url, "--rate", "50", "-d", "2s", "-q", "--run-dir", "run", "--traces", traces];
    let ran = bench.run(&[&words, further].concat());
    assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
    ran
}

fn spans(requests: impl IntoIterator<Item = ExportTraceServiceRequest>) -> Vec<Span> {
    let resources = requests.into_iter().flat_map(|request| request.resource_spans);
    resources.flat_map(|one| one.scope_spans).flat_map(|scope| scope.spans).collect()
}

fn kept(store: &Store) -> Vec<Span> {
    spans(store.kept_bodies().iter().map(|body| {
        let mut bytes = Vec::new();
        flate2::read::GzDecoder::new(&body[..]).read_to_end(&mut bytes).unwrap();
        ExportTraceServiceRequest::decode(&bytes[..]).unwrap()
    }))
}

fn of_kind(spans: &[Span], kind: SpanKind) -> Vec<&Span> {
    spans.iter().filter(|span| span.kind == kind as i32).collect()
}

/// Contexts of the spans of requests, as they stand in headers.
fn contexts(spans: &[Span]) -> BTreeSet<String> {
    let number = |bytes: &[u8]| bytes.iter().fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
    let requests = of_kind(spans, SpanKind::Client);
    requests
        .iter()
        .map(|span| format!("00-{:032x}-{:016x}-01", number(&span.trace_id), number(&span.span_id)))
        .collect()
}

#[test]
fn the_target_sees_exactly_what_is_exported() {
    let (bench, target) = (Bench::new(), practice());
    let store = Store::start(&[AWAY, AWAY], TAKEN);
    let ran = run(&bench, &target, &format!("http://{}?ratio=0.6&max=15/s", store.address), &[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let (spans_seen, seen) = (kept(&store), target.report().traces);
    assert_eq!(seen.sampled_contexts.iter().cloned().collect::<BTreeSet<_>>(), contexts(&spans_seen));
    assert!((10..=30).contains(&seen.sampled), "{}", seen.sampled);
    assert_eq!((seen.sampled + seen.unsampled, seen.absent, seen.malformed), (100, 0, 0));
    let roots: BTreeSet<_> = of_kind(&spans_seen, SpanKind::Internal).iter().map(|span| span.span_id.clone()).collect();
    assert!(of_kind(&spans_seen, SpanKind::Client).iter().all(|span| roots.contains(&span.parent_span_id)));
    assert_eq!(spans_seen.len(), 2 * roots.len());
    let account = account(&bench);
    assert_eq!((number(&account, "acknowledged"), number(&account, "retried")), (spans_seen.len() as u64, 2));
    assert!(store.heads().iter().all(|head| head.starts_with("POST /v1/traces HTTP/1.1\r\n")));
    assert!(store.kept_bodies().iter().all(|body| !format!("{body:?}").contains("s3cret")));
}

/// One user runs on one of the workers.
#[test]
fn the_cap_does_not_depend_on_workers() {
    for workers in ["1", "2", "4"] {
        let (bench, target) = (Bench::new(), practice());
        let store = Store::start(&[], TAKEN);
        let (url, traces) = (format!("http://{}", target.address()), format!("http://{}?ratio=1&max=8", store.address));
        let words =
            ["run", &url, "-u", "1", "-i", "8", "-q", "--run-dir", "run", "--workers", workers, "--traces", &traces];
        let ran = bench.run(&words);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        assert_eq!(contexts(&kept(&store)).len(), 8, "{workers} workers");
    }
}

#[test]
fn durations_are_those_of_the_metric() {
    let (bench, target) = (Bench::new(), practice());
    let store = Store::start(&[], TAKEN);
    assert_eq!(run(&bench, &target, &format!("otlp=http://{}?ratio=1&max=100", store.address), &[]).code, 0);
    let spans_seen = kept(&store);
    let requests = of_kind(&spans_seen, SpanKind::Client);
    let sum: u64 = requests.iter().map(|span| span.end_time_unix_nano - span.start_time_unix_nano).sum();
    let trend = bench.summary()["metrics"]["http_req_duration"]["values"].clone();
    let metric = trend["avg"].as_f64().unwrap() * 100.0;
    assert_eq!((requests.len(), contexts(&spans_seen).len()), (100, 100));
    assert!((sum as f64 / 1e6 - metric).abs() < 1e-6 * metric, "{sum} ns and {metric} ms");
}

#[test]
fn what_an_outage_held_back_is_replayed_and_the_load_goes_on() {
    let (bench, target) = (Bench::new(), practice());
    let store = Store::start(&[], AWAY);
    let traces = format!("http://{}?ratio=1&max=20", store.address);
    assert_eq!(run(&bench, &target, &traces, &["--drain", "100ms"]).code, 110);
    let account = account(&bench);
    assert_eq!((number(&account, "spooled"), number(&account, "lost")), (number(&account, "sent"), 0));
    let seen = target.report();
    assert_eq!((seen.total, seen.traces.unsampled), (100, 100 - seen.traces.sampled));
    store.usually(TAKEN);
    let replayed = bench.run(&["replay", "run"]);
    assert_eq!(replayed.code, 0, "{}", replayed.stderr);
    assert_eq!(seen.traces.sampled_contexts.into_iter().collect::<BTreeSet<_>>(), contexts(&kept(&store)));
}

#[test]
fn a_profile_may_ask_for_traces_and_without_them_no_span_is_sent() {
    let (bench, target) = (Bench::new(), practice());
    let store = Store::start(&[], TAKEN);
    let scenario = "{executor: shared-iterations, vus: 1, iterations: 5, flow: [{get: /}, {get: /b}]}";
    let profile =
        |traces: &str| format!("base_url: http://{}\n{traces}\nscenarios: {{it: {scenario}}}\n", target.address());
    bench.write("traced.yaml", &profile("traces: http://${STORE}?ratio=1&max=1000"));
    bench.write("plain.yaml", &profile(""));
    assert_eq!(bench.run(&["run", "plain.yaml", "-q", "--run-dir", "plain"]).code, 0);
    assert_eq!(target.report().traces.absent, 10);
    let given = format!("STORE={}", store.address);
    let mut command = bench.command(&["run", "traced.yaml", "-q", "--run-dir", "run"]);
    let (name, value) = given.split_once('=').unwrap();
    let output = command.env(name, value).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let spans_seen = kept(&store);
    assert_eq!((contexts(&spans_seen).len(), of_kind(&spans_seen, SpanKind::Internal).len()), (10, 5));
    let traces: BTreeSet<_> = spans_seen.iter().map(|span| span.trace_id.clone()).collect();
    assert_eq!(traces.len(), 5, "an iteration is a trace");
    let twice = ["run", "traced.yaml", "-q", "--out", "traces=http://h", "--traces", "http://h"];
    assert_eq!(bench.run(&twice).code, 104);
}

/// A server of the official protocol.
#[derive(Clone, Default)]
struct Collector(Arc<Mutex<Vec<ExportTraceServiceRequest>>>);

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        self.0.lock().unwrap().push(request.into_inner());
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

impl Collector {
    fn start(&self) -> SocketAddr {
        let (bound, address) = std::sync::mpsc::sync_channel(1);
        let service = TraceServiceServer::new(self.clone()).accept_compressed(CompressionEncoding::Gzip);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let incoming = TcpIncoming::bind(([127, 0, 0, 1], 0).into()).unwrap();
                bound.send(incoming.local_addr().unwrap()).unwrap();
                Server::builder().add_service(service).serve_with_incoming(incoming).await.unwrap();
            });
        });
        address.recv().unwrap()
    }
}

#[test]
fn grpc_takes_spans_too() {
    let (bench, target, collector) = (Bench::new(), practice(), Collector::default());
    let ran = run(&bench, &target, &format!("grpc://{}?ratio=1&max=100", collector.start()), &[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let spans_seen = spans(collector.0.lock().unwrap().clone());
    assert_eq!(target.report().traces.sampled_contexts.into_iter().collect::<BTreeSet<_>>(), contexts(&spans_seen));
    assert_eq!(contexts(&spans_seen).len(), 100);
}
