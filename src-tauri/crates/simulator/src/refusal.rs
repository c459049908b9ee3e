//! The vendor's error answers, word for word (siliconflow-api.md §5).

use crate::account::Metric;
use crate::customers::Denial;
use crate::reply::{JSON, Reply, TEXT};
use crate::script::RateLimitBody;
use crate::world::Switches;

const INVALID: &str = "The parameter is invalid. Please check again.";
const BALANCE: &str = "Sorry, your account balance is insufficient";
const PAID_BALANCE: &str = "The selected model requires paid balance. Your paid balance is insufficient. Please top up and try again.";
const BUSY: &str = "System is too busy now. Please try again later.";
const REALLY_BUSY: &str = "System is really busy. Please try again later.";
const REAL_NAME: &str = "Access denied: real-name verification is required (请先完成实名认证).";
const GATEWAY_PAGE: &str = "<html>\r\n<head><title>504 Gateway Time-out</title></head>\r\n<body>\r\n<center><h1>504 Gateway Time-out</h1></center>\r\n</body>\r\n</html>\r\n";

/// The native envelope.
pub(crate) fn envelope(code: u32, message: &str) -> String {
    let message = serde_json::Value::from(message);
    format!(r#"{{"code":{code},"message":{message},"data":null}}"#)
}

/// Anthropic's envelope, which some errors of `/messages` have.
pub(crate) fn anthropic_envelope(kind: &str, message: &str) -> String {
    let message = serde_json::Value::from(message);
    format!(r#"{{"type":"error","error":{{"type":"{kind}","message":{message}}}}}"#)
}

impl Reply {
    fn native(status: u16, code: u32, message: &str) -> Self {
        Self::json(status, envelope(code, message))
    }

    /// 400 20015 with one of the vendor's texts.
    pub(crate) fn invalid(message: &str) -> Self {
        Self::native(400, 20015, message)
    }

    /// 400 20015 for a body that cannot be understood.
    pub(crate) fn malformed() -> Self {
        Self::invalid(INVALID)
    }

    /// 400 20012.
    pub(crate) fn unknown_model() -> Self {
        Self::native(
            400,
            20012,
            "Model does not exist. Please check it carefully.",
        )
    }

    /// 404 for a path that is no route, today's or that of older gateways.
    pub(crate) fn not_found(legacy: bool) -> Self {
        let text = if legacy {
            "404 page not found"
        } else {
            "Not Found"
        };
        Self::whole(404, TEXT, text)
    }

    /// 404 for a resource that this account does not have.
    ///
    /// The status is known; the body is not documented and a stand-in.
    pub(crate) fn no_such_resource() -> Self {
        Self::native(404, 20015, INVALID)
    }

    /// 413 20042, an input that is too long for an embedding model.
    pub(crate) fn too_many_tokens(limit: u64) -> Self {
        let message = format!("input must have less than {limit} tokens");
        Self::native(413, 20042, &message)
    }

    /// 410 20092, a retired endpoint.
    pub(crate) fn retired() -> Self {
        Self::native(
            410,
            20092,
            "This endpoint is deprecated and is no longer available.",
        )
    }

    /// 413 for a body over the simulator's own limit.
    pub(crate) fn too_large() -> Self {
        Self::native(413, 20042, "request body is too large").with_header("connection", "close")
    }

    /// 401, today's for every bad key, or the two of 2024–25.
    pub(crate) fn unauthorised(legacy: bool, has_key: bool) -> Self {
        let body = match (legacy, has_key) {
            (false, _) => r#"{"code":30014,"data":null,"message":"Token is invalid."}"#,
            (true, false) => r#""Invalid token""#,
            (true, true) => r#""Api key is invalid""#,
        };
        Self::json(401, body)
    }

    /// 403 for an account without verified real name.
    pub(crate) fn real_name() -> Self {
        Self::whole(403, TEXT, REAL_NAME)
    }

    /// The answer to an account that may not use a model now.
    pub(crate) fn denied(denial: Denial, switches: Switches) -> Self {
        match denial {
            Denial::RealName => Self::real_name(),
            Denial::Exhausted => Self::native(switches.exhausted_status, 30001, BALANCE),
            Denial::NeedsCharge => Self::native(403, 30011, PAID_BALANCE),
            Denial::RateLimited(metric) => rate_limited(metric, switches.rate_limit_body),
        }
    }

    /// A status with the body the vendor gives it.
    pub(crate) fn usual(status: u16, switches: Switches) -> Self {
        match status {
            400 => Self::malformed(),
            401 => Self::unauthorised(switches.legacy_auth, true),
            402 | 403 => Self::native(status, 30001, BALANCE),
            404 => Self::not_found(switches.legacy_not_found),
            410 => Self::retired(),
            413 => Self::too_many_tokens(512),
            429 => rate_limited(Metric::Rpm, switches.rate_limit_body),
            500 => Self::native(500, 50507, "Request failed: Unknown error."),
            503 => Self::native(
                503,
                50505,
                "Model service overloaded. Please try again later.",
            ),
            504 => Self::whole(504, "text/html", GATEWAY_PAGE),
            200..400 => Self::json(status, "{}"),
            _ => Self::native(status, 50507, "Request failed: Unknown error."),
        }
    }

    /// The error of a code, with the status it usually has.
    pub(crate) fn of_code(code: u32, switches: Switches) -> Self {
        let limited = "Request was rejected due to rate limiting. Details: TPM limit reached.";
        match code {
            20012 => Self::unknown_model(),
            20015 => Self::malformed(),
            20042 => Self::usual(413, switches),
            20092 => Self::retired(),
            30001 => Self::denied(Denial::Exhausted, switches),
            30003 => Self::native(403, code, "Model disabled."),
            30011 => Self::denied(Denial::NeedsCharge, switches),
            30014 => Self::unauthorised(false, true),
            50505 => Self::usual(503, switches),
            50507 => Self::usual(500, switches),
            50508 => Self::native(503, code, BUSY),
            50602 => Self::native(429, code, limited),
            50603 => Self::native(503, code, REALLY_BUSY),
            50609 => Self::native(429, code, "System is too busy now…"),
            other => Self::native(500, other, "Request failed: Unknown error."),
        }
    }

    /// A status with a given body; JSON is recognised by its first character.
    pub(crate) fn given(status: u16, body: &str) -> Self {
        let content_type = match body.trim_start().as_bytes().first() {
            Some(b'{' | b'[' | b'"') => JSON,
            Some(b'<') => "text/html",
            Some(_) | None => TEXT,
        };
        Self::whole(status, content_type, body.to_owned())
    }
}

fn rate_limited(metric: Metric, generation: RateLimitBody) -> Reply {
    let message = format!(
        "Request was rejected due to rate limiting. Details: {} limit reached.",
        metric.name()
    );
    match generation {
        RateLimitBody::NoCode => {
            Reply::json(429, format!(r#"{{"message":"{message}","data":null}}"#))
        }
        RateLimitBody::Code50602 => Reply::native(429, 50602, &message),
        RateLimitBody::Code50603 => Reply::native(429, 50603, &message),
    }
}
