//! `POST /completions` (siliconflow-api.md §2.3): prompt, suffix, text.

mod frames;

use serde_json::{Map, Value};

use super::chat::usage::{UsageTold, push_field, put, put_string};
use super::chat::{check_length, check_types, finish_reason, required_text};
use super::visit::invalid;
use super::{Visit, faults};
use crate::behaviour::Behaviour;
use crate::conversation::{Answer, Ask, LastSaid, ToolChoice, tokens};
use crate::customers::{Load, Prompt};
use crate::delivery::Interrupted;
use crate::ids::unix_seconds;
use crate::ledger::{Call, Usage};
use crate::reply::{Refused, Reply};

use frames::CompletionFrames;

/// Answers with a text.
pub(super) fn answer(visit: &Visit<'_>, call: &mut Call) -> Result<Reply, Refused> {
    let ask = ask(visit.fields()?)?;
    let model = visit.model(&ask.model, &["chat"])?;
    check_length(&ask, &model)?;
    let prompt = ask.prompt.tokens();
    visit.admit(&model, (&ask.model, Load::tokens(prompt)), call)?;
    let ids = visit.world.ids();
    let behaviour = match visit.behaviour {
        // A completion has neither.
        Behaviour::Reasoning | Behaviour::ToolCall => &Behaviour::Ok,
        other => other,
    };
    let answer = Answer::plan(&ask, &model, behaviour, ids);
    let told = match UsageTold::of(behaviour) {
        told @ (UsageTold::Never | UsageTold::Last) => told,
        // The odd places are those of chat.
        _ => UsageTold::InEachChunk,
    };
    let stream = ask.stream;
    let opening = opening(&ids.uuid7(), &model.shown_as(ask.model));
    if !stream {
        let usage = answer.usage(prompt, 0);
        let body = whole(&answer, opening, (usage, told));
        return Ok(Reply::priced(body, usage, told != UsageTold::Never));
    }
    let done = *behaviour != Behaviour::NoDone;
    let begin = Usage {
        prompt,
        ..Usage::default()
    };
    let frames = Box::new(CompletionFrames::new(answer, (begin, told, done), &opening));
    Ok(Reply::stream(match behaviour {
        Behaviour::ErrorMidStream { after } => {
            Box::new(Interrupted::new(frames, *after, faults::error_event()))
        }
        _ => frames,
    }))
}

fn ask(fields: &Map<String, Value>) -> Result<Ask, Refused> {
    let model = required_text(fields, "model")?;
    let before = required_text(fields, "prompt")?;
    check_types(fields)?;
    let after = match fields.get("suffix") {
        None | Some(Value::Null) => "",
        Some(Value::String(after)) => after,
        Some(_) => return Err(invalid("suffix: Input should be a valid string")),
    };
    let said = format!("{before}{after}");
    let mut prompt = Prompt::default();
    prompt.push(&said, tokens(&said));
    Ok(Ask {
        model: model.to_owned(),
        stream: fields.get("stream").and_then(Value::as_bool) == Some(true),
        prompt,
        last: LastSaid::User(said),
        tools: Vec::new(),
        tool_choice: ToolChoice::None,
        max_tokens: fields.get("max_tokens").and_then(Value::as_u64),
        thinking: Some(false),
    })
}

/// An answer or a chunk up to and including `"model":"…"`.
fn opening(id: &str, model: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(512);
    put(
        &mut out,
        format_args!(
            r#"{{"id":"{id}","object":"text_completion","created":{},"model":"#,
            unix_seconds()
        ),
    );
    put_string(&mut out, model);
    out
}

fn whole(answer: &Answer, mut out: Vec<u8>, (usage, told): (Usage, UsageTold)) -> Vec<u8> {
    push_choice(
        &mut out,
        &answer.text.whole(),
        Some(finish_reason(answer.finish)),
    );
    if told != UsageTold::Never {
        push_field(&mut out, usage, false);
    }
    out.push(b'}');
    out
}

/// Appends the one choice.
fn push_choice(out: &mut Vec<u8>, text: &str, finish: Option<&str>) {
    out.extend_from_slice(br#","choices":[{"index":0,"text":"#);
    put_string(out, text);
    match finish {
        Some(reason) => put(out, format_args!(r#","finish_reason":"{reason}""#)),
        None => out.extend_from_slice(br#","finish_reason":null"#),
    }
    out.extend_from_slice(br#","logprobs":null}]"#);
}
