//! The page over a connection: what is served to whom, and what a stream sends.

use std::{cell::RefCell, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::LocalSet,
};

use super::*;
use crate::output::live_source::{ControlAnswer, LiveMessage};

/// A run whose messages are their numbers.
struct Numbers {
    changes: watch::Sender<u64>,
    asked: RefCell<Vec<String>>,
    last: Cell<bool>,
}

impl LiveSource for Numbers {
    fn page(&self) -> String {
        "<p>page".to_owned()
    }

    fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    fn since(&self, id: &str) -> Option<LiveMessage> {
        self.asked.borrow_mut().push(id.to_owned());
        let now = self.changes.borrow().to_string();
        (now != id).then(|| LiveMessage { data: format!("[{now}]"), id: now, is_last: self.last.get() })
    }

    fn control(&self, request: Request<Incoming>) -> ControlAnswer {
        let path = request.uri().path().to_owned();
        Box::pin(std::future::ready(Response::new(Full::new(Bytes::from(path)))))
    }
}

fn numbers() -> Rc<Numbers> {
    Rc::new(Numbers { changes: watch::Sender::new(1), asked: RefCell::default(), last: Cell::new(false) })
}

async fn ask(address: SocketAddr, request: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(format!("{request}\r\n\r\n").as_bytes()).await.unwrap();
    stream
}

async fn answer(address: SocketAddr, request: &str) -> String {
    let mut text = String::new();
    ask(address, &format!("{request}\r\nconnection: close")).await.read_to_string(&mut text).await.unwrap();
    text
}

/// Reads until the text contains something.
async fn read_until(stream: &mut TcpStream, wanted: &str) -> String {
    let mut text = String::new();
    let mut bytes = [0; 1024];
    while !text.contains(wanted) {
        let length = tokio::time::timeout(Duration::from_secs(20), stream.read(&mut bytes)).await.unwrap().unwrap();
        assert!(length > 0, "{text}");
        text += std::str::from_utf8(&bytes[..length]).unwrap();
    }
    text
}

async fn with_server(source: Rc<Numbers>, test: impl AsyncFnOnce(SocketAddr, Rc<DashboardServer>)) {
    let set = LocalSet::new();
    set.run_until(async move {
        let server = DashboardServer::bind(([127, 0, 0, 1], 0).into(), "dashboard", Vec::new(), source).unwrap();
        let server = Rc::new(server);
        let address = server.listener.local_addr().unwrap();
        let (_progress, receiver) = watch::channel(Progress::default());
        spawn_local(server.clone().serve(receiver));
        test(address, server).await;
    })
    .await;
}

#[tokio::test]
async fn the_page_and_the_control_api_are_served_and_nothing_else_is() {
    with_server(numbers(), async |address, _| {
        let page = answer(address, "GET / HTTP/1.1\r\nhost: localhost").await;
        assert!(page.starts_with("HTTP/1.1 200") && page.ends_with("<p>page"), "{page}");
        assert!(page.contains("frame-ancestors 'none'") && page.contains("no-store"), "{page}");
        assert!(!page.to_lowercase().contains("access-control"), "{page}");
        let control = answer(address, "PATCH /v1/status HTTP/1.1\r\nhost: localhost").await;
        assert!(control.ends_with("/v1/status"), "{control}");
        for (request, status) in [
            ("GET /nothing HTTP/1.1\r\nhost: localhost", 404),
            ("GET /../etc/passwd HTTP/1.1\r\nhost: localhost", 404),
            ("POST / HTTP/1.1\r\nhost: localhost", 405),
            ("GET / HTTP/1.1\r\nhost: evil.example", 403),
            ("GET /events HTTP/1.1\r\nhost: localhost\r\norigin: http://evil.example", 403),
            ("GET /events HTTP/1.1\r\nhost: evil.example", 403),
        ] {
            let text = answer(address, request).await;
            assert!(text.starts_with(&format!("HTTP/1.1 {status}")), "{request}: {text}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_stream_begins_behind_what_is_known_and_sends_each_change_and_the_end() {
    let source = numbers();
    with_server(source.clone(), async |address, server| {
        let mut first = ask(address, "GET /events HTTP/1.1\r\nhost: localhost").await;
        let text = read_until(&mut first, "data: [1]\n\n").await;
        assert!(text.contains("text/event-stream") && text.contains("id: 1\nevent: interval\n"), "{text}");
        source.changes.send_replace(2);
        read_until(&mut first, "id: 2\nevent: interval\ndata: [2]\n\n").await;
        // A page that comes back is sent nothing that it has.
        let mut second = ask(address, "GET /events?after=2 HTTP/1.1\r\nhost: localhost").await;
        read_until(&mut second, "\r\n\r\n").await;
        let header = "GET /events?after=1 HTTP/1.1\r\nhost: localhost\r\nlast-event-id: 2";
        let mut third = ask(address, header).await;
        read_until(&mut third, "\r\n\r\n").await;
        source.last.set(true);
        source.changes.send_replace(3);
        for stream in [&mut first, &mut second, &mut third] {
            // Up to the end of the body.
            let text = read_until(stream, "\r\n0\r\n\r\n").await;
            assert!(text.contains("event: end\ndata: [3]\n\n") && !text.contains("[2]"), "{text}");
        }
        assert_eq!(source.asked.borrow()[..2], ["", "1"]);
        assert_eq!(server.state.borrow().stats().sent, 5);
    })
    .await;
}

#[tokio::test]
async fn streams_are_limited_and_those_that_leave_free_a_place() {
    let source = numbers();
    with_server(source, async |address, server| {
        let mut open = Vec::new();
        for _ in 0..MAX_STREAMS {
            let mut stream = ask(address, "GET /events HTTP/1.1\r\nhost: localhost").await;
            read_until(&mut stream, "[1]").await;
            open.push(stream);
        }
        let refused = answer(address, "GET /events HTTP/1.1\r\nhost: localhost").await;
        assert!(refused.starts_with("HTTP/1.1 503"), "{refused}");
        drop(open);
        while server.streams.get() > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let mut again = ask(address, "GET /events HTTP/1.1\r\nhost: localhost").await;
        read_until(&mut again, "[1]").await;
    })
    .await;
}

#[test]
fn what_a_page_knows_is_read_from_the_query() {
    assert_eq!(after(Some("x=1&after=2-17")), "2-17");
    assert_eq!(after(Some("after=%32-1%")), "2-1%");
    assert_eq!(after(Some("before=2")), "");
    assert_eq!(after(None), "");
}
