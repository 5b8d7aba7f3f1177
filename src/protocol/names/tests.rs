//! Overrides, blocked hosts and the order of addresses.

use super::*;
use crate::{
    net::host::{AddressRange, HostPattern},
    plan::names::Override,
};

fn addresses(list: &[&str]) -> Vec<IpAddr> {
    list.iter().map(|address| address.parse().unwrap()).collect()
}

#[test]
fn the_policy_comes_before_the_choice() {
    let all = addresses(&["::1", "10.0.0.1", "10.0.0.2"]);
    let first = |policy| order(&all, policy, Select::First, 0);
    assert_eq!(first(Policy::PreferV4), addresses(&["10.0.0.1", "10.0.0.2", "::1"]));
    assert_eq!(first(Policy::PreferV6), all);
    assert_eq!(first(Policy::OnlyV6), addresses(&["::1"]));
    assert_eq!(first(Policy::Any), all);
    let turn = |turn| order(&all, Policy::OnlyV4, Select::RoundRobin, turn);
    assert_eq!((turn(0)[0], turn(1)[0], turn(2)[0]), (all[1], all[2], all[1]));
    let drawn: std::collections::BTreeSet<_> =
        (0..200).map(|_| order(&all, Policy::PreferV4, Select::Random, 0)).collect();
    assert_eq!(drawn.len(), 2, "both of the preferred kind come first at times, and the other never");
}

#[tokio::test]
async fn overrides_lead_elsewhere_and_bounds_hold_there_too() {
    let to = Override { address: "10.9.9.9".parse().unwrap(), port: Some(81) };
    let names = Names::new(NameOptions {
        hosts: vec![(HostPattern::parse("*.example").unwrap(), to)],
        blocked_hosts: vec![HostPattern::parse("no.example").unwrap()],
        blocked_addresses: vec![AddressRange::parse("192.168.0.0/16").unwrap()],
        ..NameOptions::default()
    });
    assert_eq!(names.addresses("a.example", 80).await.unwrap(), (vec!["10.9.9.9:81".parse().unwrap()]));
    assert_eq!(names.check_not_blocked("no.example", 80).unwrap_err().class, ErrorClass::Blocked);
    assert!(names.check_not_blocked("a.example", 80).is_ok());
    assert_eq!(names.addresses("192.168.1.1", 80).await.unwrap_err().class, ErrorClass::Blocked);
    assert_eq!(names.addresses("127.0.0.1", 80).await.unwrap(), (vec!["127.0.0.1:80".parse().unwrap()]));
    assert_eq!(names.addresses("no-such-host.invalid", 80).await.unwrap_err().class, ErrorClass::Dns);
}
