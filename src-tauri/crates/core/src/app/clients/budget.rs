//! What tokens have spent of their budgets, and saying so in time.
//!
//! The rule: a request is let through while what was spent, and what the requests
//! under way are likely to cost ([`super::reservation`]), is less than the limit. Its
//! own cost is not part of that, so that any budget admits a first request, and the
//! last one may go over the limit by what it costs; many that run together may not. A
//! request that holds nothing back, as its model is free or has no known price, is
//! held against what was spent only. A request counts when it has finished, before
//! the next one is let through. Spending is known by the hour and from before the
//! start ([`crate::app::money`]).

use flowkeep_contract::{BudgetNotice, BudgetPeriod, Event, Notice};
use jiff::tz::TimeZone;

use super::Client;
use super::window::Window;
use crate::app::{App, locked};
use crate::model::{Currency, Nano, RequestRecord};

/// How one of a token's budgets stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) period: BudgetPeriod,
    pub(super) currency: Currency,
    pub(super) limit: Nano,
    pub(super) spent: Nano,
    pub(super) window: Window,
}

/// How far a budget is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    /// 80 %.
    Near,
    /// All of it.
    Spent,
}

/// What was told of each budget; each level is told once in its day or month.
#[derive(Debug, Default)]
pub(super) struct Told {
    day: Option<Telling>,
    month: Option<Telling>,
}

/// Of which budget it was told that it has come to which level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Telling {
    from_ms: i64,
    limit: Nano,
    level: Level,
}

impl Tally {
    fn level(&self) -> Option<Level> {
        let (spent, limit) = (i128::from(self.spent.get()), i128::from(self.limit.get()));
        if spent >= limit {
            return Some(Level::Spent);
        }
        (spent * 100 >= limit * 80).then_some(Level::Near)
    }
}

impl Told {
    /// Whether this is news; from now on it is none.
    fn is_news(&mut self, tally: &Tally, level: Level) -> bool {
        let last = match tally.period {
            BudgetPeriod::Day => &mut self.day,
            BudgetPeriod::Month => &mut self.month,
        };
        let told = last.is_some_and(|told| {
            told.from_ms == tally.window.from_ms && told.limit == tally.limit && told.level >= level
        });
        if !told {
            *last = Some(Telling {
                from_ms: tally.window.from_ms,
                limit: tally.limit,
                level,
            });
        }
        !told
    }
}

impl App {
    /// How the budgets of a token stand, the day's first.
    pub(super) fn budgets_of(&self, client: &Client) -> Vec<Tally> {
        let Some(budget) = client.limits.budget else {
            return Vec::new();
        };
        let limits = [
            (BudgetPeriod::Day, budget.day),
            (BudgetPeriod::Month, budget.month),
        ];
        let tally = |(period, limit): (_, Option<Nano>)| {
            limit.map(|limit| {
                let (window, spent) = self.spent_in(period, &client.id, budget.currency);
                Tally {
                    period,
                    currency: budget.currency,
                    limit,
                    spent,
                    window,
                }
            })
        };
        limits.into_iter().filter_map(tally).collect()
    }

    /// What a token has spent in the day or month that it is.
    pub(super) fn spent_in(
        &self,
        period: BudgetPeriod,
        client: &str,
        currency: Currency,
    ) -> (Window, Nano) {
        let window = Window::of(period, self.now().unix_ms, &TimeZone::system());
        let spent = self.spending().of_client(client, window.from_ms);
        (window, spent.of(currency))
    }

    /// Tells when a finished request has brought its token's budget near its end.
    pub(in crate::app) fn watch_budgets(&self, record: &RequestRecord) {
        let Some(cost) = &record.cost else {
            return;
        };
        let clients = self.live(|live| std::sync::Arc::clone(&live.clients));
        let Some(client) = clients.find(&record.client) else {
            return;
        };
        let counts = |budget: crate::model::Budget| budget.currency == cost.money.currency();
        if !client.limits.budget.is_some_and(counts) {
            return;
        }
        // A batch is many answers.
        if let Some(tokens) = record
            .usage
            .completion_tokens
            .filter(|_| !record.is_of_batch())
        {
            locked(&client.standing.answers).note(tokens);
        }
        for tally in self.budgets_of(client) {
            let Some(level) = tally.level() else {
                continue;
            };
            if locked(&client.standing.told).is_news(&tally, level) {
                self.tell_of_budget(client, &tally, level);
            }
        }
    }

    fn tell_of_budget(&self, client: &Client, tally: &Tally, level: Level) {
        let notice = BudgetNotice {
            client: client.id.to_string(),
            name: client.name.to_string(),
            period: tally.period,
            spent_nano: tally.spent.get(),
            limit_nano: tally.limit.get(),
            currency: tally.currency.code().to_owned(),
            resets_at_ms: tally.window.to_ms,
        };
        tracing::info!(
            client = %client.id,
            period = ?tally.period,
            spent = %tally.spent,
            limit = %tally.limit,
            "a budget is at {level:?}"
        );
        self.emit(Event::Notice(match level {
            Level::Near => Notice::BudgetNear(notice),
            Level::Spent => Notice::BudgetSpent(notice),
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(spent: i64, from_ms: i64) -> Tally {
        Tally {
            period: BudgetPeriod::Day,
            currency: Currency::Cny,
            limit: Nano::new(1_000),
            spent: Nano::new(spent),
            window: Window {
                from_ms,
                to_ms: from_ms + 1,
            },
        }
    }

    #[test]
    fn levels_begin_at_80_and_at_100_percent() {
        let level = |spent| tally(spent, 0).level();
        assert_eq!(level(799), None);
        assert_eq!(level(800), Some(Level::Near));
        assert_eq!(level(999), Some(Level::Near));
        assert_eq!(level(1_000), Some(Level::Spent));
        assert_eq!(level(i64::MAX), Some(Level::Spent));
    }

    #[test]
    fn each_level_is_told_once_a_day() {
        let mut told = Told::default();
        assert!(told.is_news(&tally(800, 0), Level::Near));
        assert!(!told.is_news(&tally(900, 0), Level::Near));
        assert!(told.is_news(&tally(1_000, 0), Level::Spent));
        assert!(!told.is_news(&tally(2_000, 0), Level::Spent));
        // What costs come to may shrink when prices change.
        assert!(!told.is_news(&tally(900, 0), Level::Near));
        assert!(told.is_news(&tally(900, 1), Level::Near), "the next day");
        let raised = Tally {
            limit: Nano::new(1_100),
            ..tally(900, 1)
        };
        assert!(told.is_news(&raised, Level::Near), "another budget");
    }
}
