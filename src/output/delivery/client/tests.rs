//! Which receivers a proxy stands before, and what is said of it.

use super::*;

fn before(url: &str, pairs: &[(&str, &str)]) -> Result<Option<Proxy>, ClientError> {
    let value = |name: &str| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    proxy_before(&Url::parse(url).unwrap(), value)
}

#[test]
fn an_error_names_the_proxy_except_for_own_addresses_and_exceptions() {
    let environment = [
        ("HTTP_PROXY", "u:secret@p:3128"),
        ("https_proxy", "http://q"),
        ("ALL_PROXY", "x"),
        ("NO_PROXY", ".inner,h:81"),
    ];
    for (receiver, expected) in [
        ("http://store:9090/", "HTTP_PROXY is p:3128"),
        ("https://store/", "HTTPS_PROXY is q:80;"),
        ("http://127.0.0.1:9090/", ""),
        ("http://127.8.8.8:9090/", ""),
        ("http://[::1]:9090/", ""),
        ("http://localhost:9090/", ""),
        ("http://a.inner:9090/", ""),
        ("http://h:81/", ""),
        ("http://h:82/", "HTTP_PROXY is p:3128"),
    ] {
        let tls = receiver.starts_with("https");
        let hint = before(receiver, &environment).unwrap().map_or_else(String::new, |proxy| hint_of(&proxy, tls));
        assert!(hint.contains(expected) && hint.is_empty() == expected.is_empty(), "{receiver}: {hint}");
        assert!(!hint.contains("secret"));
    }
    assert!(before("http://store/", &[("ALL_PROXY", "http://p")]).unwrap().is_none());
}

#[test]
fn what_is_no_proxy_is_refused_by_its_variable() {
    let error = before("http://store/", &[("HTTPS_PROXY", "socks5://u:secret@h")]).unwrap_err().to_string();
    assert!(
        error.contains("$HTTPS_PROXY: ") && error.contains("http://host:port") && !error.contains("secret"),
        "{error}"
    );
}
