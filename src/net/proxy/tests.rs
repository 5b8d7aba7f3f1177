//! Exceptions from the proxy.

use super::*;

#[test]
fn exceptions_and_loopback_are_reached_directly() {
    let proxy = Proxy { host: "p".into(), port: 3128, authorization: String::new() };
    let exceptions = ["example.org", ".inner.net", "10.0.0.0/8", "h:81"];
    let exceptions = exceptions.into_iter().flat_map(NoProxyRule::parse).collect();
    let proxies = Proxies { http: Some(proxy), https: None, exceptions, spare_loopback: true };
    let goes_through = |host: &str, port, tls| proxies.between(host, port, tls).is_some();
    assert!(goes_through("example.com", 80, false) && !goes_through("example.com", 443, true));
    assert!(!goes_through("example.org", 80, false) && !goes_through("www.example.org", 80, false));
    assert!(!goes_through("a.inner.net", 80, false) && goes_through("inner.net", 80, false));
    assert!(!goes_through("10.1.2.3", 80, false) && goes_through("11.1.2.3", 80, false));
    assert!(!goes_through("h", 81, false) && goes_through("h", 82, false));
    assert!(!goes_through("localhost", 80, false) && !goes_through("127.0.0.1", 80, false));
    assert!(NoProxyRule::parse(" ").is_empty(), "of `a,,b`, or of an empty variable");
    let all = Proxies { exceptions: NoProxyRule::parse("*"), ..proxies.clone() };
    assert!(all.between("example.com", 80, false).is_none());
}
