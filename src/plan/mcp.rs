//! The Model Context Protocol: what a request asks of a server, and in which revision.

use super::{rpc::RpcSpec, steps::StepId};

/// A revision of MCP over streamable HTTP, the oldest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Revision {
    R2025_03_26,
    R2025_06_18,
    R2025_11_25,
    /// Without sessions: each request says all that a session would.
    R2026_07_28,
}

impl Revision {
    /// All revisions, by name.
    pub(crate) const ALL: [(&'static str, Self); 4] = [
        ("2025-03-26", Self::R2025_03_26),
        ("2025-06-18", Self::R2025_06_18),
        ("2025-11-25", Self::R2025_11_25),
        ("2026-07-28", Self::R2026_07_28),
    ];
    /// The newest one with sessions, which a server is asked for.
    pub(crate) const NEWEST_WITH_SESSIONS: Self = Self::R2025_11_25;

    /// The name in messages and headers.
    #[must_use]
    pub(crate) fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, revision)| *revision == self).map_or("", |(name, _)| name)
    }

    /// The revision with a name.
    #[must_use]
    pub(crate) fn named(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(name, _)| *name == text).map(|(_, revision)| *revision)
    }

    /// Whether it has sessions.
    #[must_use]
    pub(crate) fn has_sessions(self) -> bool {
        self < Self::R2026_07_28
    }
}

/// What a request asks of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum McpMethod {
    CallTool,
    ListTools,
    ListResources,
    ListResourceTemplates,
    ListPrompts,
    ReadResource,
    GetPrompt,
    /// Asks which revisions the server speaks.
    Discover,
    /// Opens a session.
    Initialize,
    /// Says that the session is open.
    Initialized,
    /// Says that an answer is waited for no longer.
    Cancel,
    /// Reads the rest of an event stream that ended before its answer.
    Resume,
    /// Answers a call of the server.
    Reply,
    /// Ends the session.
    End,
}

impl McpMethod {
    /// The method of JSON-RPC; for those that are none, what they do.
    #[must_use]
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::CallTool => "tools/call",
            Self::ListTools => "tools/list",
            Self::ListResources => "resources/list",
            Self::ListResourceTemplates => "resources/templates/list",
            Self::ListPrompts => "prompts/list",
            Self::ReadResource => "resources/read",
            Self::GetPrompt => "prompts/get",
            Self::Discover => "server/discover",
            Self::Initialize => "initialize",
            Self::Initialized => "notifications/initialized",
            Self::Cancel => "notifications/cancelled",
            Self::Resume => "resume",
            Self::Reply => "reply",
            Self::End => "end of session",
        }
    }

    /// The method of HTTP.
    #[must_use]
    pub(crate) fn http(self) -> &'static str {
        match self {
            Self::End => "DELETE",
            Self::Resume => "GET",
            _ => "POST",
        }
    }

    /// The member of the result that has the items of a list.
    #[must_use]
    pub(crate) fn items(self) -> Option<&'static str> {
        match self {
            Self::ListTools => Some("tools"),
            Self::ListResources => Some("resources"),
            Self::ListResourceTemplates => Some("resourceTemplates"),
            Self::ListPrompts => Some("prompts"),
            _ => None,
        }
    }

    /// The member of the parameters that the header `Mcp-Name` repeats.
    #[must_use]
    pub(crate) fn name_member(self) -> Option<&'static str> {
        match self {
            Self::CallTool | Self::GetPrompt => Some("name"),
            Self::ReadResource => Some("uri"),
            _ => None,
        }
    }
}

/// A request of MCP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct McpSpec {
    pub method: McpMethod,
    /// The revision that the profile wants; None for the newest that the server speaks.
    pub revision: Option<Revision>,
    /// Whether the server is asked for progress notifications.
    pub wants_progress: bool,
    /// What error codes mean.
    pub codes: RpcSpec,
    /// The requests that go with it; None for these themselves.
    pub rows: Option<McpRows>,
}

/// Requests that open, keep and end a session: rows of the step table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct McpRows {
    pub discover: StepId,
    pub initialize: StepId,
    pub initialized: StepId,
    pub cancel: StepId,
    pub resume: StepId,
    pub reply: StepId,
    pub end: StepId,
}

impl McpRows {
    /// Makes the rows.
    pub(crate) fn make(mut row: impl FnMut(McpMethod) -> StepId) -> Self {
        Self {
            discover: row(McpMethod::Discover),
            initialize: row(McpMethod::Initialize),
            initialized: row(McpMethod::Initialized),
            cancel: row(McpMethod::Cancel),
            resume: row(McpMethod::Resume),
            reply: row(McpMethod::Reply),
            end: row(McpMethod::End),
        }
    }
}
