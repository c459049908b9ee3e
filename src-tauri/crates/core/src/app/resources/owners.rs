//! Which account has what, in memory; `flowkeep.db` follows.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use crate::model::{AccountId, Resource, ResourceKind};

/// A resource as an answer showed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sighting {
    pub(super) kind: ResourceKind,
    pub(super) id: Arc<str>,
    /// Unix milliseconds, when the vendor told.
    pub(super) created_at_ms: Option<i64>,
    /// The client that is known to have made it.
    pub(super) client: Option<Arc<str>>,
    /// Of a file that a batch wrote: when the batch was made, in Unix milliseconds.
    pub(super) batch_created_ms: Option<i64>,
}

/// The account that showed it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Holder<'a> {
    pub(super) account: &'a AccountId,
    pub(super) label: &'a Arc<str>,
}

/// All that is known.
#[derive(Default)]
pub(in crate::app) struct Owners {
    known: RwLock<HashMap<ResourceKind, HashMap<Arc<str>, Known>>>,
    /// Held while disk and memory are made the same.
    disk: Mutex<()>,
}

struct Known {
    resource: Resource,
    /// Whether it stands in the database like this.
    saved: bool,
}

impl Owners {
    /// Whose this is.
    pub(super) fn find(&self, kind: ResourceKind, id: &str) -> Option<Resource> {
        self.read(|known| Some(known.get(&kind)?.get(id)?.resource.clone()))
    }

    /// Whether this client may know of it: it made it, or nobody knows who did.
    pub(super) fn is_visible(&self, kind: ResourceKind, id: &str, client: &str) -> bool {
        self.read(|known| {
            let maker = known.get(&kind)?.get(id)?.resource.client.as_deref()?;
            Some(maker == client)
        })
        .unwrap_or(true)
    }

    /// The client that is known to have made it.
    pub(super) fn maker(&self, kind: ResourceKind, id: &str) -> Option<Arc<str>> {
        self.read(|known| known.get(&kind)?.get(id)?.resource.client.clone())
    }

    /// Whether a batch that another client made runs on this account: what it
    /// writes is not known to be that client's until the batch was asked for.
    pub(super) fn has_batch_of_another(&self, account: &AccountId, client: &str) -> bool {
        self.read(|known| {
            known.get(&ResourceKind::Batch).is_some_and(|batches| {
                let mut batches = batches.values().map(|known| &known.resource);
                batches.any(|batch| {
                    let maker = batch.client.as_deref();
                    batch.account == *account && maker.is_some_and(|maker| maker != client)
                })
            })
        })
    }

    /// When it was made, in Unix milliseconds.
    pub(super) fn created_at_ms(&self, kind: ResourceKind, id: &str) -> Option<i64> {
        self.read(|known| Some(known.get(&kind)?.get(id)?.resource.created_at_ms))
    }

    /// The oldest resource of this account that is newer than `created_at_ms`.
    pub(super) fn oldest_after(
        &self,
        kind: ResourceKind,
        account: &AccountId,
        created_at_ms: i64,
    ) -> Option<Arc<str>> {
        self.read(|known| {
            known
                .get(&kind)?
                .values()
                .map(|known| &known.resource)
                .filter(|one| one.account == *account && one.created_at_ms > created_at_ms)
                .min_by_key(|one| one.created_at_ms)
                .map(|one| Arc::clone(&one.id))
        })
    }

    /// Takes note of what an account showed; `true` when that is news.
    pub(super) fn note(&self, holder: Holder<'_>, seen: Vec<Sighting>, now_ms: i64) -> bool {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let mut news = false;
        for one in seen {
            let of_kind = known.entry(one.kind).or_default();
            let before = of_kind.get(&one.id).map(|known| &known.resource);
            let resource = merged(one, holder, before, now_ms);
            if before != Some(&resource) {
                news = true;
                let id = Arc::clone(&resource.id);
                let saved = false;
                of_kind.insert(id, Known { resource, saved });
            }
        }
        news
    }

    /// Takes what the database says. What could not be written stays.
    pub(super) fn load(&self, rows: Vec<Resource>) {
        let mut fresh: HashMap<_, HashMap<_, _>> = HashMap::new();
        for resource in rows {
            let id = Arc::clone(&resource.id);
            let of_kind = fresh.entry(resource.kind).or_default();
            let saved = true;
            of_kind.insert(id, Known { resource, saved });
        }
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        for (kind, of_kind) in known.drain() {
            let unsaved = of_kind.into_iter().filter(|(_, known)| !known.saved);
            fresh.entry(kind).or_default().extend(unsaved);
        }
        *known = fresh;
    }

    /// What does not stand in the database yet.
    pub(super) fn unsaved(&self) -> Vec<Resource> {
        self.read(|known| {
            let all = known.values().flat_map(HashMap::values);
            let unsaved = all.filter(|known| !known.saved);
            unsaved.map(|known| known.resource.clone()).collect()
        })
    }

    /// These stand in the database now.
    pub(super) fn saved(&self, written: &[Resource]) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        for one in written {
            let now = known
                .get_mut(&one.kind)
                .and_then(|all| all.get_mut(&one.id));
            if let Some(now) = now.filter(|now| now.resource == *one) {
                now.saved = true;
            }
        }
    }

    /// It is gone.
    pub(super) fn forget(&self, kind: ResourceKind, id: &str) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(of_kind) = known.get_mut(&kind) {
            of_kind.remove(id);
        }
    }

    /// Held by whoever reads or writes the database for this map, so that
    /// nothing is lost between the two.
    pub(super) fn disk(&self) -> MutexGuard<'_, ()> {
        self.disk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read<T>(
        &self,
        look: impl FnOnce(&HashMap<ResourceKind, HashMap<Arc<str>, Known>>) -> T,
    ) -> T {
        look(&self.known.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What is known now. The maker stays who it was; where it lies is what was
/// seen last.
fn merged(seen: Sighting, holder: Holder<'_>, before: Option<&Resource>, now_ms: i64) -> Resource {
    let maker = before.and_then(|before| before.client.clone());
    let created = before.map(|before| before.created_at_ms);
    // The vendor dates files and batches wherever it lists them; a date of ours
    // would put them in the wrong place until then.
    let first_seen = match seen.kind {
        ResourceKind::Voice | ResourceKind::Video => now_ms,
        ResourceKind::File | ResourceKind::Batch => 0,
    };
    Resource {
        kind: seen.kind,
        id: seen.id,
        account: holder.account.clone(),
        account_label: Arc::clone(holder.label),
        client: maker.or(seen.client),
        created_at_ms: seen.created_at_ms.or(created).unwrap_or(first_seen),
    }
}

#[cfg(test)]
mod tests;
