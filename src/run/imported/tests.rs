//! Tests of results of other tools.

use super::{of_k6, of_locust};
use crate::{
    analysis::{comparison::run_data::RunValues, judged::Statistic},
    metric::{MetricDef, catalogue as c},
};

fn value(run: &RunValues, metric: &MetricDef, scenario: &str, step: &str, statistic: Statistic) -> Option<f64> {
    run.of(&super::key(metric, scenario, step), statistic)
}

#[test]
fn both_forms_of_k6_are_read() {
    let with_values = r#"{"metrics":{
        "http_req_duration":{"type":"trend","contains":"time","values":{"avg":12,"med":10,"p(95)":40.5}},
        "http_req_failed":{"type":"rate","values":{"rate":0.02,"passes":2,"fails":98}},
        "iterations":{"type":"counter","values":{"count":100,"rate":9.9}}},
        "state":{"testRunDurationMs":10000}}"#;
    let plain = r#"{"metrics":{
        "http_req_duration":{"avg":12,"med":10,"p(95)":40.5},
        "http_req_failed":{"passes":2,"fails":98,"value":0.02},
        "iterations":{"count":100,"rate":9.9}}}"#;
    for (text, seconds) in [(with_values, 10.0), (plain, 0.0)] {
        let run = of_k6(text).unwrap_or_else(|| panic!("{text}"));
        let time = |q| value(&run, &c::HTTP_REQ_RESPONSE_TIME, "", "", Statistic::Quantile(q));
        assert_eq!((time(0.5), time(0.95), time(0.99)), (Some(0.01), Some(0.0405), None));
        assert_eq!(value(&run, &c::HTTP_REQ_FAILED, "", "", Statistic::Share), Some(0.02));
        assert_eq!(value(&run, &c::ITERATIONS, "", "", Statistic::PerSecond), Some(9.9));
        assert!((run.seconds - seconds).abs() < 1e-9);
    }
    for wrong in ["", "{}", r#"{"metrics":{}}"#, r#"{"metrics":[1]}"#, r#"{"metrics":{"x":{"rate":"y"}}}"#] {
        assert_eq!(of_k6(wrong), None, "{wrong}");
    }
}

#[test]
fn statistics_of_locust_are_read() {
    let text = "Type,Name,Request Count,Failure Count,Median Response Time,50%,95%,99%\n\
                GET,/cart,100,5,10,10,40,90\n,Aggregated,200,5,12,12,50,95\n";
    let run = of_locust(text).unwrap_or_else(|| panic!("no rows"));
    let step = |statistic, metric| value(&run, metric, "locust", "GET /cart", statistic);
    assert_eq!(step(Statistic::Quantile(0.95), &c::HTTP_REQ_RESPONSE_TIME), Some(0.04));
    assert_eq!(step(Statistic::Share, &c::HTTP_REQ_FAILED), Some(0.05));
    assert_eq!(value(&run, &c::HTTP_REQ_RESPONSE_TIME, "", "", Statistic::Quantile(0.99)), Some(0.095));
    for wrong in ["", "a,b\n1,2\n", "Type,Name,Request Count,Failure Count\n"] {
        assert_eq!(of_locust(wrong), None, "{wrong}");
    }
}
