//! A pool of many keys, one to an account, as an import makes them.

use std::sync::atomic::{AtomicU64, Ordering};

use flowkeep_core::clock::Moment;
use flowkeep_core::model::{AccountId, ApiKey, Class, KeyState, RateWindow, Strategy, Verdict};
use flowkeep_core::pool::{AccountSeed, Demand, Lease, Member, Pool};

/// Keys in the pool.
pub(crate) const KEYS: usize = 10_000;
/// The model asked for.
pub(crate) const MODEL: &str = "deepseek-ai/DeepSeek-V3";
const UNIT: i64 = 1_000_000_000;

/// A pool, and its time.
pub(crate) struct Crowd {
    pub(crate) pool: Pool,
    ids: Vec<AccountId>,
    ms: AtomicU64,
}

impl Crowd {
    /// So many keys with balances from 0 to 99 units.
    pub(crate) fn of(strategy: Strategy, keys: usize) -> Self {
        let pool = Pool::new(strategy, 7);
        let ids: Vec<AccountId> = (0..keys)
            .map(|one| AccountId::from(format!("account{one:05}").as_str()))
            .collect();
        let crowd = Self {
            pool,
            ids,
            ms: AtomicU64::new(1),
        };
        let (members, seeds) = crowd.rows();
        crowd.pool.load(members, seeds, crowd.now());
        crowd
    }

    /// What the database would give.
    pub(crate) fn rows(&self) -> (Vec<Member>, Vec<AccountSeed>) {
        let members = self.ids.iter().enumerate().map(|(one, id)| member(one, id));
        let seeds = self.ids.iter().enumerate().map(|(one, id)| AccountSeed {
            account: id.clone(),
            state: KeyState::Usable,
            condition: None,
            balance_nano: Some(units(one % 100)),
            cooling: Vec::new(),
            max_concurrency: None,
        });
        (members.collect(), seeds.collect())
    }

    /// The best half is at its limit on the model for an hour.
    pub(crate) fn with_half_cooling(self) -> Self {
        let limited = Verdict::plain(Class::RateLimited {
            window: RateWindow::Hour,
            retry_after: None,
        });
        for _ in 0..self.ids.len() / 2 {
            // Apart, or they would count as one limit above all accounts.
            self.wait_ms(2);
            let lease = self.pick();
            let _settled = self.pool.settle(self.now(), &lease, Some(MODEL), &limited);
        }
        self
    }

    pub(crate) fn now(&self) -> Moment {
        let ms = self.ms.load(Ordering::Relaxed);
        Moment {
            monotonic_ms: ms,
            unix_ms: i64::try_from(ms).unwrap_or(i64::MAX),
        }
    }

    pub(crate) fn wait_ms(&self, ms: u64) {
        self.ms.fetch_add(ms, Ordering::Relaxed);
    }

    pub(crate) fn set_balance(&self, one: usize, amount: usize) {
        self.pool.set_balance(&self.ids[one], Some(units(amount)));
    }

    pub(crate) fn pick(&self) -> Lease {
        self.ask(None)
    }

    pub(crate) fn talk(&self, session: u64) -> Lease {
        self.ask(Some(session))
    }

    fn ask(&self, session: Option<u64>) -> Lease {
        let demand = Demand {
            model: Some(MODEL),
            session,
            ..Demand::default()
        };
        self.pool
            .pick(self.now(), &demand)
            .expect("there are usable keys")
    }
}

fn units(amount: usize) -> i64 {
    i64::try_from(amount).unwrap_or(0) * UNIT
}

fn member(one: usize, account: &AccountId) -> Member {
    let secret = ApiKey::parse(&format!("sk-test{one:040}")).expect("a well-formed key");
    Member {
        key: format!("key{one:05}").as_str().into(),
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
