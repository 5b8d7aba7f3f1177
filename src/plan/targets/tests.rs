//! Tests of targets.

use super::{Target, name_apart};

fn page(text: &str) -> Target {
    Target::page(text).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn a_page_is_named_after_its_host_and_shown_without_credentials() {
    let target = page("http://me:secret@shop:9090/metrics?token=x");
    assert_eq!(target.describe(), "shop:9090: http://shop:9090/metrics every 5s");
    assert_eq!(page("shop/metrics").name, "shop");
    assert!(Target::page("ftp://shop/metrics").is_err() && Target::page("http://").is_err());
}

#[test]
fn patterns_choose_metrics() {
    let wants = |metrics: &[&str], name: &str| {
        Target { metrics: metrics.iter().map(|one| (*one).to_owned()).collect(), ..page("h") }.wants(name)
    };
    assert!(wants(&[], "a") && wants(&["go_*"], "go_goroutines") && wants(&["*_bytes"], "x_bytes"));
    assert!(wants(&["*heap*"], "a_heap_b") && wants(&["a"], "a") && !wants(&["a", "go_*"], "b"));
}

#[test]
fn targets_of_one_name_are_distinguished() {
    let mut targets = vec![page("h/a"), page("h/b"), page("h/c"), page("i")];
    name_apart(&mut targets);
    let names: Vec<&str> = targets.iter().map(|target| target.name.as_str()).collect();
    assert_eq!(names, ["h", "h (2)", "h (3)", "i"]);
}
