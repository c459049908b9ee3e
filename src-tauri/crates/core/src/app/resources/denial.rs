//! Whether a rejection says that the account has nothing of what was named.
//! Pure.
//!
//! The vendor documents no words for it (API reference §10.12), so a rejection
//! is believed when it is a 404, or speaks of the thing or of its absence. All
//! else is about the request itself, and every account would say the same.

use crate::model::{Evidence, ResourceKind};

/// "Model does not exist": nothing that another account could have.
const NO_SUCH_MODEL: i64 = 20_012;
/// How absence is said.
const ABSENCE: [&str; 8] = [
    "not found",
    "not exist",
    "no such",
    "unknown",
    "not belong",
    "parameter is invalid",
    "不存在",
    "未找到",
];

/// The judge for rejections of a request that names a resource of that kind.
pub(super) fn denies(kind: ResourceKind) -> fn(&Evidence) -> bool {
    match kind {
        ResourceKind::Voice => |evidence| speaks_of(&["voice", "音色"], evidence),
        ResourceKind::File => |evidence| speaks_of(&["file", "文件"], evidence),
        ResourceKind::Batch => |evidence| speaks_of(&["batch_id", "batch id"], evidence),
        ResourceKind::Video => |evidence| speaks_of(&["requestid", "request id"], evidence),
    }
}

fn speaks_of(thing: &[&str], evidence: &Evidence) -> bool {
    match evidence.status {
        Some(404) => true,
        Some(200 | 400 | 403 | 422) if evidence.vendor_code != Some(NO_SUCH_MODEL) => {
            let text = evidence.text.to_lowercase();
            let mut words = thing.iter().chain(&ABSENCE);
            words.any(|word| text.contains(word))
        }
        Some(_) | None => false,
    }
}

#[cfg(test)]
mod tests;
