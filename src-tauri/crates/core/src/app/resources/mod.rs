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
use tokio_util::sync::CancellationToken;

pub(super) use self::owners::Owners;

use self::denial::denies;
use self::errand::{Errand, Need, Unknown};
use self::learning::Told;
use self::owners::{Holder, Sighting};
use super::relay::{Call, CallBody, Failure, FailureCode, Reply, Served};
use super::{App, whole_body};
use crate::model::{AccountId, Evidence, Resource, ResourceKind};

/// A longer answer names no new resource.
const LEARNT_FROM: usize = 1024 * 1024;
/// Most of a body that must be read to know what it names: a voice to be spoken
/// with may come along as base64.
const LONGEST_BODY: usize = 16 << 20;

impl App {
    /// Sends a request to the account that has what it names, or asks all of
    /// them for their lists.
    pub(super) async fn relay_to_owner(&self, mut call: Call) -> Result<Reply, Failure> {
        if Errand::is_in_body(&call) {
            match whole_body::take(&mut call.body, LONGEST_BODY).await {
                Ok(body) => call.body = CallBody::Whole(body),
                Err(failure) => return Err(self.refuse(&call, failure)),
            }
        }
        match Errand::of(&call) {
            Err(unclear) => Err(self.refuse(&call, refusal::unclear(unclear))),
            Ok(Errand::Nothing) => self.forward(call).await,
            Ok(Errand::List(kind)) => Box::pin(self.list_resources(call, kind)).await,
            Ok(Errand::Make(kind)) => Box::pin(self.make_resource(call, kind)).await,
            Ok(Errand::Need(need)) if need.makes => {
                let app = self.clone();
                let abort = call.abort.clone();
                let making = async move { app.need_resource(call, need).await };
                self.to_the_end(abort, making).await
            }
            Ok(Errand::Need(need)) => Box::pin(self.need_resource(call, need)).await,
        }
    }

    async fn make_resource(&self, call: Call, kind: ResourceKind) -> Result<Reply, Failure> {
        let maker = Arc::clone(&call.client);
        let abort = call.abort.clone();
        // An upload ends with the client that sends it; what is made of it once
        // it has arrived is noted to the end.
        if matches!(call.body, CallBody::Stream(_)) {
            let mut reply = self.forward(call).await?;
            let app = self.clone();
            let noting = async move {
                app.learn_from(&mut reply, kind, Some(&maker)).await;
                Ok(reply)
            };
            return self.to_the_end(abort, noting).await;
        }
        let app = self.clone();
        let making = async move {
            let mut reply = app.forward(call).await?;
            app.learn_from(&mut reply, kind, Some(&maker)).await;
            Ok(reply)
        };
        self.to_the_end(abort, making).await
    }

    /// Goes on when the client hangs up: what is being made is paid for, and
    /// would be nobody's if its answer were not read.
    async fn to_the_end(
        &self,
        abort: CancellationToken,
        making: impl Future<Output = Result<Reply, Failure>> + Send + 'static,
    ) -> Result<Reply, Failure> {
        let stop = self.0.stop.clone();
        let interrupted = || Failure::new(FailureCode::Internal, "Flowkeep is being closed");
        let task = self.0.tasks.spawn(async move {
            tokio::select! {
                biased;
                made = making => made,
                () = abort.cancelled() => Err(interrupted()),
                () = stop.cancelled() => Err(interrupted()),
            }
        });
        task.await.unwrap_or_else(|error| {
            tracing::error!(%error, "a request that makes a resource panicked");
            Err(interrupted())
        })
    }

    async fn need_resource(&self, call: Call, need: Need) -> Result<Reply, Failure> {
        let known = self.owners().find(need.kind, &need.id);
        let client = Arc::clone(&call.client);
        let maker = known.as_ref().and_then(|resource| resource.client.clone());
        if maker.as_ref().is_some_and(|maker| *maker != client) {
            return Err(self.refuse(&call, refusal::unknown(&need)));
        }
        let owner = known.as_ref().and_then(|known| self.present_account(known));
        let is_news = owner.is_none();
        let mut reply = match (known, owner) {
            (Some(resource), Some(owner)) => {
                let label = resource.account_label;
                self.forward_to_owner(call, &need, (owner, label)).await?
            }
            (Some(resource), None) => self.forward_lost(call, &need, &resource).await?,
            (None, _) => self.forward_unknown(call, &need).await?,
        };
        if !reply.head.status.is_success() {
            return Ok(reply);
        }
        if need.removes {
            self.forget_resource(need.kind, need.id).await;
            return Ok(reply);
        }
        let maker = if need.makes { Some(client) } else { maker };
        let tells = need.tells;
        if let (true, Some(served)) = (is_news, reply.account.clone()) {
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
        (owner, last_label): (AccountId, Arc<str>),
    ) -> Result<Reply, Failure> {
        let label = self.pool().label_of(&owner).unwrap_or(last_label);
        call.account = Some(owner);
        let sent = self.forward(call).await;
        sent.map_err(|failure| refusal::of_owner(failure, need, &label))
    }

    /// Its account is no longer here, but its key may have moved to another one:
    /// that is found by asking, where asking does no harm.
    async fn forward_lost(
        &self,
        call: Call,
        need: &Need,
        resource: &Resource,
    ) -> Result<Reply, Failure> {
        if need.unknown == Unknown::Refuse {
            return Err(self.refuse(&call, refusal::removed(need, resource)));
        }
        let denies = denies(need.kind);
        let mut reply = self.seek(call, denies).await?;
        let status = reply.head.status;
        if !status.is_success()
            && let Some(body) = reply.body.read_ahead(LEARNT_FROM).await
            && denies(&evidence(status.as_u16(), &body))
        {
            let attempts = reply.attempts;
            return Err(Failure {
                attempts,
                ..refusal::removed(need, resource)
            });
        }
        Ok(reply)
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
        let label = &*resource.account_label;
        is_chosen(label)
            .then(|| self.pool().labelled(label))
            .flatten()
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
        let mut news = false;
        for one in &seen {
            if let Some(created_ms) = one.batch_created_ms {
                news |= self.batch_results().note(&one.id, created_ms);
            }
        }
        self.owners().note(holder, seen, self.now().unix_ms) || news
    }

    async fn save_resources(&self) {
        let saved = self.blocking(|app| {
            let owners = app.owners();
            let _disk = owners.disk();
            let unsaved = owners.unsaved();
            app.0.store.put_resources(&unsaved)?;
            owners.saved(&unsaved);
            app.save_batch_results()
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
        self.batch_results().load(self.0.store.batch_results()?);
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
            batch_created_ms: None,
        }
    }
}

/// A name that Flowkeep gave ends in four characters of a key, which another
/// key may share; it says nothing of who the account is.
fn is_chosen(label: &str) -> bool {
    !label.starts_with("sk-…")
}

/// A rejection that was passed on, as [`denial`] judges it.
fn evidence(status: u16, body: &[u8]) -> Evidence {
    let json: Option<serde_json::Value> = serde_json::from_slice(body).ok();
    Evidence {
        status: Some(status),
        vendor_code: json.and_then(|json| json.get("code")?.as_i64()),
        text: String::from_utf8_lossy(body).into_owned(),
    }
}

#[cfg(test)]
mod tests;
