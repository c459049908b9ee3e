//! Clients as they are shown, and limits as they are sent.

use flowkeep_contract::{
    ApiError, Budget, BudgetPeriod, BudgetSpent, ClientLimits, ClientView, ErrorCode,
};

use super::{DEFAULT_CLIENT, capture};
use crate::app::App;
use crate::model::{self, Currency, Nano};
use crate::store::ClientRow;

/// Patterns of a token.
const MOST_MODELS: usize = 200;
/// Characters of a pattern.
const LONGEST_MODEL: usize = 200;
const MOST_PER_MINUTE: u32 = 1_000_000;

fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::new(ErrorCode::InvalidRequest, message)
}

/// Limits that make sense.
pub(super) fn checked(limits: ClientLimits) -> Result<model::ClientLimits, ApiError> {
    let mut models: Vec<String> = Vec::new();
    for model in limits.models {
        let model = model.trim();
        let has_blank = model.chars().any(|c| c.is_whitespace() || c.is_control());
        if model.is_empty() || has_blank || model.chars().count() > LONGEST_MODEL {
            return Err(invalid(
                "an allowed model is a name or a pattern with *, without blanks and of at most \
                 200 characters",
            ));
        }
        if !models.iter().any(|other| other == model) {
            models.push(model.to_owned());
        }
    }
    if models.len() > MOST_MODELS {
        return Err(invalid("a token names at most 200 models; use patterns"));
    }
    let is_sound = |requests: u32| (1..=MOST_PER_MINUTE).contains(&requests);
    if !limits.requests_per_minute.is_none_or(is_sound) {
        return Err(invalid("requests per minute are 1 to 1000000"));
    }
    Ok(model::ClientLimits {
        models,
        requests_per_minute: limits.requests_per_minute,
        budget: limits.budget.as_ref().map(checked_budget).transpose()?,
    })
}

fn checked_budget(budget: &Budget) -> Result<model::Budget, ApiError> {
    let Some(currency) = Currency::parse(&budget.currency) else {
        return Err(invalid("a budget is in CNY or USD"));
    };
    let amounts = [budget.day_nano, budget.month_nano];
    if amounts.iter().all(Option::is_none) {
        return Err(invalid("a budget is for a day, a month or both"));
    }
    if amounts.iter().flatten().any(|nano| *nano <= 0) {
        return Err(invalid(
            "a budget is above 0; revoke a token that may do nothing",
        ));
    }
    Ok(model::Budget {
        currency,
        day: budget.day_nano.map(Nano::new),
        month: budget.month_nano.map(Nano::new),
    })
}

fn shown(limits: model::ClientLimits) -> ClientLimits {
    ClientLimits {
        models: limits.models,
        requests_per_minute: limits.requests_per_minute,
        budget: limits.budget.map(|budget| Budget {
            currency: budget.currency.code().to_owned(),
            day_nano: budget.day.map(Nano::get),
            month_nano: budget.month.map(Nano::get),
        }),
    }
}

impl App {
    /// A row as it is shown.
    pub(super) fn view_of(&self, row: ClientRow) -> ClientView {
        let is_default = row.client_id == DEFAULT_CLIENT;
        let is_given = is_default && self.0.client_token.is_some();
        let spent = row.limits.budget.map(|budget| {
            let spent = |period| self.spent_in(period, &row.client_id, budget.currency);
            let (day, spent_today) = spent(BudgetPeriod::Day);
            let (month, spent_this_month) = spent(BudgetPeriod::Month);
            BudgetSpent {
                day_nano: spent_today.get(),
                month_nano: spent_this_month.get(),
                day_resets_at_ms: day.to_ms,
                month_resets_at_ms: month.to_ms,
                uncounted_calls: self.uncounted_calls(
                    &row.client_id,
                    budget.currency,
                    month.from_ms,
                ),
            }
        });
        ClientView {
            id: row.client_id,
            name: row.name,
            is_default,
            created_at_ms: row.created_at_ms,
            revoked_at_ms: row.revoked_at_ms.filter(|_| !is_given),
            limits: shown(row.limits),
            spent,
            capture_until_ms: capture::in_force(row.capture_until_ms, self.now().unix_ms),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn budget(currency: &str, day_nano: Option<i64>) -> ClientLimits {
        ClientLimits {
            budget: Some(Budget {
                currency: currency.to_owned(),
                day_nano,
                month_nano: None,
            }),
            ..ClientLimits::default()
        }
    }

    #[test]
    fn limits_come_out_as_they_went_in() {
        let limits = ClientLimits {
            models: vec![" a/* ".to_owned(), "b".to_owned(), "a/*".to_owned()],
            requests_per_minute: Some(MOST_PER_MINUTE),
            ..budget("USD", Some(1))
        };
        let back = shown(checked(limits.clone()).unwrap());
        assert_eq!(back.models, ["a/*", "b"]);
        assert_eq!(back.budget, limits.budget);
        assert_eq!(back.requests_per_minute, Some(MOST_PER_MINUTE));
        let none = ClientLimits::default();
        assert_eq!(shown(checked(none.clone()).unwrap()), none);
    }

    #[test]
    fn senseless_limits_are_refused() {
        let models = |model: &str| ClientLimits {
            models: vec![model.to_owned()],
            ..ClientLimits::default()
        };
        let pace = |requests| ClientLimits {
            requests_per_minute: Some(requests),
            ..ClientLimits::default()
        };
        for limits in [
            models(""),
            models("a b"),
            models("a\nb"),
            models(&"x".repeat(201)),
            pace(0),
            pace(MOST_PER_MINUTE + 1),
            budget("EUR", Some(1)),
            budget("CNY", Some(0)),
            budget("CNY", Some(-5)),
            budget("CNY", None),
        ] {
            let error = checked(limits.clone()).unwrap_err();
            assert_eq!(error.code, ErrorCode::InvalidRequest, "{limits:?}");
        }
    }
}
