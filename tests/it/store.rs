//! A receiver that accepts `InfluxDB` lines or any other body, keeps them, and answers by a script.

use std::{
    collections::VecDeque,
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
};

/// What the store answers to the next write: status, further headers, whether it keeps the lines, and what it says;
/// without words of its own it quotes the request.
#[derive(Clone, Copy)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: &'static str,
    pub(crate) keeps: bool,
    pub(crate) body: &'static str,
}

pub(crate) const TAKEN: Reply = Reply { status: 204, headers: "", keeps: true, body: "" };
pub(crate) const REFUSED: Reply = Reply { status: 400, headers: "", keeps: false, body: "" };

/// A running store.
#[derive(Clone)]
pub(crate) struct Store {
    pub(crate) address: SocketAddr,
    inner: Arc<Mutex<Inner>>,
}

struct Inner {
    script: VecDeque<Reply>,
    /// What is answered once the script has ended.
    usual: Reply,
    /// What answers say that have no words of their own; None to quote what was asked.
    words: Option<Vec<u8>>,
    /// Whether a client may create the database.
    creates: u16,
    /// Heads of all requests but those that create a database.
    heads: Vec<String>,
    writes: Vec<Vec<u8>>,
    kept: Vec<Vec<u8>>,
}

impl Inner {
    /// What the answer to a write without lines is: the refusal that the next write would get, too.
    fn probed(&mut self, head: String) -> u16 {
        self.heads.push(head);
        let next = self.script.front().unwrap_or(&self.usual).status;
        if next == 401 { 401 } else { 400 }
    }
}

fn lines_of(body: &[u8]) -> Vec<String> {
    String::from_utf8_lossy(body).lines().map(str::to_owned).collect()
}

impl Store {
    pub(crate) fn start(script: &[Reply], usual: Reply) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let script = script.iter().copied().collect();
        let inner =
            Inner { script, usual, words: None, creates: 200, heads: Vec::new(), writes: Vec::new(), kept: Vec::new() };
        let store = Self { address, inner: Arc::new(Mutex::new(inner)) };
        let serving = store.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let store = serving.clone();
                std::thread::spawn(move || store.serve(stream));
            }
        });
        store
    }

    /// From now on this is answered.
    pub(crate) fn usually(&self, reply: Reply) {
        let mut inner = self.inner.lock().unwrap();
        inner.script.clear();
        inner.usual = reply;
    }

    /// From now on answers say this.
    pub(crate) fn says(&self, words: Vec<u8>) {
        self.inner.lock().unwrap().words = Some(words);
    }

    /// From now on this is the status of what creates the database.
    pub(crate) fn creates(&self, status: u16) {
        self.inner.lock().unwrap().creates = status;
    }

    /// Lines that were kept.
    pub(crate) fn kept(&self) -> Vec<String> {
        self.inner.lock().unwrap().kept.iter().flat_map(|body| lines_of(body)).collect()
    }

    /// Bodies that were kept.
    pub(crate) fn kept_bodies(&self) -> Vec<Vec<u8>> {
        self.inner.lock().unwrap().kept.clone()
    }

    /// The bodies of all writes, in their order.
    pub(crate) fn bodies(&self) -> Vec<Vec<u8>> {
        self.inner.lock().unwrap().writes.clone()
    }

    /// Heads of the requests, in their order.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.inner.lock().unwrap().heads.clone()
    }

    /// The lines of each write, in their order.
    pub(crate) fn writes(&self) -> Vec<Vec<String>> {
        self.inner.lock().unwrap().writes.iter().map(|body| lines_of(body)).collect()
    }

    fn serve(&self, mut stream: TcpStream) {
        let mut bytes = Vec::new();
        while let Some((head, body)) = request(&mut stream, &mut bytes) {
            let answer = if head.starts_with("POST /query") {
                let status = self.inner.lock().unwrap().creates;
                format!("HTTP/1.1 {status} Whatever\r\ncontent-length: 2\r\n\r\n{{}}").into_bytes()
            } else if body.is_empty() {
                // Version 2 and 3 are asked with nothing to write; the script is for writes.
                let status = self.inner.lock().unwrap().probed(head);
                format!("HTTP/1.1 {status} Whatever\r\ncontent-length: 0\r\n\r\n").into_bytes()
            } else {
                self.take(head, body)
            };
            if stream.write_all(&answer).is_err() {
                return;
            }
        }
    }

    fn take(&self, head: String, taken: Vec<u8>) -> Vec<u8> {
        let mut inner = self.inner.lock().unwrap();
        let reply = inner.script.pop_front().unwrap_or(inner.usual);
        if reply.body.contains("database not found") {
            inner.kept.clear();
        }
        if reply.keeps {
            inner.kept.push(taken.clone());
        }
        // Receivers like to quote what they refuse; this one quotes everything.
        let answer = match (reply, &inner.words) {
            (Reply { status: 204, .. }, _) => Vec::new(),
            (Reply { body: "", .. }, Some(words)) => words.clone(),
            (Reply { body: "", .. }, None) => format!("no: {head}").into_bytes(),
            (Reply { body, .. }, _) => body.as_bytes().to_vec(),
        };
        inner.heads.push(head);
        inner.writes.push(taken);
        let Reply { status, headers, .. } = reply;
        let head = format!("HTTP/1.1 {status} Whatever\r\n{headers}content-length: {}\r\n\r\n", answer.len());
        [head.into_bytes(), answer].concat()
    }
}

/// Reads one request with a content length.
fn request(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> Option<(String, Vec<u8>)> {
    loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
            });
            let whole = end + 4 + length.unwrap_or(0);
            if bytes.len() >= whole {
                let body = bytes[end + 4..whole].to_vec();
                bytes.drain(..whole);
                return Some((head, body));
            }
        }
        let mut chunk = vec![0; 65_536];
        match stream.read(&mut chunk) {
            Ok(read) if read > 0 => bytes.extend_from_slice(&chunk[..read]),
            _ => return None,
        }
    }
}
