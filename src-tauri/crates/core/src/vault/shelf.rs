//! The bundles of one store: reading all, adding, removing.
//!
//! A bundle that cannot be read is set aside and never written again (S19).
//! A change reads each bundle it touches again, writes the fewest items, and is
//! taken back when one of several writes fails.

use std::collections::{BTreeMap, HashSet, VecDeque};

use secrecy::SecretString;
use zeroize::Zeroizing;

use super::bundle::{self, Bundle};
use super::index::Index;
use super::operation::Desk;
use super::secret_store::{Availability, SecretStoreError};
use super::{VaultContents, VaultError};
use crate::model::{ApiKey, KeyId};

/// A full pool of long keys in small items has a few thousand bundles.
const MAX_BUNDLES: u32 = 100_000;
/// Filling up small gaps would cost a write each.
const GAP: usize = 8;

/// What stands under a bundle's name.
enum Found {
    Missing,
    Unreadable,
    Bundle(Bundle),
}

/// The changes of one operation: number, the bundle as it was, as it will be.
type Changes = BTreeMap<u32, (Option<Bundle>, Bundle)>;

/// One operation's view of the bundles.
pub(super) struct Shelf<'a> {
    desk: &'a mut Desk,
    index: Index,
}

impl<'a> Shelf<'a> {
    pub(super) fn new(desk: &'a mut Desk, index: Index) -> Self {
        Self { desk, index }
    }

    /// What is known now, for the next operation.
    pub(super) fn into_index(self) -> Index {
        self.index
    }

    /// Reads every bundle.
    pub(super) fn load(&mut self) -> Result<VaultContents, VaultError> {
        let expected = self.index.count();
        let mut contents = VaultContents::default();
        for number in 0..MAX_BUNDLES {
            match self.get(number)? {
                Found::Missing if number >= expected => break,
                Found::Missing | Found::Unreadable => {}
                Found::Bundle(bundle) => {
                    contents.keys.extend(bundle.keys);
                    // Two can only stand after damage; the later one is newer.
                    contents.token = bundle.token.or(contents.token);
                }
            }
        }
        contents.unreadable_bundles = self.index.unreadable();
        Ok(contents)
    }

    /// Packs keys into bundles; answers where each went.
    pub(super) fn add(&mut self, keys: &[(KeyId, ApiKey)]) -> Result<Vec<u32>, VaultError> {
        let limit = self.desk.max_item_bytes()?;
        let empty = Bundle::default().bytes();
        for (id, key) in keys {
            bundle::check_id(id)?;
            if empty + bundle::key_bytes(id, key) > limit {
                return Err(VaultError::TooLarge);
            }
        }
        self.read_on()?;
        let mut waiting: VecDeque<usize> = (0..keys.len()).collect();
        let mut places = vec![0; keys.len()];
        let mut changes = Changes::new();
        for number in self.targets(keys, limit) {
            let Found::Bundle(before) = self.get(number)? else {
                continue;
            };
            let mut after = before.clone();
            let taken = fill(&mut after, keys, &mut waiting, limit);
            if taken.is_empty() {
                continue;
            }
            for &position in &taken {
                places[position] = number;
            }
            changes.insert(number, (Some(before), after));
        }
        let mut number = self.index.count();
        while !waiting.is_empty() {
            let mut fresh = Bundle::default();
            let taken = fill(&mut fresh, keys, &mut waiting, limit);
            for &position in &taken {
                places[position] = number;
            }
            changes.insert(number, (None, fresh));
            number += 1;
        }
        self.apply(&changes)?;
        Ok(places)
    }

    /// Removes keys; ids that are nowhere are fine.
    pub(super) fn remove(&mut self, ids: &[KeyId]) -> Result<(), VaultError> {
        let mut left: HashSet<KeyId> = ids.iter().cloned().collect();
        let mut changes = Changes::new();
        for number in self.index.locate(&left) {
            self.take_out(number, &mut left, &mut changes)?;
        }
        if !left.is_empty() {
            self.read_on()?;
            // Also holes: the database may know bundles that were not read yet.
            for number in 0..self.index.count() {
                if !left.is_empty() && !changes.contains_key(&number) {
                    self.take_out(number, &mut left, &mut changes)?;
                }
            }
        }
        self.apply(&changes)?;
        self.drop_empty_end()
    }

    /// The default client token: the one that is there, or else this one, which is
    /// kept then.
    pub(super) fn token_or(&mut self, token: SecretString) -> Result<SecretString, VaultError> {
        if let Some(present) = self.load()?.token {
            return Ok(present);
        }
        self.set_token(&token)?;
        Ok(token)
    }

    /// Keeps the default client token, in place of the former one.
    pub(super) fn set_token(&mut self, token: &SecretString) -> Result<(), VaultError> {
        bundle::check_token(token)?;
        let limit = self.desk.max_item_bytes()?;
        let needed = bundle::token_bytes(token);
        if Bundle::default().bytes() + needed > limit {
            return Err(VaultError::TooLarge);
        }
        // There must be one token, wherever another process may have put it.
        self.load()?;
        let mut changes = Changes::new();
        let mut placed = false;
        let former = self.index.token();
        for number in former.into_iter().chain(self.index.roomy(limit, needed)) {
            let Found::Bundle(before) = self.get(number)? else {
                continue;
            };
            let mut after = before.clone();
            after.token = Some(token.clone());
            placed = after.bytes() <= limit;
            if placed {
                changes.insert(number, (Some(before), after));
                break;
            }
            if before.token.is_some() {
                // A longer token does not fit any more: it moves, the old one goes.
                after.token = None;
                changes.insert(number, (Some(before), after));
            }
        }
        if !placed {
            let fresh = Bundle {
                token: Some(token.clone()),
                keys: Vec::new(),
            };
            changes.insert(self.index.count(), (None, fresh));
        }
        self.apply(&changes)
    }

    /// Bundles to fill up: fewer writes matter more than small gaps.
    fn targets(&self, keys: &[(KeyId, ApiKey)], limit: usize) -> Vec<u32> {
        let needed: usize = keys
            .iter()
            .map(|(id, key)| bundle::key_bytes(id, key))
            .sum();
        self.index.roomy(limit, needed.min(limit / GAP))
    }

    /// Looks for bundles that other processes added behind the last known one.
    fn read_on(&mut self) -> Result<(), VaultError> {
        let count = self.index.count();
        let last = count.saturating_sub(1);
        // A process that has not loaded them fills up the last one.
        let start = if self.index.has_seen(last) {
            count
        } else {
            last
        };
        for number in start..MAX_BUNDLES {
            if matches!(self.get(number)?, Found::Missing) {
                return Ok(());
            }
        }
        Ok(())
    }

    fn take_out(
        &mut self,
        number: u32,
        left: &mut HashSet<KeyId>,
        changes: &mut Changes,
    ) -> Result<(), VaultError> {
        if let Found::Bundle(before) = self.get(number)? {
            let mut after = before.clone();
            after.keys.retain(|(id, _)| !left.remove(id));
            if after.keys.len() < before.keys.len() {
                changes.insert(number, (Some(before), after));
            }
        }
        Ok(())
    }

    /// Deletes empty bundles at the end; one in the middle would leave a hole.
    fn drop_empty_end(&mut self) -> Result<(), VaultError> {
        let empty = Bundle::default().bytes();
        let ends_empty = |index: &Index| {
            let last = index.numbers().last().copied()?;
            (last + 1 == index.count() && index.is_of(last, empty)).then_some(last)
        };
        while let Some(last) = ends_empty(&self.index) {
            match self.get(last)? {
                Found::Bundle(bundle) if bundle.is_empty() => {
                    self.desk.delete(&name(last))?;
                    self.index.shrink(last);
                }
                Found::Missing => self.index.shrink(last),
                Found::Bundle(_) | Found::Unreadable => break,
            }
        }
        Ok(self.desk.commit()?)
    }

    /// Writes the changes, or takes back what was written of them.
    fn apply(&mut self, changes: &Changes) -> Result<(), VaultError> {
        let mut written = Vec::new();
        let result = changes.iter().try_for_each(|(number, (_, after))| {
            self.desk.check_caller()?;
            // Noted before the write: one that fails may have written all the same.
            written.push(*number);
            self.desk.write(&name(*number), &after.render())
        });
        if let Err(error) = result.and_then(|()| self.desk.commit()) {
            for number in written.into_iter().rev() {
                self.take_back(number, changes[&number].0.as_ref());
            }
            return Err(error.into());
        }
        for (number, (_, after)) in changes {
            self.index.note(*number, after);
        }
        Ok(())
    }

    fn take_back(&mut self, number: u32, before: Option<&Bundle>) {
        let restored = match before {
            Some(bundle) => self.desk.write(&name(number), &bundle.render()),
            None => self.desk.delete(&name(number)),
        };
        if let Err(error) = restored.and_then(|()| self.desk.commit()) {
            tracing::warn!(bundle = number, %error, "could not take back a change of the vault");
        }
    }

    fn get(&mut self, number: u32) -> Result<Found, VaultError> {
        let found = match self.desk.read(&name(number)) {
            Ok(bytes) => parse(bytes),
            Err(SecretStoreError::Unreadable { .. }) => Found::Unreadable,
            // Is it this item or everything?
            Err(error @ SecretStoreError::Platform(_)) => match self.desk.availability()? {
                Availability::Ready => {
                    tracing::warn!(bundle = number, %error, "could not read a bundle of keys");
                    Found::Unreadable
                }
                Availability::Locked => return Err(VaultError::Locked),
                Availability::Absent(reason) => return Err(VaultError::Absent { reason }),
            },
            Err(error) => return Err(error.into()),
        };
        match &found {
            Found::Missing => self.index.forget(number),
            Found::Unreadable => self.index.note_unreadable(number),
            Found::Bundle(bundle) => self.index.note(number, bundle),
        }
        Ok(found)
    }
}

fn name(number: u32) -> String {
    format!("bundle-{number}")
}

fn parse(bytes: Option<Zeroizing<Vec<u8>>>) -> Found {
    match bytes {
        None => Found::Missing,
        Some(bytes) => Bundle::parse(&bytes).map_or(Found::Unreadable, Found::Bundle),
    }
}

/// Moves waiting keys into `bundle` while they fit; answers which went in.
fn fill(
    bundle: &mut Bundle,
    keys: &[(KeyId, ApiKey)],
    waiting: &mut VecDeque<usize>,
    limit: usize,
) -> Vec<usize> {
    let mut taken = Vec::new();
    let mut bytes = bundle.bytes();
    while let Some(&position) = waiting.front() {
        let (id, key) = &keys[position];
        bytes += bundle::key_bytes(id, key);
        if bytes > limit {
            break;
        }
        bundle.put(id.clone(), key.clone());
        taken.push(position);
        waiting.pop_front();
    }
    taken
}
