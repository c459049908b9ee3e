//! What a request does to resources, read from its route, method and body. Pure.

use http::Method;
use percent_encoding::percent_decode_str;

use super::field::{Unclear, field};
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
    /// Whether it can be read only with the body at hand.
    pub(super) fn is_in_body(call: &Call) -> bool {
        match call.route {
            Route::AudioSpeech | Route::VoiceDeletion | Route::VideoStatus => true,
            Route::Batches => !is_read(call),
            _ => false,
        }
    }

    /// Reads the errand.
    ///
    /// # Errors
    /// When the body does not tell what it names.
    pub(super) fn of(call: &Call) -> Result<Self, Unclear> {
        let reads = is_read(call);
        Ok(match &call.route {
            Route::VoiceList => Self::List(ResourceKind::Voice),
            Route::Files if reads => Self::List(ResourceKind::File),
            Route::Batches if reads => Self::List(ResourceKind::Batch),
            Route::VoiceUpload => Self::Make(ResourceKind::Voice),
            Route::Files => Self::Make(ResourceKind::File),
            Route::VideoSubmit => Self::Make(ResourceKind::Video),
            Route::AudioSpeech => Self::speech(call)?,
            Route::VoiceDeletion => named(call, "uri", &Need::removed(ResourceKind::Voice))?,
            Route::VideoStatus => named(call, "requestId", &Need::asked(ResourceKind::Video))?,
            Route::Batches => match named(call, "input_file_id", &Need::batched())? {
                Self::Nothing => Self::Make(ResourceKind::Batch),
                errand => errand,
            },
            Route::Batch(id) => Need::asked(ResourceKind::Batch).telling().with(id),
            Route::BatchCancel(id) => Need::changed(ResourceKind::Batch).telling().with(id),
            Route::File(id) if reads => Need::asked(ResourceKind::File).with(id),
            Route::File(id) => Need::removed(ResourceKind::File).with(id),
            Route::FileContent(id) => Need::asked(ResourceKind::File).with(id),
            Route::Other(path) => Self::undocumented(path, reads),
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
            | Route::UserInfo => Self::Nothing,
        })
    }

    fn speech(call: &Call) -> Result<Self, Unclear> {
        let named = named(call, "voice", &Need::asked(ResourceKind::Voice))?;
        Ok(match named {
            Self::Need(need) if need.id.starts_with(UPLOADED_VOICE) => Self::Need(need),
            _ => Self::Nothing,
        })
    }

    /// What the vendor does not document below a batch or a file is the owner's
    /// all the same.
    fn undocumented(path: &str, reads: bool) -> Self {
        let path = percent_decode_str(path).decode_utf8_lossy();
        let mut segments = path.split('/').filter(|segment| !segment.is_empty());
        let kind = match segments.next() {
            Some(family) if family.eq_ignore_ascii_case("batches") => ResourceKind::Batch,
            Some(family) if family.eq_ignore_ascii_case("files") => ResourceKind::File,
            _ => return Self::Nothing,
        };
        let need = if reads {
            Need::asked(kind)
        } else {
            Need::changed(kind)
        };
        match segments.next().map(str::trim) {
            Some(id) if !id.is_empty() => Self::Need(Need {
                id: id.to_owned(),
                ..need
            }),
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
            id: id.trim().to_owned(),
            ..self
        })
    }
}

fn is_read(call: &Call) -> bool {
    matches!(call.method, Method::GET | Method::HEAD)
}

/// With an id out of the body, without the blanks around it that an upstream may
/// ignore; nothing when it has none.
fn named(call: &Call, name: &'static str, need: &Need) -> Result<Errand, Unclear> {
    let CallBody::Whole(body) = &call.body else {
        return Err(Unclear::NotJson);
    };
    let id = field(body, name)?.unwrap_or_default();
    Ok(match id.trim() {
        "" => Errand::Nothing,
        id => Errand::Need(Need {
            id: id.to_owned(),
            ..*need
        }),
    })
}

#[cfg(test)]
mod tests;
