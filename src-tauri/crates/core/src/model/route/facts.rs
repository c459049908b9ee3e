//! One row of the table: what is true of a route.

use super::{BodyRule, Effect, METHODS, Payment, Protocol};

const READS: &[&str] = &["GET", "HEAD"];
const POST: &[&str] = &["POST"];

/// What is true of a route whatever the request.
#[derive(Clone, Copy)]
pub(super) struct Facts {
    pub(super) name: &'static str,
    pub(super) protocol: Protocol,
    pub(super) methods: &'static [&'static str],
    /// What a method does that is no read.
    pub(super) effect: Effect,
    pub(super) body: BodyRule,
    pub(super) needs_model: bool,
    pub(super) payment: Payment,
}

impl Facts {
    /// A `POST` of JSON that does something to resources.
    pub(super) const fn creation(name: &'static str) -> Self {
        Self {
            name,
            protocol: Protocol::OpenAi,
            methods: POST,
            effect: Effect::Creates,
            body: BodyRule::Json,
            needs_model: false,
            payment: Payment::Nothing,
        }
    }

    /// A `POST` of JSON that a model answers, for tokens.
    pub(super) const fn inference(name: &'static str) -> Self {
        Self {
            effect: Effect::Inference,
            ..Self::creation(name).with_model().paid(Payment::Tokens)
        }
    }

    /// A `POST` of JSON that only asks.
    pub(super) const fn question(name: &'static str) -> Self {
        Self {
            effect: Effect::Read,
            ..Self::creation(name)
        }
    }

    /// A `GET`.
    pub(super) const fn read(name: &'static str) -> Self {
        Self {
            methods: READS,
            body: BodyRule::None,
            ..Self::creation(name)
        }
    }

    /// `GET` lists, `POST` adds.
    pub(super) const fn collection(name: &'static str) -> Self {
        Self {
            methods: &["GET", "HEAD", "POST"],
            ..Self::creation(name)
        }
    }

    /// `GET` shows, `DELETE` removes.
    pub(super) const fn item(name: &'static str) -> Self {
        Self {
            methods: &["GET", "HEAD", "DELETE"],
            ..Self::read(name)
        }
    }

    /// Nothing is known: whatever it is, it may create something.
    pub(super) const fn unknown() -> Self {
        Self {
            methods: &METHODS,
            body: BodyRule::Any,
            payment: Payment::Unknown,
            ..Self::creation("other")
        }
    }

    pub(super) const fn anthropic(self) -> Self {
        Self {
            protocol: Protocol::Anthropic,
            ..self
        }
    }

    pub(super) const fn with_model(self) -> Self {
        Self {
            needs_model: true,
            ..self
        }
    }

    pub(super) const fn form(self, body: BodyRule) -> Self {
        Self { body, ..self }
    }

    pub(super) const fn paid(self, payment: Payment) -> Self {
        Self { payment, ..self }
    }
}
