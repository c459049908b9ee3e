//! Errors of the upstream in `OpenAI`'s words.

use serde_json::{Value, json};

/// What the upstream, or the relay in its place, said went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) message: String,
    /// The vendor's number or `OpenAI`'s word for it.
    code: Option<String>,
}

/// Codes of a quota, of a busy model (API reference §5) and of the balance.
const RATE_LIMITED: [&str; 2] = ["50602", "50603"];
const BUSY: [&str; 4] = ["50505", "50508", "50603", "50609"];
const EXHAUSTED: &str = "30001";
/// `code` of an envelope that is no error.
const OK: &str = "20000";

impl Fault {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            code: None,
        }
    }

    /// An error that came in place of an answer or a piece of one: an envelope,
    /// `OpenAI`'s or Anthropic's object. `None` when it is no error.
    pub(super) fn in_answer(answer: &Value) -> Option<Self> {
        if let Some(error) = answer.get("error").filter(|error| !error.is_null()) {
            return Some(Self::of_object(error));
        }
        let code = text_or_number(answer.get("code"))?;
        (code != OK).then(|| Self::of_object(answer))
    }

    /// The body of an error status: any of these, a JSON string, or text.
    pub(super) fn of_body(body: &[u8]) -> Self {
        match serde_json::from_slice::<Value>(body) {
            Ok(Value::String(message)) => Self::new(message),
            Ok(value) => Self::in_answer(&value).unwrap_or_else(|| Self::of_object(&value)),
            Err(_) => Self::new(String::from_utf8_lossy(body).trim()),
        }
    }

    fn of_object(error: &Value) -> Self {
        let message = match error {
            Value::String(message) => message.clone(),
            _ => match error.get("message").or_else(|| error.get("msg")) {
                Some(Value::String(message)) => message.clone(),
                _ => error.to_string(),
            },
        };
        Self {
            message,
            code: text_or_number(error.get("code")),
        }
    }

    /// The body of an HTTP error with this status.
    pub(super) fn as_error_body(&self, status: u16) -> Value {
        let kind = match status {
            401 => "authentication_error",
            402 | 403 => "permission_error",
            404 => "not_found_error",
            429 => "rate_limit_error",
            400..=499 => "invalid_request_error",
            _ => "server_error",
        };
        let code = self.word().map(str::to_owned).or_else(|| self.code.clone());
        let message = if self.message.is_empty() {
            format!("the upstream answered {status} and said nothing else")
        } else {
            self.message.clone()
        };
        json!({"error": {"message": message, "type": kind, "param": null, "code": code}})
    }

    /// `error` of a failed response.
    pub(super) fn as_response_error(&self) -> Value {
        json!({"code": self.word().unwrap_or("server_error"), "message": self.message})
    }

    /// `OpenAI`'s code, by which clients decide whether to wait or to shorten.
    fn word(&self) -> Option<&'static str> {
        let code = self.code.as_deref().unwrap_or_default();
        let says = |words: &str| self.message.contains(words);
        if says("max_seq_len") || says("maximum context length") {
            Some("context_length_exceeded")
        } else if code == EXHAUSTED {
            Some("insufficient_quota")
        } else if says("rate limiting") || (RATE_LIMITED.contains(&code) && !says("busy")) {
            Some("rate_limit_exceeded")
        } else if BUSY.contains(&code) {
            Some("server_is_overloaded")
        } else {
            None
        }
    }
}

fn text_or_number(code: Option<&Value>) -> Option<String> {
    match code? {
        Value::String(code) => Some(code.clone()),
        Value::Number(code) => Some(code.to_string()),
        _ => None,
    }
}
