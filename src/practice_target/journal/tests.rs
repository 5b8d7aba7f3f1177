//! Tests of `journal`.

use hyper::Request;

use super::*;

#[test]
fn what_is_kept_has_a_bound_and_the_order_of_arrival() {
    let journal = Journal::new(3).unwrap();
    let long = "x".repeat(5_000);
    let (head, ()) = Request::post(format!("/a?{long}")).header("x-y", &long).body(()).unwrap().into_parts();
    let body = Bytes::from(long.clone());
    for since in [30, 10, 20, 40] {
        let (arrived, size) = (Instant::now(), 5_000);
        let answered = AnsweredRequest { head: &head, body: &body, size, in_flight: 1, arrived, status: 200 };
        journal.keep(&answered, Duration::from_millis(since));
    }
    let mut report = Report::default();
    journal.tell(&mut report);
    let times: Vec<_> = report.requests.iter().map(|request| request.at_ms).collect();
    assert_eq!((times, report.requests_left_out), (vec![10.0, 20.0, 30.0], 1));
    let one = &report.requests[0];
    assert_eq!((one.body.len(), one.body_bytes, one.path.len()), (MOST_OF_A_BODY, 5_000, LONGEST_TEXT));
    assert_eq!(one.headers["x-y"].len(), LONGEST_TEXT);
    journal.reset();
    journal.tell(&mut report);
    assert!(report.requests.is_empty() && report.requests_left_out == 0);
    assert!(Journal::new(0).is_none());
}
