//! What the live page shows: the timeline of the run so far, how it stands, and in the end its report. Nothing is rendered while no
//! page is open.

use std::{cell::RefCell, rc::Rc};

use http_body_util::Full;
use hyper::{Request, Response, StatusCode, body::Incoming};
use serde_json::{Value as Json, json};
use tokio::sync::watch;

use crate::{
    control::port::ControlHandler,
    interval_log::Header,
    metric::Interval,
    output::live_source::{ControlAnswer, LiveMessage, LiveSource},
    report::{html, timeline::Timeline},
};

/// Of a run with more series than this, tables are rendered every second, third … second.
const SERIES_A_SECOND: usize = 1_000;

/// The page of a run.
pub(crate) struct LivePage {
    header: Header,
    control: Rc<ControlHandler>,
    /// Whether the page may send commands.
    is_controlled: bool,
    changes: watch::Sender<u64>,
    shown: RefCell<Shown>,
}

/// What there is to show.
struct Shown {
    timeline: Timeline,
    /// Tables and numbers, and the interval after which they were rendered.
    report: Option<(u64, Json)>,
    /// The report of the run that has ended.
    end: Option<String>,
    /// The last message, which many pages may ask for, with the version that it begins at.
    last: Option<(Version, LiveMessage)>,
}

/// A version of the timeline.
type Version = (u64, u64);

impl LivePage {
    /// The page of a run without intervals.
    #[must_use]
    pub(crate) fn new(header: &Header, control: Rc<ControlHandler>, is_controlled: bool) -> Self {
        let shown = Shown { timeline: Timeline::live(header), report: None, end: None, last: None };
        Self { header: header.clone(), control, is_controlled, changes: watch::Sender::new(0), shown: shown.into() }
    }

    /// Takes an interval. Gives whether tables and numbers are to be rendered for it, of so many series.
    #[must_use]
    pub(crate) fn take(&self, interval: &Interval, series: usize) -> bool {
        let mut shown = self.shown.borrow_mut();
        shown.timeline.fold(interval);
        if !self.is_watched() {
            // It would be old when a page is opened.
            shown.report = None;
            return false;
        }
        let now = shown.timeline.version().1;
        let every = 1 + (series / SERIES_A_SECOND) as u64;
        shown.report.as_ref().is_none_or(|(then, _)| now - then >= every)
    }

    /// Notifies open pages; `report` is what was rendered for this interval.
    pub(crate) fn publish(&self, report: Option<Json>) {
        let mut shown = self.shown.borrow_mut();
        shown.last = None;
        if let Some(report) = report {
            shown.report = Some((shown.timeline.version().1, report));
        }
        self.changes.send_modify(|changes| *changes += 1);
    }

    /// Whether a page is open.
    #[must_use]
    pub(crate) fn is_watched(&self) -> bool {
        self.changes.receiver_count() > 0
    }

    /// The run has ended: the page becomes its report.
    pub(crate) fn end(&self, report: &Json) {
        self.shown.borrow_mut().end = Some(report.to_string());
        self.changes.send_modify(|changes| *changes += 1);
    }

    /// Waits until everybody has it.
    pub(crate) async fn ended(&self) {
        self.changes.closed().await;
    }

    /// A version as the ID of a message: a page that was left open may ask the next run at this port.
    fn id(&self, (merges, revision): Version) -> String {
        format!("{}-{merges}-{revision}", self.header.started_at_ms)
    }

    fn version(&self, id: &str) -> Option<Version> {
        let (merges, revision) = id.strip_prefix(&format!("{}-", self.header.started_at_ms))?.split_once('-')?;
        Some((merges.parse().ok()?, revision.parse().ok()?))
    }

    fn message(&self, shown: &Shown, seen: Version) -> LiveMessage {
        let version = shown.timeline.version();
        let (at, timeline) = shown.timeline.since(shown.timeline.changed_since(seen));
        let mut message = json!({
            "run_id": self.header.run_id,
            "at": at,
            "timeline": timeline,
            "status": self.control.status(),
            "controls": self.is_controlled,
        });
        if let Some((then, report)) = &shown.report
            && *then > seen.1
        {
            message["report"] = report.clone();
        }
        LiveMessage { id: self.id(version), data: message.to_string(), is_last: false }
    }
}

impl LiveSource for LivePage {
    fn page(&self) -> String {
        html::live::page(&self.header)
    }

    fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    fn since(&self, id: &str) -> Option<LiveMessage> {
        let mut shown = self.shown.borrow_mut();
        if let Some(report) = &shown.end {
            return Some(LiveMessage { id: "end".to_owned(), data: report.clone(), is_last: true });
        }
        let seen = self.version(id).unwrap_or_default();
        if shown.timeline.version() <= seen {
            return None;
        }
        if let Some((from, message)) = &shown.last
            && *from == seen
        {
            return Some(message.clone());
        }
        let message = self.message(&shown, seen);
        shown.last = Some((seen, message.clone()));
        Some(message)
    }

    fn control(&self, request: Request<Incoming>) -> ControlAnswer {
        if self.is_controlled {
            return Box::pin(self.control.clone().answer(request));
        }
        let text = json!({ "error": "the run was started without --control" }).to_string();
        let mut response = Response::new(Full::from(text));
        *response.status_mut() = StatusCode::FORBIDDEN;
        Box::pin(std::future::ready(response))
    }
}

#[cfg(test)]
mod tests;
