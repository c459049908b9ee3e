//! `flowkeep logs show`: one request with all that was tried for it.

use flowkeep_contract::{
    AttemptView, CostState, CostView, ErrorCode, GetRequestRequest, ListRequestsRequest,
    RequestDetails, RequestFilter, RequestView, UnitsView,
};
use flowkeep_core::app::Records;
use jiff::{Timestamp, tz::TimeZone};
use uuid::Uuid;

use super::{PAGE, bodies, rows, words};
use crate::args::ShowArgs;
use crate::engine::{self, Place};
use crate::failure::Failure;
use crate::output;
use crate::variables::Variables;

/// Between the making of a request's id and the start that is recorded.
const SLACK_MS: i64 = 2_000;
const NO_BODIES: &str = "no bodies of this request are kept; `flowkeep token set NAME --capture 2h` \
    keeps those to come";
const HEAD: [&str; 8] = [
    "ACCOUNT",
    "MODEL",
    "STATUS",
    "BEGAN AFTER",
    "HEADERS",
    "FIRST BYTE",
    "OVER",
    "WHY CHOSEN, WHY LEFT",
];

/// Prints everything about one request.
pub(super) fn run(args: &ShowArgs, variables: &Variables) -> Result<(), Failure> {
    let place = Place::resolve(&args.place, variables)?;
    let records = engine::open_records(&place)?;
    let found = find(&records, &args.id);
    records.close();
    let mut found = found?;
    if args.json {
        if !args.bodies {
            found.bodies = found.bodies.map(bodies::without_words);
        }
        return output::json(&found);
    }
    output::line(&text(&found, &TimeZone::system()))?;
    let Some(bodies) = &found.bodies else {
        if args.bodies {
            output::note(NO_BODIES);
        }
        return Ok(());
    };
    output::line(&format!(
        "\n{}",
        bodies::summary(bodies, &TimeZone::system())
    ))?;
    if args.bodies {
        return output::line(&bodies::words_of(bodies));
    }
    output::note("say --bodies to read them");
    Ok(())
}

/// The request of that number, or of that `x-flowkeep-request-id`.
fn find(records: &Records, id: &str) -> Result<RequestDetails, Failure> {
    let id = match (id.parse(), Uuid::try_parse(id)) {
        (Ok(number), _) => number,
        (Err(_), Ok(uuid)) => number_of(records, uuid)?,
        (Err(_), Err(_)) => {
            return Err(Failure::Usage(format!(
                "{id:?} is neither a number, as `flowkeep logs` shows it, nor a request id"
            )));
        }
    };
    records
        .get_request(GetRequestRequest { id })
        .map_err(|error| match error.code {
            ErrorCode::NotFound => Failure::Failed(error.message),
            _ => error.into(),
        })
}

/// The id tells when the request began, so only the rows of that moment are read.
fn number_of(records: &Records, uuid: Uuid) -> Result<i64, Failure> {
    let unknown = || Failure::Failed(format!("the log has no request {uuid}"));
    let (seconds, nanos) = uuid.get_timestamp().ok_or_else(unknown)?.to_unix();
    let began_ms = i64::try_from(seconds)
        .ok()
        .and_then(|seconds| seconds.checked_mul(1_000))
        .ok_or_else(unknown)?
        .saturating_add(i64::from(nanos / 1_000_000));
    let filter = RequestFilter {
        from_ms: Some(began_ms.saturating_sub(SLACK_MS)),
        to_ms: Some(began_ms.saturating_add(SLACK_MS)),
        ..RequestFilter::default()
    };
    let wanted = uuid.to_string();
    let mut before = None;
    loop {
        let page = records.list_requests(ListRequestsRequest {
            before,
            limit: Some(PAGE),
            filter: filter.clone(),
        })?;
        let found = page.requests.iter().find(|row| row.request_id == wanted);
        if let Some(row) = found {
            return Ok(row.id);
        }
        before = page.next;
        if before.is_none() {
            return Err(unknown());
        }
    }
}

fn text(found: &RequestDetails, zone: &TimeZone) -> String {
    let facts = facts(&found.request, zone);
    let facts: Vec<Vec<String>> = facts
        .into_iter()
        .map(|(name, fact)| vec![name.to_owned(), fact.replace('\n', " ")])
        .collect();
    let facts = output::table(&facts);
    if found.attempts.is_empty() {
        return format!("{facts}\n\n{}", words::NO_ATTEMPTS);
    }
    let head = HEAD.iter().map(|&name| name.to_owned()).collect();
    let attempts = found.attempts.iter().map(attempt);
    let attempts: Vec<Vec<String>> = std::iter::once(head).chain(attempts).collect();
    format!("{facts}\n\n{}", output::table(&attempts))
}

fn facts(row: &RequestView, zone: &TimeZone) -> Vec<(&'static str, String)> {
    let stream = if row.stream { ", as a stream" } else { "" };
    let key = row.key_last_four.as_ref();
    let account = row.account.as_ref().map(|account| match key {
        Some(four) => format!("{account}, key sk-…{four}"),
        None => account.clone(),
    });
    let code = row.vendor_code.map(|code| format!(", code {code}"));
    let outcome = words::outcome(row.outcome);
    let code = code.unwrap_or_default();
    let mut facts = vec![
        ("id", row.id.to_string()),
        ("request id", row.request_id.clone()),
        ("started", moment(row.started_at_ms, zone)),
        ("ended as", format!("{outcome} (HTTP {}{code})", row.status)),
        ("route", format!("{}{stream}", row.route)),
        ("model", rows::model(row)),
        ("client", row.client.clone()),
    ];
    let optional = [
        ("tool", row.user_agent.clone()),
        ("account", account),
        ("error", row.error.clone()),
        ("trace id", row.trace_id.clone()),
    ];
    facts.extend(
        optional
            .into_iter()
            .filter_map(|(name, fact)| Some((name, fact?))),
    );
    facts.extend(tokens(row).map(|tokens| ("tokens", tokens)));
    facts.extend(units(row.units));
    facts.push(("cost", cost(row)));
    facts.extend(saved(row.cost.as_ref()));
    let first_byte = row.first_byte_ms.map(|ms| format!("{ms} ms"));
    facts.extend(first_byte.map(|ms| ("first byte", ms)));
    facts.push(("duration", format!("{} ms", row.duration_ms)));
    facts
}

/// A moment of this computer's time zone, to the millisecond.
pub(super) fn moment(unix_ms: i64, zone: &TimeZone) -> String {
    let moment = Timestamp::from_millisecond(unix_ms).unwrap_or_default();
    let moment = moment.to_zoned(zone.clone());
    moment.strftime("%Y-%m-%d %H:%M:%S%.3f %:z").to_string()
}

fn tokens(row: &RequestView) -> Option<String> {
    let (Some(prompt), completion) = (row.prompt_tokens, row.completion_tokens) else {
        return untold(row);
    };
    let part = |count: Option<i64>, what: &str| {
        let count = count.map(|count| format!(" ({count} {what})"));
        count.unwrap_or_default()
    };
    let cached = part(row.cached_tokens, "cached");
    let completion = completion.map(|count| {
        let reasoning = part(row.reasoning_tokens, "reasoning");
        format!(", {count} out{reasoning}")
    });
    let completion = completion.unwrap_or_default();
    Some(format!("{prompt} in{cached}{completion}"))
}

/// A picture, a list of models or a refusal has no tokens that anybody could tell.
fn untold(row: &RequestView) -> Option<String> {
    if let Some(guess) = row.estimated_tokens {
        let why = words::TOKENS_UNKNOWN;
        return Some(format!("about {guess} (estimate): {why}"));
    }
    let is_free_of_tokens = matches!(row.cost_state, CostState::Unbilled | CostState::Priceless)
        || units(row.units).next().is_some();
    (!is_free_of_tokens).then(|| words::TOKENS_UNKNOWN.to_owned())
}

fn units(units: UnitsView) -> impl Iterator<Item = (&'static str, String)> {
    let counted = [
        ("picture tokens", units.image_tokens),
        ("pictures", units.images),
        ("video clips", units.clips),
        ("bytes spoken", units.bytes),
    ];
    let sound = units.sound_ms.map(|ms| ("sound heard", format!("{ms} ms")));
    let counted = counted
        .into_iter()
        .filter_map(|(name, count)| Some((name, count?.to_string())));
    counted.chain(sound)
}

fn cost(row: &RequestView) -> String {
    let words = words::cost(row.cost_state);
    let Some(cost) = &row.cost else {
        return words.unwrap_or_default().to_owned();
    };
    let amount = format!("{} by price {}", amount(cost.nano, cost), cost.price);
    match words {
        Some(words) => format!("{amount} · {words}"),
        None => amount,
    }
}

fn saved(cost: Option<&CostView>) -> Option<(&'static str, String)> {
    let cost = cost?;
    let saved = cost.saved_nano.filter(|nano| *nano != 0)?;
    Some(("saved by the cache", amount(saved, cost)))
}

fn amount(nano: i64, cost: &CostView) -> String {
    rows::money(nano, &cost.currency).unwrap_or_else(|| format!("{nano} nano-{}", cost.currency))
}

fn attempt(attempt: &AttemptView) -> Vec<String> {
    let ms = |ms: Option<i64>| ms.map_or_else(|| "-".to_owned(), |ms| format!("{ms} ms"));
    let status = attempt.status.map(|status| match attempt.vendor_code {
        Some(code) => format!("{status}, code {code}"),
        None => status.to_string(),
    });
    vec![
        attempt.account.clone().unwrap_or_default(),
        attempt.model.clone().unwrap_or_default(),
        status.unwrap_or_else(|| "-".to_owned()),
        format!("{} ms", attempt.after_ms),
        ms(attempt.headers_ms),
        ms(attempt.first_byte_ms),
        ms(attempt.end_ms),
        format!(
            "{} · {}",
            words::choice(attempt.chosen),
            words::left(attempt.left)
        ),
    ]
}

#[cfg(test)]
mod tests;
