//! A bound: what hyper's own connection costs when nothing is measured, recorded or exported.
//!
//! `bare-hyper HOST:PORT USERS SECONDS [THINK_MS]` runs users on one thread, a connection each, and prints one line of
//! JSON: requests, CPU seconds, resident bytes. `bench/prove spine:5` and `spine:6` put it beside loadagent.

use std::{cell::Cell, rc::Rc, time::Duration};

use http_body_util::{BodyExt, Empty};
use hyper::{Request, body::Bytes, client::conn::http1};
use hyper_util::rt::TokioIo;
use rustix::time::{ClockId, clock_gettime};
use tokio::{
    net::TcpStream,
    runtime::{Builder, LocalOptions},
    task::spawn_local,
    time::{Instant, sleep},
};

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [address, users, seconds, rest @ ..] = words.as_slice() else {
        return Err("HOST:PORT USERS SECONDS [THINK_MS]".into());
    };
    let think = Duration::from_millis(rest.first().map_or(Ok(0), |text| text.parse())?);
    let (users, seconds): (u64, u64) = (users.parse()?, seconds.parse()?);
    let runtime = Builder::new_current_thread().enable_all().build_local(LocalOptions::default())?;
    let requests = Rc::new(Cell::new(0_u64));
    let resident = runtime.block_on(async {
        let end = Instant::now() + Duration::from_secs(seconds);
        let tasks: Vec<_> =
            (0..users).map(|_| spawn_local(user(address.clone(), think, end, requests.clone()))).collect();
        sleep(Duration::from_secs(seconds) * 3 / 4).await;
        let resident = resident_bytes();
        for task in tasks {
            drop(task.await);
        }
        resident
    });
    let cpu = clock_gettime(ClockId::ProcessCPUTime);
    let cpu = cpu.tv_sec as f64 + cpu.tv_nsec as f64 * 1e-9;
    #[expect(clippy::print_stdout, reason = "its one line is what the program is for")]
    {
        println!("{{\"requests\": {}, \"cpu_seconds\": {cpu}, \"rss_bytes\": {resident}}}", requests.get());
    }
    Ok(())
}

async fn user(address: String, think: Duration, end: Instant, requests: Rc<Cell<u64>>) -> Result<(), hyper::Error> {
    let Ok(stream) = TcpStream::connect(&address).await else { return Ok(()) };
    let Ok(()) = stream.set_nodelay(true) else { return Ok(()) };
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    spawn_local(connection);
    while Instant::now() < end {
        let request = Request::get("/").header("host", &address).body(Empty::<Bytes>::new());
        let Ok(request) = request else { return Ok(()) };
        sender.ready().await?;
        let mut body = sender.send_request(request).await?.into_body();
        while let Some(frame) = body.frame().await {
            frame?;
        }
        requests.set(requests.get() + 1);
        if !think.is_zero() {
            sleep(think).await;
        }
    }
    Ok(())
}

fn resident_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("0 kB");
    line.trim().trim_end_matches(" kB").trim().parse::<u64>().unwrap_or(0) * 1_024
}
