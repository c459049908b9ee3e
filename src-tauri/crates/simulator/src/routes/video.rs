//! `POST /video/submit` and `/video/status` (siliconflow-api.md §2.13).
//!
//! A clip is paid when it is accepted. It goes on from state to state with the
//! calls that look at it, or with time, as the script says.

use serde::Serialize;
use serde_json::{Value, json};

use super::Visit;
use super::outputs::{self, Output};
use super::visit::{invalid, malformed, text, whole_number};
use crate::behaviour::Behaviour;
use crate::customers::Load;
use crate::ledger::{Call, Work};
use crate::reply::{Refused, Reply};
use crate::resources::{Job, ResourceKind, Video};

const SIZES: [&str; 3] = ["1280x720", "720x1280", "960x960"];
const TO_VIDEO: [&str; 2] = ["text-to-video", "image-to-video"];
const MAX_SEED: u64 = 9_999_999_999;
/// Seconds a clip is said to have taken.
const INFERENCE_S: f64 = 184.86;

/// The answer to a question for the state, in the vendor's order of fields.
#[derive(Serialize)]
struct Shown<'a> {
    status: &'static str,
    reason: &'static str,
    results: Results<'a>,
    position: u64,
}

#[derive(Serialize)]
struct Results<'a> {
    videos: Vec<Clip<'a>>,
    timings: Timings,
    seed: u64,
}

#[derive(Serialize)]
struct Clip<'a> {
    url: &'a str,
}

#[derive(Serialize)]
struct Timings {
    inference: f64,
}

/// Asks for a clip.
pub(super) fn submit(visit: &Visit<'_>, call: &mut Call) -> Result<Reply, Refused> {
    let fields = visit.fields()?;
    let asked = text(fields, "model")?;
    text(fields, "prompt")?;
    if !SIZES.contains(&text(fields, "image_size")?) {
        return Err(malformed());
    }
    let seed = whole_number(fields, "seed", (0, MAX_SEED))?.unwrap_or(1);
    let model = visit.model(asked, &TO_VIDEO)?;
    let has_image = fields.get("image").and_then(Value::as_str).is_some();
    if model.sub_type == "image-to-video" && !has_image {
        return Err(invalid("Field required"));
    }
    visit.admit(&model, (asked, Load::default()), call)?;
    call.works(Work {
        clips: 1,
        ..Work::default()
    });
    let id = visit.world.ids().video();
    let video = Video {
        job: Job::begin(visit.world.clock()),
        seed,
        url: outputs::url(visit.world, Output::Clip),
        fails: *visit.behaviour == Behaviour::JobFails,
    };
    let account = visit.account();
    visit.world.resources().videos.put((&id, account), video);
    visit.made((ResourceKind::Video, &id), call);
    Ok(Reply::json(200, json!({"requestId": id}).to_string()))
}

/// Tells how far a clip is; another account's id is as good as none.
pub(super) fn status(visit: &Visit<'_>) -> Result<Reply, Refused> {
    let id = text(visit.fields()?, "requestId")?;
    let clock = visit.world.clock();
    let found = visit
        .world
        .resources()
        .videos
        .with((id, visit.account()), |video| {
            let stage = video.job.look(clock);
            (stage, video.clone())
        });
    let (stage, video) = found.ok_or_else(|| Box::new(Reply::no_such_resource()))?;
    let (status, reason) = match stage {
        0 => ("InQueue", ""),
        1 => ("InProgress", ""),
        _ if video.fails => ("Failed", "the video could not be made"),
        _ => ("Succeed", ""),
    };
    let is_made = status == "Succeed";
    let shown = Shown {
        status,
        reason,
        results: Results {
            videos: is_made
                .then_some(Clip { url: &video.url })
                .into_iter()
                .collect(),
            timings: Timings {
                inference: if is_made { INFERENCE_S } else { 0.0 },
            },
            seed: if is_made { video.seed } else { 0 },
        },
        position: 0,
    };
    let body = serde_json::to_vec(&shown).expect("strings and numbers always serialize");
    Ok(Reply::json(200, body))
}
