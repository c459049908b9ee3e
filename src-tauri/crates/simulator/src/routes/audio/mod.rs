//! Speech, transcription and voices (siliconflow-api.md §2.8 to §2.12).

mod sound;
pub(super) mod speech;
pub(super) mod transcription;
pub(super) mod voices;
