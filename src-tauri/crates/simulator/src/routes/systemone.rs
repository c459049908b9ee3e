//! `POST /systemone`, an alpha of the vendor (siliconflow-api.md §2.17).
//!
//! The first choice is always taken, with a confidence of 0.9.

use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::Visit;
use super::visit::{invalid, malformed, text};
use crate::conversation::tokens;
use crate::customers::Load;
use crate::ledger::{Call, Usage};
use crate::model::Model;
use crate::reply::{Refused, Reply};

/// The models of this endpoint, which the catalogue does not list.
const MODELS: [&str; 3] = ["diffusiongemma", "Kev-4b", "SemIf"];
const CONFIDENCE: f64 = 0.9;

/// The answer, in the vendor's order of fields.
#[derive(Serialize)]
struct Reading<'a> {
    model: &'a str,
    answers: Map<String, Value>,
    usage: Told,
}

#[derive(Serialize)]
struct Told {
    input_tokens: u64,
    output_tokens: u64,
}

/// Answers questions about a state.
pub(super) fn answer(visit: &Visit<'_>, call: &mut Call) -> Result<Reply, Refused> {
    let fields = visit.fields()?;
    let asked = text(fields, "model")?;
    let state = text(fields, "state")?;
    let questions = match fields.get("questions") {
        None => return Err(invalid("Field required")),
        Some(Value::Object(questions)) => questions,
        Some(_) => return Err(malformed()),
    };
    if !MODELS.contains(&asked) {
        return Err(Box::new(Reply::unknown_model()));
    }
    let answers: Map<String, Value> = questions
        .iter()
        .map(|(name, question)| Ok((name.clone(), one(question)?)))
        .collect::<Result<_, Refused>>()?;
    let usage = Usage {
        prompt: tokens(state) + tokens(&Value::from(questions.clone()).to_string()),
        completion: answers.len() as u64,
        ..Usage::default()
    };
    let model = Arc::new(Model {
        id: asked.to_owned(),
        ..Model::default()
    });
    visit.admit(&model, (asked, Load::tokens(usage.prompt)), call)?;
    let reading = Reading {
        model: asked,
        answers,
        usage: Told {
            input_tokens: usage.prompt,
            output_tokens: usage.completion,
        },
    };
    let body = serde_json::to_vec(&reading).expect("strings and finite numbers always serialize");
    Ok(Reply::priced(body, usage, true))
}

fn one(question: &Value) -> Result<Value, Refused> {
    let kind = question.get("type").and_then(Value::as_str);
    match kind {
        Some("noul") => Ok(json!({"type": "noul", "noul": CONFIDENCE})),
        Some("choice") => choice(question.get("criteria").and_then(Value::as_object)),
        Some(_) | None => Err(malformed()),
    }
}

fn choice(criteria: Option<&Map<String, Value>>) -> Result<Value, Refused> {
    let criteria = criteria
        .filter(|criteria| (2..=26).contains(&criteria.len()))
        .ok_or_else(malformed)?;
    let chosen = criteria.keys().next().ok_or_else(malformed)?;
    let others = u32::try_from(criteria.len() - 1).unwrap_or(1);
    let probabilities: Map<String, Value> = criteria
        .keys()
        .map(|name| {
            let share = if name == chosen {
                CONFIDENCE
            } else {
                (1.0 - CONFIDENCE) / f64::from(others)
            };
            (name.clone(), json!(share))
        })
        .collect();
    Ok(json!({
        "type": "choice",
        "choice": chosen,
        "confidence": CONFIDENCE,
        "probabilities": probabilities,
    }))
}
