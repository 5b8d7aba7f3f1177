//! What queries become in `PromQL`.

use super::*;
use crate::metric::catalogue::{HTTP_REQ_DURATION, HTTP_REQ_FAILED, HTTP_REQS, VUS};

fn promql(query: &Query) -> String {
    PromQl { prefix: "p_" }.to_promql(query)
}

#[test]
fn rates_are_summed_and_totals_outlast_the_run() {
    let only = "{run_id=\"$run_id\",scenario=~\"$scenario\"}";
    let reqs = || Series::of(&HTTP_REQS);
    assert_eq!(promql(&reqs().rate()), format!("sum(rate(p_http_reqs_total{only}[$__rate_interval]))"));
    let by_name = reqs().by(&["name"]).total();
    assert_eq!(promql(&by_name), format!("sum by (name) (last_over_time(p_http_reqs_total{only}[$__range]))"));
}

#[test]
fn a_share_of_nothing_is_no_point() {
    let share = promql(&Series::of(&HTTP_REQ_FAILED).of_run(Run::Any).share());
    let all = "p_http_req_failed_total";
    let nonzero = format!("{all}{{condition=\"nonzero\"}}");
    assert_eq!(share, format!("sum(rate({nonzero}[$__rate_interval])) / (sum(rate({all}[$__rate_interval])) > 0)"));
}

#[test]
fn a_quantile_reads_buckets_or_the_native_histogram() {
    let quantile = Series::of(&HTTP_REQ_DURATION).of_run(Run::Any).over(Window::Rolling).quantile(0.99);
    let name = "p_http_req_duration_seconds";
    let buckets = format!("histogram_quantile(0.99, sum by (le, vmrange) (rate({name}_bucket[$window])))");
    let native = format!("histogram_quantile(0.99, sum(rate({name}[$window])))");
    assert_eq!(promql(&quantile), format!("({buckets} or {native}) >= 0"));
}

#[test]
fn the_compared_run_is_moved_and_steady_windows_are_fixed() {
    let users = |run| Series::of(&VUS).of_run(run).level();
    assert!(
        promql(&users(Run::Baseline)).ends_with("{run_id=\"$base_run_id\",scenario=~\"$scenario\"} offset ${shift}s)")
    );
    assert!(!promql(&users(Run::Selected)).contains("offset"));
    let window = |window| promql(&Series::of(&HTTP_REQS).of_run(Run::Any).over(window).rate());
    assert_eq!(window(Window::First), "sum(rate(p_http_reqs_total[$window] @ ${began} offset -$warmup))");
    assert_eq!(window(Window::Last), "sum(rate(p_http_reqs_total[$window] @ ${ended}))");
}

#[test]
fn a_label_is_asked_for_by_name() {
    let reqs = Series::of(&HTTP_REQS).of_run(Run::Any).having("status", "200").without("name", "");
    assert_eq!(promql(&reqs.rate()), "sum(rate(p_http_reqs_total{status=\"200\",name!=\"\"}[$__rate_interval]))");
}

#[test]
fn a_divisor_of_zero_is_no_point() {
    let rate = || Series::of(&HTTP_REQS).of_run(Run::Any).rate();
    let per = promql(&rate().per(rate()));
    let one = "sum(rate(p_http_reqs_total[$__rate_interval]))";
    assert_eq!(per, format!("({one}) / (({one}) > 0)"));
}
