//! Which paths name which route (design §4).

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use super::Route;

/// Old name of two routes; the method tells which.
const SHARED: &str = "audio/reference";

/// Paths without an id, the most frequent first.
static SPELLINGS: [(&str, Route); 24] = [
    ("chat/completions", Route::ChatCompletions),
    ("messages", Route::Messages),
    ("messages/count_tokens", Route::CountTokens),
    ("responses", Route::Responses),
    ("completions", Route::Completions),
    ("embeddings", Route::Embeddings),
    ("models", Route::Models),
    ("user/models", Route::Models),
    ("user/info", Route::UserInfo),
    ("rerank", Route::Rerank),
    ("images/generations", Route::ImageGenerations),
    ("image/generations", Route::ImageGenerations),
    ("audio/speech", Route::AudioSpeech),
    ("audio/transcriptions", Route::AudioTranscriptions),
    ("uploads/audio/voice", Route::VoiceUpload),
    (SHARED, Route::VoiceUpload),
    ("audio/voice/list", Route::VoiceList),
    ("audio/voice/deletions", Route::VoiceDeletion),
    ("audio/reference/delete", Route::VoiceDeletion),
    ("video/submit", Route::VideoSubmit),
    ("video/generations", Route::VideoSubmit),
    ("video/status", Route::VideoStatus),
    ("files", Route::Files),
    ("batches", Route::Batches),
];

/// Paths with an id, as `x`.
static WITH_ID: [&str; 5] = [
    "models/x",
    "files/x",
    "files/x/content",
    "batches/x",
    "batches/x/cancel",
];

/// A path of each documented route and spelling.
pub(super) fn examples() -> impl Iterator<Item = &'static str> {
    let plain = SPELLINGS.iter().map(|(spelling, _)| *spelling);
    plain.chain(WITH_ID)
}

/// The documented route of a path; one slash at its end does not matter.
pub(super) fn known(path: &str) -> Option<Route> {
    let path = trimmed(path);
    let named = SPELLINGS.iter().find(|(spelling, _)| *spelling == path);
    named.map_or_else(|| by_id(path), |(_, route)| Some(route.clone()))
}

/// A documented route whose letters are escaped without need is that route (RFC
/// 3986 §6.2.2.2): no other spelling of a path may lead past what is done for it.
pub(super) fn escaped(path: &str) -> Option<Route> {
    path.contains('%').then(|| known(&decoded(path))).flatten()
}

/// Whether the path names one route for reading and another for writing.
pub(super) fn is_shared(path: &str) -> bool {
    trimmed(&decoded(path)) == SHARED
}

fn trimmed(path: &str) -> &str {
    path.strip_suffix('/').unwrap_or(path)
}

fn by_id(path: &str) -> Option<Route> {
    let (family, rest) = path.split_once('/')?;
    if family == "models" {
        let id = decoded(rest);
        let sound = id.split('/').all(|part| !part.is_empty());
        return sound.then_some(Route::Model(id));
    }
    let (id, action) = match rest.split_once('/') {
        Some((id, action)) => (id, Some(action)),
        None => (rest, None),
    };
    if id.is_empty() {
        return None;
    }
    let id = id.to_owned();
    match (family, action) {
        ("files", None) => Some(Route::File(id)),
        ("files", Some("content")) => Some(Route::FileContent(id)),
        ("batches", None) => Some(Route::Batch(id)),
        ("batches", Some("cancel")) => Some(Route::BatchCancel(id)),
        _ => None,
    }
}

/// SDKs encode the slash of `vendor/model` and the colon of `ft:…`; the upstream's
/// own ids have them plain.
fn decoded(id: &str) -> String {
    percent_decode_str(id)
        .decode_utf8()
        .map_or_else(|_| id.to_owned(), Cow::into_owned)
}
