//! The URL of a run's dashboard.

use super::*;

#[test]
fn it_shows_the_run_and_its_time() {
    let mut link = DashboardLink {
        grafana: "http://grafana:3000/below/",
        data_source: DataSource::Prometheus,
        topic: BundledDashboard::Soak,
        run_id: "a b",
        from_ms: 60_000,
        to_ms: None,
    };
    let begin = "http://grafana:3000/below/d/loadagent-soak?var-run_id=a%20b&from=55000&to=";
    assert_eq!(link.url(), format!("{begin}now&refresh=5s"));
    link.to_ms = Some(90_000);
    assert_eq!(link.url(), format!("{begin}95000"));
}
