//! What a flow makes of a response while it is received: whether it is what is expected, its events, its answers to calls.

use std::{cell::RefCell, time::Duration};

use super::{rpc_recorder::RpcRecorder, stream_recorder::StreamRecorder};
use crate::{
    language::{Expr, Response},
    plan::Flow,
    protocol::{ErrorClass, Failure, ResponseHandler, jsonrpc::MessageConsumer, sse::reader::EventConsumer},
};

/// What the flow does with a response.
pub(super) struct Handler<'a> {
    pub(super) flow: &'a RefCell<&'a mut Flow>,
    /// The condition of `expect`.
    pub(super) demands: Option<&'a Expr>,
    /// The condition of a rate limit.
    pub(super) limits: Option<&'a Expr>,
    pub(super) clock: Duration,
    /// Takes the events, if the response is to be a stream.
    pub(super) stream: Option<Box<StreamRecorder<'a>>>,
    /// The calls of the request, if it has calls of JSON-RPC.
    pub(super) rpc: Option<Box<RpcRecorder<'a>>>,
}

impl Handler<'_> {
    pub(super) fn is_needed(&self) -> bool {
        self.demands.is_some() || self.limits.is_some() || self.stream.is_some() || self.rpc.is_some()
    }
}

impl ResponseHandler for Handler<'_> {
    fn judge(&self, response: &Response<'_>, by_status: Option<Failure>) -> Option<Failure> {
        if self.limits.is_some_and(|limit| self.flow.borrow().fulfils(limit, response, self.clock)) {
            return Some(ErrorClass::Limited.into());
        }
        match &self.rpc {
            Some(rpc) => rpc.judge(response.body, by_status),
            None => by_status,
        }
    }

    fn missed(&self, response: &Response<'_>) -> Option<String> {
        self.flow.borrow().missed(self.demands, response, self.clock)
    }

    fn events(&self) -> Option<&dyn EventConsumer> {
        Some(&**self.stream.as_ref()?)
    }

    fn messages(&self) -> Option<&dyn MessageConsumer> {
        Some(&**self.rpc.as_ref()?)
    }
}
