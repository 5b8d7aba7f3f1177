//! Parts of the summary that depend on one thing: time, stages, how the run ended.

use super::*;
use crate::{analysis::Outcome, analysis::Verdict};

/// A step with ten requests in each of two stages, and one without stages.
fn staged() -> Totals {
    let labels = |name, stage: Option<&'static str>| {
        let step = [("scenario", "browse"), ("name", name), ("method", "GET"), ("status", "200")];
        Labels::new(step.into_iter().chain(stage.map(|stage| ("stage", stage))))
    };
    let series = [("GET /", Some("1")), ("GET /", Some("2")), ("GET /b", None)];
    let new_series = series.iter().zip(0..).map(|((name, stage), id)| SeriesDef {
        id,
        metric: catalogue::HTTP_REQ_FAILED.clone(),
        labels: labels(name, *stage),
    });
    let values = (0..3).map(|id| (id, Value::Rate { nonzero: id.into(), total: 10 })).collect();
    let mut totals = Totals::default();
    totals.fold(&Interval { new_series: new_series.collect(), values, ..Interval::default() });
    totals
}

#[test]
fn stages_of_a_step_are_followed_by_all_of_them_together() {
    let by_threshold = profile::thresholds::build(
        "http_req_response_time{stage:2}",
        "p(95)<500",
        &profile::thresholds::Options::default(),
        &[],
    );
    let findings = RunFold::new(&[by_threshold.unwrap()], Duration::from_secs(2), &[]).findings(Duration::from_secs(2));
    for by_flag in [true, false] {
        let mut summary = summary();
        summary.totals = staged();
        summary.view.by_stage = by_flag;
        summary.findings = if by_flag { Vec::new() } else { findings.clone() };
        let text = text_of(&summary);
        let rows: Vec<Vec<&str>> = text
            .lines()
            .filter(|line| line.starts_with("    step ") || line.starts_with("    GET /"))
            .map(|line| line.split_whitespace().collect())
            .collect();
        let shown: Vec<String> = rows.iter().map(|row| row.join(" ").replace(" -", "")).collect();
        assert!(shown[0].starts_with("step stage reqs rate"), "{text}");
        assert_eq!(shown[1], "GET / 1 10 0.00%", "{text}");
        assert_eq!(shown[2], "GET / 2 10 10.00%", "{text}");
        assert_eq!(shown[3], "GET / all 20 10/s 5.00%", "{text}");
        assert_eq!(shown[4], "GET /b 10 5/s 20.00%", "{text}");
    }
}

#[test]
fn what_took_no_time_has_no_rate() {
    for micros in [0, 1, 999] {
        let mut summary = summary();
        summary.elapsed = Duration::from_micros(micros);
        let text = text_of(&summary);
        assert!(!text.contains("/s)") && !text.contains("cores used") && !text.contains("CPU per"), "{micros}: {text}");
        assert!(text.contains("    http_reqs 4, http_req_failed"), "{micros}: {text}");
        let json = report::json::render(&summary, Terminals::default());
        assert_eq!(json["metrics"]["http_reqs"]["values"]["rate"], 0.0, "{micros}");
        assert_eq!(json["loadagent"]["steps"][0]["rate"], 0.0, "{micros}");
    }
    assert!(text_of(&summary()).contains("http_reqs 4 (2/s), "));
}

#[test]
fn the_first_word_agrees_with_the_exit_code() {
    for (codes, ended, word) in [
        (&[][..], true, "PASS"),
        (&[Exit::Invalid], true, "INVALID"),
        (&[Exit::ThresholdFailed, Exit::Invalid], true, "INVALID"),
        (&[Exit::Aborted], true, "FAIL"),
        (&[Exit::Aborted, Exit::Invalid], true, "FAIL"),
        (&[Exit::Aborted, Exit::Invalid, Exit::ThresholdFailed], true, "FAIL"),
        (&[Exit::Stopped], true, "STOPPED (thresholds passing)"),
        (&[Exit::Stopped, Exit::Invalid], true, "STOPPED, INVALID"),
        (&[Exit::Stopped, Exit::ThresholdFailed], true, "STOPPED, FAIL"),
        (&[Exit::Stopped, Exit::ThresholdFailed], false, "INCOMPLETE, FAIL"),
        (&[Exit::ThresholdFailed], true, "FAIL"),
    ] {
        let mut summary = summary();
        let reasons = codes.iter().map(|exit| Reason::new(*exit, "because")).collect();
        summary.outcome = Outcome::new(reasons, Verdict::Pass);
        summary.has_ended = ended;
        let text = text_of(&summary);
        let wanted = format!("  {word}  golden, run");
        assert!(text.lines().nth(1).unwrap().starts_with(&wanted), "{codes:?}: {text}");
    }
}
