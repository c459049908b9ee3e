//! One list of what all accounts have, newest first.
//!
//! Every account that serves is asked at the same time, a few at once; the
//! answers are put together as the vendor would have listed them. An account
//! that could not be asked is named in `x-flowkeep-partial`.

mod merge;
mod page;
mod round;
mod walk;
mod wanted;

use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use self::page::{Item, Page};
use self::round::Budget;
use self::walk::{Part, Walk};
use self::wanted::Wanted;
use super::refusal;
use crate::app::App;
use crate::app::relay::{Call, Failure, Missed, Reply, Served, Survey};
use crate::model::ResourceKind;
use crate::pool::{AccountView, NoKey};

const PARTIAL: HeaderName = HeaderName::from_static("x-flowkeep-partial");
/// What a label may not have in a list of labels.
const NOT_IN_LABELS: &AsciiSet = &CONTROLS.add(b'%').add(b',');
/// Accounts that are asked at the same time.
const AT_ONCE: usize = 8;
/// All of them have told by then, or are left out.
const ROUND: Duration = Duration::from_mins(1);
/// What their answers may come to: a hundred accounts with a thousand entries
/// each, about.
const MOST_BYTES: usize = 64 << 20;

impl App {
    /// Answers with the lists of all accounts, put together.
    ///
    /// # Errors
    /// When the query makes no sense, or no account gave a list.
    pub(super) async fn list_resources(
        &self,
        call: Call,
        kind: ResourceKind,
    ) -> Result<Reply, Failure> {
        let query = call.query.as_deref().unwrap_or_default();
        let wanted = match Wanted::read(kind, query, self.owners(), &call.client) {
            Ok(wanted) => wanted,
            Err(failure) => return Err(self.refuse(&call, failure)),
        };
        let survey = Survey::start(self, &call)?;
        let (asked, absent): (Vec<_>, Vec<_>) = self
            .pool()
            .roster()
            .into_iter()
            .partition(|account| account.listable);
        let budget = Budget::new(MOST_BYTES);
        // A closure would have to hold for any lifetime, which its future cannot.
        let mut walks = Vec::with_capacity(asked.len());
        for account in &asked {
            walks.push(self.walk(&survey, &wanted, account, &budget));
        }
        let told = round::within(ROUND, AT_ONCE, walks).await;
        let mut partial: Vec<Arc<str>> = absent.into_iter().map(|account| account.label).collect();
        let mut missed = None;
        let mut parts = Vec::new();
        let mut news = false;
        for (account, listed) in asked.iter().zip(told) {
            match listed.unwrap_or(Err(None)) {
                Ok(mut part) => {
                    news |= self.note(&served(account), std::mem::take(&mut part.seen));
                    parts.push(part);
                }
                Err(why) => {
                    partial.push(Arc::clone(&account.label));
                    keep_telling(&mut missed, why);
                }
            }
        }
        if news {
            self.save_resources().await;
        }
        if parts.is_empty() {
            return match missed {
                Some(missed) => survey.give_up(missed),
                None if asked.is_empty() => Err(survey.refuse(self.nobody_serves())),
                None => Err(survey.refuse(refusal::no_list_in_time())),
            };
        }
        let sole = match asked.as_slice() {
            [account] => Some(served(account)),
            _ => None,
        };
        let body = merge::merged(kind, self.dated(kind, parts), &wanted);
        Ok(survey.answer(headers(&partial), body, sole))
    }

    /// One account's share: as many as are wanted, or all it has.
    ///
    /// # Errors
    /// Says why there is none; nothing when the round has no room for more.
    async fn walk(
        &self,
        survey: &Survey<'_>,
        wanted: &Wanted,
        account: &AccountView,
        budget: &Budget,
    ) -> Result<Part, Option<Missed>> {
        let mut walk = Walk::begin(wanted, self.owners(), &account.account);
        loop {
            if budget.is_spent() {
                return Err(None);
            }
            let body = match survey.ask(&account.account, &walk.query()).await {
                Ok(body) => body,
                Err(missed) if missed.is_rejection() && walk.begin_at_the_top() => continue,
                Err(missed) => return Err(Some(missed)),
            };
            budget.spend(body.len());
            let maker = |id: &str| self.owners().maker(wanted.kind, id);
            let Some(page) = Page::read(wanted.kind, &body, &maker) else {
                return Err(Some(Missed::unreadable(served(account))));
            };
            if !walk.take(page, |item| self.shows(wanted, account, item)) {
                return Ok(walk.into_part());
            }
        }
    }

    /// Whether the client may see it. What a batch wrote is shown while nobody is
    /// known to own it only where it cannot be another client's.
    fn shows(&self, wanted: &Wanted, account: &AccountView, item: &Item) -> bool {
        let (owners, client) = (self.owners(), &*wanted.client);
        owners.is_visible(wanted.kind, &item.id, client)
            && (!item.is_output
                || owners.maker(wanted.kind, &item.id).is_some()
                || !owners.has_batch_of_another(&account.account, client))
    }

    /// The vendor does not date voices; they are as old as they are known.
    fn dated(&self, kind: ResourceKind, mut parts: Vec<Part>) -> Vec<Part> {
        if kind != ResourceKind::Voice {
            return parts;
        }
        for item in parts.iter_mut().flat_map(|part| &mut part.items) {
            let known = self.owners().created_at_ms(kind, &item.id);
            item.created_at_ms = known.unwrap_or(0);
        }
        parts
    }

    fn nobody_serves(&self) -> Failure {
        let counts = self.pool().counts(self.now());
        let no_key = if counts.total == 0 {
            NoKey::Empty
        } else {
            NoKey::Unusable(counts)
        };
        Failure::no_key(&no_key, self.vault_locked())
    }
}

fn served(account: &AccountView) -> Served {
    Served {
        id: account.account.clone(),
        label: Arc::clone(&account.label),
    }
}

/// Of several reasons the last one of the upstream's is passed on.
fn keep_telling(kept: &mut Option<Missed>, why: Option<Missed>) {
    let Some(why) = why else {
        return;
    };
    let keeps = kept.as_ref().is_some_and(Missed::is_of_the_upstream);
    if !keeps || why.is_of_the_upstream() {
        *kept = Some(why);
    }
}

fn headers(partial: &[Arc<str>]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let labels: Vec<String> = partial
        .iter()
        .map(|label| utf8_percent_encode(label, NOT_IN_LABELS).to_string())
        .collect();
    if let Ok(labels) = HeaderValue::try_from(labels.join(", "))
        && !labels.is_empty()
    {
        headers.insert(PARTIAL, labels);
    }
    headers
}
