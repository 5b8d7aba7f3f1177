//! What a user does with an open WebSocket: the steps of the profile on it, and for each message; it is read while a step
//! waits.
//!
//! ```text
//!  handshake ─▶ steps: send ── expect ── hold ── … ─▶ close ─▶ the step after the socket
//!                               └─ write, read, on_message ─┘
//! ```

use std::{cell::RefCell, future::poll_fn, ops::ControlFlow, pin::pin, task::Poll, time::Duration};

use tokio::time::{Instant, sleep_until};

use super::{
    flow_task::{Ended, User},
    socket_recorder::SocketRecorder,
};
use crate::{
    language::Response,
    plan::{
        Flow, StepId,
        flow::Effect,
        websocket::{Closing, Expectation, SocketEffect, WebSocketSpec},
    },
    protocol::{
        ErrorClass, Failure, Lane, Outgoing, Probe,
        websocket::{
            close,
            frame::Opcode,
            parser::Incoming,
            socket::{Outbox, Read, Socket},
        },
    },
};

/// How long the close frame of the server is waited for.
const CLOSING: Duration = Duration::from_secs(3);
const SWITCHING_PROTOCOLS: u16 = 101;

/// What a step waits for.
#[derive(Clone, Copy)]
enum Wanted<'a> {
    /// The end of a time.
    Time,
    /// A message.
    Message(&'a Expectation),
    /// The close frame of the server, or the end of the connection.
    Close,
}

/// Why a wait ended.
#[derive(Debug)]
enum Waited {
    /// The time passed.
    Passed,
    /// The message came.
    Met,
    /// The server closed the socket, with this code.
    Closed(u16, String),
    /// The run ended.
    Halted,
    /// A step for a message ended it.
    Ended,
}

/// How the steps of a socket ended.
enum End {
    /// After the last of them, or with a close.
    Whole,
    Failed(Failure),
    /// The run ended first.
    Halted,
    /// A step ends more than the socket.
    Effect(Effect),
}

/// An open socket of a user, without its connection.
struct Session<'a, 'f> {
    user: &'a User,
    flow: &'a RefCell<&'f mut Flow>,
    spec: &'a WebSocketSpec,
    recorder: SocketRecorder<'a>,
    keeps_message: bool,
    /// The message that the last `expect` waited for.
    message: Vec<u8>,
    /// Whether a step for a message closed the socket.
    is_closing: bool,
    /// The effect of a step for a message that ends more than the socket.
    effect: Option<Effect>,
}

/// Opens a socket, runs its steps and closes it; returns when, and how it ended the flow if it did.
pub(super) async fn perform(
    user: &User,
    flow: &RefCell<&mut Flow>,
    lane: &mut Lane,
    spec: &WebSocketSpec,
    (stage, step): (usize, (StepId, u32)),
    request: &Outgoing<'_>,
    probe: &mut Probe<'_>,
) -> (Instant, Option<Ended>) {
    let network = &user.run.network;
    let opened = user.sessions.http.open_websocket(lane, network, request, spec, probe).await;
    let attempt = probe.attempt();
    let Ok(stream) = opened else { return (attempt.end, None) };
    let recorder = SocketRecorder::opened(user, (stage, step), attempt.taken, attempt.end);
    let mut socket = Socket::new(stream);
    let mut session = Session {
        user,
        flow,
        spec,
        recorder,
        keeps_message: request.spec.keep_body,
        message: Vec::new(),
        is_closing: false,
        effect: None,
    };
    let resumed = flow.borrow_mut().call(spec.steps);
    let end = session.run_steps(&mut socket, request.spec.timeout).await;
    flow.borrow_mut().call(resumed);
    let ended = session.finish(&mut socket, end, lane);
    (Instant::now(), ended)
}

impl Session<'_, '_> {
    async fn run_steps(&mut self, socket: &mut Socket, timeout: Duration) -> End {
        loop {
            let now = Instant::now();
            let effect = {
                let context = self.user.run.context(self.response(), now);
                self.flow.borrow_mut().next(&context)
            };
            let done = match effect {
                Effect::Done => return self.close(socket, close::NORMAL, "").await,
                Effect::Socket(SocketEffect::Close(closing)) => {
                    let Closing { code, reason } = &*closing;
                    return self.close(socket, *code, reason).await;
                }
                Effect::Socket(SocketEffect::Send { is_binary, payload }) => {
                    self.send(&mut socket.outbox, is_binary, &payload, now);
                    socket.write_now().map(|()| None)
                }
                Effect::Socket(SocketEffect::Expect(expectation)) => {
                    let end = now + expectation.timeout.unwrap_or(timeout);
                    self.wait(socket, Wanted::Message(&expectation), end).await.map(Some)
                }
                Effect::Think(time) => self.wait(socket, Wanted::Time, now + time).await.map(Some),
                Effect::Yield => {
                    tokio::task::yield_now().await;
                    Ok(None)
                }
                sample @ (Effect::Check { .. } | Effect::Metric { .. } | Effect::Elapsed { .. }) => {
                    self.user.run.recorder.sample(self.recorder.stage, &sample, now);
                    Ok(None)
                }
                last => return End::Effect(last),
            };
            match done {
                Err(failure) => return self.broken(failure),
                Ok(None | Some(Waited::Met | Waited::Passed)) => {}
                Ok(Some(Waited::Halted)) => return End::Halted,
                Ok(Some(Waited::Ended)) => match self.effect.take() {
                    Some(effect) => return End::Effect(effect),
                    None => return self.await_close(socket).await,
                },
                Ok(Some(Waited::Closed(code, reason))) => return self.closed_by_server(code, &reason),
            }
        }
    }

    /// The response as steps see it.
    fn response(&self) -> Response<'_> {
        Response { status: Some(SWITCHING_PROTOCOLS), body: &self.message, ..Response::default() }
    }

    fn send(&mut self, outbox: &mut Outbox, is_binary: bool, payload: &[u8], at: Instant) {
        outbox.put(if is_binary { Opcode::Binary } else { Opcode::Text }, payload);
        self.recorder.sent(at);
    }

    /// Sends a close frame, and waits for that of the server.
    async fn close(&mut self, socket: &mut Socket, code: u16, reason: &str) -> End {
        socket.outbox.close(code, reason);
        self.await_close(socket).await
    }

    async fn await_close(&mut self, socket: &mut Socket) -> End {
        match self.wait(socket, Wanted::Close, Instant::now() + CLOSING).await {
            Ok(Waited::Closed(code, _)) => self.recorder.close_code(code),
            Ok(Waited::Passed) => self.recorder.close_code(close::ABNORMAL),
            Ok(Waited::Halted) => return End::Halted,
            Ok(Waited::Met | Waited::Ended) => {}
            // What breaks after the close frame was sent loses nothing.
            Err(failure) if failure.class == ErrorClass::WsDropped => self.recorder.close_code(close::ABNORMAL),
            Err(failure) => return End::Failed(failure),
        }
        End::Whole
    }

    /// A connection that breaks ends without a close frame, as one does that the server just ends.
    fn broken(&self, failure: Failure) -> End {
        if failure.class == ErrorClass::WsDropped {
            self.recorder.close_code(close::ABNORMAL);
            if self.spec.may_close.contains(&close::ABNORMAL) {
                return End::Whole;
            }
        }
        End::Failed(failure)
    }

    fn closed_by_server(&self, code: u16, reason: &str) -> End {
        self.recorder.close_code(code);
        if self.spec.may_close.contains(&code) {
            return End::Whole;
        }
        End::Failed(match code {
            close::ABNORMAL => Failure::text(ErrorClass::WsDropped, "the connection ended without a close frame"),
            close::NO_CODE => Failure::text(ErrorClass::WsClosed, "the server closed it without a code"),
            code => Failure::text(ErrorClass::WsClosed, format!("the server closed it with {code} {reason}")),
        })
    }

    /// Writes and reads until what is wanted came, or a time.
    async fn wait(&mut self, socket: &mut Socket, wanted: Wanted<'_>, end: Instant) -> Result<Waited, Failure> {
        let user = self.user;
        if !matches!(wanted, Wanted::Close) {
            self.message = Vec::new();
        }
        let mut timer = pin!(sleep_until(end));
        loop {
            let mut wakeup = pin!(user.run.wakeup.notified());
            wakeup.as_mut().enable();
            if matches!(wanted, Wanted::Time) && user.is_halted() {
                return Ok(Waited::Halted);
            }
            let polled = poll_fn(|context| {
                if let Poll::Ready(Err(failure)) = socket.poll_write(context) {
                    return Poll::Ready(Some(Err(failure)));
                }
                while !socket.outbox.is_full() {
                    let mut met = None;
                    let read = socket.poll_read(context, &user.run.network.scratch, |incoming, outbox, at| {
                        met = self.take(incoming, outbox, at, wanted);
                        if met.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
                    });
                    let read = match read {
                        Poll::Pending => break,
                        Poll::Ready(read) => read,
                    };
                    // Answers are written at once.
                    let answered = socket.poll_write(context);
                    match (read, met, answered) {
                        (Err(failure), ..) => return Poll::Ready(Some(Err(failure))),
                        (_, Some(outcome), _) => return Poll::Ready(Some(Ok(outcome))),
                        (.., Poll::Ready(Err(failure))) => return Poll::Ready(Some(Err(failure))),
                        (Ok(Read::End), ..) => {
                            return Poll::Ready(Some(Ok(Waited::Closed(close::ABNORMAL, String::new()))));
                        }
                        (Ok(Read::Some), ..) => {}
                    }
                }
                if timer.as_mut().poll(context).is_ready() {
                    return Poll::Ready(Some(Self::passed(socket, wanted)));
                }
                wakeup.as_mut().poll(context).map(|()| None)
            });
            let outcome = polled.await;
            self.recorder.volume(socket.outbox.sent, socket.received);
            if let Some(outcome) = outcome {
                return outcome;
            }
        }
    }

    /// The time of a wait passed.
    fn passed(socket: &mut Socket, wanted: Wanted<'_>) -> Result<Waited, Failure> {
        match wanted {
            Wanted::Message(_) => {
                socket.outbox.close(close::GOING_AWAY, "");
                let why = "no message met the condition of `expect` in time";
                Err(Failure::text(ErrorClass::WsTimeout, why))
            }
            Wanted::Time | Wanted::Close => Ok(Waited::Passed),
        }
    }

    /// Takes what the server sent; returns why the wait is over, if it is.
    fn take(&mut self, incoming: Incoming<'_>, outbox: &mut Outbox, at: Instant, wanted: Wanted<'_>) -> Option<Waited> {
        let message = match incoming {
            Incoming::Ping(payload) => {
                outbox.pong(payload);
                return None;
            }
            Incoming::Pong(_) => return None,
            Incoming::Close(code, reason) => {
                if !self.is_closing && !matches!(wanted, Wanted::Close) {
                    // A close frame is answered with its code.
                    outbox.close(code.unwrap_or(close::NORMAL), "");
                }
                return Some(Waited::Closed(code.unwrap_or(close::NO_CODE), reason.to_owned()));
            }
            Incoming::Text(text) => text.as_bytes(),
            Incoming::Binary(bytes) => bytes,
        };
        self.recorder.received(at);
        if matches!(wanted, Wanted::Close) {
            return None;
        }
        let response = Response { status: Some(SWITCHING_PROTOCOLS), body: message, ..Response::default() };
        if self.for_message(response, outbox, at).is_break() {
            return Some(Waited::Ended);
        }
        let Wanted::Message(expectation) = wanted else { return None };
        let clock = self.user.run.context(response, at).clock;
        let holds = |condition| self.flow.borrow().fulfils(condition, &response, clock);
        if !expectation.condition.as_ref().is_none_or(holds) {
            return None;
        }
        if self.keeps_message {
            self.message.extend_from_slice(message);
        }
        Some(Waited::Met)
    }

    /// Runs the steps for a message; their samples are recorded at once.
    fn for_message(&mut self, response: Response<'_>, outbox: &mut Outbox, at: Instant) -> ControlFlow<()> {
        let Some(position) = self.spec.on_message else { return ControlFlow::Continue(()) };
        let flow = self.flow;
        let mut flow = flow.borrow_mut();
        let resumed = flow.call(position);
        let context = self.user.run.context(response, at);
        let ended = loop {
            match flow.next(&context) {
                Effect::Done => break ControlFlow::Continue(()),
                Effect::Yield => {}
                sample @ (Effect::Check { .. } | Effect::Metric { .. } | Effect::Elapsed { .. }) => {
                    self.user.run.recorder.sample(self.recorder.stage, &sample, at);
                }
                Effect::Socket(SocketEffect::Send { is_binary, payload }) => {
                    self.send(outbox, is_binary, &payload, at);
                }
                Effect::Socket(SocketEffect::Close(closing)) => {
                    outbox.close(closing.code, &closing.reason);
                    self.is_closing = true;
                    break ControlFlow::Break(());
                }
                last => {
                    self.effect = Some(last);
                    break ControlFlow::Break(());
                }
            }
        };
        flow.call(resumed);
        ended
    }

    /// Ends the session: records how, and leaves the last message to the steps after it.
    fn finish(self, socket: &mut Socket, end: End, lane: &mut Lane) -> Option<Ended> {
        let at = Instant::now();
        if matches!(end, End::Halted | End::Effect(_)) {
            socket.outbox.close(close::GOING_AWAY, "");
        }
        // The last frame is worth one try: a server that failed is not waited for.
        drop(socket.write_now());
        self.recorder.volume(socket.outbox.sent, socket.received);
        let (class, ended) = match end {
            End::Whole => (None, None),
            End::Failed(failure) => (Some(failure.class), None),
            End::Halted => (None, Some(Ended::Halted)),
            End::Effect(effect) => (None, Some(self.user.end(effect, at))),
        };
        self.recorder.ended(at, class);
        lane.session_ended(class, &self.message);
        ended
    }
}
