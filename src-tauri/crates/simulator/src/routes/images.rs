//! `POST /images/generations` (siliconflow-api.md §2.7).

use serde::Serialize;
use serde_json::Value;

use super::Visit;
use super::outputs::{self, Output};
use super::visit::{check_number, malformed, text, whole_number};
use crate::customers::Load;
use crate::ids::unix_seconds;
use crate::ledger::{Call, Work};
use crate::reply::{Refused, Reply};

const MAX_SEED: u64 = 9_999_999_999;
/// Seconds the pictures are said to have taken.
const INFERENCE_S: f64 = 0.936;
const MAKES_IMAGES: [&str; 2] = ["text-to-image", "image-to-image"];

/// The answer, in the vendor's order of fields, then what some clients read.
#[derive(Serialize)]
struct Answer<'a> {
    images: &'a [Image],
    timings: Timings,
    seed: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    created: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a [Image]>,
}

#[derive(Serialize)]
struct Image {
    url: String,
}

#[derive(Serialize)]
struct Timings {
    inference: f64,
}

/// Answers a request for pictures.
pub(super) fn answer(visit: &Visit<'_>, call: &mut Call) -> Result<Reply, Refused> {
    let fields = visit.fields()?;
    let asked = text(fields, "model")?;
    text(fields, "prompt")?;
    if let Some(size) = fields.get("image_size") {
        check_size(size)?;
    }
    let seed = whole_number(fields, "seed", (0, MAX_SEED))?.unwrap_or(1);
    let images = whole_number(fields, "batch_size", (1, 4))?.unwrap_or(1);
    whole_number(fields, "num_inference_steps", (1, 100))?;
    check_number(fields, "guidance_scale", (0.0, 20.0))?;
    check_number(fields, "cfg", (0.1, 20.0))?;
    let model = visit.model(asked, &MAKES_IMAGES)?;
    visit.admit(&model, (asked, Load { tokens: 0, images }), call)?;
    call.works(Work {
        images,
        ..Work::default()
    });
    let images: Vec<Image> = (0..images)
        .map(|_| Image {
            url: outputs::url(visit.world, Output::Image),
        })
        .collect();
    let says_data = visit.world.switches().image_data;
    let answer = Answer {
        images: &images,
        timings: Timings {
            inference: INFERENCE_S,
        },
        seed,
        created: says_data.then(unix_seconds),
        data: says_data.then_some(images.as_slice()),
    };
    let body = serde_json::to_vec(&answer).expect("strings and finite numbers always serialize");
    Ok(Reply::json(200, body))
}

/// `WxH`; which sizes a model has is its own affair.
fn check_size(size: &Value) -> Result<(), Refused> {
    let is_size = size
        .as_str()
        .and_then(|text| text.split_once('x'))
        .is_some_and(|(wide, high)| wide.parse::<u32>().is_ok() && high.parse::<u32>().is_ok());
    if is_size { Ok(()) } else { Err(malformed()) }
}
