//! The sites that have a list of models, and one list of what they tell.

use std::sync::Arc;

use futures_util::future::join_all;

use super::catalogue::{Aged, Filter};
use super::list::List;
use crate::app::App;
use crate::app::relay::{Missed, Served, Survey};

/// Accounts of a site that are asked, one when it answers.
const MOST_ASKED: usize = 2;

/// A site, and the accounts of it that serve.
pub(in crate::app) struct Source {
    pub(in crate::app) base: Arc<str>,
    pub(in crate::app) accounts: Vec<Served>,
}

/// What the sites told, put together.
#[derive(Default)]
pub(super) struct Gathered {
    lists: Vec<Aged>,
    /// Sites without a list.
    pub(super) partial: Vec<Arc<str>>,
    /// Why there is none, of one of them.
    pub(super) missed: Option<Missed>,
}

impl Gathered {
    /// Nothing but what is at hand.
    pub(super) fn of(lists: Vec<Aged>) -> Self {
        Self {
            lists,
            ..Self::default()
        }
    }

    /// One list of all; `None` when there is none at all.
    pub(super) fn list(&self) -> Option<Arc<List>> {
        let lists: Vec<_> = self
            .lists
            .iter()
            .map(|aged| Arc::clone(&aged.list))
            .collect();
        (!lists.is_empty()).then(|| List::merged(&lists))
    }

    /// Seconds since the oldest part was read that may be out of date.
    pub(super) fn stale_s(&self) -> Option<u64> {
        let stale = self.lists.iter().filter(|aged| !aged.is_fresh());
        stale.map(|aged| aged.age_ms / 1000).max()
    }
}

impl App {
    /// The sites of all accounts that serve, that of the settings first.
    pub(in crate::app) fn sources(&self) -> Vec<Source> {
        let mut sources: Vec<Source> = Vec::new();
        for base in self.bases() {
            let accounts = Vec::new();
            sources.push(Source { base, accounts });
        }
        for account in self.pool().roster() {
            let base = self.base_for(&account.account);
            let source = sources.iter_mut().find(|source| source.base == base);
            if let (true, Some(source)) = (account.listable, source) {
                source.accounts.push(Served {
                    id: account.account,
                    label: account.label,
                });
            }
        }
        sources.retain(|source| !source.accounts.is_empty());
        sources
    }

    /// The lists of all these sites: the fresh ones at hand, else what the site
    /// says now, else what it said before. All are asked at the same time.
    pub(super) async fn gather(
        &self,
        survey: &Survey<'_>,
        sources: &[Source],
        filter: &Filter,
    ) -> Gathered {
        // A closure would have to hold for any lifetime, which its future cannot.
        let mut asking = Vec::with_capacity(sources.len());
        for source in sources {
            asking.push(self.list_of(survey, source, filter));
        }
        let mut gathered = Gathered::default();
        for (source, told) in sources.iter().zip(join_all(asking).await) {
            match told {
                Ok(list) => gathered.lists.push(list),
                Err(missed) => {
                    gathered.partial.push(Arc::clone(&source.base));
                    gathered.missed = missed.or(gathered.missed);
                }
            }
        }
        gathered
    }

    async fn list_of(
        &self,
        survey: &Survey<'_>,
        source: &Source,
        filter: &Filter,
    ) -> Result<Aged, Option<Missed>> {
        let find = || {
            let now_ms = self.now().monotonic_ms;
            self.catalogue().find(&source.base, filter, now_ms)
        };
        if let Some(fresh) = find().filter(Aged::is_fresh) {
            return Ok(fresh);
        }
        let query = filter.query().unwrap_or_default();
        let mut missed = None;
        for account in source.accounts.iter().take(MOST_ASKED) {
            match survey.ask(&account.id, &query).await {
                Ok(document) => {
                    let Some(list) = List::read(&document) else {
                        missed = Some(Missed::unreadable(account.clone()));
                        continue;
                    };
                    let list = Arc::new(list);
                    let now_ms = self.now().monotonic_ms;
                    self.catalogue()
                        .keep(&source.base, filter.clone(), Arc::clone(&list), now_ms);
                    return Ok(Aged { list, age_ms: 0 });
                }
                Err(why) => missed = Some(why),
            }
        }
        find().ok_or(missed)
    }
}
