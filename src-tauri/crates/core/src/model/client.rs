//! What a client token may do.

use super::glob;
use super::{Currency, Nano};

/// The limits of a token; what is absent is not limited.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientLimits {
    /// Models, or patterns with `*`; empty allows all.
    pub models: Vec<String>,
    /// Requests per minute, above 0.
    pub requests_per_minute: Option<u32>,
    /// Money.
    pub budget: Option<Budget>,
}

/// How much money a token may spend in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Only spending in this currency counts; nothing is converted.
    pub currency: Currency,
    /// Per day, above 0.
    pub day: Option<Nano>,
    /// Per calendar month, above 0.
    pub month: Option<Nano>,
}

impl ClientLimits {
    /// Whether the token may use a model of this name.
    #[must_use]
    pub fn allow(&self, model: &str) -> bool {
        self.models.is_empty() || self.models.iter().any(|allowed| glob::fits(allowed, model))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_are_allowed_by_name_or_pattern() {
        let limits = |models: &[&str]| ClientLimits {
            models: models.iter().map(ToString::to_string).collect(),
            ..ClientLimits::default()
        };
        assert!(limits(&[]).allow("anything"));
        let some = limits(&["deepseek-ai/*", "Qwen/Qwen3-8B"]);
        assert!(some.allow("deepseek-ai/DeepSeek-V3"));
        assert!(some.allow("Qwen/Qwen3-8B"));
        for other in ["Qwen/Qwen3-8B-x", "qwen/qwen3-8b", "Pro/deepseek-ai/X", ""] {
            assert!(!some.allow(other), "{other}");
        }
    }
}
