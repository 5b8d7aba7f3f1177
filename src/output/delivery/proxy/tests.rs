//! Which receivers a proxy stands before, and what is said of it.

use super::*;

fn read(pairs: &[(&str, &str)]) -> Result<EnvironmentProxies, InvalidProxy> {
    EnvironmentProxies::read(|name| {
        pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    })
}

#[test]
fn an_error_names_the_proxy_except_for_own_addresses() {
    let proxies = read(&[("HTTP_PROXY", "u:secret@p:3128"), ("https_proxy", "http://q"), ("ALL_PROXY", "x")]).unwrap();
    for (receiver, expected) in [
        ("http://store:9090/", "HTTP_PROXY is p:3128"),
        ("https://store/", "HTTPS_PROXY is q;"),
        ("http://127.0.0.1:9090/", ""),
        ("http://127.8.8.8:9090/", ""),
        ("http://[::1]:9090/", ""),
        ("http://localhost:9090/", ""),
    ] {
        let hint = proxies.hint(&Url::parse(receiver).unwrap());
        assert!(hint.contains(expected) && hint.is_empty() == expected.is_empty(), "{receiver}: {hint}");
        assert!(!hint.contains("secret"));
    }
    assert_eq!(proxies.of_client().unwrap().len(), 2);
}

#[test]
fn what_is_no_proxy_is_refused_by_its_variable() {
    assert_eq!(read(&[("HTTPS_PROXY", "socks5://u:secret@h")]).unwrap_err(), InvalidProxy("HTTPS_PROXY"));
    assert!(read(&[("ALL_PROXY", "http://p")]).unwrap().of_client().unwrap().is_empty());
}
