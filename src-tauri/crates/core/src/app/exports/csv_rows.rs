//! Rows for spreadsheets. Nothing in a cell is taken for a formula, and no
//! control character gets through (S38).

use flowkeep_contract::{CostView, RequestView};
use jiff::Timestamp;

use crate::model::Nano;

const HEAD: [&str; 34] = [
    "id",
    "request_id",
    "started_at",
    "route",
    "model",
    "model_used",
    "client",
    "user_agent",
    "account",
    "key",
    "stream",
    "status",
    "outcome",
    "error",
    "vendor_code",
    "trace_id",
    "attempts",
    "prompt_tokens",
    "completion_tokens",
    "cached_tokens",
    "reasoning_tokens",
    "estimated_tokens",
    "image_tokens",
    "images",
    "clips",
    "bytes",
    "sound_ms",
    "cost",
    "currency",
    "cost_incomplete",
    "price",
    "saved",
    "first_byte_ms",
    "duration_ms",
];

/// The rows, under their head when they are the first ones.
pub(super) fn table(page: &[RequestView], with_head: bool) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let written = (|| {
        if with_head {
            writer.write_record(HEAD)?;
        }
        page.iter()
            .try_for_each(|row| writer.write_record(cells(row)))
    })();
    written.expect("memory takes all writes, and all rows are as long as the head");
    writer.into_inner().expect("memory takes all writes")
}

fn cells(row: &RequestView) -> [String; HEAD.len()] {
    let started = Timestamp::from_millisecond(row.started_at_ms).unwrap_or_default();
    let cost = row.cost.as_ref();
    let of_cost = |read: fn(&CostView) -> Option<String>| cost.and_then(read).unwrap_or_default();
    [
        row.id.to_string(),
        row.request_id.clone(),
        started.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
        plain(&row.route),
        maybe(row.model.as_deref()),
        maybe(row.model_used.as_deref()),
        plain(&row.client),
        maybe(row.user_agent.as_deref()),
        maybe(row.account.as_deref()),
        maybe(row.key_last_four.as_deref()),
        row.stream.to_string(),
        row.status.to_string(),
        word(&row.outcome),
        maybe(row.error.as_deref()),
        number(row.vendor_code),
        maybe(row.trace_id.as_deref()),
        row.attempts.to_string(),
        number(row.prompt_tokens),
        number(row.completion_tokens),
        number(row.cached_tokens),
        number(row.reasoning_tokens),
        number(row.estimated_tokens),
        number(row.units.image_tokens),
        number(row.units.images),
        number(row.units.clips),
        number(row.units.bytes),
        number(row.units.sound_ms),
        of_cost(|cost| Some(Nano::new(cost.nano).to_string())),
        of_cost(|cost| Some(cost.currency.clone())),
        of_cost(|cost| Some(cost.incomplete.to_string())),
        of_cost(|cost| Some(plain(&cost.price))),
        of_cost(|cost| cost.saved_nano.map(|nano| Nano::new(nano).to_string())),
        number(row.first_byte_ms),
        row.duration_ms.to_string(),
    ]
}

fn number(number: Option<i64>) -> String {
    number.map(|number| number.to_string()).unwrap_or_default()
}

/// The name of a unit variant, as JSON has it.
fn word(outcome: &impl serde::Serialize) -> String {
    let json = serde_json::to_value(outcome).unwrap_or_default();
    json.as_str().unwrap_or_default().to_owned()
}

fn maybe(text: Option<&str>) -> String {
    text.map(plain).unwrap_or_default()
}

/// What makes a spreadsheet calculate a cell; some read the full-width ones likewise.
const SIGNS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
/// Seen by nobody, and before a sign perhaps not by a spreadsheet either.
const UNSEEN: [char; 5] = ['\u{200b}', '\u{200c}', '\u{200d}', '\u{2060}', '\u{feff}'];

/// A text without control characters, that no spreadsheet calculates.
pub(super) fn plain(text: &str) -> String {
    let mut cell: String = text.chars().filter(|c| !c.is_control()).collect();
    // Blanks in front are taken away by some spreadsheets.
    let seen = cell.trim_start_matches(|c: char| c.is_whitespace() || UNSEEN.contains(&c));
    if seen.starts_with(SIGNS) || text.starts_with(['\t', '\r', '\n']) {
        cell.insert(0, '\'');
    }
    cell
}
