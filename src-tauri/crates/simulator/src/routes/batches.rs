//! `/batches` (siliconflow-api.md §2.15).
//!
//! A batch goes on from state to state with the calls that look at it, or with
//! time, as the script says. Its requests are not made and cost nothing.

use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::Visit;
use super::path::{batch_id, below_version};
use super::visit::{invalid, malformed, text};
use crate::behaviour::Behaviour;
use crate::ledger::Call;
use crate::reply::{Refused, Reply};
use crate::resources::{Batch, BatchState, File, Order, ResourceKind};

/// Batches in a list without `limit`.
const PAGE: usize = 20;
/// The models that take batches (2026-08).
const BATCH_MODELS: [&str; 3] = [
    "deepseek-ai/DeepSeek-V3",
    "deepseek-ai/DeepSeek-V3.1-Terminus",
    "deepseek-ai/DeepSeek-R1",
];
const NO_BATCH: &str = "This model does not support batch inference";
const MOST_METADATA: usize = 16;

/// A list, in the vendor's order of fields.
#[derive(Serialize)]
struct List {
    object: &'static str,
    data: Vec<Box<RawValue>>,
    first_id: Option<String>,
    last_id: Option<String>,
    has_more: bool,
}

/// Makes a batch from a file of the account.
pub(super) fn create(visit: &Visit<'_>, call: &mut Call) -> Result<Reply, Refused> {
    let fields = visit.fields()?;
    let order = order(visit, fields)?;
    let resources = visit.world.resources();
    let ids = visit.world.ids();
    let (id, output) = (ids.batch(), ids.file());
    let batch = Batch::new(order, output, visit.world.clock());
    let body = batch.fresh(&id);
    resources.batches.put((&id, visit.account()), batch);
    visit.made((ResourceKind::Batch, &id), call);
    Ok(object(&body))
}

fn order(visit: &Visit<'_>, fields: &Map<String, Value>) -> Result<Order, Refused> {
    let input = text(fields, "input_file_id")?;
    let endpoint = text(fields, "endpoint")?;
    let window = text(fields, "completion_window")?;
    let metadata = fields.get("metadata").cloned().unwrap_or_default();
    let too_much = metadata
        .as_object()
        .is_some_and(|entries| entries.len() > MOST_METADATA);
    if !endpoint.starts_with("/v1/") || too_much {
        return Err(malformed());
    }
    let window_hours = window
        .strip_suffix('h')
        .and_then(|hours| hours.parse().ok())
        .filter(|hours| (24..=336).contains(hours))
        .ok_or_else(malformed)?;
    let files = &visit.world.resources().files;
    let file = files
        .with((input, visit.account()), |file| file.clone())
        .ok_or_else(malformed)?;
    let replaced = fields
        .get("replace")
        .and_then(|replace| replace.get("model"));
    let model = replaced
        .and_then(Value::as_str)
        .or(file.first_model.as_deref());
    check_model(model)?;
    Ok(Order {
        endpoint: endpoint.to_owned(),
        input_file_id: input.to_owned(),
        file_name: file.filename,
        completion_window: window.to_owned(),
        window_hours,
        metadata,
        lines: file.line_count,
        fails: *visit.behaviour == Behaviour::JobFails,
    })
}

fn check_model(model: Option<&str>) -> Result<(), Refused> {
    let is_known = |model: &str| BATCH_MODELS.contains(&model) || model.starts_with("sim/");
    if model.is_none_or(is_known) {
        Ok(())
    } else {
        Err(invalid(NO_BATCH))
    }
}

/// Shows one batch; another account's id is as good as none.
pub(super) fn show(visit: &Visit<'_>) -> Result<Reply, Refused> {
    let id = id_of(visit);
    let (account, clock) = (visit.account(), visit.world.clock());
    let resources = visit.world.resources();
    let (body, finished) = resources
        .batches
        .with((id, account), |batch| {
            let (body, state) = batch.look(id, clock);
            let output = batch.output_file_id().to_owned();
            (body, (state == BatchState::Completed).then_some(output))
        })
        .ok_or_else(none)?;
    if let Some(output) = finished
        && resources.files.owner(&output).is_none()
    {
        resources.files.put((&output, account), results());
    }
    Ok(object(&body))
}

/// Cancels one batch, unless it is over.
pub(super) fn cancel(visit: &Visit<'_>) -> Result<Reply, Refused> {
    let id = id_of(visit);
    let clock = visit.world.clock();
    let batches = &visit.world.resources().batches;
    let body = batches
        .with((id, visit.account()), |batch| batch.cancel(id, clock))
        .ok_or_else(none)?;
    Ok(object(&body))
}

/// Lists the account's batches, newest first, those after `after`.
pub(super) fn list(visit: &Visit<'_>) -> Result<Reply, Refused> {
    let limit = visit.limit(PAGE)?;
    let clock = visit.world.clock();
    let batches = &visit.world.resources().batches;
    let mut all = batches.of(visit.account(), |id, batch| {
        (id.to_owned(), batch.peek(id, clock))
    });
    if let Some(after) = visit.query("after") {
        let start = all.iter().position(|(id, _)| id == after);
        all = all.split_off(start.map_or(all.len(), |at| at + 1));
    }
    let has_more = all.len() > limit;
    all.truncate(limit);
    let list = List {
        object: "list",
        first_id: all.first().map(|(id, _)| id.clone()),
        last_id: all.last().map(|(id, _)| id.clone()),
        has_more,
        data: all.into_iter().map(|(_, body)| body).collect(),
    };
    let body = serde_json::to_vec(&list).expect("strings always serialize");
    Ok(Reply::json(200, body))
}

fn id_of<'a>(visit: &Visit<'a>) -> &'a str {
    batch_id(below_version(visit.head.uri.path())).map_or("", |(id, _)| id)
}

fn none() -> Refused {
    Box::new(Reply::no_such_resource())
}

fn object(body: &RawValue) -> Reply {
    Reply::json(200, body.get().to_owned())
}

/// The file with the results, which is in no list.
fn results() -> File {
    File {
        bytes: 0,
        created_at: 0,
        filename: String::new(),
        purpose: "batch_output".to_owned(),
        line_count: 0,
        first_model: None,
        listed: false,
    }
}
