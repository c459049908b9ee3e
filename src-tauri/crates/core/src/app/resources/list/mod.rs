//! One list of what all accounts have, newest first.
//!
//! Every account that serves is asked at the same time, a few at once; the
//! answers are put together as the vendor would have listed them. An account
//! that could not be asked is named in `x-flowkeep-partial`.

mod merge;
mod page;
mod walk;
mod wanted;

use std::sync::Arc;

use futures_util::{StreamExt as _, stream};
use http::{HeaderMap, HeaderName, HeaderValue};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use self::page::Page;
use self::walk::{Part, Walk};
use self::wanted::Wanted;
use crate::app::App;
use crate::app::relay::{Call, Failure, Missed, Reply, Served, Survey};
use crate::model::ResourceKind;
use crate::pool::{AccountView, NoKey};

const PARTIAL: HeaderName = HeaderName::from_static("x-flowkeep-partial");
/// What a label may not have in a list of labels.
const NOT_IN_LABELS: &AsciiSet = &CONTROLS.add(b'%').add(b',');
/// Accounts that are asked at the same time.
const AT_ONCE: usize = 8;

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
            .partition(|account| account.serves);
        // A closure would have to hold for any lifetime, which its future cannot.
        let mut walks = Vec::with_capacity(asked.len());
        for account in &asked {
            walks.push(self.walk(&survey, &wanted, account));
        }
        let told: Vec<_> = stream::iter(walks).buffered(AT_ONCE).collect().await;
        let mut partial: Vec<Arc<str>> = absent.into_iter().map(|account| account.label).collect();
        let mut missed = None;
        let mut parts = Vec::new();
        let mut news = false;
        for (account, listed) in asked.iter().zip(told) {
            match listed {
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
                None => Err(survey.refuse(self.nobody_serves())),
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
    async fn walk(
        &self,
        survey: &Survey<'_>,
        wanted: &Wanted,
        account: &AccountView,
    ) -> Result<Part, Missed> {
        let mut walk = Walk::begin(wanted, self.owners(), &account.account);
        loop {
            let body = match survey.ask(&account.account, &walk.query()).await {
                Ok(body) => body,
                Err(missed) if missed.is_rejection() && walk.begin_at_the_top() => continue,
                Err(missed) => return Err(missed),
            };
            let Some(page) = Page::read(wanted.kind, &body) else {
                return Err(Missed::unreadable(served(account)));
            };
            let is_visible = |id: &str| self.owners().is_visible(wanted.kind, id, &wanted.client);
            if !walk.take(page, is_visible) {
                return Ok(walk.into_part());
            }
        }
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
fn keep_telling(kept: &mut Option<Missed>, why: Missed) {
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
