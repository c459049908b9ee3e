//! What a request does to resources, read from its route, method and body. Pure.

use std::borrow::Cow;

use http::Method;
use percent_encoding::percent_decode_str;

use super::field::field;
use crate::app::relay::{Call, CallBody};
use crate::model::{ResourceKind, Route};

/// How an uploaded voice is told from one that everybody has.
const UPLOADED_VOICE: &str = "speech:";

/// What a request does to resources.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Errand {
    /// Nothing: any account will do.
    Nothing,
    /// Lists all of a kind.
    List(ResourceKind),
    /// Makes one; the answer names it.
    Make(ResourceKind),
    /// Needs one that is there.
    Need(Need),
}

/// A resource that a request needs.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Need {
    /// What it is.
    pub(super) kind: ResourceKind,
    /// Its id, decoded.
    pub(super) id: String,
    /// What may be done while nobody knows whose it is.
    pub(super) unknown: Unknown,
    /// A good answer tells more about resources of this kind.
    pub(super) tells: Option<ResourceKind>,
    /// What it tells of was made by this request.
    pub(super) makes: bool,
    /// A good answer means that it is gone.
    pub(super) removes: bool,
}

/// What may be done with an id that nobody knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unknown {
    /// Ask one account after the other: those that do not have it do nothing.
    Seek,
    /// Nothing: an account without it might say that all is done.
    Refuse,
}

impl Errand {
    /// Reads the errand. A body that is not held whole tells nothing.
    pub(super) fn of(call: &Call) -> Self {
        let reads = matches!(call.method, Method::GET | Method::HEAD);
        match &call.route {
            Route::VoiceList => Self::List(ResourceKind::Voice),
            Route::Files if reads => Self::List(ResourceKind::File),
            Route::Batches if reads => Self::List(ResourceKind::Batch),
            Route::VoiceUpload => Self::Make(ResourceKind::Voice),
            Route::Files => Self::Make(ResourceKind::File),
            Route::VideoSubmit => Self::Make(ResourceKind::Video),
            Route::AudioSpeech => Self::speech(call),
            Route::VoiceDeletion => named(call, "uri", &Need::removed(ResourceKind::Voice)),
            Route::VideoStatus => named(call, "requestId", &Need::asked(ResourceKind::Video)),
            Route::Batches => match named(call, "input_file_id", &Need::batched()) {
                Self::Nothing => Self::Make(ResourceKind::Batch),
                errand => errand,
            },
            Route::Batch(id) => Need::asked(ResourceKind::Batch).telling().with(id),
            Route::BatchCancel(id) => Need::changed(ResourceKind::Batch).telling().with(id),
            Route::File(id) if reads => Need::asked(ResourceKind::File).with(id),
            Route::File(id) => Need::removed(ResourceKind::File).with(id),
            Route::FileContent(id) => Need::asked(ResourceKind::File).with(id),
            Route::ChatCompletions
            | Route::Messages
            | Route::CountTokens
            | Route::Responses
            | Route::Completions
            | Route::Embeddings
            | Route::Rerank
            | Route::ImageGenerations
            | Route::AudioTranscriptions
            | Route::Models
            | Route::Model(_)
            | Route::UserInfo
            | Route::Other(_) => Self::Nothing,
        }
    }

    fn speech(call: &Call) -> Self {
        match named(call, "voice", &Need::asked(ResourceKind::Voice)) {
            Self::Need(need) if need.id.starts_with(UPLOADED_VOICE) => Self::Need(need),
            _ => Self::Nothing,
        }
    }
}

impl Need {
    /// One that is only looked at or used.
    fn asked(kind: ResourceKind) -> Self {
        Self {
            kind,
            id: String::new(),
            unknown: Unknown::Seek,
            tells: None,
            makes: false,
            removes: false,
        }
    }

    fn changed(kind: ResourceKind) -> Self {
        Self {
            unknown: Unknown::Refuse,
            ..Self::asked(kind)
        }
    }

    fn removed(kind: ResourceKind) -> Self {
        Self {
            removes: true,
            ..Self::changed(kind)
        }
    }

    /// A file that a new batch reads.
    fn batched() -> Self {
        Self {
            tells: Some(ResourceKind::Batch),
            makes: true,
            ..Self::asked(ResourceKind::File)
        }
    }

    fn telling(self) -> Self {
        Self {
            tells: Some(self.kind),
            ..self
        }
    }

    /// With an id out of a path.
    fn with(self, id: &str) -> Errand {
        let id = percent_decode_str(id).decode_utf8_lossy();
        Errand::Need(Self {
            id: Cow::into_owned(id),
            ..self
        })
    }
}

/// With an id out of the body; nothing when it has none.
fn named(call: &Call, name: &str, need: &Need) -> Errand {
    let CallBody::Whole(body) = &call.body else {
        return Errand::Nothing;
    };
    match field(body, name) {
        Some(id) if !id.is_empty() => Errand::Need(Need { id, ..*need }),
        Some(_) | None => Errand::Nothing,
    }
}

#[cfg(test)]
mod tests;
