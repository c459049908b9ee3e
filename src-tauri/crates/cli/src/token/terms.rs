//! Limits from flags.

use flowkeep_contract::{Budget, ClientLimits};
use flowkeep_core::model::Nano;

use crate::args::TermArgs;
use crate::failure::Failure;

const DEFAULT_CURRENCY: &str = "CNY";

/// These limits with what the flags say; `0`, and `*` for models, take one away.
pub(super) fn changed(before: ClientLimits, args: &TermArgs) -> Result<ClientLimits, Failure> {
    let models = match &args.models {
        Some(models) if models.iter().any(|model| model == "*") => Vec::new(),
        Some(models) => models.clone(),
        None => before.models,
    };
    let requests_per_minute = match args.rpm {
        Some(0) => None,
        Some(requests) => Some(requests),
        None => before.requests_per_minute,
    };
    Ok(ClientLimits {
        models,
        requests_per_minute,
        budget: budget(before.budget, args)?,
    })
}

fn budget(before: Option<Budget>, args: &TermArgs) -> Result<Option<Budget>, Failure> {
    let mut budget = before.unwrap_or_else(|| Budget {
        currency: DEFAULT_CURRENCY.to_owned(),
        day_nano: None,
        month_nano: None,
    });
    if let Some(currency) = &args.currency {
        budget.currency = currency.to_ascii_uppercase();
    }
    for (flag, given, place) in [
        ("--budget-day", &args.budget_day, &mut budget.day_nano),
        ("--budget-month", &args.budget_month, &mut budget.month_nano),
    ] {
        if let Some(text) = given {
            *place = amount(flag, text)?;
        }
    }
    let is_any = budget.day_nano.is_some() || budget.month_nano.is_some();
    Ok(is_any.then_some(budget))
}

fn amount(flag: &str, text: &str) -> Result<Option<i64>, Failure> {
    let amount: Result<Nano, _> = text.parse();
    match amount {
        Ok(Nano::ZERO) => Ok(None),
        Ok(amount) if amount > Nano::ZERO => Ok(Some(amount.get())),
        Ok(_) => Err(Failure::Usage(format!("{flag}: a budget is above 0"))),
        Err(error) => Err(Failure::Usage(format!("{flag}: {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bound() -> ClientLimits {
        ClientLimits {
            models: vec!["a".to_owned()],
            requests_per_minute: Some(3),
            budget: Some(Budget {
                currency: "USD".to_owned(),
                day_nano: Some(1),
                month_nano: Some(2),
            }),
        }
    }

    #[test]
    fn what_is_not_named_stays() {
        assert_eq!(changed(bound(), &TermArgs::default()).unwrap(), bound());
        let none = ClientLimits::default();
        assert_eq!(changed(none.clone(), &TermArgs::default()).unwrap(), none);
    }

    #[test]
    fn flags_set_and_take_away() {
        let args = TermArgs {
            models: Some(vec!["b*".to_owned(), "c".to_owned()]),
            rpm: Some(60),
            budget_day: Some("0.01".to_owned()),
            currency: Some("usd".to_owned()),
            ..TermArgs::default()
        };
        let limits = changed(ClientLimits::default(), &args).unwrap();
        assert_eq!(limits.models, ["b*", "c"]);
        assert_eq!(limits.requests_per_minute, Some(60));
        let budget = limits.budget.unwrap();
        assert_eq!(
            (budget.currency.as_str(), budget.day_nano, budget.month_nano),
            ("USD", Some(10_000_000), None)
        );
        let nothing = TermArgs {
            models: Some(vec!["*".to_owned()]),
            rpm: Some(0),
            budget_day: Some("0".to_owned()),
            budget_month: Some("0".to_owned()),
            ..TermArgs::default()
        };
        assert_eq!(changed(bound(), &nothing).unwrap(), ClientLimits::default());
    }

    #[test]
    fn no_amount_is_refused_with_its_flag() {
        for text in ["-1", "five", "1e3", "0.0000000001"] {
            let args = TermArgs {
                budget_month: Some(text.to_owned()),
                ..TermArgs::default()
            };
            let failure = changed(ClientLimits::default(), &args).unwrap_err();
            assert!(
                failure.to_string().starts_with("--budget-month: "),
                "{text}"
            );
        }
    }
}
