//! Things of one kind, each with an id and an owner.

use std::collections::HashMap;
use std::sync::Mutex;

use super::{Resource, ResourceKind};
use crate::locked::lock;

/// All things of one kind, in the order they were made.
#[derive(Debug)]
pub(crate) struct Shelf<T> {
    places: Mutex<Places<T>>,
}

#[derive(Debug)]
struct Places<T> {
    in_order: Vec<Held<T>>,
    by_id: HashMap<String, usize>,
}

#[derive(Debug)]
struct Held<T> {
    id: String,
    owner: String,
    /// `None` once it was deleted.
    thing: Option<T>,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self {
            places: Mutex::new(Places {
                in_order: Vec::new(),
                by_id: HashMap::new(),
            }),
        }
    }
}

impl<T> Shelf<T> {
    /// Adds a thing under an id that is new.
    pub(crate) fn put(&self, (id, owner): (&str, &str), thing: T) {
        let mut places = lock(&self.places);
        let place = places.in_order.len();
        places.by_id.insert(id.to_owned(), place);
        places.in_order.push(Held {
            id: id.to_owned(),
            owner: owner.to_owned(),
            thing: Some(thing),
        });
    }

    /// The account an id belongs to, also after it was deleted.
    pub(crate) fn owner(&self, id: &str) -> Option<String> {
        let places = lock(&self.places);
        let place = *places.by_id.get(id)?;
        Some(places.in_order[place].owner.clone())
    }

    /// Looks at, or changes, a thing of this owner; nothing when there is none.
    pub(crate) fn with<R>(
        &self,
        (id, owner): (&str, &str),
        use_it: impl FnOnce(&mut T) -> R,
    ) -> Option<R> {
        let mut places = lock(&self.places);
        let place = *places.by_id.get(id)?;
        let held = &mut places.in_order[place];
        if held.owner != owner {
            return None;
        }
        held.thing.as_mut().map(use_it)
    }

    /// All things of this owner, newest first.
    pub(crate) fn of<R>(&self, owner: &str, mut view: impl FnMut(&str, &mut T) -> R) -> Vec<R> {
        lock(&self.places)
            .in_order
            .iter_mut()
            .rev()
            .filter(|held| held.owner == owner)
            .filter_map(|held| Some(view(&held.id, held.thing.as_mut()?)))
            .collect()
    }

    /// Deletes a thing of this owner; false when there is none.
    pub(crate) fn remove(&self, id: &str, owner: &str) -> bool {
        let mut places = lock(&self.places);
        let Some(&place) = places.by_id.get(id) else {
            return false;
        };
        let held = &mut places.in_order[place];
        held.owner == owner && held.thing.take().is_some()
    }

    pub(super) fn list(&self, kind: ResourceKind) -> Vec<Resource> {
        lock(&self.places)
            .in_order
            .iter()
            .map(|held| Resource {
                kind,
                id: held.id.clone(),
                owner: held.owner.clone(),
                deleted: held.thing.is_none(),
            })
            .collect()
    }
}
