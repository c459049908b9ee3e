//! Behaviours as text: `status:503`, and as model names: `sim/status:503`.

use std::str::FromStr;

use super::{Behaviour, CutHow};

/// What stands before a behaviour in a model name.
const PREFIX: &str = "sim/";

/// A text that names no behaviour.
#[derive(Debug, thiserror::Error)]
#[error("unknown behaviour {0:?}")]
pub struct UnknownBehaviour(pub String);

/// Whether a model id stands for a behaviour.
pub(crate) fn is_simulated_model(model: &str) -> bool {
    Behaviour::from_model(model).is_some()
}

impl Behaviour {
    /// The behaviour a model id of the form `sim/<behaviour>[:arg…]` stands for.
    #[must_use]
    pub fn from_model(model: &str) -> Option<Self> {
        model.strip_prefix(PREFIX)?.parse().ok()
    }
}

/// The arguments after the name, taken from left to right.
struct Arguments<'a>(Option<&'a str>);

impl<'a> Arguments<'a> {
    fn text(&mut self) -> Option<&'a str> {
        let rest = self.0.take()?;
        match rest.split_once(':') {
            Some((first, others)) => {
                self.0 = Some(others);
                Some(first)
            }
            None => Some(rest),
        }
    }

    fn rest(&mut self) -> Option<&'a str> {
        self.0.take()
    }

    fn number<T: FromStr>(&mut self) -> Option<T> {
        self.text()?.parse().ok()
    }

    /// The next number, or a default where none is written.
    fn number_or<T: FromStr>(&mut self, default: T) -> Option<T> {
        match self.text() {
            None => Some(default),
            Some(text) => text.parse().ok(),
        }
    }
}

impl FromStr for Behaviour {
    type Err = UnknownBehaviour;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, rest) = match text.split_once(':') {
            Some((name, rest)) => (name, Some(rest)),
            None => (text, None),
        };
        let mut arguments = Arguments(rest);
        plain(name)
            .or_else(|| with_status(name, &mut arguments))
            .or_else(|| with_numbers(name, &mut arguments))
            .or_else(|| hostile(name, &mut arguments))
            .filter(|_| arguments.0.is_none())
            .ok_or_else(|| UnknownBehaviour(text.to_owned()))
    }
}

/// The behaviours that take no argument.
fn plain(name: &str) -> Option<Behaviour> {
    Some(match name {
        "ok" => Behaviour::Ok,
        "reset" | "reset-before-headers" => Behaviour::ResetBeforeHeaders,
        "dribble" => Behaviour::Dribble,
        "error-first" => Behaviour::ErrorFirst,
        "envelope200" => Behaviour::Envelope200,
        "empty" => Behaviour::Empty,
        "html" => Behaviour::Html,
        "bad-length" | "badlen" => Behaviour::BadLength,
        "bad-chunk" | "badchunk" => Behaviour::BadChunk,
        "bad-gzip" => Behaviour::BadGzip,
        "gzip" => Behaviour::Gzip,
        "bom" => Behaviour::Bom,
        "duplicates" => Behaviour::Duplicates,
        "echo-auth" => Behaviour::EchoAuth,
        "no-usage" => Behaviour::NoUsage,
        "usage-last" => Behaviour::UsageLast,
        "usage-null" => Behaviour::UsageNull,
        "usage-first" => Behaviour::UsageFirst,
        "usage-nested" => Behaviour::UsageNested,
        "usage-after-done" => Behaviour::UsageAfterDone,
        "no-done" => Behaviour::NoDone,
        "comments" => Behaviour::Comments,
        "crlf" => Behaviour::Crlf,
        "bad-headers" => Behaviour::BadHeaders,
        "real-name-403" | "realname403" => Behaviour::RealName403,
        "reasoning" => Behaviour::Reasoning,
        "tool-call" => Behaviour::ToolCall,
        "job-fails" => Behaviour::JobFails,
        "empty-response" => Behaviour::EmptyResponse,
        "wrong-block-index" => Behaviour::WrongBlockIndex,
        "anthropic-error-envelope" | "anthropic-error" => Behaviour::AnthropicErrorEnvelope,
        _ => return None,
    })
}

/// The behaviours whose first argument is an HTTP status.
fn with_status(name: &str, arguments: &mut Arguments<'_>) -> Option<Behaviour> {
    if !matches!(
        name,
        "status" | "status-then-ok" | "flapping" | "redirect" | "late-status"
    ) {
        return None;
    }
    let status = arguments.number().filter(|s| (200..600).contains(s))?;
    Some(match name {
        "status" => Behaviour::Status {
            status,
            body: arguments.rest().map(str::to_owned),
            retry_after: None,
        },
        "status-then-ok" => Behaviour::StatusThenOk {
            status,
            body: None,
            retry_after: None,
            times: arguments.number_or(1)?,
        },
        "flapping" => Behaviour::Flapping {
            status,
            percent: arguments.number_or(30)?,
        },
        "late-status" => Behaviour::LateStatus {
            status,
            ms: arguments.number()?,
        },
        _ => Behaviour::Redirect {
            status,
            url: arguments.rest()?.to_owned(),
        },
    })
}

/// The behaviours whose arguments are numbers.
fn with_numbers(name: &str, arguments: &mut Arguments<'_>) -> Option<Behaviour> {
    Some(match name {
        "retry-after" => Behaviour::Status {
            status: 429,
            body: None,
            retry_after: Some(arguments.number_or(1)?),
        },
        "code" => Behaviour::Code {
            code: arguments.number()?,
        },
        "delay" => Behaviour::Delay {
            ms: arguments.number()?,
        },
        "first-byte" | "ttfb" => Behaviour::FirstByte {
            ms: arguments.number()?,
        },
        "sse" => Behaviour::Sse {
            chunks: arguments.number()?,
            pace_us: arguments.number_or(0)?,
            size: arguments.number_or(4)?,
        },
        "cut" => Behaviour::Cut {
            after_chunks: arguments.number()?,
            how: match arguments.text() {
                None | Some("fin") => CutHow::Fin,
                Some("rst") => CutHow::Rst,
                Some(_) => return None,
            },
        },
        "stall" => Behaviour::Stall {
            after_chunks: arguments.number()?,
        },
        "error-mid-stream" => Behaviour::ErrorMidStream {
            after: arguments.number_or(3)?,
        },
        "close-idle" => Behaviour::CloseIdle {
            ms: arguments.number_or(1000)?,
        },
        _ => return None,
    })
}

/// The behaviours of an upstream that wants to exhaust its client.
fn hostile(name: &str, arguments: &mut Arguments<'_>) -> Option<Behaviour> {
    Some(match name {
        "huge-line" => Behaviour::HugeLine {
            bytes: arguments.number_or(10 << 20)?,
        },
        "endless-line" => Behaviour::EndlessLine {
            bytes: arguments.number_or(1 << 30)?,
        },
        "gzip-bomb" => Behaviour::GzipBomb {
            mib: arguments.number_or(1024)?,
        },
        "empty-events" => Behaviour::EmptyEvents {
            count: arguments.number_or(1_000_000)?,
        },
        "deep-json" => Behaviour::DeepJson {
            depth: arguments.number_or(1_000_000)?,
        },
        _ => return None,
    })
}
