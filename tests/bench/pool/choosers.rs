//! Who chooses the account of a request.

use std::time::Duration;

use flowkeep_core::clock::Moment;
use flowkeep_core::model::{AccountId, ApiKey, Class, KeyState, RateWindow, Verdict};
use flowkeep_core::pool::{AccountSeed, Demand, Lease, Member, Pool, Strategy};
use flowkeep_simulator::Metric;

use crate::customers::MODEL;

/// Accounts that one request may try, and for how long (`reliability.md` §2.2).
const MOST_TRIED: usize = 32;
const WINDOW: Duration = Duration::from_secs(15);

/// An attempt under way.
pub(crate) struct Attempt {
    pub(crate) account: usize,
    lease: Option<Lease>,
}

/// What one request has tried.
#[derive(Default)]
pub(crate) struct Tried {
    accounts: Vec<AccountId>,
    since_ms: u64,
}

impl Tried {
    pub(crate) fn since(now_ms: u64) -> Self {
        Self {
            accounts: Vec::new(),
            since_ms: now_ms,
        }
    }
}

/// Chooses accounts.
pub(crate) trait Chooser {
    /// The accounts are these, with their balances.
    fn take(&mut self, balances: &[i64]);
    /// The account for a request; `None` when the client gets a 429.
    fn choose(&mut self, now_ms: u64, session: Option<u64>, tried: &Tried) -> Option<Attempt>;
    /// It answered, and costs.
    fn answered(&mut self, now_ms: u64, attempt: &Attempt);
    /// Its window is full. Says whether the request may go on to another.
    fn refused(&mut self, now_ms: u64, attempt: Attempt, window: Metric, tried: &mut Tried)
    -> bool;
    /// The balance of an account is this now.
    fn spent(&mut self, account: usize, balance_nano: i64);
}

/// The engine's pool, used as the relay uses it.
pub(crate) struct Pooled {
    pool: Pool,
    ids: Vec<AccountId>,
}

impl Pooled {
    pub(crate) fn new(strategy: Strategy) -> Self {
        Self {
            pool: Pool::new(strategy, 7),
            ids: Vec::new(),
        }
    }
}

impl Chooser for Pooled {
    fn take(&mut self, balances: &[i64]) {
        self.ids = (0..balances.len())
            .map(|one| AccountId::from(format!("account{one}").as_str()))
            .collect();
        let members = self.ids.iter().enumerate().map(|(one, id)| member(one, id));
        let seeds = self
            .ids
            .iter()
            .zip(balances)
            .map(|(id, balance)| AccountSeed {
                account: id.clone(),
                state: KeyState::Usable,
                condition: None,
                balance_nano: Some(*balance),
                cooling: Vec::new(),
                max_concurrency: None,
            });
        self.pool.load(members.collect(), seeds.collect(), at(0));
    }

    fn choose(&mut self, now_ms: u64, session: Option<u64>, tried: &Tried) -> Option<Attempt> {
        let demand = Demand {
            model: Some(MODEL),
            session,
            tried_accounts: &tried.accounts,
            ..Demand::default()
        };
        let lease = self.pool.pick(at(now_ms), &demand).ok()?;
        let account = self.ids.iter().position(|id| id == lease.account())?;
        Some(Attempt {
            account,
            lease: Some(lease),
        })
    }

    fn answered(&mut self, now_ms: u64, attempt: &Attempt) {
        if let Some(lease) = &attempt.lease {
            let verdict = Verdict::plain(Class::Success);
            let _changes = self.pool.settle(at(now_ms), lease, Some(MODEL), &verdict);
        }
    }

    fn refused(
        &mut self,
        now_ms: u64,
        attempt: Attempt,
        window: Metric,
        tried: &mut Tried,
    ) -> bool {
        let Some(lease) = attempt.lease else {
            return false;
        };
        let window = match window {
            Metric::Rpm | Metric::Tpm | Metric::Ipm => RateWindow::Minute,
            Metric::Rph => RateWindow::Hour,
            Metric::Rpd | Metric::Tpd | Metric::Ipd => RateWindow::Day,
        };
        let verdict = Verdict::plain(Class::RateLimited {
            window,
            retry_after: None,
        });
        let settled = self.pool.settle(at(now_ms), &lease, Some(MODEL), &verdict);
        tried.accounts.push(lease.account().clone());
        let took = Duration::from_millis(now_ms - tried.since_ms);
        !settled.upstream_level && tried.accounts.len() < MOST_TRIED && took <= WINDOW
    }

    fn spent(&mut self, account: usize, balance_nano: i64) {
        self.pool
            .set_balance(&self.ids[account], Some(balance_nano));
    }
}

/// Always the account with the most money; a 429 goes to the client.
#[derive(Default)]
pub(crate) struct HighestBalanceOnly {
    balances: Vec<i64>,
}

impl Chooser for HighestBalanceOnly {
    fn take(&mut self, balances: &[i64]) {
        self.balances = balances.to_vec();
    }

    fn choose(&mut self, _now_ms: u64, _session: Option<u64>, _tried: &Tried) -> Option<Attempt> {
        let account = (0..self.balances.len()).max_by_key(|one| self.balances[*one])?;
        Some(Attempt {
            account,
            lease: None,
        })
    }

    fn answered(&mut self, _now_ms: u64, _attempt: &Attempt) {}

    fn refused(&mut self, _: u64, _attempt: Attempt, _: Metric, _: &mut Tried) -> bool {
        false
    }

    fn spent(&mut self, account: usize, balance_nano: i64) {
        self.balances[account] = balance_nano;
    }
}

/// One after the other; a 429 goes to the client.
#[derive(Default)]
pub(crate) struct TurnByTurn {
    accounts: usize,
    next: usize,
}

impl Chooser for TurnByTurn {
    fn take(&mut self, balances: &[i64]) {
        self.accounts = balances.len();
    }

    fn choose(&mut self, _now_ms: u64, _session: Option<u64>, _tried: &Tried) -> Option<Attempt> {
        self.next = (self.next + 1) % self.accounts;
        Some(Attempt {
            account: self.next,
            lease: None,
        })
    }

    fn answered(&mut self, _now_ms: u64, _attempt: &Attempt) {}

    fn refused(&mut self, _: u64, _attempt: Attempt, _: Metric, _: &mut Tried) -> bool {
        false
    }

    fn spent(&mut self, _account: usize, _balance_nano: i64) {}
}

fn at(ms: u64) -> Moment {
    Moment {
        monotonic_ms: ms,
        unix_ms: i64::try_from(ms).unwrap_or(i64::MAX),
    }
}

fn member(one: usize, account: &AccountId) -> Member {
    let secret = ApiKey::parse(&format!("sk-test{one:040}")).expect("a well-formed key");
    Member {
        key: format!("key{one}").as_str().into(),
        account: account.clone(),
        account_label: account.as_str().into(),
        label: "…".into(),
        last_four: secret.last_four().into(),
        secret: Some(secret),
        enabled: true,
        weight: 1,
        state: KeyState::Usable,
        condition: None,
    }
}
