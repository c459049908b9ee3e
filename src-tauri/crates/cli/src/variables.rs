//! The environment, read once and passed on, so that tests bring their own.

use std::collections::BTreeMap;
use std::str::FromStr;

use crate::failure::Failure;

/// Environment variables; an empty one counts as absent, since container files
/// cannot leave a variable out.
#[derive(Clone, Default)]
pub(crate) struct Variables(BTreeMap<String, String>);

impl std::fmt::Debug for Variables {
    /// Names only: values may be secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl<'a> FromIterator<(&'a str, &'a str)> for Variables {
    fn from_iter<I: IntoIterator<Item = (&'a str, &'a str)>>(pairs: I) -> Self {
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        Self(pairs.into_iter().map(owned).collect())
    }
}

impl Variables {
    /// Those of this process; what is not Unicode is left out.
    pub(crate) fn of_process() -> Self {
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Self(std::env::vars_os().filter_map(text).collect())
    }

    /// The value, without the blanks around it.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let value = self.0.get(name)?.trim();
        (!value.is_empty()).then_some(value)
    }

    /// The value of the first of these that is set, with the name it had.
    pub(crate) fn first<'n>(&self, names: &[&'n str]) -> Option<(&'n str, &str)> {
        names
            .iter()
            .find_map(|name| self.get(name).map(|value| (*name, value)))
    }

    /// The first of these that is set, read as a `T`.
    pub(crate) fn parse<T>(&self, names: &[&str]) -> Result<Option<T>, Failure>
    where
        T: FromStr<Err: std::fmt::Display>,
    {
        let Some((name, value)) = self.first(names) else {
            return Ok(None);
        };
        match value.parse() {
            Ok(parsed) => Ok(Some(parsed)),
            Err(error) => Err(Failure::Usage(format!("{name}: {error}"))),
        }
    }

    /// A switch: `1`, `true`, `yes`, `on` and their opposites.
    pub(crate) fn switch(&self, name: &str) -> Result<bool, Failure> {
        let Some(value) = self.get(name) else {
            return Ok(false);
        };
        match value.to_ascii_lowercase().as_str() {
            "1" | "true" | "yes" | "on" => Ok(true),
            "0" | "false" | "no" | "off" => Ok(false),
            _ => Err(Failure::Usage(format!("{name}: give 1 or 0"))),
        }
    }
}

#[cfg(test)]
mod tests;
