//! The section `http:`.

use std::time::Duration;

use super::super::document::{Overrides, load};
use crate::plan::{
    Plan,
    http::{CookieLife, Debug, HttpOptions, Reuse, TlsVersions, Version},
    names::{Policy, Select},
};

fn read(section: &str, environment: &[(&str, &str)]) -> Result<Plan, String> {
    let text = format!(
        "base_url: http://h\nhttp:\n{section}scenarios:\n  s: {{executor: constant-vus, vus: 1, duration: 1s, flow: [{{get: /}}]}}\n"
    );
    let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    load("p.yaml", &text, &Overrides { environment, ..Overrides::default() }).map_err(|errors| errors.to_string())
}

fn http(section: &str) -> HttpOptions {
    read(section, &[]).unwrap().http
}

#[test]
fn defaults_are_those_of_k6() {
    let options = http("  {}\n");
    assert_eq!((options.version, options.max_redirects), (Version::Auto, 10));
    assert_eq!((options.cookies, options.connections), (CookieLife::Iteration, Reuse::Unlimited));
    assert_eq!(options.names.ttl, Duration::from_secs(300));
    assert!(options.proxies.http.is_none() && !options.tls.skip_verify && options.debug == Debug::Off);
}

#[test]
fn every_option_is_read_by_our_name_and_by_that_of_k6() {
    let options = http(
        "  version: 2\n  max_redirects: 3\n  cookies: user\n  connections: per_request\n  http_debug: full\n  \
         dns: {ttl: 0s, select: first, policy: onlyIPv6}\n  hosts: {a.example: 10.0.0.1, '*.b.example:80': '[::1]:81'}\n  \
         block_hostnames: ['*.ads.example']\n  blacklist_ips: 10.0.0.0/8\n  local_ips: [127.0.0.2]\n  \
         proxy: http://u:p@proxy:3128\n  tls: {skip_verify: true, min_version: 1.3, server_name: other}\n",
    );
    assert_eq!((options.version, options.max_redirects), (Version::Two, 3));
    assert_eq!((options.cookies, options.connections), (CookieLife::User, Reuse::PerRequest));
    let names = &options.names;
    assert_eq!((names.ttl, names.select, names.policy), (Duration::ZERO, Select::First, Policy::OnlyV6));
    assert_eq!((names.hosts.len(), names.blocked_hosts.len()), (2, 1));
    assert_eq!((names.blocked_addresses.len(), names.local_addresses.len()), (1, 1));
    assert_eq!(names.hosts[1].1.port, Some(81));
    let proxy = options.proxies.https.unwrap();
    assert_eq!((proxy.host.as_str(), proxy.port), ("proxy", 3128));
    assert_eq!(proxy.authorization, "Proxy-Authorization: Basic dTpw\r\n");
    assert_eq!((options.tls.versions, options.tls.server_name.as_deref()), (TlsVersions::Only13, Some("other")));
    assert!(options.tls.skip_verify && options.debug == Debug::Full);

    let k6 = http(
        "  maxRedirects: 0\n  noCookiesReset: true\n  noVUConnectionReuse: true\n  insecureSkipTLSVerify: true\n  \
         dns: {ttl: inf, select: roundRobin}\n  tlsVersion: {min: tls1.2, max: tls1.2}\n  blockHostnames: ['*']\n",
    );
    assert_eq!((k6.max_redirects, k6.cookies, k6.connections), (0, CookieLife::User, Reuse::PerIteration));
    assert!(k6.tls.skip_verify && k6.tls.versions == TlsVersions::Only12);
    assert_eq!((k6.names.ttl, k6.names.select), (Duration::MAX, Select::RoundRobin));
    assert_eq!(http("  tlsVersion: tls1.3\n").tls.versions, TlsVersions::Only13);
}

#[test]
fn errors_are_reported_together_with_their_positions() {
    let errors = read(
        "  version: 3\n  cookies: never\n  noCookiesReset: true\n  hosts: {'a b': x}\n  blacklist_ips: [10.0.0.0/40]\n  \
         proxy: socks5://h\n  tls: {ca: none.pem, certificate: 'x', min_version: 1.3, max_version: 1.2}\n  \
         tlsAuth: []\n  dns: {select: best}\n  wrong: 1\n",
        &[],
    )
    .unwrap_err();
    for part in [
        "3:12: unknown HTTP version `3`; known: auto, 1.1, 2",
        "4:12: unknown cookies `never`",
        "5:19: `noCookiesReset` contradicts `cookies`",
        "6:11: `a b` must be a host name",
        "`a b`: `x` must be an IP address or ADDRESS:PORT",
        "10.0.0.0/40` must be an IP address or a network",
        "unsupported proxy scheme `socks5`",
        "ca: `none.pem` can't be read",
        "a client certificate needs both",
        "the minimum TLS version is higher than the maximum",
        "`tlsAuth` supports one certificate",
        "unknown select `best`",
        "unknown key `wrong`",
    ] {
        assert!(errors.contains(part), "{part} in\n{errors}");
    }
}

#[test]
fn certificates_and_keys_are_read_and_must_go_together() {
    let make = || rcgen::generate_simple_self_signed(["h".to_owned()]).unwrap();
    let (one, other) = (make(), make());
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).unwrap();
    };
    file("c.pem", &one.cert.pem());
    file("k.pem", &one.signing_key.serialize_pem());
    file("o.pem", &other.signing_key.serialize_pem());
    let read = |tls: &str| {
        let text = format!(
            "base_url: https://h\nhttp: {{{tls}}}\nscenarios: {{s: {{executor: constant-vus, vus: 1, duration: 1s, flow: [{{get: /}}]}}}}\n"
        );
        let path = folder.path().join("p.yaml");
        load(&path.to_string_lossy(), &text, &Overrides::default()).map_err(|errors| errors.to_string())
    };
    let plan = read("tls: {ca: [c.pem, c.pem], certificate: c.pem, key: k.pem}").unwrap();
    assert_eq!((plan.http.tls.roots.len(), plan.http.tls.identity.unwrap().chain.len()), (2, 1));
    assert!(read("tlsAuth: [{cert: c.pem, key: k.pem}]").unwrap().http.tls.identity.is_some());
    let errors = read("tls: {certificate: c.pem, key: o.pem}").unwrap_err();
    assert!(errors.contains("certificate and key do not match"), "{errors}");
    let errors = read("tls: {certificate: c.pem, key: c.pem}").unwrap_err();
    assert!(errors.contains("holds no private key in PEM"), "{errors}");
}

#[test]
fn proxies_of_the_environment_count_unless_the_profile_has_its_own() {
    let environment = [("HTTP_PROXY", "p:3128"), ("https_proxy", "http://q/"), ("NO_PROXY", "inner.net")];
    let proxies = read("  {}\n", &environment).unwrap().http.proxies;
    let between = |tls, host: &str| proxies.between(host, 80, tls).map(|proxy| (proxy.host.clone(), proxy.port));
    assert_eq!(between(false, "h"), Some(("p".to_owned(), 3128)));
    assert_eq!(between(true, "h"), Some(("q".to_owned(), 80)));
    assert_eq!((between(false, "x.inner.net"), between(false, "127.0.0.1")), (None, None));
    assert!(read("  proxy: off\n", &environment).unwrap().http.proxies.http.is_none());
    let errors = read("  {}\n", &[("HTTPS_PROXY", "socks5://u:secret@h")]).unwrap_err();
    assert!(errors.contains("$HTTPS_PROXY: unsupported proxy scheme") && !errors.contains("secret"), "{errors}");
}

#[test]
fn requests_have_redirects_and_digest_of_their_own() {
    let text = "base_url: http://h\nhttp: {compression: true}\nscenarios:\n  s:\n    executor: constant-vus\n    vus: 1\n    \
                duration: 1s\n    flow:\n      - get: /\n        redirects: 0\n        auth: {digest: {username: u, password: p}}\n";
    let plan = load("p.yaml", text, &Overrides::default()).unwrap();
    let (_, request) = plan.scenarios[0].flow.steps.requests().next().unwrap();
    let request = &request.spec;
    assert_eq!((request.redirects, request.digest.as_ref().unwrap().username.as_str()), (Some(0), "u"));
    let wire = String::from_utf8_lossy(&request.wire.bytes);
    assert!(wire.contains("Accept-Encoding: gzip, deflate, br, zstd\r\n"), "{wire}");
    assert!(!format!("{request:?}").contains("\"p\""), "passwords are not shown");
}
