//! Which endpoint a method and a path mean.

use http::Method;

use crate::intake::Wanted;

/// An endpoint of the vendor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    Chat,
    Messages,
    Models,
    UserInfo,
    Completions,
    Embeddings,
    Rerank,
    ImageGenerations,
    SystemOne,
    Speech,
    Transcriptions,
    VoiceUpload,
    VoiceList,
    VoiceDeletion,
    VideoSubmit,
    VideoStatus,
    FileUpload,
    FileList,
    /// `files/{id}/content`, where the script has results for it.
    FileContent,
    BatchCreation,
    BatchList,
    /// `batches/{id}`
    Batch,
    /// `batches/{id}/cancel`
    BatchCancel,
    /// Everything else: 404, but faults apply to it too.
    Unknown,
}

impl Route {
    pub(crate) fn of(method: &Method, path: &str) -> Self {
        let Some(below) = path.strip_prefix("/v1/") else {
            return Self::Unknown;
        };
        match *method {
            Method::POST => Self::of_post(below),
            Method::GET => Self::of_get(below),
            _ => Self::Unknown,
        }
    }

    fn of_post(below: &str) -> Self {
        match below {
            "chat/completions" => Self::Chat,
            "messages" => Self::Messages,
            "completions" => Self::Completions,
            "embeddings" => Self::Embeddings,
            "rerank" => Self::Rerank,
            "images/generations" => Self::ImageGenerations,
            "systemone" => Self::SystemOne,
            "audio/transcriptions" => Self::Transcriptions,
            "audio/speech" => Self::Speech,
            "uploads/audio/voice" => Self::VoiceUpload,
            "audio/voice/deletions" => Self::VoiceDeletion,
            "video/submit" => Self::VideoSubmit,
            "video/status" => Self::VideoStatus,
            "files" => Self::FileUpload,
            "batches" => Self::BatchCreation,
            _ if batch_id(below).is_some_and(|(_, cancels)| cancels) => Self::BatchCancel,
            _ => Self::Unknown,
        }
    }

    fn of_get(below: &str) -> Self {
        match below {
            "models" => Self::Models,
            "user/info" => Self::UserInfo,
            "audio/voice/list" => Self::VoiceList,
            "files" => Self::FileList,
            "batches" => Self::BatchList,
            _ if file_content_id(below).is_some() => Self::FileContent,
            _ if batch_id(below).is_some_and(|(_, cancels)| !cancels) => Self::Batch,
            _ => Self::Unknown,
        }
    }

    /// What of the body the answer depends on.
    pub(crate) fn wants_body(self) -> Wanted {
        match self {
            Self::Chat
            | Self::Messages
            | Self::Completions
            | Self::Embeddings
            | Self::Rerank
            | Self::ImageGenerations
            | Self::SystemOne
            | Self::Speech
            | Self::VoiceDeletion
            | Self::VideoSubmit
            | Self::VideoStatus
            | Self::BatchCreation => Wanted::Whole,
            Self::VoiceUpload | Self::FileUpload | Self::Transcriptions => Wanted::Form,
            Self::Models
            | Self::UserInfo
            | Self::VoiceList
            | Self::FileList
            | Self::FileContent
            | Self::BatchList
            | Self::Batch
            | Self::BatchCancel
            | Self::Unknown => Wanted::Nothing,
        }
    }

    /// Whether the body may be JSON that the answer depends on.
    pub(crate) fn reads_body(self) -> bool {
        self.wants_body() != Wanted::Nothing
    }
}

/// The path below `/v1`, or without its slash where there is no `/v1`.
pub(crate) fn below_version(path: &str) -> &str {
    let path = path.strip_prefix('/').unwrap_or(path);
    path.strip_prefix("v1/").unwrap_or(path)
}

/// The id in `files/{id}/content`.
pub(super) fn file_content_id(below: &str) -> Option<&str> {
    let id = below.strip_prefix("files/")?.strip_suffix("/content")?;
    (!id.is_empty() && !id.contains('/')).then_some(id)
}

/// The id in `batches/{id}` and whether `/cancel` follows.
pub(super) fn batch_id(below: &str) -> Option<(&str, bool)> {
    let rest = below.strip_prefix("batches/")?;
    let (id, cancels) = match rest.strip_suffix("/cancel") {
        Some(id) => (id, true),
        None => (rest, false),
    };
    (!id.is_empty() && !id.contains('/')).then_some((id, cancels))
}
