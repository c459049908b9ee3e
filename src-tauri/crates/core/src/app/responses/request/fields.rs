//! Reading JSON objects field by field, with the place in every refusal.

use serde_json::{Map, Value};

use super::super::refused::Refused;

/// An object being taken apart. What `null` says is what absence says.
#[derive(Debug)]
pub(super) struct Fields {
    map: Map<String, Value>,
    /// The place of the object, as `input[2]`; empty for the body.
    place: String,
}

impl Fields {
    /// The object at `place`.
    pub(super) fn of(value: Value, place: String) -> Result<Self, Refused> {
        match value {
            Value::Object(map) => Ok(Self { map, place }),
            _ => Err(Refused::invalid(place, "is not an object")),
        }
    }

    /// The place of a field.
    pub(super) fn place(&self, name: &str) -> String {
        if self.place.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.place)
        }
    }

    /// A field without taking it; `None` for `null`.
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.map.get(name).filter(|value| !value.is_null())
    }

    /// A field, whatever its type.
    pub(super) fn take(&mut self, name: &str) -> Option<Value> {
        self.map.remove(name).filter(|value| !value.is_null())
    }

    /// A string.
    pub(super) fn text(&mut self, name: &str) -> Result<Option<String>, Refused> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Refused::invalid(self.place(name), "is not a string")),
        }
    }

    /// A string that must be there.
    pub(super) fn needed_text(&mut self, name: &str) -> Result<String, Refused> {
        self.text(name)?.ok_or_else(|| self.missing(name))
    }

    /// A number, as it was written.
    pub(super) fn number(&mut self, name: &str) -> Result<Option<Value>, Refused> {
        match self.take(name) {
            Some(value) if !value.is_number() => {
                Err(Refused::invalid(self.place(name), "is not a number"))
            }
            value => Ok(value),
        }
    }

    /// `true` or `false`.
    pub(super) fn flag(&mut self, name: &str) -> Result<Option<bool>, Refused> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(flag)),
            Some(_) => Err(Refused::invalid(self.place(name), "is not true or false")),
        }
    }

    /// An array; empty when absent.
    pub(super) fn list(&mut self, name: &str) -> Result<Vec<Value>, Refused> {
        match self.take(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(values)) => Ok(values),
            Some(_) => Err(Refused::invalid(self.place(name), "is not an array")),
        }
    }

    /// An object.
    pub(super) fn object(&mut self, name: &str) -> Result<Option<Self>, Refused> {
        let place = self.place(name);
        self.take(name)
            .map(|value| Self::of(value, place))
            .transpose()
    }

    /// The objects of an array.
    pub(super) fn objects(&mut self, name: &str) -> Result<Vec<Self>, Refused> {
        let place = self.place(name);
        let values = self.list(name)?.into_iter().enumerate();
        values
            .map(|(index, value)| Self::of(value, format!("{place}[{index}]")))
            .collect()
    }

    /// Refuses a field that must be there.
    pub(super) fn missing(&self, name: &str) -> Refused {
        Refused::invalid(self.place(name), "is missing")
    }

    /// Refuses a field that has no counterpart.
    pub(super) fn unsupported(&self, name: &str, why: &str) -> Refused {
        Refused::unsupported(self.place(name), why)
    }

    /// The place of the object itself.
    pub(super) fn own_place(&self) -> &str {
        &self.place
    }

    /// What was not taken.
    pub(super) fn rest(self) -> Map<String, Value> {
        self.map
    }
}
