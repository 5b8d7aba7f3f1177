//! What probes get.

use super::*;

fn status(health: &Health, path: &str, seconds: u64) -> u16 {
    health.answer(path, Duration::from_secs(seconds)).0[..3].parse().unwrap()
}

#[test]
fn a_run_lives_while_it_closes_intervals() {
    let health = Health::default();
    assert_eq!([status(&health, "/livez", 500), status(&health, "/readyz", 500)], [200, 503], "setup may take long");
    health.beat();
    assert_eq!([status(&health, "/livez", 59), status(&health, "/readyz", 59)], [200, 200]);
    assert_eq!([status(&health, "/livez", 61), status(&health, "/readyz", 61)], [503, 200]);
    health.end();
    assert_eq!([status(&health, "/livez", 500), status(&health, "/readyz", 500)], [200, 503]);
    assert_eq!(status(&health, "/", 0), 404);
}

#[test]
fn it_is_served_and_survives_clients_that_leave() {
    let address = serve(([127, 0, 0, 1], 0).into(), Arc::default()).unwrap();
    drop(TcpStream::connect(address).unwrap());
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("\r\n\r\nok\n"), "{answer}");
}
