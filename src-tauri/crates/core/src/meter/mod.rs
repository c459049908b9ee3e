//! How many tokens a body carried, and pictures, clips or seconds of sound, counted
//! while it passes (D12).
//!
//! [`UsageScanner`] looks at each chunk and keeps only the place of the last
//! usage; nothing is copied, changed or delayed, and the usage is parsed once
//! at the end. Usage that never came is unknown, not zero.

mod counted;
mod ending;
mod estimate;
mod json;
mod results;
mod scanner;
mod sse;
mod usage;

pub use counted::Counted;
pub use ending::{End, EndHow};
pub use estimate::{NotMessages, estimate_json, estimate_messages, estimate_tokens};
pub use results::ResultLine;
pub use scanner::{BodyKind, Scan, UsageScanner};

#[cfg(test)]
mod tests;
