//! HTTP/2 and TLS against a server of its own: by ALPN, with prior knowledge, with client certificates, through a proxy.

use std::{
    net::{SocketAddr, TcpListener},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use bytes::Bytes;
use rustls::{
    RootCertStore, ServerConfig,
    pki_types::PrivateKeyDer,
    server::{WebPkiClientVerifier, danger::ClientCertVerifier},
};
use tokio::io::{AsyncRead, AsyncWrite};

use super::support::{Bench, Ran, reply, serve, tunnel};

/// A server of HTTP/2 that answers with what it was asked; with a config over TLS.
pub(crate) fn server(tls: Option<Arc<ServerConfig>>) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    listener.set_nonblocking(true).unwrap();
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = connections.clone();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            while let Ok((stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::Relaxed);
                match tls.clone() {
                    None => drop(tokio::spawn(serve_http2(stream))),
                    Some(config) => drop(tokio::spawn(async move {
                        if let Ok(stream) = tokio_rustls::TlsAcceptor::from(config).accept(stream).await {
                            serve_http2(stream).await;
                        }
                    })),
                }
            }
        });
    });
    (address, connections)
}

async fn serve_http2(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
    let Ok(mut connection) = h2::server::handshake(stream).await else { return };
    while let Some(Ok((request, mut respond))) = connection.accept().await {
        tokio::spawn(async move {
            let asked = format!("{} {} {:?}", request.method(), request.uri(), request.headers());
            let mut body = request.into_body();
            let mut received = 0;
            while let Some(Ok(data)) = body.data().await {
                received += data.len();
                drop(body.flow_control().release_capacity(data.len()));
            }
            let response = http::Response::builder().header("set-cookie", "id=7").body(()).unwrap();
            let mut stream = respond.send_response(response, false).unwrap();
            drop(stream.send_data(Bytes::from(format!("{asked} {received} bytes")), true));
        });
    }
}

struct Certificates {
    pem: String,
    key: String,
    config: Arc<ServerConfig>,
}

/// A certificate that is its own root, and a server that shows it.
fn certificates(alpn: &[&[u8]], wants_ours: bool) -> Certificates {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned(), "shop.example".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions().unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let verifier: Arc<dyn ClientCertVerifier> =
        WebPkiClientVerifier::builder_with_provider(roots.into(), provider).build().unwrap();
    let builder = if wants_ours { builder.with_client_cert_verifier(verifier) } else { builder.with_no_client_auth() };
    let mut config = builder.with_single_cert(vec![made.cert.der().clone()], key).unwrap();
    config.alpn_protocols = alpn.iter().map(|name| name.to_vec()).collect();
    Certificates { pem: made.cert.pem(), key: made.signing_key.serialize_pem(), config: Arc::new(config) }
}

/// Runs ten iterations of a step of one user.
fn run(bench: &Bench, http: &str, url: &str, step: &str) -> Ran {
    let profile = format!(
        "http: {{{http}}}\nscenarios:\n  s:\n    executor: shared-iterations\n    vus: 1\n    iterations: 10\n    flow:\n      - get: \"{url}\"\n{step}"
    );
    bench.write("p.yaml", &profile);
    let ran = bench.run(&["p.yaml", "--run-dir", "run"]);
    assert!([0, 109].contains(&ran.code), "109 where every request failed: {}{}", ran.stdout, ran.stderr);
    ran
}

fn assert_all_well(bench: &Bench) {
    let summary = bench.summary();
    let values = |metric: &str| summary["metrics"][metric]["values"].clone();
    assert_eq!((values("http_reqs")["count"].clone(), bench.errors()), (10.into(), String::new()), "{summary}");
    assert_eq!((values("checks")["passes"].clone(), values("checks")["fails"].clone()), (10.into(), 0.into()));
}

#[test]
fn prior_knowledge_speaks_http2_on_one_connection() {
    let ((address, connections), bench) = (server(None), Bench::new());
    let check = "        headers: {X: \"y\"}\n        body: \"{text}\"\n        check: [{matches: 'GET http://ADDRESS/a\\?b=c .*\"x\": \"y\".* SIZE bytes$'}]\n";
    let step = |size: usize| {
        let check = check.replace("ADDRESS", &address.to_string()).replace("SIZE", &size.to_string());
        check.replace("{text}", &"z".repeat(size))
    };
    run(&bench, "version: 2-prior-knowledge, cookies: user", &format!("http://{address}/a?b=c"), &step(4));
    assert_all_well(&bench);
    assert_eq!(connections.load(Ordering::Relaxed), 1);
    let values = &bench.summary()["metrics"]["data_received"]["values"]["count"];
    assert!(values.as_u64().unwrap() > 10 * 80, "{values}");
    // More than a window's worth: the server opens it again.
    let bench = Bench::new();
    run(&bench, "version: 2, connections: per_iteration", &format!("http://{address}/a?b=c"), &step(200_000));
    assert_all_well(&bench);
    assert_eq!(connections.load(Ordering::Relaxed), 11);
    assert!(bench.summary()["metrics"]["data_sent"]["values"]["count"].as_u64().unwrap() > 2_000_000);
}

#[test]
fn parallel_branches_share_a_connection() {
    let certificates = certificates(&[b"h2"], false);
    let ((address, connections), bench) = (server(Some(certificates.config)), Bench::new());
    bench.write("ca.pem", &certificates.pem);
    let profile = format!(
        "http: {{tls: {{ca: ca.pem}}}}\nscenarios:\n  s:\n    executor: shared-iterations\n    vus: 2\n    iterations: 6\n    flow:\n      \
         - parallel: 8\n        steps:\n          - get: https://localhost:{}/\n            check: [{{status: 200}}]\n",
        address.port()
    );
    bench.write("p.yaml", &profile);
    let ran = bench.run(&["p.yaml", "--run-dir", "run"]);
    assert_eq!((ran.code, bench.errors()), (0, String::new()), "{}{}", ran.stdout, ran.stderr);
    let summary = bench.summary();
    assert_eq!(summary["metrics"]["http_reqs"]["values"]["count"], 48, "{summary}");
    assert_eq!(summary["metrics"]["checks"]["values"]["passes"], 48);
    let open = connections.load(Ordering::Relaxed);
    assert!((1..=2).contains(&open), "{open} connections for two users");
}

#[test]
fn the_server_chooses_the_version() {
    for (http, alpn, class) in [
        ("", b"h2", ""),
        ("version: 2", b"h2", ""),
        ("version: 2, tls: {skip_verify: true}", b"no", "tls "),
        ("version: 1.1", b"h2", "tls "),
    ] {
        let certificates = certificates(&[alpn], false);
        let ((address, connections), bench) = (server(Some(certificates.config)), Bench::new());
        bench.write("ca.pem", &certificates.pem);
        let http = if http.contains("tls:") { http.to_owned() } else { format!("tls: {{ca: ca.pem}}, {http}") };
        let url = format!("https://localhost:{}/", address.port());
        run(&bench, &http, &url, "        check: [{matches: '^GET https://localhost'}]\n");
        if class.is_empty() {
            assert_all_well(&bench);
            assert_eq!(connections.load(Ordering::Relaxed), 1);
            let handshakes = &bench.summary()["metrics"]["http_req_tls_handshaking"]["values"]["max"];
            assert!(handshakes.as_f64().unwrap() > 0.0);
        } else {
            assert_eq!(bench.errors(), class, "{http}");
        }
    }
}

#[test]
fn servers_that_ask_are_shown_our_certificate() {
    let certificates = certificates(&[b"h2"], true);
    let (address, _) = server(Some(certificates.config));
    let url = format!("https://localhost:{}/", address.port());
    for (identity, class) in [("certificate: c.pem, key: k.pem,", ""), ("", "tls ")] {
        let bench = Bench::new();
        bench.write("c.pem", &certificates.pem);
        bench.write("k.pem", &certificates.key);
        // In TLS 1.3 a server refuses after the client's handshake is over; in 1.2 within it.
        run(
            &bench,
            &format!("tls: {{ca: c.pem, {identity} max_version: 1.2}}"),
            &url,
            "        check: [{status: 200}]\n",
        );
        assert_eq!(bench.errors(), class, "{identity}");
    }
}

#[test]
fn encrypted_requests_go_through_a_tunnel_and_redirects_into_one() {
    let certificates = certificates(&[b"h2", b"http/1.1"], false);
    let (address, _) = server(Some(certificates.config));
    let bench = Bench::new();
    bench.write("c.pem", &certificates.pem);
    let check = "        check: [{matches: '^GET https://shop.example/x'}]\n";
    run(
        &bench,
        &format!("proxy: \"{}\", tls: {{ca: c.pem}}", tunnel("shop.example:443", address)),
        "https://shop.example/x",
        check,
    );
    assert_all_well(&bench);

    // No origin of the plan is encrypted: roots are read when the redirect needs them.
    let to = format!("Location: https://localhost:{}/y\r\n", address.port());
    let ((redirecting, _), bench) = (serve(move |_| reply(302, &to, b"")), Bench::new());
    bench.write("c.pem", &certificates.pem);
    let check = "        check: [{matches: '^GET https://localhost:.*/y'}]\n";
    run(&bench, "tls: {ca: c.pem}", &format!("http://{redirecting}/"), check);
    let summary = bench.summary();
    assert_eq!((&summary["metrics"]["http_reqs"]["values"]["count"], bench.errors()), (&20.into(), String::new()));
    assert_eq!(summary["metrics"]["checks"]["values"]["fails"], 0);
}

/// A proxy could not read it.
#[test]
fn http2_without_tls_goes_through_a_tunnel() {
    let (address, _) = server(None);
    let bench = Bench::new();
    let check = "        check: [{matches: '^GET http://shop.example/x'}]\n";
    let section = format!("version: 2, proxy: \"http://u:p@{}\"", tunnel("shop.example:80", address));
    run(&bench, &section, "http://shop.example/x", check);
    assert_all_well(&bench);
}
