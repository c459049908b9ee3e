//! `POST /files` and `GET /files` (siliconflow-api.md §2.14), and what a batch left
//! behind where the script says so.
//!
//! The content of a file is counted and thrown away, so that an upload of any
//! size needs no memory. `purpose` is documented as required for the list;
//! without it all files are listed.

use serde::Serialize;
use serde_json::Value;

use super::Visit;
use super::path::{below_version, file_content_id};
use super::visit::{invalid, text};
use crate::ids::unix_seconds;
use crate::ledger::Call;
use crate::reply::{BINARY, Refused, Reply};
use crate::resources::{File, ResourceKind};

/// Files in a list without `limit`.
const PAGE: usize = 10;

/// A new file; mind `createdAt`, which a list spells otherwise.
#[derive(Serialize)]
struct NewFile<'a> {
    id: &'a str,
    object: &'static str,
    bytes: u64,
    #[serde(rename = "createdAt")]
    created_at: u64,
    filename: &'a str,
    purpose: &'a str,
}

/// A file in a list.
#[derive(Serialize)]
struct Listed {
    id: String,
    object: &'static str,
    bytes: u64,
    created_at: u64,
    filename: String,
    purpose: String,
    line_count: u64,
}

/// The envelope of good answers, in the vendor's order of fields.
#[derive(Serialize)]
struct Envelope<T> {
    code: u32,
    message: &'static str,
    status: bool,
    data: T,
}

/// The list in its envelope.
#[derive(Serialize)]
struct List {
    data: Vec<Listed>,
    object: &'static str,
}

/// Takes a file.
pub(super) fn upload(visit: &Visit<'_>, call: &mut Call) -> Result<Reply, Refused> {
    let fields = visit.fields()?;
    let purpose = text(fields, "purpose")?;
    let part = visit.form.and_then(|form| form.file("file"));
    let part = part.ok_or_else(|| invalid("Field required"))?;
    let file = File {
        bytes: part.bytes,
        created_at: unix_seconds(),
        filename: part.file_name.clone().unwrap_or_default(),
        purpose: purpose.to_owned(),
        line_count: part.lines,
        first_model: first_model(&part.beginning),
        listed: true,
    };
    let id = visit.world.ids().file();
    let body = good(&NewFile {
        id: &id,
        object: "file",
        bytes: file.bytes,
        created_at: file.created_at,
        filename: &file.filename,
        purpose: &file.purpose,
    });
    let owner = visit.account();
    visit.world.resources().files.put((&id, owner), file);
    visit.made((ResourceKind::File, &id), call);
    Ok(Reply::json(200, body))
}

/// What a batch of the account left behind; other contents are thrown away.
pub(super) fn content(visit: &Visit<'_>) -> Result<Reply, Refused> {
    let below = below_version(visit.head.uri.path());
    let id = file_content_id(below).unwrap_or_default();
    let files = &visit.world.resources().files;
    let is_result = files.with((id, visit.account()), |file| !file.listed);
    let results = visit.world.batch_results();
    match results.filter(|_| is_result == Some(true)) {
        Some(results) => Ok(Reply::whole(200, BINARY, results.clone())),
        None => Err(Box::new(Reply::no_such_resource())),
    }
}

/// Lists the account's files, newest first, those after `after`.
pub(super) fn list(visit: &Visit<'_>) -> Result<Reply, Refused> {
    let limit = visit.limit(PAGE)?;
    let purpose = visit.query("purpose");
    let files = visit
        .world
        .resources()
        .files
        .of(visit.account(), |id, file| {
            let is_wanted = file.listed && purpose.is_none_or(|purpose| purpose == file.purpose);
            is_wanted.then(|| Listed {
                id: id.to_owned(),
                object: "file",
                bytes: file.bytes,
                created_at: file.created_at,
                filename: file.filename.clone(),
                purpose: file.purpose.clone(),
                line_count: file.line_count,
            })
        });
    let mut files: Vec<Listed> = files.into_iter().flatten().collect();
    if let Some(after) = visit.query("after") {
        let start = files.iter().position(|file| file.id == after);
        files = files.split_off(start.map_or(files.len(), |at| at + 1));
    }
    files.truncate(limit);
    let body = good(&List {
        data: files,
        object: "file",
    });
    Ok(Reply::json(200, body))
}

fn good(data: &impl Serialize) -> Vec<u8> {
    let envelope = Envelope {
        code: 20000,
        message: "Ok",
        status: true,
        data,
    };
    serde_json::to_vec(&envelope).expect("strings and numbers always serialize")
}

/// The model that the first request of a batch asks for.
fn first_model(beginning: &[u8]) -> Option<String> {
    let line = beginning.split(|byte| *byte == b'\n').next()?;
    let request: Value = serde_json::from_slice(line).ok()?;
    let model = request.get("body")?.get("model")?;
    model.as_str().map(str::to_owned)
}
