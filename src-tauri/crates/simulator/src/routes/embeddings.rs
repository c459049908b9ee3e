//! `POST /embeddings` (siliconflow-api.md §2.4).
//!
//! Equal texts have equal vectors of length one; there is no other sense in
//! them.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::{Map, Value};

use super::Visit;
use super::visit::{invalid, malformed, text, whole_number};
use crate::behaviour::Behaviour;
use crate::conversation::tokens;
use crate::customers::Load;
use crate::ledger::{Call, Usage};
use crate::model::Model;
use crate::reply::{Refused, Reply};

/// The sizes that Qwen3 models can be asked for.
const DIMENSIONS: [u64; 10] = [64, 128, 256, 512, 768, 1024, 1536, 2048, 2560, 4096];
/// Tokens the simulator takes an image for.
const IMAGE_TOKENS: u64 = 256;

/// The answer, in the vendor's order of fields.
#[derive(Serialize)]
struct List<'a> {
    object: &'static str,
    model: &'a str,
    data: Vec<Item>,
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<Told>,
}

#[derive(Serialize)]
struct Item {
    object: &'static str,
    embedding: Vector,
    index: usize,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Vector {
    Floats(Vec<f32>),
    /// Little-endian 32-bit floats.
    Base64(String),
}

#[derive(Serialize)]
#[expect(clippy::struct_field_names, reason = "the vendor's names")]
struct Told {
    prompt_tokens: u64,
    completion_tokens: u64,
    total_tokens: u64,
}

/// One thing to embed.
struct Input {
    digest: u64,
    tokens: u64,
}

/// Answers a request for vectors.
pub(super) fn answer(visit: &Visit<'_>, call: &mut Call) -> Result<Reply, Refused> {
    let fields = visit.fields()?;
    let asked = text(fields, "model")?;
    let inputs = inputs(fields.get("input"))?;
    let in_base64 = match fields.get("encoding_format") {
        None | Some(Value::Null) => false,
        Some(Value::String(format)) if format == "float" => false,
        Some(Value::String(format)) if format == "base64" => true,
        Some(_) => return Err(malformed()),
    };
    let model = visit.model(asked, &["embedding"])?;
    let size = size(&model, fields)?;
    let window = model.context_tokens;
    let is_cut = fields.get("truncate").is_some_and(Value::is_string);
    let is_long = |input: &Input| window > 0 && input.tokens > window;
    if !is_cut && inputs.iter().any(is_long) {
        return Err(Box::new(Reply::too_many_tokens(window)));
    }
    let prompt = inputs.iter().map(|input| input.tokens).sum();
    visit.admit(&model, (asked, Load::tokens(prompt)), call)?;
    let usage = Usage {
        prompt,
        ..Usage::default()
    };
    let is_told = *visit.behaviour != Behaviour::NoUsage;
    let data = inputs.iter().enumerate().map(|(index, input)| Item {
        object: "embedding",
        embedding: encoded(vector(input.digest, size), in_base64),
        index,
    });
    let list = List {
        object: "list",
        model: &model.shown_as(asked.to_owned()),
        data: data.collect(),
        usage: is_told.then_some(Told {
            prompt_tokens: prompt,
            completion_tokens: 0,
            total_tokens: prompt,
        }),
    };
    let body = serde_json::to_vec(&list).expect("strings and finite numbers always serialize");
    Ok(Reply::priced(body, usage, is_told))
}

/// A text, tokens, an object, or a list of them.
fn inputs(value: Option<&Value>) -> Result<Vec<Input>, Refused> {
    let value = value.ok_or_else(|| invalid("Field required"))?;
    match value {
        Value::Array(items) if items.is_empty() => Err(malformed()),
        Value::Array(items) if items.iter().all(Value::is_u64) => Ok(vec![input(value)?]),
        Value::Array(items) => items.iter().map(input).collect(),
        _ => Ok(vec![input(value)?]),
    }
}

fn input(value: &Value) -> Result<Input, Refused> {
    let count = match value {
        Value::String(text) => tokens(text),
        Value::Array(ids) if ids.iter().all(Value::is_u64) => ids.len() as u64,
        Value::Object(parts) => {
            let text = parts.get("text").and_then(Value::as_str).map(tokens);
            let image = parts.get("image").map(|_| IMAGE_TOKENS);
            match (text, image) {
                (None, None) => return Err(malformed()),
                (text, image) => text.unwrap_or_default() + image.unwrap_or_default(),
            }
        }
        _ => return Err(malformed()),
    };
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    Ok(Input {
        digest: hasher.finish(),
        tokens: count,
    })
}

/// Numbers in a vector of this model.
fn size(model: &Model, fields: &Map<String, Value>) -> Result<u64, Refused> {
    let largest = match model.id.as_str() {
        id if id.ends_with("Embedding-8B") => 4096,
        id if id.ends_with("Embedding-4B") => 2560,
        _ => 1024,
    };
    let may_choose = model.is_simulated() || model.id.contains("Qwen3");
    match whole_number(fields, "dimensions", (1, 4096))? {
        None => Ok(largest),
        Some(asked) if may_choose && asked <= largest && DIMENSIONS.contains(&asked) => Ok(asked),
        Some(_) => Err(malformed()),
    }
}

/// Numbers that follow from the digest, scaled to length one.
fn vector(digest: u64, size: u64) -> Vec<f32> {
    let numbers: Vec<f32> = (0..size)
        .map(|place| {
            let mut hasher = DefaultHasher::new();
            (digest, place).hash(&mut hasher);
            let [a, b, ..] = hasher.finish().to_le_bytes();
            (f32::from(u16::from_le_bytes([a, b])) - 32_767.5) / 32_768.0
        })
        .collect();
    let length = numbers.iter().map(|number| number * number).sum::<f32>();
    let length = length.sqrt();
    numbers.iter().map(|number| number / length).collect()
}

fn encoded(numbers: Vec<f32>, in_base64: bool) -> Vector {
    if !in_base64 {
        return Vector::Floats(numbers);
    }
    let bytes: Vec<u8> = numbers
        .iter()
        .flat_map(|number| number.to_le_bytes())
        .collect();
    Vector::Base64(STANDARD.encode(bytes))
}
