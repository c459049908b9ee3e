//! `POST /rerank` (siliconflow-api.md §2.5).
//!
//! The score is the share of the query's words that a document has.

use serde::Serialize;
use serde_json::Value;

use super::Visit;
use super::visit::{invalid, malformed, text, whole_number};
use crate::behaviour::Behaviour;
use crate::conversation::tokens;
use crate::customers::Load;
use crate::ledger::{Call, Usage};
use crate::reply::{Refused, Reply};

/// The answer, in the vendor's order of fields.
#[derive(Serialize)]
struct Ranking<'a> {
    id: String,
    results: Vec<Ranked<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    meta: Option<Meta>,
}

#[derive(Serialize)]
struct Ranked<'a> {
    index: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<Document<'a>>,
    relevance_score: f64,
}

#[derive(Serialize)]
struct Document<'a> {
    text: &'a str,
}

#[derive(Serialize)]
struct Meta {
    tokens: Tokens,
    billed_units: Billed,
}

#[derive(Clone, Copy, Serialize)]
#[expect(clippy::struct_field_names, reason = "the vendor's names")]
struct Tokens {
    input_tokens: u64,
    output_tokens: u64,
    image_tokens: u64,
}

#[derive(Serialize)]
struct Billed {
    #[serde(flatten)]
    tokens: Tokens,
    search_units: u64,
    classifications: u64,
}

/// Answers a request to sort documents.
pub(super) fn answer(visit: &Visit<'_>, call: &mut Call) -> Result<Reply, Refused> {
    let fields = visit.fields()?;
    let asked = text(fields, "model")?;
    let query = text(fields, "query")?;
    let documents = documents(fields.get("documents"))?;
    let top = whole_number(fields, "top_n", (1, u64::MAX))?;
    let shows = fields.get("return_documents").and_then(Value::as_bool);
    let model = visit.model(asked, &["reranker"])?;
    let prompt = documents
        .iter()
        .map(|document| tokens(query) + tokens(document))
        .sum();
    visit.admit(&model, (asked, Load::tokens(prompt)), call)?;
    let mut results: Vec<Ranked<'_>> = documents
        .iter()
        .enumerate()
        .map(|(index, &text)| Ranked {
            index,
            document: (shows == Some(true)).then_some(Document { text }),
            relevance_score: score(query, text),
        })
        .collect();
    results.sort_by(|one, other| other.relevance_score.total_cmp(&one.relevance_score));
    results.truncate(top.map_or(usize::MAX, |top| usize::try_from(top).unwrap_or(usize::MAX)));
    let is_told = *visit.behaviour != Behaviour::NoUsage;
    let counted = Tokens {
        input_tokens: prompt,
        output_tokens: 0,
        image_tokens: 0,
    };
    let ranking = Ranking {
        id: visit.world.ids().uuid7(),
        results,
        meta: is_told.then_some(Meta {
            tokens: counted,
            billed_units: Billed {
                tokens: counted,
                search_units: 0,
                classifications: 0,
            },
        }),
    };
    let body = serde_json::to_vec(&ranking).expect("strings and finite numbers always serialize");
    let usage = Usage {
        prompt,
        ..Usage::default()
    };
    Ok(Reply::priced(body, usage, is_told))
}

/// Texts, or objects with a text.
fn documents(value: Option<&Value>) -> Result<Vec<&str>, Refused> {
    let list = match value {
        None => return Err(invalid("Field required")),
        Some(Value::Array(list)) if !list.is_empty() => list,
        Some(Value::Array(_)) => return Err(malformed()),
        Some(_) => return Err(invalid("documents: Input should be a valid list")),
    };
    list.iter()
        .map(|document| match document {
            Value::String(text) => Ok(text.as_str()),
            Value::Object(parts) if parts.contains_key("text") || parts.contains_key("image") => {
                Ok(parts
                    .get("text")
                    .and_then(Value::as_str)
                    .unwrap_or_default())
            }
            _ => Err(malformed()),
        })
        .collect()
}

/// From 0.01 to 0.99, more for more words in common.
fn score(query: &str, document: &str) -> f64 {
    let document = document.to_lowercase();
    let query = query.to_lowercase();
    let words: Vec<&str> = query.split_whitespace().collect();
    let found = words.iter().filter(|word| document.contains(**word));
    let (found, all) = (found.count(), words.len().max(1));
    let share = u32::try_from(found * 98 / all).unwrap_or_default();
    f64::from(share + 1) / 100.0
}
