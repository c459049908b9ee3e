//! `POST /audio/speech` (siliconflow-api.md §2.8): silence, in a true format.

use serde_json::{Map, Value};

use super::sound::{self, Format};
use crate::customers::Load;
use crate::ledger::{Call, Work};
use crate::reply::{Refused, Reply};
use crate::routes::Visit;
use crate::routes::visit::{check_number, invalid, malformed, text, whole_number};

const MOST_CHARACTERS: usize = 128_000;
/// The vendor's own voices.
const VOICES: [&str; 8] = [
    "alex", "anna", "bella", "benjamin", "charles", "claire", "david", "diana",
];

/// Reads a text aloud.
pub(crate) fn answer(visit: &Visit<'_>, call: &mut Call) -> Result<Reply, Refused> {
    let fields = visit.fields()?;
    let asked = text(fields, "model")?;
    let input = text(fields, "input")?;
    if input.chars().count() > MOST_CHARACTERS {
        return Err(malformed());
    }
    check_number(fields, "speed", (0.25, 4.0))?;
    check_number(fields, "gain", (-10.0, 10.0))?;
    let format = format(fields)?;
    let model = visit.model(asked, &["text-to-speech"])?;
    check_voice(visit, fields, model.is_simulated())?;
    visit.admit(&model, (asked, Load::default()), call)?;
    call.works(Work {
        speech_bytes: input.len() as u64,
        ..Work::default()
    });
    let source = sound::silence(format, input.len(), visit.behaviour);
    Ok(Reply::pieces(format.content_type(), source))
}

/// One of the vendor's voices, one of the account's, or references.
fn check_voice(
    visit: &Visit<'_>,
    fields: &Map<String, Value>,
    is_simulated: bool,
) -> Result<(), Refused> {
    let voice = match fields.get("voice") {
        None | Some(Value::Null) => "",
        Some(Value::String(voice)) => voice,
        Some(_) => return Err(invalid("voice: Input should be a valid string")),
    };
    let has_references = match fields.get("references") {
        None | Some(Value::Null) => false,
        Some(Value::Array(references)) => !references.is_empty(),
        Some(_) => return Err(invalid("references: Input should be a valid list")),
    };
    let is_known = if voice.is_empty() {
        true
    } else if has_references {
        false
    } else if voice.starts_with("speech:") {
        let voices = &visit.world.resources().voices;
        voices.with((voice, visit.account()), |_| ()).is_some()
    } else {
        let model = fields.get("model").and_then(Value::as_str);
        voice
            .rsplit_once(':')
            .is_some_and(|(of, name)| (is_simulated || Some(of) == model) && VOICES.contains(&name))
    };
    if is_known { Ok(()) } else { Err(malformed()) }
}

fn format(fields: &Map<String, Value>) -> Result<Format, Refused> {
    let rate = whole_number(fields, "sample_rate", (8_000, 48_000))?;
    let name = match fields.get("response_format") {
        None | Some(Value::Null) => "mp3",
        Some(Value::String(name)) => name,
        Some(_) => return Err(invalid("response_format: Input should be a valid string")),
    };
    Format::new(name, rate).ok_or_else(malformed)
}
