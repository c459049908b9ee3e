//! What the engine tells its windows without being asked.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::ImportProgress;

/// A part of the state whose readers should read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// Gateway address, state, vault.
    Status,
    /// Keys and their states.
    Keys,
    /// Finished requests and usage.
    Requests,
    /// Settings.
    Settings,
}

impl Topic {
    /// Everything, for a reader who missed events.
    pub const ALL: [Self; 4] = [Self::Status, Self::Keys, Self::Requests, Self::Settings];
}

/// An event. The desktop emits it as `flowkeep`, the gateway as an SSE message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// Something changed.
    Changed {
        /// What to read again.
        topics: Vec<Topic>,
    },
    /// An import moves on.
    ImportProgress(ImportProgress),
}
