//! What users remember, what they extract, and how they end.

use std::collections::{BTreeMap, BTreeSet};

use super::{Example, by};

#[test]
fn users_log_in_once_and_share_nothing() {
    let ran = Example::run("user-state");
    let logins: BTreeSet<_> = ran.at("/login").iter().map(|seen| seen.body.clone()).collect();
    assert_eq!((ran.count("/login"), logins.len(), ran.count("/logout")), (5, 5, 5));
    let tokens = by(ran.at("/orders"), |seen| seen.header("x-user").to_owned());
    let tokens: BTreeMap<_, BTreeSet<_>> = tokens
        .into_iter()
        .map(|(user, requests)| (user, requests.into_iter().map(|seen| seen.header("authorization")).collect()))
        .collect();
    assert_eq!(tokens.len(), 5);
    assert!(tokens.values().all(|own| own.len() == 1), "one token a user: {tokens:?}");
    assert_eq!(tokens.values().flatten().collect::<BTreeSet<_>>().len(), 5, "and none twice: {tokens:?}");
    assert!(tokens.values().flatten().all(|token| token.starts_with("Bearer token-")));
    let deleted: Vec<_> = ran.seen.iter().filter(|seen| seen.method == "DELETE").collect();
    let different: BTreeSet<_> = deleted.iter().map(|seen| &seen.path).collect();
    assert!(!deleted.is_empty() && different.len() == deleted.len(), "what is removed is never picked again");
    for orders in by(deleted, |seen| seen.header("x-user").to_owned()).values() {
        let number = |path: &str| path.trim_start_matches("/orders/order-").parse::<u64>().unwrap();
        assert!(orders.is_sorted_by_key(|seen| number(&seen.path)), "the first of the collection each time");
    }
}

#[test]
fn what_is_extracted_is_what_was_sent() {
    let ran = Example::run("extract");
    assert_eq!(ran.counts(["/login", "/catalog", "/orders"]), [20, 10, 10]);
    let forms: BTreeSet<_> =
        ran.at("/login").iter().filter(|seen| seen.method == "POST").map(|seen| &seen.body).collect();
    assert_eq!(forms.len(), 10, "each form has a token of its own: {forms:?}");
    for seen in ran.at("/catalog") {
        let token = seen.header("authorization").strip_prefix("Bearer token-").unwrap();
        assert_eq!(seen.header("cookie"), format!("session=session-{token}"));
    }
    for order in ran.at("/orders").iter().filter(|seen| seen.method == "POST") {
        let order = order.json();
        assert_eq!(order["in_stock"], serde_json::json!([1, 3, 4]));
        assert!((1..=4).contains(&order["item"].as_i64().unwrap()));
        assert_eq!((&order["coupon"], &order["kind"]), (&"none".into(), &"application/json".into()));
        let digits = order["digits"].as_str().unwrap();
        assert_eq!(order["meta"], format!("meta-{digits}"));
        assert!(forms.iter().any(|form| form.ends_with(&format!("csrf=csrf-{digits}"))), "{digits} in {forms:?}");
    }
    let places: BTreeSet<_> = ran.at("/orders/order-").iter().map(|seen| &seen.path).collect();
    assert_eq!(places.len(), 10, "each location was followed");
}

#[test]
fn iterations_users_and_the_test_end_early() {
    let ran = Example::run_with("ends", &[], 108);
    // Iterations 0, 2 and 4 of each of two users fail.
    assert_eq!(ran.counts(["/first", "/second"]), [10, 4]);
    assert_eq!(ran.counts(["/look", "/stay"]), [6, 3], "three users, who leave in their second iteration");
    assert_eq!(ran.counts(["/health", "/never"]), [1, 0]);
    assert!(ran.stdout.contains("is even"), "{}", ran.stdout);
}

#[test]
fn metrics_agree_with_what_the_target_saw() {
    let ran = Example::run("metrics");
    assert_eq!(ran.counts(["/catalog", "/cart", "/orders"]), [20, 20, 20]);
    let values = |name: &str| ran.summary["metrics"][name]["values"].clone();
    assert_eq!(values("tokens_used")["count"], 840);
    assert_eq!((values("cheap")["rate"].as_f64(), values("stock")["value"].as_f64()), (Some(1.0), Some(4.0)));
    assert_eq!(values("carts_open")["value"].as_f64(), Some(0.0), "as many closed as opened");
    let least = |path: &str| ran.at(path).iter().map(|seen| seen.took_ms).fold(f64::MAX, f64::min);
    let measured = values("checkout_time");
    assert_eq!(measured["count"], 20);
    // Extremes are kept exactly; both requests and the pause between them lie within each sample.
    assert!(measured["min"].as_f64().unwrap() >= least("/cart") + least("/orders") + 100.0, "{measured}");
}
