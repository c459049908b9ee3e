//! `POST /messages`, the Anthropic protocol (siliconflow-api.md §2.2, §3.5).

mod frames;
mod parse;
mod whole;

use super::chat::check_length;
use super::{Visit, faults};
use crate::behaviour::Behaviour;
use crate::conversation::{Answer, Finish};
use crate::customers::Load;
use crate::delivery::{FrameSource, Interrupted};
use crate::ledger::{Call, Usage};
use crate::refusal::anthropic_envelope;
use crate::reply::{Refused, Reply};

use frames::MessageFrames;

/// What an answer has beside its content.
struct Letterhead {
    id: String,
    /// Signature of the thinking block.
    signature: String,
    model: String,
}

/// How the form of a stream differs from switch to switch and fault to fault.
#[derive(Clone, Copy)]
struct Form {
    tells_usage: bool,
    ending: Ending,
    /// Text deltas carry the index of another block.
    wrong_index: bool,
}

/// How a stream ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// With nothing, after the last content.
    Missing,
    /// With `message_stop`.
    Stop,
    /// With `message_stop` and `[DONE]`.
    StopAndDone,
}

/// Answers a request for a message.
pub(super) fn answer(visit: &Visit<'_>, call: &mut Call) -> Reply {
    attempt(visit, call).unwrap_or_else(|refused| *refused)
}

fn attempt(visit: &Visit<'_>, call: &mut Call) -> Result<Reply, Refused> {
    let document = visit.document.ok_or_else(|| Box::new(Reply::malformed()))?;
    let ask = parse::ask(document)?;
    let model = visit
        .world
        .catalogue()
        .find(&ask.model)
        .filter(|model| model.sub_type == "chat")
        .ok_or_else(|| unknown_model(&ask.model))?;
    check_length(&ask, &model)?;
    let prompt = ask.prompt.tokens();
    visit.admit(&model, (&ask.model, Load::tokens(prompt)), call)?;
    let cached = match model.cached_nano {
        Some(_) => visit.customer.cached_tokens(&ask.model, &ask.prompt),
        None => 0,
    };
    let ids = visit.world.ids();
    let answer = Answer::plan(&ask, &model, visit.behaviour, ids);
    let head = Letterhead {
        id: ids.message(),
        signature: ids.signature(),
        model: model.shown_as(ask.model),
    };
    let tells_usage = *visit.behaviour != Behaviour::NoUsage;
    if !ask.stream {
        let usage = answer.usage(prompt, cached);
        let body = whole::body(&answer, (usage, tells_usage), &head);
        return Ok(Reply::priced(body, usage, tells_usage));
    }
    let form = Form {
        tells_usage,
        ending: match visit.behaviour {
            Behaviour::NoDone => Ending::Missing,
            _ if visit.world.switches().messages_done => Ending::StopAndDone,
            _ => Ending::Stop,
        },
        wrong_index: *visit.behaviour == Behaviour::WrongBlockIndex,
    };
    let begin = Usage {
        prompt,
        cached,
        ..Usage::default()
    };
    let frames = Box::new(MessageFrames::new(answer, (begin, form), head));
    Ok(Reply::stream(interrupted(frames, visit.behaviour)))
}

fn interrupted(frames: Box<MessageFrames>, behaviour: &Behaviour) -> Box<dyn FrameSource + Send> {
    match behaviour {
        Behaviour::ErrorMidStream { after } => {
            Box::new(Interrupted::new(frames, *after, faults::error_event()))
        }
        _ => frames,
    }
}

/// The one error that is known to come in Anthropic's envelope.
fn unknown_model(model: &str) -> Refused {
    let message = format!("模型配置不存在: {model}");
    Box::new(Reply::json(
        400,
        anthropic_envelope("invalid_request_error", &message),
    ))
}

fn stop_reason(finish: Finish) -> &'static str {
    match finish {
        Finish::Stop => "end_turn",
        Finish::Length => "max_tokens",
        Finish::ToolCalls => "tool_use",
    }
}

/// Usage in Anthropic's terms: `input_tokens` are those not read from a cache.
fn usage_fields(usage: Usage) -> String {
    let input = usage.prompt - usage.cached;
    match usage.cached {
        0 => format!(r#""input_tokens":{input}"#),
        cached => format!(r#""input_tokens":{input},"cache_read_input_tokens":{cached}"#),
    }
}
