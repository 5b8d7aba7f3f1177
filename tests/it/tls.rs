//! HTTP over TLS against a real rustls server with a certificate made for the test.

use std::{
    io::{Read, Write},
    net::TcpListener,
    sync::Arc,
};

use super::support::Bench;

/// A TLS server that answers every request; returns its address and its certificate as PEM.
fn server() -> (String, String) {
    server_with(&rcgen::CertificateParams::new(["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap())
}

/// The same with a certificate of one's own making, signed by itself.
fn server_with(parameters: &rcgen::CertificateParams) -> (String, String) {
    let signing_key = rcgen::KeyPair::generate().unwrap();
    let cert = parameters.self_signed(&signing_key).unwrap();
    let pem = cert.pem();
    let key = rustls::pki_types::PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let config = config.clone();
            std::thread::spawn(move || {
                let connection = rustls::ServerConnection::new(config).unwrap();
                let mut tls = rustls::StreamOwned::new(connection, stream);
                let mut request = [0; 4096];
                while tls.read(&mut request).is_ok_and(|bytes| bytes > 0) {
                    if tls.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").is_err() {
                        return;
                    }
                }
            });
        }
    });
    (format!("https://localhost:{}/", address.port()), pem)
}

#[test]
fn certificates_are_checked_unless_verification_is_skipped() {
    let (url, pem) = server();
    let run = |extra: &[&str], trusted: bool| {
        let bench = Bench::new();
        let words = [&["run", &url, "-u", "2", "-i", "20", "--run-dir", "run"], extra].concat();
        let mut command = bench.command(&words);
        if trusted {
            command.env("SSL_CERT_FILE", bench.write("root.pem", &pem));
        }
        let code = command.status().unwrap().code();
        let summary = bench.summary();
        assert_eq!(code, Some(if summary["metrics"].get("http_reqs").is_some() { 0 } else { 109 }));
        summary
    };
    let refused = run(&[], false);
    assert_eq!(refused["metrics"]["http_errors"]["values"]["count"], 20);
    for summary in [run(&["--insecure-skip-tls-verify"], false), run(&[], true)] {
        assert_eq!(summary["metrics"]["http_reqs"]["values"]["count"], 20, "{summary}");
        assert!(summary["metrics"].get("http_errors").is_none());
        let handshakes = &summary["metrics"]["http_req_tls_handshaking"]["values"];
        assert!(handshakes["max"].as_f64().unwrap() > 0.0);
        assert!(handshakes["med"].as_f64().unwrap() < f64::EPSILON, "connections are kept");
    }
}

/// What stands in `tls.ca` is trusted, for its name and within its dates; nothing else is.
#[test]
fn certificates_of_the_profile_are_trusted_as_they_are() {
    use rcgen::{BasicConstraints, CertificateParams, IsCa};
    let parameters = |name: &str| CertificateParams::new([name.to_owned()]).unwrap();
    let authority = |name: &str| {
        let mut parameters = parameters(name);
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        parameters
    };
    let mut expired = authority("localhost");
    expired.not_after = rcgen::date_time_ymd(2020, 1, 1);
    let mut unrelated = authority("localhost");
    unrelated.distinguished_name.push(rcgen::DnType::CommonName, "Another authority");
    let (_, other) = server_with(&unrelated);
    for (parameters, own, why) in [
        (parameters("localhost"), true, ""),
        (authority("localhost"), true, ""),
        (authority("localhost"), false, "is a CA certificate (CA:TRUE) and is not itself in `http.tls.ca`"),
        (parameters("localhost"), false, "is signed by an unknown authority"),
        (authority("elsewhere.example"), true, "is not for `localhost`: it is for "),
        (parameters("elsewhere.example"), true, "is not for `localhost`: it is for "),
        (CertificateParams::new([]).unwrap(), true, "has no subjectAltName, so it is not for `localhost`"),
        (expired, true, "has expired: it was valid until 2020-01-01"),
    ] {
        let works = why.is_empty();
        let what = format!("{:?}, {:?} until {}", parameters.subject_alt_names, parameters.is_ca, parameters.not_after);
        let (url, pem) = server_with(&parameters);
        let bench = Bench::new();
        bench.write("ca.pem", if own { &pem } else { &other });
        bench.write(
            "p.yaml",
            &format!("http: {{tls: {{ca: ca.pem}}}}\nvus: 1\niterations: 3\nflow: [{{get: '{url}'}}]"),
        );
        let ran = bench.run(&["p.yaml", "--run-dir", "run"]);
        let errors = if works { "" } else { "tls " };
        assert_eq!((ran.code, &*bench.errors()), (if works { 0 } else { 109 }, errors), "{what}: {}", ran.stdout);
        let reason = bench.summary()["loadagent"]["errors"][0]["first"]["reason"].to_string();
        assert!(works || reason.contains(why), "{what}: {reason}, expected {why}");
        assert!(works || ran.stdout.contains(why), "{what}: {}", ran.stdout);
    }
}
