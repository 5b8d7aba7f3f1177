//! OTLP over gRPC, against a server of the official protocol.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use opentelemetry_proto::tonic::collector::metrics::v1::{
    ExportMetricsServiceRequest, ExportMetricsServiceResponse,
    metrics_service_server::{MetricsService, MetricsServiceServer},
};
use prost::Message;
use serde_json::Value as Json;
use tonic::{
    Code, Request, Response, Status,
    codec::CompressionEncoding,
    transport::{Identity, Server, ServerTlsConfig, server::TcpIncoming},
};

use super::{
    otlp::{account, logged, number, partial, practice, requests, run},
    support::{Bench, Ran, signal, tunnel},
};

type Answer = Result<ExportMetricsServiceResponse, Status>;

/// A running server.
#[derive(Clone, Default)]
struct Collector {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Default)]
struct Inner {
    script: VecDeque<Answer>,
    /// What is answered once the script has ended; success without one.
    usual: Option<Answer>,
    seen: Vec<ExportMetricsServiceRequest>,
    taken: Vec<ExportMetricsServiceRequest>,
    deadlines: Vec<String>,
}

#[tonic::async_trait]
impl MetricsService for Collector {
    async fn export(
        &self,
        request: Request<ExportMetricsServiceRequest>,
    ) -> Result<Response<ExportMetricsServiceResponse>, Status> {
        let mut inner = self.inner.lock().unwrap();
        let deadline = request.metadata().get("grpc-timeout").map(|value| value.to_str().unwrap().to_owned());
        inner.deadlines.extend(deadline);
        let message = request.into_inner();
        inner.seen.push(message.clone());
        let usual = inner.usual.clone().unwrap_or(Ok(ExportMetricsServiceResponse::default()));
        let answer = inner.script.pop_front().unwrap_or(usual);
        if answer.is_ok() {
            inner.taken.push(message);
        }
        answer.map(Response::new)
    }
}

impl Collector {
    /// Starts on a port, any if it is 0, and never takes messages of more bytes.
    fn start(&self, port: u16, limit: usize) -> SocketAddr {
        self.start_on(Server::builder(), port, limit)
    }

    fn start_on(&self, mut server: Server, port: u16, limit: usize) -> SocketAddr {
        let (bound, address) = std::sync::mpsc::sync_channel(1);
        let service = MetricsServiceServer::new(self.clone())
            .accept_compressed(CompressionEncoding::Gzip)
            .max_decoding_message_size(limit);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let incoming = TcpIncoming::bind(([127, 0, 0, 1], port).into()).unwrap();
                bound.send(incoming.local_addr().unwrap()).unwrap();
                server.add_service(service).serve_with_incoming(incoming).await.unwrap();
            });
        });
        address.recv().unwrap()
    }

    fn answering(script: impl IntoIterator<Item = Answer>) -> (Self, String) {
        let collector = Self::default();
        collector.inner.lock().unwrap().script.extend(script);
        let address = collector.start(0, 4 << 20);
        (collector, format!("otlp=grpc://{address}"))
    }

    fn usually(&self, answer: Answer) {
        self.inner.lock().unwrap().usual = Some(answer);
    }

    fn seen(&self) -> Vec<ExportMetricsServiceRequest> {
        self.inner.lock().unwrap().seen.clone()
    }

    fn taken(&self) -> Vec<ExportMetricsServiceRequest> {
        self.inner.lock().unwrap().taken.clone()
    }
}

fn status(code: Code) -> Answer {
    Err(Status::new(code, "as the script has it"))
}

#[test]
fn what_may_be_repeated_is_repeated_as_it_was() {
    let (bench, target) = (Bench::new(), practice());
    let (collector, out) = Collector::answering([status(Code::Unavailable), status(Code::DeadlineExceeded)]);
    let ran = run(&bench, &target, &format!("{out}?timeout=3s"), &[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let seen = collector.seen();
    assert_eq!((&seen[0], &seen[1]), (&seen[1], &seen[2]));
    assert_eq!(requests(&collector.taken()), 100);
    let account = account(&bench);
    assert_eq!((number(&account, "retried"), &account["complete"]), (2, &Json::from(true)));
    assert!(account["name"].as_str().unwrap().starts_with("otlp grpc://127.0.0.1:"), "{account}");
    assert!(collector.inner.lock().unwrap().deadlines.iter().all(|deadline| deadline == "3000m"));
}

#[test]
fn over_tls_the_certificate_is_looked_at() {
    let (bench, target) = (Bench::new(), practice());
    let issued = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let identity = Identity::from_pem(issued.cert.pem(), issued.signing_key.serialize_pem());
    // The library of the test's process has two clients of TLS; the binary has one provider.
    drop(rustls::crypto::ring::default_provider().install_default());
    let server = Server::builder().tls_config(ServerTlsConfig::new().identity(identity)).unwrap();
    let collector = Collector::default();
    let out = format!("otlp=grpcs://localhost:{}", collector.start_on(server, 0, 4 << 20).port());
    assert_ne!(run(&bench, &target, &out, &["--drain", "100ms"]).code, 0);
    assert!(account(&bench)["last_error"].as_str().unwrap().contains("certificate"), "{}", account(&bench));
    let file = bench.write("ca.pem", &issued.cert.pem());
    let trusted = format!("{out}?ca_file={}", file.display());
    assert_eq!(bench.run(&["replay", "run", "--out", &trusted]).code, 0);
    assert_eq!(requests(&collector.taken()), 100);
}

#[test]
fn a_self_signed_certificate_is_trusted_as_it_is() {
    let (bench, target) = (Bench::new(), practice());
    let mut parameters = rcgen::CertificateParams::new(["localhost".to_owned()]).unwrap();
    parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = parameters.self_signed(&key).unwrap();
    drop(rustls::crypto::ring::default_provider().install_default());
    let identity = Identity::from_pem(certificate.pem(), key.serialize_pem());
    let server = Server::builder().tls_config(ServerTlsConfig::new().identity(identity)).unwrap();
    let collector = Collector::default();
    let port = collector.start_on(server, 0, 4 << 20).port();
    let file = bench.write("ca.pem", &certificate.pem());
    assert_ne!(run(&bench, &target, &format!("otlp=grpcs://localhost:{port}"), &["--drain", "100ms"]).code, 0);
    let error = account(&bench)["last_error"].to_string();
    assert!(error.contains("CA:TRUE") && error.contains("`ca_file=PEM`"), "{error}");
    // A name that the certificate does not hold is still refused.
    for (host, code) in [("127.0.0.1", 110), ("localhost", 0)] {
        let trusted = format!("otlp=grpcs://{host}:{port}?ca_file={}", file.display());
        let words = ["replay", "run", "--all", "--drain", "500ms", "--out", &trusted];
        let replayed = bench.run(&words);
        assert_eq!(replayed.code, code, "{host}: {}{}", replayed.stdout, replayed.stderr);
    }
    assert_eq!(requests(&collector.taken()), 100);
}

#[test]
fn without_tls_it_goes_through_a_tunnel_of_the_proxy() {
    let (bench, target, collector) = (Bench::new(), practice(), Collector::default());
    let proxy = tunnel("otel.example:4317", collector.start(0, 4 << 20));
    let url = format!("http://{}/", target.address());
    let out = "otlp=grpc://otel.example:4317";
    let words = ["run", &url, "--rate", "50", "-d", "2s", "-q", "--run-dir", "run", "--out", out];
    let ran: Ran = bench.command(&words).env("HTTP_PROXY", proxy.to_string()).output().unwrap().into();
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(requests(&collector.taken()), 100);
    let excepted = ["replay", "run", "--all", "--drain", "500ms", "--out", out];
    let mut command = bench.command(&excepted);
    command.env("HTTP_PROXY", proxy.to_string()).env("NO_PROXY", "otel.example:4317");
    assert_eq!(Ran::from(command.output().unwrap()).code, 110, "no such host");
}

#[test]
fn partial_success_costs_what_it_says() {
    let (bench, target) = (Bench::new(), practice());
    let (collector, out) = Collector::answering([]);
    collector.usually(Ok(partial(3, "too old")));
    assert_eq!(run(&bench, &target, &out, &[]).code, 110);
    let account = account(&bench);
    assert_eq!(number(&account, "rejected"), 3 * collector.seen().len() as u64);
    assert_eq!((&account["dead_letters"], &account["last_error"]), (&Json::Null, &Json::from("too old")));
}

#[test]
fn what_is_refused_for_good_is_kept_as_dead_letters_and_sent_again() {
    let (bench, target) = (Bench::new(), practice());
    let (collector, out) = Collector::answering((0..9).map(|_| status(Code::InvalidArgument)));
    assert_eq!(run(&bench, &target, &out, &[]).code, 110);
    let account = account(&bench);
    let rejected = number(&account, "rejected");
    assert!(rejected > 0 && account["last_error"].as_str().unwrap().starts_with("INVALID_ARGUMENT "), "{account}");
    assert_eq!(number(&account, "sent"), number(&account, "acknowledged") + rejected);
    assert_eq!(bench.run(&["replay", "run"]).code, 0);
    assert_eq!(requests(&collector.taken()), 100);
}

#[test]
fn messages_past_the_limit_are_halved() {
    let target = practice();
    let largest = |limit: usize| {
        let (bench, collector) = (Bench::new(), Collector::default());
        let out = format!("otlp=grpc://{}?gzip=false", collector.start(0, limit));
        let ran = run(&bench, &target, &out, &[]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        assert_eq!(requests(&collector.taken()), 100);
        collector.taken().iter().map(Message::encoded_len).max().unwrap()
    };
    let limit = largest(4 << 20) / 2;
    assert!(largest(limit) <= limit);
}

#[test]
fn a_kill_during_an_outage_loses_nothing_that_replay_does_not_send() {
    let (bench, target) = (Bench::new(), practice());
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("http://{}/", target.address());
    let out = format!("otlp=grpc://127.0.0.1:{port}");
    let mut child = bench.start(&["run", &url, "--rate", "50", "-d", "30s", "-q", "--run-dir", "run", "--out", &out]);
    while !bench.path().join("run").exists() || logged(&bench) == 0 {
        std::thread::sleep(Duration::from_millis(100));
    }
    signal(&child, "KILL");
    assert_eq!(child.wait().unwrap().code(), None);
    let collector = Collector::default();
    collector.start(port, 4 << 20);
    let replayed = bench.run(&["replay", "run"]);
    assert_eq!(replayed.code, 0, "{}{}", replayed.stdout, replayed.stderr);
    assert_eq!(requests(&collector.taken()), logged(&bench));
}

#[test]
fn a_protocol_mismatch_is_reported_and_nothing_is_lost() {
    let (bench, target) = (Bench::new(), practice());
    let (collector, out) = Collector::answering([]);
    collector.usually(status(Code::Unimplemented));
    assert_ne!(run(&bench, &target, &out, &["--drain", "100ms"]).code, 0);
    let account = account(&bench);
    assert_eq!(number(&account, "sent"), number(&account, "spooled"));
    assert!(
        account["last_error"].as_str().unwrap().contains("hint: check that it supports OTLP over gRPC"),
        "{account}"
    );
    collector.usually(Ok(ExportMetricsServiceResponse::default()));
    assert_eq!(bench.run(&["replay", "run"]).code, 0);
    assert_eq!(requests(&collector.taken()), 100);
}
