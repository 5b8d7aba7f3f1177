//! Tests of how a comparison reads.

use anstream::adapter::strip_str;

use super::{Comparison, Side, json, markdown, text};
use crate::{
    analysis::comparison::{
        Conclusion, Finding, Scale, Why,
        runs::{Key, Margins, Row},
    },
    analysis::judged::{Judged, Statistic},
    metric::{MetricDef, catalogue},
    report::summary::TextLayout,
};

fn row(metric: &MetricDef, step: &str, values: [f64; 2], finding: Finding) -> Row {
    let judged = Judged::of(metric).unwrap_or_else(|| panic!("not judged"));
    let statistic = judged.statistics[judged.statistics.len() / 2];
    Row {
        key: Key { metric: metric.clone(), scenario: "shop".into(), step: step.into() },
        judged,
        statistic,
        scale: if statistic == Statistic::Share { Scale::Difference } else { Scale::Ratio },
        base: Some(values[0]),
        new: Some(values[1]),
        finding,
        blocks: [10, 10],
        block_seconds: Some(30.0),
    }
}

fn comparison() -> Comparison {
    let finding = |conclusion, estimate, low, high| Finding { conclusion, estimate, interval: [low, high], p: 0.01 };
    let regressed = finding(Conclusion::Regressed, 1.238, 1.18, 1.29);
    let same = finding(Conclusion::Same, -0.0001, -0.002, 0.001);
    let noisy = finding(Conclusion::Inconclusive(Why::Noise), 0.97, 0.8, 1.2);
    Comparison {
        base: Side { runs: vec!["r1".into()], seconds: 300.0 },
        new: Side { runs: vec!["r2".into()], seconds: 300.0 },
        warnings: vec!["the runs have different targets: a and b".into()],
        margins: Margins { ratio: 0.05, share: 0.01 },
        rows: vec![
            row(&catalogue::HTTP_REQ_RESPONSE_TIME, "POST /pay|now", [0.21, 0.26], regressed),
            row(&catalogue::HTTP_REQ_FAILED, "POST /pay|now", [0.001, 0.0009], same),
            row(&catalogue::ITERATIONS, "", [50.0, 49.0], noisy),
        ],
    }
}

#[test]
fn the_text() {
    let text = strip_str(&text(&comparison(), TextLayout::default())).to_string();
    let lines: Vec<String> = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    for line in [
        "REGRESSED new r2 (5m) against base r1 (5m)",
        "! the runs have different targets: a and b",
        "shop: POST /pay|now",
        "response time p95 210ms 260ms +23.8% +18.0% … +29.0% REGRESSED",
        "failed requests 0.10% 0.09% -0.01 pts -0.20 pts … +0.10 pts same",
        "iterations per second 50/s 49/s -3.00% -20.0% … +20.0% inconclusive (noise)",
    ] {
        assert!(lines.iter().any(|known| known == line), "{line}\n{text}");
    }
    assert!(text.contains("Run longer, or compare at least three runs a side."), "{text}");
}

#[test]
fn markdown_is_a_table_whatever_the_names() {
    let text = markdown(&comparison());
    assert!(text.starts_with("**regressed**: new r2 (5m) against base r1 (5m)"), "{text}");
    let rows: Vec<&str> = text.lines().filter(|line| line.starts_with('|')).collect();
    assert!(rows.len() == 5 && rows[2].contains("POST /pay&#124;now"), "{text}");
}

#[test]
fn json_has_every_number() {
    let json = json(&comparison());
    assert_eq!(json["verdict"], "regressed");
    let first = &json["rows"][0];
    assert_eq!(
        (&first["statistic"], &first["base"], &first["verdict"]),
        (&"p(95)".into(), &210.0.into(), &"regressed".into())
    );
    assert_eq!(json["rows"][2]["why"], "noise");
}
