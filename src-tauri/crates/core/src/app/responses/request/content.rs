//! The parts of a message or of a tool's result.

use serde_json::{Value, json};

use super::super::refused::Refused;
use super::fields::Fields;
use super::turns::Part;

/// The parts at `name`: a string, or an array of parts.
pub(super) fn parts(fields: &mut Fields, name: &str) -> Result<Vec<Part>, Refused> {
    match fields.get(name) {
        None => Err(fields.missing(name)),
        Some(Value::Array(_)) => fields.objects(name)?.into_iter().map(part).collect(),
        // Codex before 0.30 sent the result of a failed call as an object.
        Some(Value::Object(_)) => {
            let mut wrapped = fields.object(name)?.ok_or_else(|| fields.missing(name))?;
            Ok(vec![Part::Text(wrapped.needed_text("content")?)])
        }
        Some(_) => Ok(vec![Part::Text(fields.needed_text(name)?)]),
    }
}

/// Only the text of the parts at `name`.
pub(super) fn text(fields: &mut Fields, name: &str) -> Result<String, Refused> {
    let place = fields.place(name);
    let mut text = String::new();
    for part in parts(fields, name)? {
        match part {
            Part::Text(more) => text.push_str(&more),
            Part::Media(_) => {
                return Err(Refused::unsupported(
                    place,
                    "has an image or a sound in it, which only a user's message may have",
                ));
            }
        }
    }
    Ok(text)
}

fn part(mut fields: Fields) -> Result<Part, Refused> {
    let kind = fields.needed_text("type")?;
    match kind.as_str() {
        "input_text" | "output_text" | "text" => Ok(Part::Text(fields.needed_text("text")?)),
        "refusal" => Ok(Part::Text(fields.needed_text("refusal")?)),
        "input_image" => image(fields),
        "input_audio" => audio(fields),
        "input_file" => Err(fields.unsupported(
            "type",
            "is \"input_file\", which the upstream cannot read; send its text as input_text",
        )),
        other => Err(fields.unsupported(
            "type",
            &format!("is {other:?}; send input_text, input_image or input_audio"),
        )),
    }
}

fn image(mut fields: Fields) -> Result<Part, Refused> {
    if fields.get("file_id").is_some() {
        return Err(fields.unsupported(
            "file_id",
            "names a file that the upstream does not have; send image_url, a data URL will do",
        ));
    }
    let mut image = json!({"url": fields.needed_text("image_url")?});
    // The upstream knows these three; "original" is OpenAI's own.
    let detail = fields.text("detail")?;
    if let Some(detail @ ("auto" | "low" | "high")) = detail.as_deref() {
        image["detail"] = detail.into();
    }
    Ok(Part::Media(
        json!({"type": "image_url", "image_url": image}),
    ))
}

/// The vendor takes sound as a URL (API reference §2.1).
fn audio(mut fields: Fields) -> Result<Part, Refused> {
    let mut audio = match fields.object("input_audio")? {
        Some(audio) => audio,
        None => fields,
    };
    let format = audio.needed_text("format")?;
    let url = format!("data:audio/{format};base64,{}", audio.needed_text("data")?);
    Ok(Part::Media(
        json!({"type": "audio_url", "audio_url": {"url": url}}),
    ))
}
