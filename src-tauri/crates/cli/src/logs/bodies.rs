//! Bodies that were kept (D17): how much there is, what they say, and removing
//! them.

use std::fmt::Write as _;

use flowkeep_contract::{CapturedBodies, CapturedBody, Empty};
use jiff::tz::TimeZone;

use super::{details, words};
use crate::args::ClearBodiesArgs;
use crate::engine::{self, Place};
use crate::failure::Failure;
use crate::variables::Variables;
use crate::{consent, output};

const WARNING: &str = "this removes the kept bodies of all requests for good";

/// Removes the bodies of all requests.
pub(super) async fn clear(args: &ClearBodiesArgs, variables: &Variables) -> Result<(), Failure> {
    let place = Place::resolve(&args.place, variables)?;
    place.needs_lasting_vault()?;
    if !args.yes && !consent::given(WARNING, "say --yes")? {
        return Err(Failure::Failed("nothing was removed".to_owned()));
    }
    let app = engine::open_beside(&place).await?;
    let report = app.clear_bodies(Empty {}).await;
    app.close().await;
    let report = report?;
    for path in &report.damaged_copies {
        output::note(&format!(
            "bodies may still be in {}, a damaged log that was set aside; delete it, and the \
             files whose names begin as its own, when you have no use for it",
            output::plain(path)
        ));
    }
    output::line(&format!(
        "removed the bodies of {} requests",
        report.removed
    ))
}

/// How much is kept and how long, without what it says.
pub(super) fn summary(bodies: &CapturedBodies, zone: &TimeZone) -> String {
    format!(
        "bodies are kept until {}\nrequest: {}\nanswer: {}",
        details::moment(bodies.expires_at_ms, zone),
        output::plain(&size(&bodies.request)),
        output::plain(&size(&bodies.response)),
    )
}

fn size(body: &CapturedBody) -> String {
    let mut text = format!("{} bytes", body.bytes);
    if let Some(kind) = &body.content_type {
        // Writing to a String cannot fail.
        let _ = write!(text, ", {}", kind.replace('\n', " "));
    }
    if body.is_cut {
        text.push_str(", only its beginning is kept");
    }
    if let Some(why) = body.left_out {
        let _ = write!(text, ", {}", words::left_out(why));
    }
    text
}

/// What was asked and answered, as far as it is kept.
pub(super) fn words_of(bodies: &CapturedBodies) -> String {
    let part = |name: &str, body: &CapturedBody| {
        let text = body.text.as_deref().map(readable).unwrap_or_default();
        format!("\n--- {name} ---\n{text}")
    };
    format!(
        "{}\n{}",
        part("request", &bodies.request),
        part("answer", &bodies.response)
    )
}

/// Without what steers a terminal (S38); lines and their indents stay.
fn readable(text: &str) -> String {
    output::plain(&text.replace('\t', "    "))
}

/// The same without what was asked and answered.
pub(super) fn without_words(bodies: CapturedBodies) -> CapturedBodies {
    let without = |body| CapturedBody { text: None, ..body };
    CapturedBodies {
        request: without(bodies.request),
        response: without(bodies.response),
        expires_at_ms: bodies.expires_at_ms,
    }
}

#[cfg(test)]
mod tests;
