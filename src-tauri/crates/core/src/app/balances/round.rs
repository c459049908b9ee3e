//! One run through the accounts: each key is asked about by `GET /models`, and
//! with one that is known the balance by `GET /user/info`.
//!
//! An answer about a balance never changes a state, and no answer changes
//! nothing at all. A key in service is out only after a second 401.

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use flowkeep_contract::{RefreshReport, Topic};
use futures_util::StreamExt as _;

use super::dice;
use super::question::{self, Untold};
use super::refresh::{Run, Wanted};
use crate::app::probe::{Probed, probe};
use crate::app::{App, locked};
use crate::model::{
    AccountId, Amounts, ApiKey, BalanceFailureReason, BalanceSource, KeyId, KeyState, StateChange,
};
use crate::store::{Balance, BalanceFailure, BalanceFinding};
use crate::upstream::UpstreamClient;

/// Accounts asked about at the same time: few enough not to look like an attack.
const AT_ONCE: usize = 8;
/// What chance puts before the first question about an account.
const JITTER_MS: u64 = 100;
/// Before a 401 is asked about again: a hiccup of the login is over by then.
const AGAIN: Duration = Duration::from_millis(500);
/// A site that has answered none of so many questions is not asked any more.
const PATIENCE: usize = 8;
/// Times that a window is told how far it is.
const STEPS: usize = 100;
/// Accounts whose findings are written in one transaction.
const BATCH: usize = 64;

/// An account and its keys that can be asked about.
struct Household {
    account: AccountId,
    keys: Vec<(KeyId, ApiKey, KeyState)>,
}

/// What became known of an account.
struct Findings {
    account: AccountId,
    balance: Result<(Balance, Amounts), BalanceFailure>,
    report: RefreshReport,
}

/// What a site has shown in this run.
#[derive(Debug, Default)]
struct SiteNotes {
    answered: bool,
    unanswered: usize,
    /// It does not tell balances any more.
    retired: Option<String>,
}

/// What all questions of a run share.
struct Round<'a> {
    app: &'a App,
    run: &'a Run,
    sites: Mutex<BTreeMap<String, SiteNotes>>,
    /// Of keys, also of accounts that were not finished.
    changes: Mutex<Vec<StateChange>>,
    done: AtomicUsize,
    total: usize,
    step: usize,
}

impl App {
    /// Asks about all that a run is for.
    pub(super) async fn ask_about_accounts(&self, run: &Run) -> RefreshReport {
        let households = self.households(&run.wanted);
        let total = households.iter().map(|home| home.keys.len()).sum::<usize>();
        let round = Round {
            app: self,
            run,
            sites: Mutex::default(),
            changes: Mutex::default(),
            done: AtomicUsize::new(0),
            total,
            step: total.div_ceil(STEPS).max(1),
        };
        self.tell_refresh(run, 0, total);
        let jitter = if households.len() > 1 { JITTER_MS } else { 0 };
        let asking = households
            .into_iter()
            .map(|household| round.ask_about(household, jitter));
        let mut answers = futures_util::stream::iter(asking).buffer_unordered(AT_ONCE);
        let mut report = RefreshReport::default();
        let mut batch = Vec::new();
        loop {
            let findings = tokio::select! {
                () = run.cancel.cancelled() => {
                    report.cancelled = true;
                    break;
                }
                findings = answers.next() => findings,
            };
            let Some(findings) = findings else { break };
            batch.push(findings);
            if batch.len() == BATCH {
                let batch = std::mem::take(&mut batch);
                round.take_down(batch, &mut report).await;
            }
        }
        drop(answers);
        round.take_down(batch, &mut report).await;
        report.ended_at_ms = self.now().unix_ms;
        report
    }

    /// Keys that are not switched off and can be read, by account.
    fn households(&self, wanted: &Wanted) -> Vec<Household> {
        let mut households: Vec<Household> = Vec::new();
        let mut places: HashMap<AccountId, usize> = HashMap::new();
        for view in self.pool().views(self.now()) {
            let is_wanted = wanted
                .as_ref()
                .is_none_or(|wanted| wanted.contains(&view.account));
            if !is_wanted || view.state == KeyState::Disabled {
                continue;
            }
            let Some(secret) = self.pool().secret(&view.key) else {
                continue;
            };
            let place = *places.entry(view.account.clone()).or_insert_with(|| {
                households.push(Household {
                    account: view.account.clone(),
                    keys: Vec::new(),
                });
                households.len() - 1
            });
            households[place].keys.push((view.key, secret, view.state));
        }
        households
    }
}

impl Round<'_> {
    /// Writes down what was found, tells the pool and counts it.
    async fn take_down(&self, batch: Vec<Findings>, report: &mut RefreshReport) {
        let app = self.app;
        let mut rows = Vec::with_capacity(batch.len());
        let mut told = Vec::new();
        for findings in batch {
            add(report, &findings.report);
            let account = findings.account;
            rows.push(match findings.balance {
                Ok((balance, mark)) => {
                    told.push((account.clone(), balance, mark));
                    (account, BalanceFinding::Told(balance))
                }
                Err(failure) => (account, BalanceFinding::Failed(failure)),
            });
        }
        let written = app.blocking(move |app| Ok(app.0.store.note_balances(&rows)?));
        if let Err(error) = written.await {
            tracing::warn!(error = error.message, "balances could not be saved");
            told.clear();
        }
        let mut changes = std::mem::take(&mut *locked(&self.changes));
        let mut news = Vec::with_capacity(told.len());
        for (account, balance, mark) in told {
            let nano = balance.nano;
            let Some(learnt) = app.0.balances.learn(&account, balance, mark) else {
                continue;
            };
            let is_other = learnt.before.is_none_or(|before| before.nano != nano);
            report.changed += u32::from(is_other);
            app.pool().set_balance(&account, Some(nano));
            news.push(learnt);
        }
        changes.extend(app.let_try_again(&news));
        app.persist(changes);
        app.changed(&[Topic::Keys, Topic::Status]);
    }

    async fn ask_about(&self, household: Household, jitter_ms: u64) -> Findings {
        if jitter_ms > 0 {
            tokio::time::sleep(Duration::from_millis(dice(jitter_ms))).await;
        }
        let upstream = self.app.upstream_for(&household.account);
        let mut findings = Findings {
            balance: Err(self.failure(Untold::new(
                BalanceFailureReason::Unauthorized,
                "the upstream does not know any key of this account (401)",
            ))),
            account: household.account,
            report: RefreshReport::default(),
        };
        let mut known = None;
        for (key, secret, state) in household.keys {
            let probed = self.probe(&upstream, &secret, state).await;
            let probed = if self.has_moved(&upstream, &findings.account) {
                Probed::Unanswered(moved().text)
            } else {
                probed
            };
            findings.report.checked += 1;
            match probed {
                Probed::Known => {
                    findings.report.valid += 1;
                    let restored = self.app.pool().restore(&key);
                    findings.report.changed += u32::from(!restored.is_empty());
                    locked(&self.changes).extend(restored);
                    known.get_or_insert(secret);
                }
                Probed::Unknown => {
                    findings.report.invalid += 1;
                    let found = self.app.pool().confirm_unauthorized(self.app.now(), &key);
                    // A key that was out already is only asked about later again.
                    let is_new = state != KeyState::Unauthorized;
                    findings.report.changed += u32::from(is_new);
                    locked(&self.changes).extend(found);
                }
                Probed::Unanswered(why) => {
                    findings.report.failed += 1;
                    let untold = Untold::new(BalanceFailureReason::Unanswered, why);
                    findings.balance = Err(self.failure(untold));
                }
            }
            self.went_on();
        }
        if let Some(key) = known {
            let told = self.balance(&upstream, &findings.account, &key).await;
            findings.balance = if self.has_moved(&upstream, &findings.account) {
                Err(self.failure(moved()))
            } else {
                told
            };
        }
        match &findings.balance {
            Ok(_) => findings.report.balances += 1,
            Err(_) => findings.report.balances_failed += 1,
        }
        findings
    }

    /// Whether the user has moved the account while its former site was asked: what
    /// that one says is nothing to the account any more.
    fn has_moved(&self, upstream: &UpstreamClient, account: &AccountId) -> bool {
        self.app.upstream_for(account).base() != upstream.base()
    }

    /// Asks about a key; about one in service twice, if it is said to be unknown.
    async fn probe(&self, upstream: &UpstreamClient, key: &ApiKey, state: KeyState) -> Probed {
        if self.has_given_up(upstream) {
            return Probed::Unanswered("the upstream does not answer".to_owned());
        }
        let first = probe(upstream, key).await;
        self.note(upstream, &first);
        if first != Probed::Unknown || state == KeyState::Unauthorized {
            return first;
        }
        tokio::time::sleep(AGAIN).await;
        probe(upstream, key).await
    }

    async fn balance(
        &self,
        upstream: &UpstreamClient,
        account: &AccountId,
        key: &ApiKey,
    ) -> Result<(Balance, Amounts), BalanceFailure> {
        if let Some(text) = self.retired(upstream) {
            return Err(self.failure(Untold::new(BalanceFailureReason::Retired, text)));
        }
        let nano = match question::ask(upstream, key).await {
            Ok(nano) => nano,
            Err(untold) => {
                if untold.reason == BalanceFailureReason::Retired {
                    let mut sites = locked(&self.sites);
                    let notes = sites.entry(upstream.base().to_owned()).or_default();
                    notes.retired = Some(untold.text.clone());
                }
                return Err(self.failure(untold));
            }
        };
        let currency = self.app.site_at(upstream.base()).currency();
        let balance = Balance {
            nano: nano.get(),
            currency,
            source: BalanceSource::Reported,
            as_of_ms: self.app.now().unix_ms,
        };
        Ok((balance, self.app.spending().of_account(account)))
    }

    fn failure(&self, untold: Untold) -> BalanceFailure {
        BalanceFailure {
            reason: untold.reason,
            text: untold.text,
            at_ms: self.app.now().unix_ms,
        }
    }

    fn note(&self, upstream: &UpstreamClient, probed: &Probed) {
        let mut sites = locked(&self.sites);
        let notes = sites.entry(upstream.base().to_owned()).or_default();
        match probed {
            Probed::Known | Probed::Unknown => notes.answered = true,
            Probed::Unanswered(_) => notes.unanswered += 1,
        }
    }

    fn has_given_up(&self, upstream: &UpstreamClient) -> bool {
        let sites = locked(&self.sites);
        let notes = sites.get(upstream.base());
        notes.is_some_and(|notes| !notes.answered && notes.unanswered >= PATIENCE)
    }

    fn retired(&self, upstream: &UpstreamClient) -> Option<String> {
        locked(&self.sites).get(upstream.base())?.retired.clone()
    }

    fn went_on(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if done.is_multiple_of(self.step) || done == self.total {
            self.app.tell_refresh(self.run, done, self.total);
        }
    }
}

/// What is known of an account that was asked at its former site.
fn moved() -> Untold {
    Untold::new(
        BalanceFailureReason::Unanswered,
        "the account was moved to another site; refresh again",
    )
}

fn add(sum: &mut RefreshReport, part: &RefreshReport) {
    sum.checked += part.checked;
    sum.valid += part.valid;
    sum.invalid += part.invalid;
    sum.failed += part.failed;
    sum.changed += part.changed;
    sum.balances += part.balances;
    sum.balances_failed += part.balances_failed;
}
