//! `POST /chat/completions` (siliconflow-api.md §2.1, §3).

mod frames;
mod parse;
pub(super) mod usage;
mod whole;

use std::sync::Arc;

use super::{Visit, faults};
use crate::behaviour::Behaviour;
use crate::conversation::{Answer, Ask};
use crate::customers::Load;
use crate::delivery::{FrameSource, Interrupted};
use crate::ids::{Ids, unix_seconds};
use crate::ledger::{Call, Usage};
use crate::model::{Model, Thinking};
use crate::prebuilt::{Mould, Prebuilt};
use crate::reply::{Refused, Reply};

use frames::ChatFrames;
pub(super) use parse::{check_types, message_list, required_text};
use usage::UsageTold;
pub(super) use whole::finish_reason;

/// The parts of an answer that stand in each of its chunks.
struct Letterhead {
    id: String,
    created: u64,
    model: String,
}

/// How the form of an answer differs from model to model and fault to fault.
#[derive(Clone, Copy)]
struct Form {
    usage: UsageTold,
    /// Whether usage has the fields of the prompt cache.
    tells_cache: bool,
    /// Whether the stream ends with `[DONE]`.
    done: bool,
}

impl Form {
    fn new(behaviour: &Behaviour, model: &Model) -> Self {
        Self {
            usage: UsageTold::of(behaviour),
            tells_cache: model.cached_nano.is_some(),
            done: *behaviour != Behaviour::NoDone,
        }
    }
}

/// Answers a chat request.
pub(super) fn answer(visit: &Visit<'_>, call: &mut Call) -> Reply {
    attempt(visit, call).unwrap_or_else(|refused| *refused)
}

fn attempt(visit: &Visit<'_>, call: &mut Call) -> Result<Reply, Refused> {
    let document = visit.document.ok_or_else(|| Box::new(Reply::malformed()))?;
    let ask = parse::ask(document)?;
    let model = visit.model(&ask.model, &["chat"])?;
    check(&ask, &model)?;
    let prompt = ask.prompt.tokens();
    visit.admit(&model, (&ask.model, Load::tokens(prompt)), call)?;
    let cached = match model.cached_nano {
        Some(_) => visit.customer.cached_tokens(&ask.model, &ask.prompt),
        None => 0,
    };
    let ids = visit.world.ids();
    let form = Form::new(visit.behaviour, &model);
    if !ask.stream {
        let answer = Answer::plan(&ask, &model, visit.behaviour, ids);
        let usage = answer.usage(prompt, cached);
        let body = whole::body(&answer, (usage, form), &letterhead(ask, &model, ids));
        let is_told = form.usage != UsageTold::Never;
        return Ok(Reply::priced(body, usage, is_told));
    }
    Ok(Reply::stream(stream(visit, (ask, &model), (cached, form))))
}

fn stream(
    visit: &Visit<'_>,
    (ask, model): (Ask, &Arc<Model>),
    (cached, form): (u64, Form),
) -> Box<dyn FrameSource + Send> {
    let ids = visit.world.ids();
    let prompt = ask.prompt.tokens();
    let answer = Answer::plan(&ask, model, visit.behaviour, ids);
    let begin = Usage {
        prompt,
        cached,
        ..Usage::default()
    };
    let mould = Mould {
        model: ask.model.clone(),
        prompt,
        cached,
        reasoning: answer.reasoning.is_some(),
    };
    let spelled = Behaviour::from_model(&ask.model);
    let is_repeatable = spelled.as_ref().is_some_and(Prebuilt::is_worth_keeping)
        && spelled.as_ref() == Some(visit.behaviour)
        && answer.tool.is_none();
    let frames = ChatFrames::new(answer, (begin, form), &letterhead(ask, model, ids));
    if is_repeatable {
        return Box::new(visit.world.prebuilt().get(mould, || Box::new(frames)));
    }
    let frames = Box::new(frames);
    match visit.behaviour {
        Behaviour::ErrorMidStream { after } => {
            Box::new(Interrupted::new(frames, *after, faults::error_event()))
        }
        _ => frames,
    }
}

fn letterhead(ask: Ask, model: &Model, ids: &Ids) -> Letterhead {
    Letterhead {
        id: ids.uuid7(),
        created: unix_seconds(),
        model: model.shown_as(ask.model),
    }
}

/// What only the model can refuse.
fn check(ask: &Ask, model: &Model) -> Result<(), Refused> {
    if ask.thinking.is_some() && model.thinking == Thinking::Never {
        return Err(Box::new(Reply::invalid(
            "Value error, current model does not support parameter `enable_thinking`.",
        )));
    }
    check_length(ask, model)
}

/// Refuses a prompt that is longer than the model's window.
pub(super) fn check_length(ask: &Ask, model: &Model) -> Result<(), Refused> {
    let (prompt, window) = (ask.prompt.tokens(), model.context_tokens);
    if window > 0 && prompt >= window {
        return Err(Box::new(Reply::invalid(&format!(
            "length of prompt_tokens ({prompt}) must be less than max_seq_len ({window})."
        ))));
    }
    Ok(())
}
