//! The lists of models that are at hand, each for its filter.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use url::form_urlencoded;

use super::list::List;

/// The upstream changes its catalogue every few weeks.
pub(super) const FRESH_MS: u64 = 5 * 60_000;
/// An upstream that told nothing is not asked again at once for an alias's sake.
const RETRY_MS: u64 = 30_000;
/// Filters that clients may make up.
const MOST_LISTS: usize = 32;
/// Addresses that accounts may have had since the start.
const MOST_SITES: usize = 16;
/// No value that the vendor knows is longer.
const LONGEST_VALUE: usize = 40;

/// What is asked of the list: `type` and `sub_type` (API reference §2.6).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Filter {
    kind: Option<String>,
    sub_type: Option<String>,
}

impl Filter {
    /// The filter of a query; whatever else is in it the upstream does not know.
    pub(super) fn of(query: Option<&str>) -> Self {
        let mut filter = Self::default();
        for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            let value = Some(value.into_owned()).filter(|value| !value.is_empty());
            match name.as_ref() {
                "type" => filter.kind = value,
                "sub_type" => filter.sub_type = value,
                _ => {}
            }
        }
        filter
    }

    /// The query for the upstream.
    pub(super) fn query(&self) -> Option<String> {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in [("type", &self.kind), ("sub_type", &self.sub_type)] {
            if let Some(value) = value {
                query.append_pair(name, value);
            }
        }
        Some(query.finish()).filter(|query| !query.is_empty())
    }

    fn is_sensible(&self) -> bool {
        [&self.kind, &self.sub_type]
            .into_iter()
            .flatten()
            .all(|value| value.len() <= LONGEST_VALUE)
    }
}

/// A list with its age.
#[derive(Clone, Debug)]
pub(super) struct Aged {
    pub(super) list: Arc<List>,
    pub(super) age_ms: u64,
}

impl Aged {
    pub(super) fn is_fresh(&self) -> bool {
        self.age_ms < FRESH_MS
    }
}

/// What is kept of one site.
#[derive(Debug, Default)]
struct Kept {
    lists: BTreeMap<Filter, (Arc<List>, u64)>,
    failed_ms: Option<u64>,
}

/// All lists at hand.
#[derive(Debug, Default)]
pub(in crate::app) struct Catalogue {
    /// By the site's base URL.
    kept: Mutex<BTreeMap<String, Kept>>,
    told: Mutex<BTreeSet<String>>,
    /// Held while the whole list is asked for, so that it is asked for once.
    pub(super) asking: tokio::sync::Mutex<()>,
}

impl Catalogue {
    /// The list for a filter, of this site.
    pub(super) fn find(&self, base: &str, filter: &Filter, now_ms: u64) -> Option<Aged> {
        let kept = self.kept();
        let (list, at_ms) = kept.get(base)?.lists.get(filter)?;
        Some(Aged {
            list: Arc::clone(list),
            age_ms: now_ms.saturating_sub(*at_ms),
        })
    }

    /// Keeps a list; the oldest one goes when there are too many.
    pub(super) fn keep(&self, base: &str, filter: Filter, list: Arc<List>, now_ms: u64) {
        if !filter.is_sensible() {
            return;
        }
        let mut sites = self.kept();
        let kept = Self::of(&mut sites, base);
        kept.failed_ms = None;
        kept.lists.insert(filter, (list, now_ms));
        if kept.lists.len() > MOST_LISTS {
            let oldest = kept.lists.iter().min_by_key(|(_, (_, at_ms))| *at_ms);
            if let Some(oldest) = oldest.map(|(filter, _)| filter.clone()) {
                kept.lists.remove(&oldest);
            }
        }
    }

    /// Notes that the whole list could not be had.
    pub(super) fn failed(&self, base: &str, now_ms: u64) {
        Self::of(&mut self.kept(), base).failed_ms = Some(now_ms);
    }

    /// Whether it may be asked for again.
    pub(super) fn may_ask(&self, base: &str, now_ms: u64) -> bool {
        let failed_ms = self.kept().get(base).and_then(|kept| kept.failed_ms);
        failed_ms.is_none_or(|failed| now_ms.saturating_sub(failed) >= RETRY_MS)
    }

    /// Whether this was not said before; only so many things are ever said.
    pub(super) fn is_news(&self, model: &str, most: usize) -> bool {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.len() < most && told.insert(model.to_owned())
    }

    fn kept(&self) -> MutexGuard<'_, BTreeMap<String, Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lists of another site say nothing about this one. When there are too many
    /// sites, all begin anew: nobody has as many at the same time.
    fn of<'a>(sites: &'a mut BTreeMap<String, Kept>, base: &str) -> &'a mut Kept {
        if sites.len() >= MOST_SITES && !sites.contains_key(base) {
            sites.clear();
        }
        sites.entry(base.to_owned()).or_default()
    }
}

#[cfg(test)]
mod tests;
