//! What a request is about.

/// The shape of errors and usage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// `{"error":{…}}`.
    OpenAi,
    /// `{"type":"error","error":{…}}`.
    Anthropic,
}

/// What a request does upstream; decides what may be repeated (D10).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Changes nothing.
    Read,
    /// Costs money but leaves nothing behind.
    Inference,
    /// Makes or changes a resource; never repeated unless definitely rejected.
    Creates,
}

/// First segments of the documented paths (API reference §1.4, design §4).
const FAMILIES: [&str; 14] = [
    "audio",
    "batches",
    "chat",
    "completions",
    "embeddings",
    "files",
    "image",
    "images",
    "messages",
    "models",
    "rerank",
    "uploads",
    "user",
    "video",
];

/// A route of `/v1`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Route {
    /// `POST /chat/completions`.
    ChatCompletions,
    /// `POST /messages` (Anthropic).
    Messages,
    /// `GET /models`.
    Models,
    /// Anything else below `/v1`, by its path without the leading slash.
    Other(String),
}

impl Route {
    /// The route of an upstream path such as `chat/completions`.
    #[must_use]
    pub fn of(path: &str) -> Self {
        match path {
            "chat/completions" => Self::ChatCompletions,
            "messages" => Self::Messages,
            "models" => Self::Models,
            other => Self::Other(other.to_owned()),
        }
    }

    /// Path below the base URL, without the leading slash; also its name in logs.
    #[must_use]
    pub fn path(&self) -> &str {
        match self {
            Self::ChatCompletions => "chat/completions",
            Self::Messages => "messages",
            Self::Models => "models",
            Self::Other(path) => path,
        }
    }

    /// The name under which it is counted: ids are left out and what the vendor
    /// does not document is `other`, so that the roll-ups stay bounded.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Other(path) => {
                let family = path.split('/').next().unwrap_or_default();
                let known = FAMILIES.contains(&family);
                if known { family } else { "other" }
            }
            known => known.path(),
        }
    }

    /// Shape of errors.
    #[must_use]
    pub fn protocol(&self) -> Protocol {
        match self {
            Self::Messages => Protocol::Anthropic,
            Self::Other(path) if path.starts_with("messages/") => Protocol::Anthropic,
            Self::ChatCompletions | Self::Models | Self::Other(_) => Protocol::OpenAi,
        }
    }

    /// What `method` does here. Unknown writes count as creating.
    #[must_use]
    pub fn effect(&self, method: &str) -> Effect {
        if matches!(method, "GET" | "HEAD" | "OPTIONS") {
            return Effect::Read;
        }
        match self {
            Self::ChatCompletions | Self::Messages => Effect::Inference,
            Self::Models => Effect::Read,
            Self::Other(path) => match path.as_str() {
                "completions"
                | "embeddings"
                | "rerank"
                | "images/generations"
                | "audio/speech"
                | "audio/transcriptions" => Effect::Inference,
                _ => Effect::Creates,
            },
        }
    }
}

#[cfg(test)]
mod tests;
