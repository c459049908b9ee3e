//! The behaviours in force, and which of them a request gets.

use std::collections::HashMap;
use std::sync::RwLock;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Behaviour, Scope};
use crate::locked::{read, write};

/// What is known of a request when its behaviour is chosen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target<'a> {
    /// Path below `/v1`, without the leading slash.
    pub(crate) route: &'a str,
    /// The key as it was sent.
    pub(crate) key: &'a str,
    /// Id of the account behind the key.
    pub(crate) account: &'a str,
    /// The model as it was asked for.
    pub(crate) model: Option<&'a str>,
}

/// One behaviour in force, with the count of requests it was chosen for.
#[derive(Debug)]
struct Standing {
    behaviour: Behaviour,
    hits: AtomicU64,
}

/// All behaviours in force, by scope.
#[derive(Debug, Default)]
pub(crate) struct Behaviours {
    scoped: RwLock<HashMap<Scope, Standing>>,
    /// Hits of behaviours that are spelled in a model name.
    spelled: RwLock<HashMap<String, AtomicU64>>,
}

impl Behaviours {
    pub(crate) fn new(initial: Vec<(Scope, Behaviour)>) -> Self {
        let table = Self::default();
        for (scope, behaviour) in initial {
            table.set(scope, behaviour);
        }
        table
    }

    pub(crate) fn set(&self, scope: Scope, behaviour: Behaviour) {
        let standing = Standing {
            behaviour,
            hits: AtomicU64::new(0),
        };
        write(&self.scoped).insert(normal(scope), standing);
    }

    pub(crate) fn clear(&self) {
        write(&self.scoped).clear();
        write(&self.spelled).clear();
    }

    /// Chooses the behaviour for a request and counts the choice.
    pub(crate) fn choose(&self, target: &Target<'_>) -> Behaviour {
        let nothing_scoped = read(&self.scoped).is_empty();
        if !nothing_scoped && let Some(found) = self.choose_scoped(&owner_scopes(target)) {
            return found;
        }
        if let Some(found) = self.choose_spelled(target.model) {
            return found;
        }
        if nothing_scoped {
            return Behaviour::Ok;
        }
        let mut scopes = Vec::with_capacity(3);
        if let Some(model) = target.model {
            scopes.push(Scope::Model(model.to_owned()));
        }
        scopes.push(Scope::Route(target.route.to_owned()));
        scopes.push(Scope::All);
        self.choose_scoped(&scopes).unwrap_or_default()
    }

    fn choose_scoped(&self, wanted: &[Scope]) -> Option<Behaviour> {
        let scoped = read(&self.scoped);
        let standing = wanted.iter().find_map(|scope| scoped.get(scope))?;
        let hit = standing.hits.fetch_add(1, Ordering::Relaxed);
        Some(resolve(&standing.behaviour, hit))
    }

    fn choose_spelled(&self, model: Option<&str>) -> Option<Behaviour> {
        let model = model?;
        let behaviour = Behaviour::from_model(model)?;
        let counted = matches!(
            behaviour,
            Behaviour::StatusThenOk { .. } | Behaviour::Flapping { .. }
        );
        if !counted {
            return Some(behaviour);
        }
        let mut spelled = write(&self.spelled);
        let hits = spelled.entry(model.to_owned()).or_default();
        let hit = hits.fetch_add(1, Ordering::Relaxed);
        Some(resolve(&behaviour, hit))
    }
}

/// The scopes that name the caller, most specific first.
fn owner_scopes(target: &Target<'_>) -> Vec<Scope> {
    let mut scopes = Vec::with_capacity(3);
    if let Some(model) = target.model {
        let account = target.account.to_owned();
        scopes.push(Scope::AccountModel(account, model.to_owned()));
    }
    scopes.push(Scope::Key(target.key.to_owned()));
    scopes.push(Scope::Account(target.account.to_owned()));
    scopes
}

/// Routes are kept without `/v1` and without the leading slash.
fn normal(scope: Scope) -> Scope {
    match scope {
        Scope::Route(path) => {
            let path = path.trim_start_matches('/');
            let path = path.strip_prefix("v1/").unwrap_or(path);
            Scope::Route(path.to_owned())
        }
        other @ (Scope::All
        | Scope::Key(_)
        | Scope::Account(_)
        | Scope::Model(_)
        | Scope::AccountModel(..)) => other,
    }
}

/// Turns the behaviours that change from hit to hit into what this hit gets.
fn resolve(behaviour: &Behaviour, hit: u64) -> Behaviour {
    match behaviour {
        Behaviour::StatusThenOk {
            status,
            body,
            retry_after,
            times,
        } => {
            if hit < u64::from(*times) {
                Behaviour::Status {
                    status: *status,
                    body: body.clone(),
                    retry_after: *retry_after,
                }
            } else {
                Behaviour::Ok
            }
        }
        // Bresenham's line: exactly `percent` of each hundred, evenly spread.
        Behaviour::Flapping { status, percent } => {
            let share = u64::from((*percent).min(100));
            if (hit + 1) * share / 100 > hit * share / 100 {
                Behaviour::status(*status)
            } else {
                Behaviour::Ok
            }
        }
        other => other.clone(),
    }
}
