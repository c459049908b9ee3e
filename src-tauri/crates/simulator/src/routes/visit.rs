//! A request that has been signed and understood as far as it goes.

use std::sync::Arc;

use http::request::Parts;
use serde_json::{Map, Value};

use crate::behaviour::Behaviour;
use crate::customers::{Customer, Load};
use crate::intake::Form;
use crate::ledger::{Bill, Call};
use crate::model::Model;
use crate::reply::{Refused, Reply};
use crate::resources::{ResourceKind, Touch};
use crate::world::World;

/// What an endpoint is given.
pub(crate) struct Visit<'a> {
    pub(crate) world: &'a World,
    pub(crate) head: &'a Parts,
    pub(crate) customer: &'a Arc<Customer>,
    /// The body if it is JSON, or the text fields of a form.
    pub(crate) document: Option<&'a Value>,
    /// The body if it is a form.
    pub(crate) form: Option<&'a Form>,
    pub(crate) behaviour: &'a Behaviour,
}

impl<'a> Visit<'a> {
    /// Id of the account that asks.
    pub(crate) fn account(&self) -> &'a str {
        self.customer.id()
    }

    /// The fields of the body, which must be an object.
    pub(crate) fn fields(&self) -> Result<&'a Map<String, Value>, Refused> {
        self.document
            .and_then(Value::as_object)
            .ok_or_else(malformed)
    }

    /// A parameter of the query, as it was sent.
    pub(crate) fn query(&self, name: &str) -> Option<&'a str> {
        let query = self.head.uri.query().unwrap_or_default();
        query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value)
    }

    /// A parameter of the query that is a count of at least 1.
    pub(crate) fn limit(&self, default: usize) -> Result<usize, Refused> {
        match self.query("limit") {
            None => Ok(default),
            Some(text) => match text.parse() {
                Ok(limit) if limit >= 1 => Ok(limit),
                Ok(_) | Err(_) => Err(invalid("limit: Input should be a valid integer")),
            },
        }
    }

    /// The model of this name, if it does this kind of work.
    pub(crate) fn model(&self, asked: &str, sub_types: &[&str]) -> Result<Arc<Model>, Refused> {
        self.world
            .catalogue()
            .find(asked)
            .filter(|model| model.does(sub_types))
            .ok_or_else(|| Box::new(Reply::unknown_model()))
    }

    /// Checks that the account may use the model now and takes note who pays.
    pub(crate) fn admit(
        &self,
        model: &Arc<Model>,
        (asked, load): (&str, Load),
        call: &mut Call,
    ) -> Result<(), Refused> {
        let now = self.world.ledger().now_ms();
        self.customer
            .admit(model, asked, load, now)
            .map_err(|denial| Box::new(Reply::denied(denial, self.world.switches())))?;
        call.bill_to(Bill {
            customer: Arc::clone(self.customer),
            model: Arc::clone(model),
            asked_model: asked.to_owned(),
        });
        Ok(())
    }

    /// Refuses an account whose real name is not verified.
    pub(crate) fn check_verified(&self) -> Result<(), Refused> {
        if self.customer.account().verified {
            Ok(())
        } else {
            Err(Box::new(Reply::real_name()))
        }
    }

    /// Notes a resource that the request made.
    pub(crate) fn made(&self, (kind, id): (ResourceKind, &str), call: &Call) {
        let touch = Touch {
            kind,
            id: id.to_owned(),
            owner: Some(self.account().to_owned()),
            made: true,
        };
        call.touched(touch, Some(self.account()));
    }
}

/// 400 20015 with one of the vendor's texts.
pub(super) fn invalid(message: &str) -> Refused {
    Box::new(Reply::invalid(message))
}

/// 400 20015 for what cannot be understood.
pub(super) fn malformed() -> Refused {
    Box::new(Reply::malformed())
}

/// A text field that must be there and not be empty.
pub(super) fn text<'a>(fields: &'a Map<String, Value>, name: &str) -> Result<&'a str, Refused> {
    let text = super::chat::required_text(fields, name)?;
    if text.is_empty() {
        return Err(malformed());
    }
    Ok(text)
}

/// A number that may be left out, between two bounds.
pub(super) fn whole_number(
    fields: &Map<String, Value>,
    name: &str,
    (least, most): (u64, u64),
) -> Result<Option<u64>, Refused> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match value.as_u64() {
            Some(number) if (least..=most).contains(&number) => Ok(Some(number)),
            Some(_) => Err(malformed()),
            None => Err(invalid(&format!("{name}: Input should be a valid integer"))),
        },
    }
}

/// Checks a number that may be left out and may have a fraction.
pub(super) fn check_number(
    fields: &Map<String, Value>,
    name: &str,
    (least, most): (f64, f64),
) -> Result<(), Refused> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(()),
        Some(value) => match value.as_f64() {
            Some(number) if (least..=most).contains(&number) => Ok(()),
            Some(_) => Err(malformed()),
            None => Err(invalid(&format!("{name}: Input should be a valid number"))),
        },
    }
}
