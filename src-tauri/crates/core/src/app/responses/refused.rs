//! Why a request cannot be translated: always one field, by its name.

/// A field that stands in the way.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub(in crate::app) struct Refused {
    /// Whether the field is wrong, or right but without a counterpart.
    pub(in crate::app) reason: Reason,
    /// The field, as `tools[1].type`.
    pub(in crate::app) param: String,
    /// What is wrong and what to do.
    pub(in crate::app) message: String,
}

/// What is wrong with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::app) enum Reason {
    /// It is missing or has the wrong type.
    Invalid,
    /// The upstream has nothing that it could be translated to.
    Unsupported,
}

impl Refused {
    pub(super) fn invalid(param: impl Into<String>, what: &str) -> Self {
        let param = param.into();
        Self {
            message: format!("\"{param}\" {what}"),
            reason: Reason::Invalid,
            param,
        }
    }

    pub(super) fn unsupported(param: impl Into<String>, what: &str) -> Self {
        Self {
            reason: Reason::Unsupported,
            ..Self::invalid(param, what)
        }
    }
}
