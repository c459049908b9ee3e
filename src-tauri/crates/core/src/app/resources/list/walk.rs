//! The way through one account's list, page by page. Pure.
//!
//! The whole list is ordered by creation and then by id; an account may order
//! what was made in the same second otherwise. So a share ends only where a
//! second ends, and begins behind an entry that is known to be of a later
//! second than `after`, or else at the newest.

use std::collections::HashSet;
use std::sync::Arc;

use super::super::owners::{Owners, Sighting};
use super::page::{Item, Page, Shape};
use super::wanted::Wanted;
use crate::model::AccountId;

/// The vendor's largest page, as far as is known.
const PAGE: usize = 100;
/// Further pages are not asked for, so that one request has an end.
const MOST_PAGES: u32 = 20;

/// A walk under way.
pub(super) struct Walk<'a> {
    wanted: &'a Wanted,
    /// The entry behind which the next page begins.
    after: Option<Arc<str>>,
    /// Whether that is where the walk began, so that the account may not know it.
    is_hint: bool,
    pages: u32,
    ids: HashSet<Arc<str>>,
    part: Part,
}

/// One account's share of a list.
#[derive(Debug, Default)]
pub(super) struct Part {
    /// Newest first.
    pub(super) items: Vec<Item>,
    /// Whether the account has more behind them.
    pub(super) more: bool,
    /// What the account showed, also of what the client may not see.
    pub(super) seen: Vec<Sighting>,
    /// How the account wrapped it.
    pub(super) shape: Option<Shape>,
}

impl<'a> Walk<'a> {
    /// Begins near the place where earlier pages ended, as far as it is known.
    pub(super) fn begin(wanted: &'a Wanted, owners: &Owners, account: &AccountId) -> Self {
        let near = |after: &super::wanted::After| {
            owners.oldest_after(wanted.kind, account, after.created_at_ms)
        };
        let after = wanted.after.as_ref().and_then(near);
        Self {
            wanted,
            is_hint: after.is_some(),
            after,
            pages: 0,
            ids: HashSet::new(),
            part: Part::default(),
        }
    }

    /// The query for the next page.
    pub(super) fn query(&self) -> String {
        self.wanted.query(self.page_size(), self.after.as_deref())
    }

    /// The account does not know where to begin: at its newest entry, then.
    /// `false` when that is where it began.
    pub(super) fn begin_at_the_top(&mut self) -> bool {
        let began_elsewhere = std::mem::take(&mut self.is_hint);
        if began_elsewhere {
            self.after = None;
        }
        began_elsewhere
    }

    /// Takes a page; `true` when another is needed.
    pub(super) fn take(&mut self, page: Page, is_visible: impl Fn(&Item) -> bool) -> bool {
        if page.items.is_empty() && self.begin_at_the_top() {
            return true;
        }
        self.is_hint = false;
        let is_full = page.items.len() >= self.page_size();
        let mut is_news = false;
        let mut reached_ms = i64::MAX;
        for item in page.items {
            // A vendor that does not know `after` gives the same page again.
            if !self.ids.insert(Arc::clone(&item.id)) {
                continue;
            }
            is_news = true;
            reached_ms = item.created_at_ms;
            self.after = Some(Arc::clone(&item.id));
            self.part.seen.extend(item.seen.iter().cloned());
            if self.wanted.is_behind(&item) && is_visible(&item) {
                self.part.items.push(item);
            }
        }
        self.pages += 1;
        self.part.shape = self.part.shape.or(Some(page.shape));
        self.part.more = is_news && page.has_more.unwrap_or(is_full);
        self.part.more && self.pages < MOST_PAGES && !self.has_enough(reached_ms)
    }

    /// What came of it.
    pub(super) fn into_part(self) -> Part {
        self.part
    }

    /// Whether all that is wanted is there, and the second of the last of it over.
    fn has_enough(&mut self, reached_ms: i64) -> bool {
        self.part.items.sort_unstable();
        let last = self.wanted.limit.checked_sub(1);
        let last = last.and_then(|last| self.part.items.get(last));
        last.is_some_and(|last| reached_ms < last.created_at_ms)
    }

    /// One more than is wanted shows whether a second is over.
    fn page_size(&self) -> usize {
        if self.pages == 0 && self.wanted.after.is_none() {
            self.wanted.limit.saturating_add(1).min(PAGE)
        } else {
            PAGE
        }
    }
}

#[cfg(test)]
mod tests;
