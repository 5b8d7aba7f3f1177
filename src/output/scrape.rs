//! `/metrics` to be pulled: the totals of the run so far, rendered when somebody asks (`--out scrape=127.0.0.1:9464`).
//!
//! A puller sees what stands when it comes; what lies between two pulls it sees only in sums, which lose nothing.

use std::sync::{Arc, Mutex, PoisonError};

use http_body_util::Full;
use hyper::{
    Method, Response, StatusCode,
    body::Bytes,
    header::{ALLOW, CONTENT_TYPE, HeaderValue},
};
use tokio::net::TcpListener;

use super::exposition::{Page, render};
use crate::{
    http_server,
    metric::{Interval, Totals},
};

/// What was handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HandedOut {
    /// Pages.
    pub scrapes: u64,
    /// Samples on them, all pages together; a histogram of a series is one.
    pub samples: u64,
    /// Whether the last page held everything that was folded.
    pub current: bool,
}

/// The run so far, shared between the one that folds and the pages that are asked for.
#[derive(Debug)]
pub struct Scrape {
    prefix: String,
    run_labels: Vec<(String, String)>,
    inner: Mutex<(Totals, HandedOut)>,
}

impl Scrape {
    /// A page without series.
    #[must_use]
    pub fn new(prefix: &str, run_labels: Vec<(String, String)>) -> Self {
        Self { prefix: prefix.to_owned(), run_labels, inner: Mutex::default() }
    }

    /// Takes an interval.
    pub fn fold(&self, interval: &Interval) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.0.fold(interval);
        inner.1.current = false;
    }

    /// What was handed out so far.
    #[must_use]
    pub fn handed_out(&self) -> HandedOut {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).1
    }

    fn page(&self) -> prometheus::Result<Page> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let page = render(&inner.0, &self.prefix, &self.run_labels)?;
        inner.1 = HandedOut { scrapes: inner.1.scrapes + 1, samples: inner.1.samples + page.samples, current: true };
        Ok(page)
    }

    fn answer(&self, method: &Method, path: &str) -> Response<Full<Bytes>> {
        match (method, path) {
            (&Method::GET, "/metrics") => match self.page() {
                Ok(page) => plain(StatusCode::OK, page.text),
                Err(error) => plain(StatusCode::INTERNAL_SERVER_ERROR, format!("{error}\n")),
            },
            (_, "/metrics") => {
                let mut response = plain(StatusCode::METHOD_NOT_ALLOWED, "only GET\n".to_owned());
                response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET"));
                response
            }
            _ => plain(StatusCode::NOT_FOUND, "there is GET /metrics\n".to_owned()),
        }
    }
}

fn plain(status: StatusCode, text: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(text)));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(prometheus::TEXT_FORMAT));
    response
}

/// Serves `GET /metrics` until the future is dropped. Must run within a `LocalSet`.
pub async fn serve(listener: TcpListener, scrape: Arc<Scrape>) {
    http_server::serve(listener, move |request| {
        std::future::ready(scrape.answer(request.method(), request.uri().path()))
    })
    .await;
}

#[cfg(test)]
mod tests {
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
        let request =
            Request::builder().method(method).uri(path).header("host", "x").body(Empty::<Bytes>::new()).unwrap();
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
        let scrape = Arc::new(Scrape::new("loadagent_", Vec::new()));
        let local = LocalSet::new();
        local.spawn_local(serve(listener, scrape.clone()));
        local
            .run_until(async {
                let (status, _, empty) = ask(at, Method::GET, "/metrics").await;
                assert_eq!((status, &*empty), (StatusCode::OK, ""), "before the first second there is nothing");
                scrape.fold(&interval(true, 2.0));
                assert_eq!(scrape.handed_out(), HandedOut { scrapes: 1, samples: 0, current: false });
                let (_, kind, first) = ask(at, Method::GET, "/metrics").await;
                assert_eq!(kind, "text/plain; version=0.0.4");
                assert!(
                    first.ends_with("# TYPE loadagent_http_reqs_total counter\nloadagent_http_reqs_total 2\n"),
                    "{first}"
                );
                scrape.fold(&interval(false, 3.0));
                let (_, _, second) = ask(at, Method::GET, "/metrics?x=1").await;
                assert!(second.ends_with("\nloadagent_http_reqs_total 5\n"), "{second}");
                assert_eq!(scrape.handed_out(), HandedOut { scrapes: 3, samples: 2, current: true });
                assert_eq!(ask(at, Method::POST, "/metrics").await.0, StatusCode::METHOD_NOT_ALLOWED);
                assert_eq!(ask(at, Method::GET, "/").await.0, StatusCode::NOT_FOUND);
                assert_eq!(scrape.handed_out().scrapes, 3, "refusals hand nothing out");
            })
            .await;
    }
}
