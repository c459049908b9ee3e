//! Who is let in to the admin surface: one layer before all of its routes (S40).

use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::middleware::Next;
use flowkeep_contract::{ApiError, ErrorCode};
use http::{HeaderMap, HeaderValue, Request, Response, header};

use super::failed;
use super::session::{Admin, Shown};
use crate::guard::Source;
use crate::router::{Access, Shared};

/// A route and who may use it.
#[derive(Clone)]
pub(crate) struct Gate {
    pub(crate) shared: Shared,
    pub(crate) access: Access,
}

/// Why somebody is not let in.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Denied {
    /// Nothing was shown, or nothing that is good here.
    Wrong,
    /// Nothing that could be guessed is looked at for so long.
    Resting(Duration),
}

/// Passes a request on, or answers it.
pub(crate) async fn gate(
    State(gate): State<Gate>,
    request: Request<Body>,
    next: Next,
) -> Response<Body> {
    let source = Source::of(&request);
    if let Err(denied) = gate.admit(request.headers(), source).await {
        return gate.refuse(&denied);
    }
    next.run(request).await
}

impl Gate {
    async fn admit(&self, headers: &HeaderMap, source: Source) -> Result<(), Denied> {
        if self.access == Access::Metrics && self.metrics_are_open() {
            return Ok(());
        }
        let admin = self.shared.admin.as_deref().ok_or(Denied::Wrong)?;
        let shown = Shown::of(headers);
        match (self.access, shown) {
            (Access::Open, _) => Ok(()),
            (Access::Admin | Access::Metrics, Some(Shown::Session(token))) => {
                // A token cannot be guessed, so a good one is never locked out.
                if admin.uses(&token, self.shared.app.now()) {
                    return Ok(());
                }
                Err(denied(self.shared.wrong_token(&token, source).await))
            }
            (_, Some(Shown::Password(pair))) => {
                check_password(&self.shared, source, |admin| admin.knows_pair(&pair))
            }
            (_, None) | (Access::Password, Some(Shown::Session(_))) => Err(Denied::Wrong),
        }
    }

    /// Nobody else can reach a gateway that listens on loopback only.
    fn metrics_are_open(&self) -> bool {
        let settings = self.shared.app.effective_settings();
        settings.open_metrics && settings.host.is_loopback()
    }

    fn refuse(&self, denied: &Denied) -> Response<Body> {
        let advice = match self.access {
            Access::Open | Access::Admin => "log in first",
            Access::Metrics => {
                "show the admin's name and password, or open the metrics in the settings"
            }
            Access::Password => {
                "keys are given out for the admin's name and password only; send them with this \
                 request as HTTP Basic"
            }
        };
        refusal(denied, advice)
    }
}

/// Judges a password. One that could be guessed is not even looked at while its
/// source must rest, since the answer would tell; one that is long enough is
/// never locked out.
pub(crate) fn check_password(
    shared: &Shared,
    source: Source,
    is_right: impl FnOnce(&Admin) -> bool,
) -> Result<(), Denied> {
    let admin = shared.admin.as_deref().ok_or(Denied::Wrong)?;
    let now = shared.app.now();
    let passwords = &shared.guesses.passwords;
    if admin.is_guessable()
        && let Some(rest) = passwords.rest(source, now)
    {
        return Err(Denied::Resting(rest));
    }
    if is_right(admin) {
        return Ok(());
    }
    Err(denied(passwords.wrong(source, now)))
}

fn denied(rest: Option<Duration>) -> Denied {
    rest.map_or(Denied::Wrong, Denied::Resting)
}

/// The answer to who is not let in.
pub(crate) fn refusal(denied: &Denied, advice: &str) -> Response<Body> {
    let rest = match denied {
        Denied::Wrong => return failed(&ApiError::new(ErrorCode::Unauthorized, advice)),
        Denied::Resting(rest) => rest,
    };
    let seconds = rest.as_millis().div_ceil(1000).max(1);
    let message = format!("too many wrong passwords or tokens came from here; wait {seconds} s");
    let mut response = failed(&ApiError::new(ErrorCode::TooManyAttempts, message));
    if let Ok(seconds) = HeaderValue::try_from(seconds.to_string()) {
        response.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    response
}
