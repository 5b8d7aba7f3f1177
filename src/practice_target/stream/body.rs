//! The body of a stream: writes that become due.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use hyper::body::{Body, Bytes, Frame, SizeHint};
use tokio::sync::mpsc;

use super::{End, StreamPlan};
use crate::practice_target::shared::ServerThread;

/// Writes that may wait for a slow client.
const BUFFERED: usize = 16;
/// From the last event to a planned cut: the connection discards what it has not written by then.
const BEFORE_CUT: Duration = Duration::from_millis(5);

/// The body of a response that is written over time.
#[derive(Debug)]
pub(in crate::practice_target) struct StreamBody(mpsc::Receiver<io::Result<Bytes>>);

impl StreamBody {
    /// Starts a plan now.
    pub(in crate::practice_target) fn start(server: Arc<ServerThread>, plan: StreamPlan) -> Self {
        let (sender, receiver) = mpsc::channel(BUFFERED);
        let begun = Instant::now();
        tokio::spawn(async move {
            for (due, bytes) in plan.writes {
                tokio::select! {
                    () = server.sleeper.until(begun + due) => {}
                    // The client is gone.
                    () = sender.closed() => return,
                }
                if sender.send(Ok(bytes)).await.is_err() {
                    return;
                }
            }
            match plan.end {
                End::Close => {}
                End::Cut => {
                    server.sleeper.until(Instant::now() + BEFORE_CUT).await;
                    drop(sender.send(Err(io::ErrorKind::ConnectionReset.into())).await);
                }
                End::Silent => sender.closed().await,
            }
        });
        Self(receiver)
    }
}

impl Body for StreamBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        Poll::Ready(ready!(self.0.poll_recv(context)).map(|bytes| bytes.map(Frame::data)))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}
