//! Tests of the page over HTTP.

use std::net::SocketAddr;

use super::*;
use crate::metric::{Labels, SeriesDef, Value, catalogue};
use http_body_util::{BodyExt, Empty};
use hyper::Request;
use hyper_util::rt::TokioIo;
use tokio::{
    net::TcpStream,
    task::{LocalSet, spawn_local},
};

fn interval(new: bool, count: f64) -> Interval {
    let series = SeriesDef { id: 0, metric: catalogue::HTTP_REQS.clone(), labels: Labels::default() };
    Interval {
        new_series: if new { vec![series] } else { Vec::new() },
        values: vec![(0, Value::Counter(count))],
        ..Interval::default()
    }
}

async fn ask(at: SocketAddr, method: Method, path: &str) -> (StatusCode, String, String) {
    let stream = TcpStream::connect(at).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    spawn_local(async move { drop(connection.await) });
    let request = Request::builder().method(method).uri(path).header("host", "x").body(Empty::<Bytes>::new()).unwrap();
    let response = sender.send_request(request).await.unwrap();
    let kind = response.headers()[CONTENT_TYPE].to_str().unwrap().to_owned();
    let status = response.status();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, kind, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn the_page_stands_on_loopback_and_is_counted() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let at = listener.local_addr().unwrap();
    let scrape = Arc::new(Page::new("loadagent_", Vec::new()));
    let local = LocalSet::new();
    local.spawn_local(serve(listener, scrape.clone()));
    local
        .run_until(async {
            let (status, _, empty) = ask(at, Method::GET, "/metrics").await;
            assert_eq!((status, &*empty), (StatusCode::OK, ""), "before the first second there is nothing");
            scrape.fold(&interval(true, 2.0));
            assert_eq!(scrape.served(), Served { scrapes: 1, samples: 0, current: false });
            let (_, kind, first) = ask(at, Method::GET, "/metrics").await;
            assert_eq!(kind, "text/plain; version=0.0.4");
            assert!(
                first.ends_with("# TYPE loadagent_http_reqs_total counter\nloadagent_http_reqs_total 2\n"),
                "{first}"
            );
            scrape.fold(&interval(false, 3.0));
            let (_, _, second) = ask(at, Method::GET, "/metrics?x=1").await;
            assert!(second.ends_with("\nloadagent_http_reqs_total 5\n"), "{second}");
            assert_eq!(scrape.served(), Served { scrapes: 3, samples: 2, current: true });
            assert_eq!(ask(at, Method::POST, "/metrics").await.0, StatusCode::METHOD_NOT_ALLOWED);
            assert_eq!(ask(at, Method::GET, "/").await.0, StatusCode::NOT_FOUND);
            assert_eq!(scrape.served().scrapes, 3, "refusals hand nothing out");
        })
        .await;
}
