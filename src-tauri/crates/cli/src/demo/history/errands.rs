//! Requests that are no conversations: pictures, speech, embeddings.

use std::sync::Arc;

use flowkeep_core::model::{RequestRecord, Units, Usage};

use super::Dice;

/// Of 100 requests so many are errands.
const SHARE: u64 = 7;

/// Turns some good conversations into errands, which are counted by other units.
pub(super) fn some(record: RequestRecord, dice: &mut Dice) -> RequestRecord {
    if dice.below(100) >= SHARE {
        return record;
    }
    match dice.below(3) {
        0 => pictures(record, dice),
        1 => speech(record, dice),
        _ => embeddings(record, dice),
    }
}

fn pictures(record: RequestRecord, dice: &mut Dice) -> RequestRecord {
    let units = Units {
        images: Some(1 + dice.below(2)),
        ..Units::default()
    };
    errand(record, ("images/generations", "Qwen/Qwen-Image"), units)
}

fn speech(record: RequestRecord, dice: &mut Dice) -> RequestRecord {
    let units = Units {
        bytes: Some(dice.around(1_200)),
        ..Units::default()
    };
    errand(
        record,
        ("audio/speech", "FunAudioLLM/CosyVoice2-0.5B"),
        units,
    )
}

fn embeddings(record: RequestRecord, dice: &mut Dice) -> RequestRecord {
    let usage = Usage {
        prompt_tokens: Some(dice.around(3_000)),
        ..Usage::default()
    };
    let what = ("embeddings", "Pro/BAAI/bge-m3");
    RequestRecord {
        usage,
        ..errand(record, what, Units::default())
    }
}

fn errand(record: RequestRecord, what: (&str, &str), units: Units) -> RequestRecord {
    let (route, model) = what;
    RequestRecord {
        route: route.to_owned(),
        model_asked: Some(Arc::from(model)),
        stream: false,
        usage: Usage::default(),
        estimated_tokens: None,
        units,
        ..record
    }
}
