//! Tests of tunnels through proxies.

use tokio::net::TcpListener;

use super::*;

/// What becomes of a tunnel through a proxy that answers with these bytes.
fn ask(answer: &'static [u8]) -> Result<(), TunnelError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let serve = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                request.push(stream.read_u8().await.unwrap());
            }
            stream.write_all(answer).await.unwrap();
        };
        let proxy = Proxy { host: "127.0.0.1".into(), port, authorization: String::new() };
        let asked = async {
            let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
            open(&mut stream, ("target.example", 443), &proxy).await
        };
        tokio::join!(serve, asked).1
    })
}

#[test]
fn answers_that_open_a_tunnel() {
    let answers: [&[u8]; 6] = [
        b"HTTP/1.1 200 Connection established\r\n\r\n",
        b"HTTP/1.0 200\r\n\r\n",
        b"HTTP/1.1 204 No Content\r\nVia: a;\r\n  b\r\nX : y\r\n\r\n",
        b"HTTP/1.1 200 OK\nVia: a\n\n",
        b"HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
        b"\r\nHTTP/1.1 200 OK\r\n\r\n",
    ];
    for answer in answers {
        assert!(ask(answer).is_ok(), "{}", String::from_utf8_lossy(answer));
    }
}

#[test]
fn a_refusal_says_what_the_proxy_answered() {
    let cases: [(&[u8], &str); 6] = [
        (
            b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n",
            "answered CONNECT with 407 Proxy Authentication Required",
        ),
        (b"HTTP/1.1 502 Bad\x1b[2J Gateway\r\n\r\n", "is not HTTP"),
        (b"HTTP/1.1 403 Filtered\r\n\r\n", "answered CONNECT with 403 Filtered"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "is not HTTP"),
        (b"", "closed the connection"),
        (b"HTTP/1.1 200 O", "closed the connection"),
    ];
    for (answer, words) in cases {
        let shown = ask(answer).unwrap_err().to_string();
        assert!(shown.contains(words) && shown.starts_with("the proxy 127.0.0.1:"), "{shown}");
    }
}
