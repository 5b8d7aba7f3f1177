//! Tests of what is kept of targets, and of the scraper against the practice target.

use std::time::Duration;

use super::{Sample, Scraper, series::TargetSeries};
use crate::{
    metric::{Assembler, Kind, Totals, Value, catalogue::TARGET_SCRAPE_FAILED},
    plan::targets::Target,
    practice_target::{self, TargetOptions},
};

fn target(url: &str) -> Target {
    let page = Target::page(url).unwrap_or_else(|error| panic!("{error}"));
    Target { name: "shop".to_owned(), interval: Duration::from_secs(1), most_series: 5, ..page }
}

fn sample(name: &str, label: &str, value: f64, kind: Kind) -> Sample {
    Sample { name: name.to_owned(), labels: vec![("instance".to_owned(), label.to_owned())], value, kind }
}

/// Totals after each batch of samples is put, and recorded.
fn totals(series: &mut TargetSeries, pages: &[&[Sample]]) -> Totals {
    let (mut assembler, mut totals) = (Assembler::new(0), Totals::default());
    for (second, page) in (0..).zip(pages) {
        series.put(0, page.to_vec());
        series.record(&mut assembler);
        totals.fold(&assembler.close(second * 1_000, second * 1_000 + 1_000));
    }
    totals
}

#[test]
fn counters_count_from_the_first_scrape_on_and_survive_a_restart() {
    let mut series = TargetSeries::new(vec![target("http://h/metrics")]);
    let page = |count, memory| {
        [sample("requests_total", "a", count, Kind::Counter), sample("memory_bytes", "a", memory, Kind::Gauge)]
    };
    let totals = totals(&mut series, &[&page(100.0, 7.0), &page(130.0, 8.0), &page(5.0, 6.0)]);
    assert!((totals.counter("target_requests") - 35.0).abs() < 1e-9);
    let value = totals.sum_where("target_memory_bytes", |series| {
        series.labels.get("target") == Some("shop") && series.labels.get("exported_instance") == Some("a")
    });
    assert_eq!(value, Some(Value::Gauge(Some(6.0))));
    let scrapes = totals.sum_where(&TARGET_SCRAPE_FAILED.name, |_| true);
    assert_eq!(scrapes, Some(Value::Rate { nonzero: 0, total: 3 }));
}

#[test]
fn beyond_the_limit_resources_are_kept_and_it_is_reported_once() {
    let mut series = TargetSeries::new(vec![target("http://h/metrics")]);
    let mut page: Vec<Sample> = (0..20).map(|number| sample("other", &number.to_string(), 1.0, Kind::Gauge)).collect();
    page.push(sample("go_goroutines", "a", 9.0, Kind::Gauge));
    let totals = totals(&mut series, &[&page, &page]);
    assert_eq!(totals.by_label("target_go_goroutines", "target").len(), 1);
    assert_eq!(totals.iter().filter(|(series, _)| series.metric.name.starts_with("target_")).count(), 6);
    let notices = series.take_notices();
    assert_eq!(notices.len(), 1, "{notices:?}");
    assert!(notices[0].contains("5 series are kept, 16 are not"), "{notices:?}");
    assert_eq!(series.warnings().len(), 1);
}

#[test]
fn a_name_has_one_kind() {
    let mut series = TargetSeries::new(vec![target("http://h/metrics")]);
    let page = [sample("x", "a", 1.0, Kind::Gauge), sample("x_total", "b", 1.0, Kind::Counter)];
    let totals = totals(&mut series, &[&page]);
    assert_eq!(totals.metrics().iter().filter(|metric| metric.name == "target_x").count(), 1);
}

#[test]
fn failures_are_counted_and_reported_when_they_begin_and_end() {
    let mut series = TargetSeries::new(vec![target("http://h/metrics")]);
    series.fail(0, "connection refused".to_owned());
    series.fail(0, "connection refused".to_owned());
    series.put(0, vec![sample("x", "a", 1.0, Kind::Gauge)]);
    let notices = series.take_notices();
    assert!(notices[0].contains("can't be scraped: connection refused") && notices[1].contains("again"), "{notices:?}");
    assert_eq!(
        (notices.len(), series.warnings()),
        (2, vec!["target shop: 2 of 3 scrapes failed, the last with: connection refused".to_owned()])
    );
    for _ in 0..100 {
        series.fail(0, "x".to_owned());
        series.put(0, Vec::new());
    }
    assert!(series.take_notices().len() <= 10);
}

/// Waits for some seconds at most until a condition holds.
fn within_seconds(mut holds: impl FnMut() -> bool) -> bool {
    (0..200).any(|_| {
        std::thread::sleep(Duration::from_millis(50));
        holds()
    })
}

#[test]
fn the_practice_target_is_scraped_and_a_missing_one_is_reported() {
    let listen = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    let running = practice_target::start(TargetOptions::default(), listen).unwrap_or_else(|error| panic!("{error}"));
    let here = target(&format!("http://user:secret@{}/metrics", running.address()));
    let missing = Target { name: "db".to_owned(), ..target("http://127.0.0.1:1/metrics") };
    let mut scraper = Scraper::new(vec![here, missing]).unwrap_or_else(|error| panic!("{error}"));
    scraper.start(Duration::ZERO).unwrap_or_else(|error| panic!("{error}"));
    let (mut assembler, mut totals) = (Assembler::new(0), Totals::default());
    let mut second = 0;
    let mut notices = Vec::new();
    assert!(within_seconds(|| {
        scraper.record(&mut assembler);
        totals.fold(&assembler.close(second, second + 1));
        second += 1;
        notices.extend(scraper.take_notices());
        let memory = totals.sum_where("target_process_resident_memory_bytes", |_| true);
        memory.is_some_and(|memory| !memory.is_empty()) && !notices.is_empty()
    }));
    assert!(notices[0].contains("target db can't be scraped") && !notices[0].contains("secret"), "{notices:?}");
    assert!(scraper.warnings().iter().any(|warning| warning.contains("target db was never scraped")));
}
