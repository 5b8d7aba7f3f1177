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
    assert!(
        ask(&shop, "GET", "/orders/order-9").is_none()
            && ask(&shop, "DELETE", "/orders/order-1").is_none()
            && ask(&shop, "GET", "/").is_none()
    );
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

#[test]
fn an_order_is_open_and_then_done() {
    let shop = Shop::default();
    let (begun, half) = (unix_now(), ORDER / 2);
    let text = |reply: Option<Reply>| format!("{:?}", reply.unwrap().payload).replace('\\', "");
    let of = |number: u64, now| text(shop.state(&format!("/orders/order-{number}"), now));
    assert!(text(Some(shop.order(begun))).contains("\"status_url\":\"/orders/order-1\""));
    shop.order(begun + half);
    for (number, after, state) in
        [(1, Duration::ZERO, "open"), (1, ORDER, "done"), (2, ORDER, "open"), (2, ORDER + half, "done")]
    {
        assert!(of(number, begun + after).contains(&format!("\"state\":\"{state}\"")), "{number} after {after:?}");
    }
    shop.order(begun + ORDER * 2);
    assert_eq!(shop.open.lock().unwrap().len(), 1, "only open orders are remembered");
    assert!(of(1, begun + ORDER * 2).contains("\"state\":\"done\""));
    for id in ["order-0", "order-4", "order-x", "4711"] {
        assert!(shop.state(&format!("/orders/{id}"), begun).is_none(), "{id}");
    }
}
