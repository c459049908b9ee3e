//! What a request is about: the routes of design §4 as one table.

mod facts;
mod spelling;

use std::borrow::Cow;

use self::facts::Facts;

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

/// What is paid for at a route, when a model is asked there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payment {
    /// Nothing.
    Nothing,
    /// Tokens, which the answer tells.
    Tokens,
    /// Pictures, clips, or seconds or bytes of sound.
    Units,
    /// The vendor does not document it.
    Unknown,
}

/// What a request that may carry a body must carry (S5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyRule {
    /// None is needed; what comes is JSON.
    None,
    /// `application/json`.
    Json,
    /// `multipart/form-data`.
    Multipart,
    /// One of the two.
    JsonOrMultipart,
    /// One of the two, or no body at all.
    Any,
}

/// A route of `/v1`. Old and new spellings of a path are one route.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Route {
    /// `POST /chat/completions`.
    ChatCompletions,
    /// `POST /messages` (Anthropic).
    Messages,
    /// `POST /messages/count_tokens` (Anthropic); answered here.
    CountTokens,
    /// `POST /responses`; the upstream has none, it gets a chat completion.
    Responses,
    /// `POST /completions`.
    Completions,
    /// `POST /embeddings`.
    Embeddings,
    /// `POST /rerank`.
    Rerank,
    /// `POST /images/generations`, formerly `/image/generations`.
    ImageGenerations,
    /// `POST /audio/speech`.
    AudioSpeech,
    /// `POST /audio/transcriptions`.
    AudioTranscriptions,
    /// `POST /uploads/audio/voice`, formerly `/audio/reference`.
    VoiceUpload,
    /// `GET /audio/voice/list`, formerly `/audio/reference`.
    VoiceList,
    /// `POST /audio/voice/deletions`, formerly `/audio/reference/delete`.
    VoiceDeletion,
    /// `POST /video/submit`, formerly `/video/generations`.
    VideoSubmit,
    /// `POST /video/status`.
    VideoStatus,
    /// `GET` and `POST /files`.
    Files,
    /// `/files/{id}`; not documented upstream.
    File(String),
    /// `/files/{id}/content`; not documented upstream.
    FileContent(String),
    /// `GET` and `POST /batches`.
    Batches,
    /// `GET /batches/{id}`.
    Batch(String),
    /// `POST /batches/{id}/cancel`.
    BatchCancel(String),
    /// `GET /models`, formerly `/user/models`.
    Models,
    /// `GET /models/{id}`; an id has slashes.
    Model(String),
    /// `GET /user/info`; answered from the pool.
    UserInfo,
    /// Anything else below `/v1`, by its path without the leading slash.
    Other(String),
}

/// The methods that are ever sent on.
const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

impl Route {
    /// The route of a path below `/v1`, such as `chat/completions`, in any of its
    /// spellings. Where the method decides, the one for `POST`.
    #[must_use]
    pub fn of(path: &str) -> Self {
        spelling::known(path)
            .or_else(|| spelling::escaped(path))
            .unwrap_or_else(|| Self::Other(path.to_owned()))
    }

    /// The route that `method` asks for at a path: `audio/reference` names two.
    #[must_use]
    pub fn resolve(method: &str, path: &str) -> Self {
        match Self::of(path) {
            Self::VoiceUpload if is_read(method) && spelling::is_shared(path) => Self::VoiceList,
            route => route,
        }
    }

    /// The methods that a path takes, for `Allow`.
    #[must_use]
    pub fn allowed(path: &str) -> Vec<&'static str> {
        let taken = |method: &&str| Self::resolve(method, path).takes(method);
        METHODS.into_iter().filter(taken).collect()
    }

    /// A path of each documented route and spelling, with `x` where an id stands.
    pub fn examples() -> impl Iterator<Item = &'static str> {
        spelling::examples()
    }

    /// Whether this is one of the documented routes.
    #[must_use]
    pub fn is_known(&self) -> bool {
        !matches!(self, Self::Other(_))
    }

    /// Path below the upstream's base URL, without the leading slash.
    #[must_use]
    pub fn path(&self) -> Cow<'_, str> {
        match self {
            Self::File(id) => format!("files/{id}").into(),
            Self::FileContent(id) => format!("files/{id}/content").into(),
            Self::Batch(id) => format!("batches/{id}").into(),
            Self::BatchCancel(id) => format!("batches/{id}/cancel").into(),
            Self::Model(id) => format!("models/{id}").into(),
            Self::Other(path) => path.into(),
            // The upstream knows no such route (API reference §1.4).
            Self::Responses => Self::ChatCompletions.name().into(),
            known => known.name().into(),
        }
    }

    /// The name under which it is counted: ids are left out and what the vendor
    /// does not document is `other`, so that the roll-ups stay bounded.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.facts().name
    }

    /// Shape of errors.
    #[must_use]
    pub fn protocol(&self) -> Protocol {
        match self {
            Self::Other(path) if path.starts_with("messages/") => Protocol::Anthropic,
            known => known.facts().protocol,
        }
    }

    /// What `method` does here. Unknown writes count as creating.
    #[must_use]
    pub fn effect(&self, method: &str) -> Effect {
        if is_read(method) {
            return Effect::Read;
        }
        self.facts().effect
    }

    /// The methods that this route takes; `HEAD` goes with `GET`.
    #[must_use]
    pub fn methods(&self) -> &'static [&'static str] {
        self.facts().methods
    }

    /// Whether it takes `method`.
    #[must_use]
    pub fn takes(&self, method: &str) -> bool {
        self.methods().contains(&method)
    }

    /// What a `POST`, `PUT` or `PATCH` must carry.
    #[must_use]
    pub fn body_rule(&self) -> BodyRule {
        self.facts().body
    }

    /// Whether a JSON body without `model` is refused here instead of upstream.
    #[must_use]
    pub fn needs_model(&self) -> bool {
        self.facts().needs_model
    }

    /// What is paid for here. Nothing is by files but the results of a batch, which
    /// are counted while they are fetched.
    #[must_use]
    pub fn payment(&self) -> Payment {
        self.facts().payment
    }

    fn facts(&self) -> Facts {
        match self {
            Self::ChatCompletions => Facts::inference("chat/completions"),
            Self::Messages => Facts::inference("messages").anthropic(),
            Self::CountTokens => Facts::question("messages/count_tokens").anthropic(),
            Self::Responses => Facts::inference("responses"),
            Self::Completions => Facts::inference("completions"),
            Self::Embeddings => Facts::inference("embeddings"),
            Self::Rerank => Facts::inference("rerank"),
            Self::ImageGenerations => Facts::inference("images/generations").paid(Payment::Units),
            Self::AudioSpeech => Facts::inference("audio/speech").paid(Payment::Units),
            Self::AudioTranscriptions => Facts::inference("audio/transcriptions")
                .form(BodyRule::Multipart)
                .paid(Payment::Units),
            Self::VoiceUpload => {
                Facts::creation("uploads/audio/voice").form(BodyRule::JsonOrMultipart)
            }
            Self::VoiceList => Facts::read("audio/voice/list"),
            Self::VoiceDeletion => Facts::creation("audio/voice/deletions"),
            Self::VideoSubmit => Facts::creation("video/submit")
                .with_model()
                .paid(Payment::Units),
            Self::VideoStatus => Facts::question("video/status"),
            Self::Files => Facts::collection("files")
                .form(BodyRule::Multipart)
                .paid(Payment::Tokens),
            Self::File(_) => Facts::item("files").paid(Payment::Tokens),
            Self::FileContent(_) => Facts::read("files").paid(Payment::Tokens),
            Self::Batches => Facts::collection("batches"),
            Self::Batch(_) => Facts::read("batches"),
            Self::BatchCancel(_) => Facts::creation("batches").form(BodyRule::None),
            Self::Models | Self::Model(_) => Facts::read("models"),
            Self::UserInfo => Facts::read("user/info"),
            Self::Other(_) => Facts::unknown(),
        }
    }
}

fn is_read(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "OPTIONS")
}

#[cfg(test)]
mod tests;
