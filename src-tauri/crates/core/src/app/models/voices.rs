//! `OpenAI`'s voices in the vendor's words.

/// The vendor has eight voices of its own (API reference §2.8) and none of
/// `OpenAI`'s; each of these gets one that sounds of the same kind.
const VOICES: [(&str, &str); 13] = [
    ("alloy", "alex"),
    ("ash", "benjamin"),
    ("ballad", "charles"),
    ("cedar", "david"),
    ("coral", "bella"),
    ("echo", "benjamin"),
    ("fable", "charles"),
    ("marin", "diana"),
    ("nova", "anna"),
    ("onyx", "david"),
    ("sage", "claire"),
    ("shimmer", "diana"),
    ("verse", "alex"),
];

/// The voice of `model` for one of `OpenAI`'s plain names; `None` for any other
/// text, which is the vendor's to judge.
pub(in crate::app) fn vendor_voice(model: &str, voice: &str) -> Option<String> {
    let (_, vendors) = VOICES.iter().find(|(name, _)| *name == voice)?;
    Some(format!("{model}:{vendors}"))
}

#[cfg(test)]
mod tests;
