//! Voices, files, batches and videos stay with the account that made them (D8).
//!
//! A request that names one goes to its account only; what names none goes to
//! whichever account the pool picks, and the answer tells whose it is from then
//! on. Lists are asked of all accounts and put together ([`list`]). A client
//! token sees what was made with it, and what nobody is known to have made.
//!
//! Nothing here waits for the disk before a request is sent. What an answer
//! tells is written down before the answer goes on, so that the client cannot
//! name what a restart would forget; when the disk fails it is kept in memory.

mod denial;
mod errand;
mod field;
mod learning;
mod list;
mod owners;
mod refusal;

use std::sync::Arc;

use flowkeep_contract::ApiError;

pub(super) use self::owners::Owners;

use self::denial::denies;
use self::errand::{Errand, Need, Unknown};
use self::learning::Told;
use self::owners::{Holder, Sighting};
use super::App;
use super::relay::{Call, Failure, Reply, Served};
use crate::model::{AccountId, Resource, ResourceKind};

/// A longer answer names no new resource.
const LEARNT_FROM: usize = 1024 * 1024;

impl App {
    /// Sends a request to the account that has what it names, or asks all of
    /// them for their lists.
    pub(super) async fn relay_to_owner(&self, call: Call) -> Result<Reply, Failure> {
        match Errand::of(&call) {
            Errand::Nothing => self.forward(call).await,
            Errand::List(kind) => Box::pin(self.list_resources(call, kind)).await,
            Errand::Make(kind) => Box::pin(self.make_resource(call, kind)).await,
            Errand::Need(need) => Box::pin(self.need_resource(call, need)).await,
        }
    }

    async fn make_resource(&self, call: Call, kind: ResourceKind) -> Result<Reply, Failure> {
        let maker = Arc::clone(&call.client);
        let mut reply = self.forward(call).await?;
        self.learn_from(&mut reply, kind, Some(&maker)).await;
        Ok(reply)
    }

    async fn need_resource(&self, call: Call, need: Need) -> Result<Reply, Failure> {
        let known = self.owners().find(need.kind, &need.id);
        let maker = match &known {
            _ if need.makes => Some(Arc::clone(&call.client)),
            Some(resource) => resource.client.clone(),
            None => None,
        };
        let mut reply = match &known {
            Some(resource) => self.forward_to_owner(call, &need, resource).await?,
            None => self.forward_unknown(call, &need).await?,
        };
        if !reply.head.status.is_success() {
            return Ok(reply);
        }
        if need.removes {
            self.forget_resource(need.kind, need.id).await;
            return Ok(reply);
        }
        let tells = need.tells;
        if let (None, Some(served)) = (known, reply.account.clone()) {
            self.learn(&served, vec![need.sighting()]).await;
        }
        if let Some(kind) = tells {
            self.learn_from(&mut reply, kind, maker.as_ref()).await;
        }
        Ok(reply)
    }

    async fn forward_to_owner(
        &self,
        mut call: Call,
        need: &Need,
        resource: &Resource,
    ) -> Result<Reply, Failure> {
        let maker = resource.client.as_ref();
        if maker.is_some_and(|maker| *maker != call.client) {
            return Err(self.refuse(&call, refusal::foreign(need)));
        }
        let Some(owner) = self.present_account(resource) else {
            return Err(self.refuse(&call, refusal::removed(need, resource)));
        };
        let label = self.pool().label_of(&owner);
        let label = label.unwrap_or_else(|| Arc::clone(&resource.account_label));
        call.account = Some(owner);
        let sent = self.forward(call).await;
        sent.map_err(|failure| refusal::of_owner(failure, need, &label))
    }

    async fn forward_unknown(&self, mut call: Call, need: &Need) -> Result<Reply, Failure> {
        match need.unknown {
            Unknown::Seek => self.seek(call, denies(need.kind)).await,
            Unknown::Refuse => {
                // With one account there is no doubt.
                let roster = self.pool().roster();
                let [sole] = roster.as_slice() else {
                    return Err(self.refuse(&call, refusal::unknown(need)));
                };
                call.account = Some(sole.account.clone());
                self.forward(call).await
            }
        }
    }

    /// The account that has it. Keys that were removed and imported again make a
    /// new account; its name is the same.
    fn present_account(&self, resource: &Resource) -> Option<AccountId> {
        if self.pool().label_of(&resource.account).is_some() {
            return Some(resource.account.clone());
        }
        self.pool().labelled(&resource.account_label)
    }

    /// Learns from a good answer, which goes on unchanged.
    async fn learn_from(&self, reply: &mut Reply, kind: ResourceKind, maker: Option<&Arc<str>>) {
        let Some(served) = reply
            .account
            .clone()
            .filter(|_| reply.head.status.is_success())
        else {
            return;
        };
        let Some(body) = reply.body.read_ahead(LEARNT_FROM).await else {
            return;
        };
        if let Some(told) = Told::read(&body) {
            self.learn(&served, told.sightings(kind, maker)).await;
        }
    }

    /// Takes note of what an account showed, and writes it down.
    async fn learn(&self, served: &Served, seen: Vec<Sighting>) {
        if self.note(served, seen) {
            self.save_resources().await;
        }
    }

    /// Takes note of what an account showed; `true` when it must be written down.
    fn note(&self, served: &Served, seen: Vec<Sighting>) -> bool {
        let holder = Holder {
            account: &served.id,
            label: &served.label,
        };
        self.owners().note(holder, seen, self.now().unix_ms)
    }

    async fn save_resources(&self) {
        let saved = self.blocking(|app| {
            let owners = app.owners();
            let _disk = owners.disk();
            let unsaved = owners.unsaved();
            app.0.store.put_resources(&unsaved)?;
            owners.saved(&unsaved);
            Ok(())
        });
        if let Err(error) = saved.await {
            tracing::warn!(%error, "new resources are kept in memory only, until the disk can be written");
        }
    }

    async fn forget_resource(&self, kind: ResourceKind, id: String) {
        let forgotten = self.blocking(move |app| {
            let owners = app.owners();
            let _disk = owners.disk();
            owners.forget(kind, &id);
            app.0.store.forget_resource(kind, &id)?;
            Ok(())
        });
        if let Err(error) = forgotten.await {
            tracing::warn!(%error, "a resource that is gone stays written down");
        }
    }

    /// Reads what is known, at the start and when another process changed it.
    pub(super) fn reload_resources(&self) -> Result<(), ApiError> {
        let owners = self.owners();
        let _disk = owners.disk();
        owners.load(self.0.store.resources()?);
        Ok(())
    }

    fn owners(&self) -> &Owners {
        &self.0.owners
    }
}

impl Need {
    /// An account that answers for it has it; who made it is not known.
    fn sighting(self) -> Sighting {
        Sighting {
            kind: self.kind,
            id: self.id.into(),
            created_at_ms: None,
            client: None,
        }
    }
}
