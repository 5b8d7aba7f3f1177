//! Tests of `shop`.

use hyper::Request;

use super::*;

fn ask(shop: &Shop, method: &str, path: &str) -> Option<Reply> {
    let (head, ()) = Request::builder().method(method).uri(path).body(()).unwrap().into_parts();
    shop.answer(&head)
}

fn place(answer: Reply) -> String {
    answer.into_response().headers()["location"].to_str().unwrap().to_owned()
}

#[test]
fn ids_are_given_away_once() {
    let shop = Shop::default();
    let places = [0; 3].map(|_| place(ask(&shop, "POST", "/orders").unwrap()));
    assert_eq!(places, ["/orders/order-1", "/orders/order-2", "/orders/order-3"]);
    let token = ask(&shop, "POST", "/login").unwrap().into_response();
    assert_eq!(token.headers()["set-cookie"], "session=session-4; Path=/; HttpOnly");
    assert!(ask(&shop, "GET", "/orders/order-1").is_none() && ask(&shop, "GET", "/").is_none());
}

#[test]
fn a_job_is_done_when_its_time_is_over() {
    let shop = Shop::default();
    let ends = [
        ("0s", "\"state\":\"done\""),
        ("1h", "\"state\":\"running\""),
        ("0s&outcome=failed", "\"state\":\"failed\""),
        ("1h&outcome=failed", "\"state\":\"running\""),
    ];
    for (takes, text) in ends {
        let begun = ask(&shop, "POST", &format!("/jobs?takes={takes}")).unwrap();
        assert_eq!(begun.status, StatusCode::ACCEPTED);
        let state = ask(&shop, "GET", &place(begun)).unwrap();
        assert!(format!("{:?}", state.payload).replace('\\', "").contains(text), "{takes}: {state:?}");
    }
    assert_eq!(ask(&shop, "POST", "/jobs?outcome=refused").unwrap().status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(ask(&shop, "POST", "/jobs?outcome=lost").unwrap().status, StatusCode::BAD_REQUEST);
    assert_eq!(ask(&shop, "GET", "/jobs/x").unwrap().status, StatusCode::NOT_FOUND);
    assert_eq!(ask(&shop, "POST", "/jobs?takes=long").unwrap().status, StatusCode::BAD_REQUEST);
}
