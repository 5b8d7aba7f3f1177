//! Host patterns and address ranges.

use super::*;

#[test]
fn patterns_mean_names_below_a_domain_and_ports() {
    let matches = |pattern: &str, host: &str, port| HostPattern::parse(pattern).unwrap().matches(host, port);
    assert!(matches("Shop.example", "shop.EXAMPLE", 80));
    assert!(matches("*.example", "a.b.example", 80) && !matches("*.example", "example", 80));
    assert!(!matches("*.example", "badexample", 80));
    assert!(matches("*", "anything", 1));
    assert!(matches("h:81", "h", 81) && !matches("h:81", "h", 80));
    assert!(matches("[::1]:81", "::1", 81) && matches("::1", "::1", 9));
    for wrong in ["", "a b", "*x", "h:port", "http://h/"] {
        assert!(HostPattern::parse(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn networks_hold_what_begins_alike() {
    let holds = |network: &str, address: &str| AddressRange::parse(network).unwrap().contains(address.parse().unwrap());
    assert!(holds("10.0.0.0/8", "10.255.0.1") && !holds("10.0.0.0/8", "11.0.0.1"));
    assert!(holds("10.0.0.1", "10.0.0.1") && !holds("10.0.0.1", "10.0.0.2"));
    assert!(holds("0.0.0.0/0", "1.2.3.4") && !holds("0.0.0.0/0", "::1"));
    assert!(holds("10.0.0.0/8", "::ffff:10.0.0.1"));
    assert!(holds("fe80::/10", "fe80::1") && !holds("fe80::/10", "::1"));
    assert!(AddressRange::parse("10.0.0.0/33").is_err() && AddressRange::parse("x").is_err());
}

#[test]
fn loopback_is_known_by_name_and_address() {
    assert!(is_loopback("localhost") && is_loopback("127.8.8.8") && is_loopback("::1"));
    assert!(!is_loopback("example.org") && !is_loopback("10.0.0.1"));
}
