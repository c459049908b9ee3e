//! The way to SiliconFlow: one HTTP client, the header policy and the classifier.
//!
//! Guarantees: redirects are never followed (S14), the destination comes from
//! settings alone (S15), only listed headers travel (S13), every wait before the
//! answer's head has a deadline. It does not decide what happens after a
//! failure: that is the relay's work.

pub mod classify;
mod client;
mod direct;
pub mod headers;
mod progress;
pub mod redact;
mod way;

pub use client::{
    Cause, Deadlines, Outgoing, SendError, UploadError, UpstreamClient, UpstreamError,
};
