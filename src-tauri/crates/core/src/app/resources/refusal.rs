//! Why a resource is not to be had, and what to do.

use super::errand::Need;
use super::field::Unclear;
use crate::app::relay::{Failure, FailureCode};
use crate::model::{Resource, ResourceKind};

/// Letters of an id that are quoted.
const QUOTED: usize = 80;

/// Its account has no key here any more.
pub(super) fn removed(need: &Need, resource: &Resource) -> Failure {
    not_found(format!(
        "the {} belongs to the account {:?}, which is no longer in Flowkeep; import a key of \
         that account again, under the same name, or ask {}, which finds it in another",
        named(need.kind, &need.id),
        resource.account_label,
        list_of(need.kind)
    ))
}

/// Another client token made it, or nobody knows whose it is and asking around
/// could do harm: the same words, since an id is nobody else's business.
pub(super) fn unknown(need: &Need) -> Failure {
    let mut message = format!(
        "there is no {} for this client token; use the token that it was made with",
        named(need.kind, &need.id)
    );
    if need.kind != ResourceKind::Video {
        message.push_str(", or, if it was made without Flowkeep, ask ");
        message.push_str(list_of(need.kind));
        message.push_str(" first, which makes it known");
    }
    not_found(message)
}

/// The body does not tell which resource it names.
pub(super) fn unclear(why: Unclear) -> Failure {
    let message = match why {
        Unclear::NotJson => "the body is not a JSON object".to_owned(),
        Unclear::Repeated(name) => {
            format!("the body has {name:?} several times, with different values; send one")
        }
    };
    Failure::new(FailureCode::InvalidParameter, message)
}

/// The round over all accounts ended before any of them had answered.
pub(super) fn no_list_in_time() -> Failure {
    Failure::new(
        FailureCode::UpstreamTimeout,
        "no account gave its whole list within the time and size that one request may take; \
         ask again later",
    )
}

/// `after` names nothing that a list has shown.
pub(super) fn unknown_cursor(kind: ResourceKind, id: &str) -> Failure {
    not_found(format!(
        "\"after\" names no {} that {} has shown to this client token; leave it out to begin \
         with the newest",
        named(kind, id),
        list_of(kind)
    ))
}

/// `limit` is no number that makes sense.
pub(super) fn bad_limit(most: usize) -> Failure {
    Failure::new(
        FailureCode::InvalidQuery,
        format!("\"limit\" must be a number from 1 to {most}"),
    )
}

/// The owner could not serve: the same failure, naming it.
pub(super) fn of_owner(failure: Failure, need: &Need, label: &str) -> Failure {
    let named = named(need.kind, &need.id);
    let message = match failure.code {
        FailureCode::NoUsableKey => format!(
            "the {named} belongs to the account {label:?}, and no key of that account can serve \
             now; look at Keys in the Flowkeep window"
        ),
        FailureCode::CoolingDown => format!(
            "the {named} belongs to the account {label:?}, which is at its rate limit; ask \
             again later"
        ),
        _ => return failure,
    };
    Failure { message, ..failure }
}

fn not_found(message: String) -> Failure {
    Failure::new(FailureCode::ResourceNotFound, message)
}

fn named(kind: ResourceKind, id: &str) -> String {
    let quoted: String = id.chars().take(QUOTED).collect();
    format!("{} {quoted:?}", kind.as_str())
}

fn list_of(kind: ResourceKind) -> &'static str {
    match kind {
        ResourceKind::Voice => "GET /v1/audio/voice/list",
        ResourceKind::File => "GET /v1/files",
        ResourceKind::Batch => "GET /v1/batches",
        ResourceKind::Video => "POST /v1/video/status",
    }
}
