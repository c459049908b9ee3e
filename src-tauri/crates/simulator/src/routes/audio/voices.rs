//! Uploads, lists and deletions of voices (siliconflow-api.md §2.9 to §2.11).

use serde::Serialize;
use serde_json::{Value, json};

use crate::ledger::Call;
use crate::reply::{Refused, Reply};
use crate::resources::{ResourceKind, Voice};
use crate::routes::Visit;
use crate::routes::visit::{invalid, malformed, text};

/// One voice in a list, in the vendor's order of fields.
#[derive(Serialize)]
struct Item {
    model: String,
    #[serde(rename = "customName")]
    custom_name: String,
    text: String,
    uri: String,
}

/// `POST /uploads/audio/voice`, as a form or as JSON.
pub(crate) fn upload(visit: &Visit<'_>, call: &mut Call) -> Result<Reply, Refused> {
    let fields = visit.fields()?;
    let asked = text(fields, "model")?;
    let custom_name = text(fields, "customName")?;
    let said = text(fields, "text")?;
    let has_file = visit.form.is_some_and(|form| form.file("file").is_some());
    match fields.get("audio") {
        Some(Value::String(audio)) if audio.starts_with("data:audio/") => {}
        None if has_file => {}
        None => return Err(invalid("Field required")),
        Some(_) => return Err(malformed()),
    }
    let model = visit.model(asked, &["text-to-speech"])?;
    visit.check_verified()?;
    let account = visit.account();
    let uri = visit.world.ids().voice(custom_name, account);
    let voice = Voice {
        model: model.shown_as(asked.to_owned()),
        custom_name: custom_name.to_owned(),
        text: said.to_owned(),
    };
    visit.world.resources().voices.put((&uri, account), voice);
    visit.made((ResourceKind::Voice, &uri), call);
    Ok(Reply::json(200, json!({"uri": uri}).to_string()))
}

/// `GET /audio/voice/list`: the account's voices, newest first.
pub(crate) fn list(visit: &Visit<'_>) -> Reply {
    let items = visit
        .world
        .resources()
        .voices
        .of(visit.account(), |uri, voice| Item {
            model: voice.model.clone(),
            custom_name: voice.custom_name.clone(),
            text: voice.text.clone(),
            uri: uri.to_owned(),
        });
    let items = serde_json::to_string(&items).expect("strings always serialize");
    let key = if visit.world.switches().voice_results {
        "results"
    } else {
        "result"
    };
    Reply::json(200, format!(r#"{{"{key}":{items}}}"#))
}

/// `POST /audio/voice/deletions`.
pub(crate) fn delete(visit: &Visit<'_>) -> Result<Reply, Refused> {
    let uri = text(visit.fields()?, "uri")?;
    if !visit.world.resources().voices.remove(uri, visit.account()) {
        return Err(malformed());
    }
    Ok(Reply::json(200, r#""""#))
}
