//! To which requests a behaviour applies.

use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The requests a behaviour applies to; the most specific one wins.
///
/// From the most to the least specific: account and model, key, account,
/// (the `sim/…` model name), model, route, all.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Hash, Serialize)]
#[serde(remote = "Self", rename_all = "kebab-case")]
pub enum Scope {
    /// Every request.
    All,
    /// Requests signed with this key.
    Key(String),
    /// Requests of this account.
    Account(String),
    /// Requests that ask for this model.
    Model(String),
    /// Requests to this path, with or without `/v1`.
    Route(String),
    /// Requests of this account that ask for this model.
    AccountModel(String, String),
}

/// A scope that is spelled in no known way.
#[derive(Debug, thiserror::Error)]
#[error("unknown scope, expected all, key:K, account:A, model:M, route:R or account-model:A:M")]
pub struct UnknownScope;

impl FromStr for Scope {
    type Err = UnknownScope;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "all" {
            return Ok(Self::All);
        }
        let (kind, rest) = text.split_once(':').ok_or(UnknownScope)?;
        let name = rest.to_owned();
        match kind {
            "key" => Ok(Self::Key(name)),
            "account" => Ok(Self::Account(name)),
            "model" => Ok(Self::Model(name)),
            "route" => Ok(Self::Route(name)),
            "account-model" => {
                let (account, model) = rest.split_once(':').ok_or(UnknownScope)?;
                Ok(Self::AccountModel(account.to_owned(), model.to_owned()))
            }
            _ => Err(UnknownScope),
        }
    }
}

impl<'de> Deserialize<'de> for Scope {
    /// Accepts `"account:alpha"` and `{"account":"alpha"}`.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        match &value {
            serde_json::Value::String(text) => text.parse().map_err(D::Error::custom),
            _ => Self::deserialize(value).map_err(D::Error::custom),
        }
    }
}

impl Serialize for Scope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, serializer)
    }
}
