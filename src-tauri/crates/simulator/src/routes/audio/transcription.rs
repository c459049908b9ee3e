//! `POST /audio/transcriptions` (siliconflow-api.md §2.12).
//!
//! The audio is counted and thrown away; the text says how much there was. A
//! second is taken for each 32,000 bytes begun.

use serde::Serialize;

use crate::customers::Load;
use crate::ledger::{Call, Work};
use crate::reply::{Refused, Reply};
use crate::routes::Visit;
use crate::routes::visit::{invalid, text};

/// Bytes of a second: 16,000 samples of two bytes.
const SECOND: u64 = 32_000;

/// The answer, with what some models add.
#[derive(Serialize)]
struct Heard {
    #[serde(skip_serializing_if = "Option::is_none")]
    duration: Option<f64>,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    segments: Option<[(); 0]>,
}

/// Writes down what was said.
pub(crate) fn answer(visit: &Visit<'_>, call: &mut Call) -> Result<Reply, Refused> {
    let asked = text(visit.fields()?, "model")?;
    let file = visit.form.and_then(|form| form.file("file"));
    let file = file.ok_or_else(|| invalid("Field required"))?;
    let model = visit.model(asked, &["speech-to-text"])?;
    visit.admit(&model, (asked, Load::default()), call)?;
    let seconds = file.bytes.div_ceil(SECOND);
    call.works(Work {
        audio_seconds: seconds,
        ..Work::default()
    });
    let tells_duration = asked.starts_with("XingChenAGI/");
    let heard = Heard {
        duration: tells_duration.then(|| f64::from(u32::try_from(seconds).unwrap_or(u32::MAX))),
        text: format!("Heard {} bytes.", file.bytes),
        segments: asked.contains("Diarize").then_some([]),
    };
    let body = serde_json::to_vec(&heard).expect("strings and finite numbers always serialize");
    Ok(Reply::json(200, body))
}
