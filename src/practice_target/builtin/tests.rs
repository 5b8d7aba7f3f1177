//! Tests of `builtin`.

use hyper::Request;
use hyper::body::Body;

use super::*;

fn ask(path: &str) -> Reply {
    let (head, ()) = Request::post(path).header("content-type", "text/x").body(()).unwrap().into_parts();
    answer(&head, Bytes::from_static(b"sent"))
}

#[test]
fn paths_answer_what_they_name() {
    assert_eq!(ask("/anything/else").status, StatusCode::OK);
    assert_eq!(ask("/status/503").status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(ask("/delay/20ms").delay, Some(Duration::from_millis(20)));
    assert_eq!(ask("/bytes/64KiB?x=1").payload.size_hint().exact(), Some(65_536));
    assert_eq!(ask("/bytes/1GiB").payload.size_hint().exact(), Some(1 << 30));
    let echo = ask("/echo").into_response();
    assert_eq!(echo.headers()["content-type"], "text/x");
    assert_eq!(echo.body().size_hint().exact(), Some(4));
    assert_eq!(ask("/status/204").into_response().body().size_hint().exact(), Some(0));
}

#[test]
fn what_cannot_be_read_is_a_bad_request() {
    for path in [
        "/status/101",
        "/status/",
        "/delay/soon",
        "/delay/2h",
        "/bytes/-1",
        "/bytes/many",
        "/bytes/1073741825",
        "/bytes/9999999999",
        "/bytes/99TiB",
        "/status/a/b",
    ] {
        assert_eq!(ask(path).status, StatusCode::BAD_REQUEST, "{path}");
    }
    assert_eq!(ask("*").status, StatusCode::OK);
}

#[test]
fn a_refusal_says_when_to_come_back() {
    let response = Reply::too_many(Duration::from_millis(1_001)).into_response();
    assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(response.headers()["retry-after"], "2");
}
