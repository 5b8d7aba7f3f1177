//! Responses that are consumed as they arrive, against small servers of HTTP/1.1 and HTTP/2.

use std::{
    cell::RefCell,
    ops::ControlFlow,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use bytes::Bytes;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Notify,
    task::LocalSet,
    time::sleep,
};
use url::Url;

use super::*;
use crate::{
    plan::{HttpOptions, Origin, RequestSpec, Wire, http::Version},
    protocol::{Attempt, Lane, decode::Decoder, tls::Connector},
};

const CHUNKED: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

/// A user of one origin.
struct Client {
    session: HttpSession,
    state: ReceiveBuffers,
    network: Network,
    spec: RequestSpec,
    attempts: RefCell<Vec<Attempt>>,
}

impl Client {
    fn new(port: u16, version: Version) -> Self {
        let http = HttpOptions { version, ..HttpOptions::default() };
        let origin = Origin::of(&Url::parse(&format!("http://127.0.0.1:{port}/")).unwrap());
        let tls = Connector::new(false, &http).unwrap();
        let wire = Wire::new(format!("GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n").as_bytes(), b"");
        let spec = RequestSpec {
            method: "GET".into(),
            wire,
            timeout: Duration::from_secs(20),
            expected: [(200, 399)].into(),
            ..RequestSpec::default()
        };
        let network = Network::new(&[origin], http, tls);
        Self {
            session: HttpSession::default(),
            state: ReceiveBuffers::default(),
            network,
            spec,
            attempts: RefCell::default(),
        }
    }

    /// Sends the request and hands its response to `consume`.
    async fn stream<T>(
        &mut self,
        idle: Option<Duration>,
        consume: impl AsyncFnOnce(&mut ResponseStream<'_, '_>) -> Result<T, ErrorClass>,
    ) -> Result<T, ErrorClass> {
        let record = |attempt: &Attempt| self.attempts.borrow_mut().push(attempt.clone());
        let now = Instant::now();
        let mut probe = Probe::new(now, now, &record);
        self.state.head.begin(true, true);
        let limits = Limits { end: now + self.spec.timeout, idle };
        let request = Outgoing::constant(&self.spec);
        let result = match self.session.begin(&mut self.state, &self.network, &request, limits, &mut probe).await {
            Ok(mut response) => consume(&mut response).await,
            Err(failure) => Err(failure.class),
        };
        let _end = probe.finish(result.as_ref().err().map(|class| (*class).into()));
        result
    }

    /// The whole body.
    async fn body(&mut self, idle: Option<Duration>) -> Result<Vec<u8>, ErrorClass> {
        self.stream(idle, async |response| {
            let mut body = Vec::new();
            while let Arrival::More = response.next(|chunk| body.extend_from_slice(chunk)).await? {}
            Ok(body)
        })
        .await
    }
}

/// A server whose connections run `serve`; returns its port and counts its connections.
async fn server<F: Future<Output = ()> + 'static>(serve: impl Fn(TcpStream) -> F + 'static) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = connections.clone();
    tokio::task::spawn_local(async move {
        while let Ok((stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::Relaxed);
            tokio::task::spawn_local(serve(stream));
        }
    });
    (port, connections)
}

/// Reads a request without a body; false once the client is gone.
async fn request(stream: &mut TcpStream) -> bool {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => request.push(byte),
            Err(_) => return false,
        }
    }
    true
}

fn local(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    LocalSet::new().block_on(&runtime, test);
}

#[test]
fn chunks_arrive_before_the_response_ends() {
    local(async {
        let go_on = Arc::new(Notify::new());
        let permitted = go_on.clone();
        let (port, connections) = server(move |mut stream| {
            let permitted = permitted.clone();
            async move {
                while request(&mut stream).await {
                    stream.write_all([CHUNKED, "3\r\none\r\n"].concat().as_bytes()).await.unwrap();
                    // The end is only sent to a client that has seen the begin.
                    permitted.notified().await;
                    stream.write_all(b"3\r\ntwo\r\n0\r\n\r\n").await.unwrap();
                }
            }
        })
        .await;
        let mut client = Client::new(port, Version::Auto);
        for _ in 0..2 {
            let seen = client.stream(None, async |response| {
                let mut seen = Vec::new();
                loop {
                    let arrival = response.next(|chunk| seen.push(chunk.to_vec())).await?;
                    if seen.len() == 1 {
                        go_on.notify_one();
                    }
                    if matches!(arrival, Arrival::End) {
                        return Ok(seen);
                    }
                }
            });
            assert_eq!(seen.await, Ok(vec![b"one".to_vec(), b"two".to_vec()]));
        }
        // Read to its end, a response leaves its connection to the next request.
        assert_eq!(connections.load(Ordering::Relaxed), 1);
        assert_eq!(client.network.open_connections(), 1);
    });
}

#[test]
fn a_response_that_is_dropped_takes_its_connection_with_it() {
    local(async {
        let (port, connections) = server(|mut stream| async move {
            while request(&mut stream).await {
                stream.write_all([CHUNKED, "3\r\none\r\n"].concat().as_bytes()).await.unwrap();
            }
        })
        .await;
        let mut client = Client::new(port, Version::Auto);
        for opened in 1..3 {
            let first = client.stream(None, async |response| {
                let mut first = Vec::new();
                assert!(matches!(response.next(|chunk| first.extend_from_slice(chunk)).await?, Arrival::More));
                Ok(first)
            });
            assert_eq!(first.await, Ok(b"one".to_vec()));
            assert_eq!((connections.load(Ordering::Relaxed), client.network.open_connections()), (opened, 0));
        }
    });
}

#[test]
fn an_idle_response_is_cut_and_a_slow_one_is_not() {
    local(async {
        // The first connection drips, the second stops in the middle, the third never answers.
        let number = AtomicUsize::new(0);
        let (port, _) = server(move |mut stream| {
            let number = number.fetch_add(1, Ordering::Relaxed);
            async move {
                while request(&mut stream).await {
                    if number == 2 {
                        continue;
                    }
                    stream
                        .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\nConnection: close\r\n\r\n")
                        .await
                        .unwrap();
                    for _ in 0..if number == 0 { 12 } else { 6 } {
                        sleep(Duration::from_millis(60)).await;
                        stream.write_all(b"a").await.unwrap();
                    }
                }
            }
        })
        .await;
        let mut client = Client::new(port, Version::Auto);
        let idle = Duration::from_millis(400);
        let begin = Instant::now();
        assert_eq!(client.body(Some(idle)).await, Ok(vec![b'a'; 12]));
        assert!(begin.elapsed() > idle, "as a whole it took longer than the idle time");
        for received in [true, false] {
            assert_eq!(client.body(Some(idle)).await, Err(ErrorClass::TimeoutIdle));
            let attempts = client.attempts.borrow();
            let last = attempts.last().unwrap();
            assert_eq!((last.first_byte.is_some(), last.error), (received, Some(ErrorClass::TimeoutIdle)));
        }
        // The deadline of the whole goes on counting.
        client.spec.timeout = Duration::from_millis(200);
        assert_eq!(client.body(Some(Duration::from_secs(9))).await, Err(ErrorClass::TimeoutBody));
        assert_eq!(client.network.open_connections(), 0);
    });
}

#[test]
fn compressed_chunks_are_decoded_as_they_arrive() {
    local(async {
        let (port, _) = server(|mut stream| async move {
            if request(&mut stream).await {
                let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
                let head = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n";
                stream.write_all(head.as_bytes()).await.unwrap();
                for event in ["data: 1\n\n", "data: 2\n\n"] {
                    std::io::Write::write_all(&mut encoder, event.as_bytes()).unwrap();
                    std::io::Write::flush(&mut encoder).unwrap();
                    stream.write_all(&std::mem::take(encoder.get_mut())).await.unwrap();
                    sleep(Duration::from_millis(50)).await;
                }
                stream.write_all(&encoder.finish().unwrap()).await.unwrap();
            }
        })
        .await;
        let mut client = Client::new(port, Version::Auto);
        let events = client.stream(None, async |response| {
            let (mut events, mut decoder) = (Vec::new(), None);
            loop {
                let mut chunks = Vec::new();
                let arrival = response.next(|chunk| chunks.extend_from_slice(chunk)).await?;
                let head = response.state.head.bytes();
                let decoder = decoder.get_or_insert_with(|| Decoder::of_head(head).unwrap());
                let flow = decoder.push(&chunks, &mut |piece| {
                    events.push(String::from_utf8(piece.to_vec()).unwrap());
                    ControlFlow::Continue(())
                });
                assert!(flow.is_ok());
                if matches!(arrival, Arrival::End) {
                    assert!(decoder.finish().is_ok());
                    return Ok(events);
                }
            }
        });
        assert_eq!(events.await.unwrap(), ["data: 1\n\n", "data: 2\n\n"]);
    });
}

#[test]
fn switching_protocols_hands_the_stream_over() {
    local(async {
        let (port, connections) = server(|mut stream| async move {
            if request(&mut stream).await {
                // The first bytes of the new protocol come with the head.
                stream.write_all(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\n\r\nhello").await.unwrap();
                let (mut from, mut to) = stream.split();
                drop(tokio::io::copy(&mut from, &mut to).await);
            }
        })
        .await;
        let mut client = Client::new(port, Version::Auto);
        let upgraded = client.stream(None, async |response| {
            loop {
                match response.next(|chunk| panic!("{chunk:?} is no body")).await? {
                    Arrival::More => {}
                    Arrival::Upgraded(stream) => return Ok(stream),
                    Arrival::End | Arrival::Enough => panic!("no upgrade"),
                }
            }
        });
        let mut upgraded = upgraded.await.unwrap();
        let mut read = [0; 5];
        upgraded.read_exact(&mut read[..2]).await.unwrap();
        upgraded.read_exact(&mut read[2..]).await.unwrap();
        assert_eq!(&read, b"hello");
        for text in [b"12345", b"67890"] {
            upgraded.write_all(text).await.unwrap();
            upgraded.flush().await.unwrap();
            upgraded.read_exact(&mut read).await.unwrap();
            assert_eq!(&read, text);
        }
        assert_eq!((client.network.open_connections(), client.attempts.borrow()[0].status), (1, Some(101)));
        upgraded.shutdown().await.unwrap();
        assert_eq!(upgraded.read(&mut read).await.unwrap(), 0);
        drop(upgraded);
        assert_eq!(client.network.open_connections(), 0);

        // A request that expects a page fails by the status, and the connection is closed.
        let (session, mut lane) = (HttpSession::default(), Lane::default());
        let record = |attempt: &Attempt| client.attempts.borrow_mut().push(attempt.clone());
        let now = Instant::now();
        let mut probe = Probe::new(now, now, &record);
        session.send(&mut lane, &client.network, &Outgoing::constant(&client.spec), &mut probe).await;
        assert_eq!((lane.response().status, lane.response().error), (Some(101), "status"));
        assert_eq!((client.network.open_connections(), connections.load(Ordering::Relaxed)), (0, 2));
    });
}

#[test]
fn a_slow_consumer_holds_an_http2_server_back() {
    local(async {
        const LENGTH: usize = 6 << 20;
        let (sent, drained) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
        let (counter, stalled) = (sent.clone(), drained.clone());
        let (port, connections) = server(move |stream| {
            let (counter, stalled) = (counter.clone(), stalled.clone());
            async move {
                let mut connection = h2::server::handshake(stream).await.unwrap();
                while let Some(Ok((_, mut respond))) = connection.accept().await {
                    let (counter, stalled) = (counter.clone(), stalled.clone());
                    tokio::task::spawn_local(async move {
                        let mut stream = respond.send_response(http::Response::new(()), false).unwrap();
                        let mut left = LENGTH;
                        while left > 0 {
                            stream.reserve_capacity(left);
                            if stream.capacity() == 0 {
                                stalled.notify_one();
                            }
                            let Some(Ok(capacity)) = poll_fn(|context| stream.poll_capacity(context)).await else {
                                return;
                            };
                            let length = capacity.min(left);
                            left -= length;
                            counter.fetch_add(length, Ordering::Relaxed);
                            stream.send_data(Bytes::from(vec![b'a'; length]), left == 0).unwrap();
                        }
                    });
                }
            }
        })
        .await;
        let mut client = Client::new(port, Version::Two);
        let read = client.stream(None, async |response| {
            let mut received = 0;
            loop {
                let arrival = response.next(|chunk| received += chunk.len()).await?;
                if matches!(arrival, Arrival::End) {
                    return Ok(received);
                }
                // What the server sent stays within a window of what was taken.
                let ahead = sent.load(Ordering::Relaxed).saturating_sub(received);
                assert!(ahead <= 2 << 20, "{ahead} bytes wait for the consumer");
            }
        });
        assert_eq!(read.await, Ok(LENGTH));

        // A consumer that takes nothing: the server stops after a window.
        sent.store(0, Ordering::Relaxed);
        let halted = client.stream(None, async |response| {
            assert!(matches!(response.next(|_| {}).await?, Arrival::More));
            loop {
                drained.notified().await;
                tokio::task::yield_now().await;
                if sent.load(Ordering::Relaxed) >= 1 << 20 {
                    break;
                }
            }
            sleep(Duration::from_millis(50)).await;
            Ok(sent.load(Ordering::Relaxed))
        });
        assert_eq!(halted.await, Ok(1 << 20));
        // Dropped in the middle, it leaves the connection to the next.
        assert_eq!(client.body(None).await.map(|body| body.len()), Ok(LENGTH));
        assert_eq!(connections.load(Ordering::Relaxed), 1);
    });
}

#[test]
fn the_future_of_a_request_stays_small() {
    let client = Client::new(1, Version::Auto);
    let (session, mut lane) = (HttpSession::default(), Lane::default());
    let record = |_: &Attempt| {};
    let now = Instant::now();
    let (request, mut probe) = (Outgoing::constant(&client.spec), Probe::new(now, now, &record));
    let future = session.send(&mut lane, &client.network, &request, &mut probe);
    let sizes = (size_of_val(&future), size_of::<HttpSession>(), size_of::<Lane>());
    // Each user holds one of each: what they grow by, every user grows by.
    assert!(sizes.0 <= 784 && sizes.1 <= 136 && sizes.2 <= 208, "{sizes:?}");
}
