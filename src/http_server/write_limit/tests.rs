//! A client that takes nothing, in paused time.

use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

use super::*;

#[tokio::test(start_paused = true)]
async fn a_client_that_takes_nothing_is_broken_off_and_a_slow_one_is_not() {
    let (mut client, server) = duplex(10);
    let mut server = WriteLimit::new(server);
    let reader = async move {
        // Slow, but never as slow as the limit.
        for _ in 0..5 {
            tokio::time::sleep(LIMIT.mul_f32(0.9)).await;
            client.read_exact(&mut [0; 10]).await.unwrap();
        }
        tokio::time::sleep(3 * LIMIT).await;
        drop(client);
    };
    let writer = async move {
        server.write_all(&[1; 60]).await.unwrap();
        server.write_all(&[1]).await.unwrap_err().kind()
    };
    assert_eq!(tokio::join!(writer, reader).0, io::ErrorKind::TimedOut);
}
