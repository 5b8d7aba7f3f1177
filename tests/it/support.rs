//! Running the binary as a user would, and servers that misbehave on purpose.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::{
        Arc, LazyLock, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use loadagent::testing::practice_target::{self, Target, TargetOptions};
use serde_json::Value as Json;

/// A folder of its own for a run, and the runs in it.
pub(crate) struct Bench {
    folder: tempfile::TempDir,
}

/// What a run of the binary left.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_loadagent"));
        command.args(words).current_dir(self.path()).env("NO_COLOR", "1").stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        for proxy in ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"] {
            command.env_remove(proxy).env_remove(proxy.to_lowercase());
        }
        command
    }

    pub(crate) fn run(&self, words: &[&str]) -> Ran {
        self.command(words).output().unwrap().into()
    }

    /// Runs steps against a server; returns what it prints, and its summary.
    pub(crate) fn run_steps(&self, base_url: &str, load: &str, steps: &str) -> (Ran, Json) {
        self.write("p.yaml", &format!("base_url: {base_url}\n{load}\nflow:\n{steps}"));
        let ran = self.run(&["p.yaml", "--run-dir", "run"]);
        assert!(self.path().join("run").exists(), "{}{}", ran.stdout, ran.stderr);
        (ran, self.summary())
    }

    pub(crate) fn start(&self, words: &[&str]) -> Child {
        self.command(words).spawn().unwrap()
    }

    /// The summary of the run in `run-dir` `run`, which fits its schema.
    pub(crate) fn summary(&self) -> Json {
        let text = std::fs::read_to_string(self.path().join("run/summary.json")).unwrap();
        let summary = serde_json::from_str(&text).unwrap();
        assert_eq!(schema_errors(&summary), Vec::<String>::new());
        summary
    }

    /// Classes of failure in the report of that run, most frequent first, each with a blank.
    pub(crate) fn errors(&self) -> String {
        let ran = self.run(&["report", "run"]);
        let errors = ran.stdout.split("\n  ERRORS").nth(1).unwrap_or_default();
        let lines = errors.lines().skip(2).take_while(|line| !line.trim().is_empty());
        // Below a row stands its example, further in.
        let rows = lines.filter(|line| !line.starts_with("     "));
        rows.map(|line| line.split_whitespace().next().unwrap().to_owned() + " ").collect()
    }
}

/// Where a summary does not fit the schema that is shipped.
pub(crate) fn schema_errors(summary: &Json) -> Vec<String> {
    static VALIDATOR: LazyLock<jsonschema::Validator> = LazyLock::new(|| {
        let schema = serde_json::from_str(include_str!("../../src/report/summary.schema.json")).unwrap();
        jsonschema::validator_for(&schema).unwrap()
    });
    VALIDATOR.iter_errors(summary).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code().unwrap_or(-1), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

/// A practice target of this process.
pub(crate) fn practice(options: &[(&str, &str)]) -> Target {
    let mut set = TargetOptions::default();
    options.iter().for_each(|(name, value)| set.set(name, value).unwrap());
    practice_target::start(set, ([127, 0, 0, 1], 0).into()).unwrap()
}

/// A URL of a practice target.
pub(crate) fn url(target: &Target) -> String {
    format!("http://{}/", target.address())
}

/// A URL where nothing listens.
pub(crate) fn refusing_url() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}/", listener.local_addr().unwrap())
}

/// Sends a signal to a process that this test started.
pub(crate) fn signal(child: &Child, name: &str) {
    let status = Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status().unwrap();
    assert!(status.success());
}

/// A server that reads one request on each connection and then does what `misbehave` says.
pub(crate) fn hostile(misbehave: fn(TcpStream)) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            std::thread::spawn(move || {
                let mut request = [0; 4096];
                if stream.read(&mut request).is_ok_and(|bytes| bytes > 0) {
                    misbehave(stream);
                }
            });
        }
    });
    address
}

/// Answers and keeps the connection until the client leaves.
pub(crate) fn send(mut stream: TcpStream, bytes: &[u8]) {
    // The client may be gone; that is the client's affair.
    drop(stream.write_all(bytes));
    drop(stream.read(&mut [0; 64]));
}

/// What a server was asked, and on how many connections.
#[derive(Default, Clone)]
pub(crate) struct Asked {
    pub(crate) requests: Arc<Mutex<Vec<String>>>,
    pub(crate) connections: Arc<AtomicUsize>,
}

/// A server of HTTP/1.1 that writes down each request and answers it: the answer is given whole.
pub(crate) fn serve(answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> (SocketAddr, Asked) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (asked, answer) = (Asked::default(), Arc::new(answer));
    let seen = asked.clone();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let (asked, answer) = (asked.clone(), answer.clone());
            asked.connections.fetch_add(1, Ordering::Relaxed);
            std::thread::spawn(move || {
                while let Some(request) = read_request(&mut stream) {
                    asked.requests.lock().unwrap().push(request.clone());
                    if stream.write_all(&answer(&request)).is_err() {
                        return;
                    }
                }
            });
        }
    });
    (address, seen)
}

fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut request = Vec::new();
    loop {
        let mut byte = [0];
        stream.read_exact(&mut byte).ok()?;
        request.push(byte[0]);
        if request.ends_with(b"\r\n\r\n") {
            break;
        }
    }
    let head = String::from_utf8_lossy(&request).to_ascii_lowercase();
    let length = head.split("\r\ncontent-length: ").nth(1).and_then(|rest| rest.lines().next());
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    stream.read_exact(&mut body).ok()?;
    Some(String::from_utf8_lossy(&[request, body].concat()).into_owned())
}

/// An answer of HTTP/1.1.
pub(crate) fn reply(status: u16, lines: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status} X\r\n{lines}Content-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// A proxy that tunnels all connections to `authority` to a server.
pub(crate) fn tunnel(authority: &'static str, server: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for mut client in listener.incoming().flatten() {
            let mut ask = [0; 1024];
            let length = client.read(&mut ask).unwrap();
            let ask = String::from_utf8_lossy(&ask[..length]);
            assert!(ask.starts_with(&format!("CONNECT {authority} HTTP/1.1\r\n")), "{ask}");
            client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").unwrap();
            let upstream = TcpStream::connect(server).unwrap();
            let pair = (client.try_clone().unwrap(), upstream.try_clone().unwrap());
            std::thread::spawn(move || copy(client, upstream));
            std::thread::spawn(move || copy(pair.1, pair.0));
        }
    });
    address
}

fn copy(mut from: TcpStream, mut to: TcpStream) {
    drop(std::io::copy(&mut from, &mut to));
    drop(to.shutdown(std::net::Shutdown::Both));
}

/// A value of a metric of a summary.
pub(crate) fn value(summary: &Json, metric: &str, stat: &str) -> f64 {
    summary["metrics"][metric]["values"][stat].as_f64().unwrap_or_else(|| panic!("{metric} {stat}: {summary}"))
}

/// A value of a metric of a summary; 0 of one that nothing was recorded for.
pub(crate) fn value_or_zero(summary: &Json, metric: &str, stat: &str) -> f64 {
    summary["metrics"][metric]["values"][stat].as_f64().unwrap_or_default()
}
