//! What is counted of a request. Unknown is unknown, never 0 (D12).

/// What the upstream said a request used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Prompt tokens, cache hits included.
    pub prompt_tokens: Option<u64>,
    /// Completion tokens, reasoning included.
    pub completion_tokens: Option<u64>,
    /// Part of the prompt served from the cache.
    pub cached_tokens: Option<u64>,
    /// Part of the completion spent on reasoning.
    pub reasoning_tokens: Option<u64>,
}

impl Usage {
    /// Whether nothing is known.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        *self == Self::default()
    }
}

/// What is counted besides tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Units {
    /// Tokens of pictures read, which the vendor lists beside the prompt
    /// (`meta.tokens.image_tokens` of rerank).
    pub image_tokens: Option<u64>,
    /// Pictures made.
    pub images: Option<u64>,
    /// Video clips made.
    pub clips: Option<u64>,
    /// UTF-8 bytes of text spoken.
    pub bytes: Option<u64>,
    /// Milliseconds of sound heard.
    pub sound_ms: Option<u64>,
}
