//! The page over HTTP: the totals of the run so far, rendered when it is asked for.

#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, PoisonError};

use http_body_util::Full;
use hyper::{
    Method, Response, StatusCode,
    body::Bytes,
    header::{ALLOW, CONTENT_TYPE, HeaderValue},
};
use tokio::net::TcpListener;

use super::exposition::{RenderedPage, render};
use crate::{
    http_server,
    metric::{Interval, Totals},
};

/// What was served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Served {
    /// Pages.
    pub scrapes: u64,
    /// Samples on them, all pages together; a histogram of a series is one.
    pub samples: u64,
    /// Whether the last page held everything that was folded.
    pub current: bool,
}

/// The run so far, shared by the fold and the requests for pages.
#[derive(Debug)]
pub(super) struct Page {
    prefix: String,
    run_labels: Vec<(String, String)>,
    inner: Mutex<(Totals, Served)>,
}

impl Page {
    /// A page without series.
    #[must_use]
    pub(super) fn new(prefix: &str, run_labels: Vec<(String, String)>) -> Self {
        Self { prefix: prefix.to_owned(), run_labels, inner: Mutex::default() }
    }

    /// Takes an interval.
    pub(super) fn fold(&self, interval: &Interval) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.0.fold(interval);
        inner.1.current = false;
    }

    /// What was served so far.
    #[must_use]
    pub(super) fn served(&self) -> Served {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).1
    }

    fn page(&self) -> prometheus::Result<RenderedPage> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let page = render(&inner.0, &self.prefix, &self.run_labels)?;
        inner.1 = Served { scrapes: inner.1.scrapes + 1, samples: inner.1.samples + page.samples, current: true };
        Ok(page)
    }

    fn respond(&self, method: &Method, path: &str) -> Response<Full<Bytes>> {
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
pub(super) async fn serve(listener: TcpListener, page: Arc<Page>) {
    http_server::serve(listener, move |request| {
        std::future::ready(page.respond(request.method(), request.uri().path()))
    })
    .await;
}
