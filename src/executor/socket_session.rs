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
    socket_round_trips::key_of,
    socket_schedule::{Due, Schedule},
};
use crate::{
    language::Response,
    plan::{
        Flow, StepId,
        flow::Effect,
        websocket::{Closing, Expectation, MessageKind, RoundTrip, SocketEffect, WebSocketSpec},
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
    /// Space for another message.
    Space,
}

/// Why a wait ended.
#[derive(Debug)]
enum Waited {
    /// The time passed.
    Passed,
    /// What was waited for came.
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
    schedule: Schedule,
    keeps_message: bool,
    /// The message that the last `expect` waited for.
    message: Vec<u8>,
    /// Whether a step for a message closed the socket.
    is_closing: bool,
    /// The effect of a step for a message that ends more than the socket.
    effect: Option<Effect>,
}

/// How a socket was over.
pub(super) struct Over {
    pub at: Instant,
    pub ended: Option<Ended>,
    pub was_open: bool,
    /// Whether the server ended it.
    pub is_lost: bool,
}

/// Opens a socket, runs its steps and closes it.
pub(super) async fn run(
    user: &User,
    flow: &RefCell<&mut Flow>,
    lane: &mut Lane,
    spec: &WebSocketSpec,
    (stage, step): (usize, (StepId, u32)),
    request: &Outgoing<'_>,
    probe: &mut Probe<'_>,
) -> Over {
    let network = &user.run.network;
    let opened = user.sessions.http.open_websocket(lane, network, request, spec, probe).await;
    let attempt = probe.attempt();
    let Ok((stream, deflates)) = opened else {
        return Over { at: attempt.end, ended: None, was_open: false, is_lost: false };
    };
    let recorder = SocketRecorder::opened(user, (stage, step), attempt.taken, attempt.end);
    let mut socket = Socket::new(stream, deflates);
    let mut session = Session {
        user,
        flow,
        spec,
        recorder,
        schedule: Schedule::new(spec, attempt.end),
        keeps_message: request.spec.keep_body,
        message: Vec::new(),
        is_closing: false,
        effect: None,
    };
    let resumed = flow.borrow_mut().call(spec.steps);
    let end = session.run_steps(&mut socket, request.spec.timeout).await;
    flow.borrow_mut().call(resumed);
    let is_lost = match &end {
        End::Failed(failure) => matches!(failure.class, ErrorClass::WsClosed | ErrorClass::WsDropped),
        _ => false,
    };
    let ended = session.finish(&mut socket, end, lane);
    Over { at: Instant::now(), ended, was_open: true, is_lost }
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
                Effect::Socket(SocketEffect::Send { kind, payload }) => {
                    let space = if socket.outbox.is_full() {
                        self.wait(socket, Wanted::Space, now + timeout).await
                    } else {
                        Ok(Waited::Met)
                    };
                    match space {
                        Ok(Waited::Met) => {
                            self.send(&self.flow.borrow(), &mut socket.outbox, kind, &payload, now);
                            socket.write_now().map(|()| None)
                        }
                        other => other.map(Some),
                    }
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
                sample @ (Effect::Check { .. } | Effect::Metric { .. } | Effect::Elapsed { .. } | Effect::Log(_)) => {
                    self.user.run.note(self.recorder.stage, &sample, now);
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
        message_of(&self.message)
    }

    /// Queues a message that is due at a time.
    fn send(&self, flow: &Flow, outbox: &mut Outbox, kind: MessageKind, payload: &[u8], due: Instant) {
        outbox.put(if kind.is_binary { Opcode::Binary } else { Opcode::Text }, payload);
        let has_answer = kind.is_answered || !matches!(self.spec.round_trip, Some(RoundTrip::Order));
        self.recorder.sent(if has_answer { self.key(flow, payload, due) } else { None }, due);
    }

    /// What a message and its answer have in common.
    fn key(&self, flow: &Flow, message: &[u8], at: Instant) -> Option<u64> {
        match self.spec.round_trip.as_ref()? {
            RoundTrip::Order => Some(0),
            RoundTrip::Id(id) => {
                let response = message_of(message);
                key_of(&flow.evaluate(id, &response, self.user.run.context(response, at).clock))
            }
        }
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
        if !matches!(wanted, Wanted::Close | Wanted::Space) {
            self.message = Vec::new();
        }
        let mut timer = pin!(sleep_until(end));
        loop {
            let was_full = socket.outbox.is_full();
            // What is due waits until there is space for it.
            let has_schedule = !was_full && !matches!(wanted, Wanted::Close);
            let next = if has_schedule { self.schedule.next() } else { None };
            let at = next.map_or(end, |next| next.min(end));
            if timer.deadline() != at {
                timer.as_mut().reset(at);
            }
            let mut wakeup = pin!(user.run.wakeup.notified());
            wakeup.as_mut().enable();
            if matches!(wanted, Wanted::Time) && user.is_halted() {
                return Ok(Waited::Halted);
            }
            let polled = poll_fn(|context| {
                if let Poll::Ready(Err(failure)) = socket.poll_write(context) {
                    return Poll::Ready(Some(Err(failure)));
                }
                if was_full && !socket.outbox.is_full() {
                    return Poll::Ready(matches!(wanted, Wanted::Space).then_some(Ok(Waited::Met)));
                }
                // A server that takes nothing may wait for us to read; but what is read must not make it worse.
                while !socket.outbox.is_full() || self.spec.on_message.is_none() {
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
                    return Poll::Ready(self.on_time(socket, wanted, end));
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

    /// Does what is due; also returns why the wait is over, if it is.
    fn on_time(&mut self, socket: &mut Socket, wanted: Wanted<'_>, end: Instant) -> Option<Result<Waited, Failure>> {
        let now = Instant::now();
        let outbox = &mut socket.outbox;
        while !matches!(wanted, Wanted::Close)
            && !outbox.is_full()
            && let Some((due, at)) = self.schedule.take_due(now.min(end))
        {
            match due {
                Due::Ping => outbox.put(Opcode::Ping, &self.recorder.ping(at)),
                Due::Steps(position) => {
                    if self.run_aside(position, message_of(&[]), outbox, at).is_break() {
                        return Some(Ok(Waited::Ended));
                    }
                }
            }
        }
        (now >= end).then(|| Self::passed(socket, wanted))
    }

    /// The time of a wait passed.
    fn passed(socket: &mut Socket, wanted: Wanted<'_>) -> Result<Waited, Failure> {
        match wanted {
            Wanted::Space => {
                let why = "the server takes no further messages";
                Err(Failure::text(ErrorClass::WsTimeout, why))
            }
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
            Incoming::Pong(payload) => {
                self.recorder.pong(payload, at);
                return None;
            }
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
        let key = self.key(&self.flow.borrow(), message, at);
        self.recorder.received(key, at);
        if matches!(wanted, Wanted::Close) {
            return None;
        }
        let response = message_of(message);
        if let Some(position) = self.spec.on_message
            && self.run_aside(position, response, outbox, at).is_break()
        {
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

    /// Runs steps for a message, or periodic ones; their samples are recorded at once.
    fn run_aside(
        &mut self,
        position: usize,
        response: Response<'_>,
        outbox: &mut Outbox,
        at: Instant,
    ) -> ControlFlow<()> {
        let flow = self.flow;
        let mut flow = flow.borrow_mut();
        let resumed = flow.call(position);
        let context = self.user.run.context(response, at);
        let ended = loop {
            match flow.next(&context) {
                Effect::Done => break ControlFlow::Continue(()),
                Effect::Yield => {}
                sample @ (Effect::Check { .. } | Effect::Metric { .. } | Effect::Elapsed { .. } | Effect::Log(_)) => {
                    self.user.run.note(self.recorder.stage, &sample, at);
                }
                Effect::Socket(SocketEffect::Send { kind, payload }) => {
                    self.send(&flow, outbox, kind, &payload, at);
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
        let (failure, ended) = match end {
            End::Whole => (None, None),
            End::Failed(failure) => (Some(failure), None),
            End::Halted => (None, Some(Ended::Halted)),
            End::Effect(effect) => (None, Some(self.user.end(effect, at))),
        };
        if !matches!(ended, Some(Ended::Halted)) {
            self.recorder.ended(at, failure.as_ref());
        }
        let class = failure.map(|failure| failure.class);
        lane.set_answer(class, &self.message);
        ended
    }
}

/// A message as steps see it.
fn message_of(body: &[u8]) -> Response<'_> {
    Response { status: Some(SWITCHING_PROTOCOLS), body, ..Response::default() }
}
