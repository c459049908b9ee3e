//! Everything the requests share: accounts, catalogue, faults, ledger.

use std::collections::HashMap;
use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use bytes::Bytes;

use crate::account::Region;
use crate::behaviour::{Behaviours, is_simulated_model};
use crate::customers::Customers;
use crate::ids::{Ids, unix_seconds};
use crate::ledger::Ledger;
use crate::locked::lock;
use crate::model::Model;
use crate::prebuilt::Prebuilt;
use crate::resources::{Clock, Resources};
use crate::script::{Progress, RateLimitBody, Script, UserInfoMode};

/// The state of one simulator, which outlives a restart of its listener.
pub(crate) struct World {
    customers: Customers,
    catalogue: Catalogue,
    behaviours: Behaviours,
    ledger: Ledger,
    ids: Ids,
    prebuilt: Prebuilt,
    resources: Resources,
    user_info: Mutex<UserInfoMode>,
    batch_results: Option<Bytes>,
    switches: Switches,
    addr: SocketAddr,
}

/// The parts of a script that do not change while it runs.
#[derive(Clone, Copy, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent switches, each named after what it turns on"
)]
pub(crate) struct Switches {
    pub(crate) legacy_auth: bool,
    pub(crate) record_bodies: bool,
    pub(crate) region: Region,
    pub(crate) exhausted_status: u16,
    pub(crate) rate_limit_body: RateLimitBody,
    pub(crate) messages_done: bool,
    pub(crate) legacy_not_found: bool,
    pub(crate) image_data: bool,
    pub(crate) voice_results: bool,
    pub(crate) progress: Progress,
}

impl World {
    /// The world behind the port of this address.
    pub(crate) fn new(script: Script, addr: SocketAddr) -> Self {
        Self {
            addr,
            resources: Resources::default(),
            customers: Customers::new(script.accounts),
            catalogue: Catalogue::new(script.models),
            behaviours: Behaviours::new(script.behaviours),
            ledger: Ledger::new(script.ledger_capacity),
            ids: Ids::new(),
            prebuilt: Prebuilt::default(),
            user_info: Mutex::new(script.user_info),
            batch_results: script.batch_results.map(Bytes::from),
            switches: Switches {
                legacy_auth: script.legacy_auth,
                record_bodies: script.record_bodies,
                region: script.region,
                exhausted_status: script.exhausted_status,
                rate_limit_body: script.rate_limit_body,
                messages_done: script.messages_done,
                legacy_not_found: script.legacy_not_found,
                image_data: script.image_data,
                voice_results: script.voice_results,
                progress: script.progress,
            },
        }
    }

    /// What every batch leaves behind, where that can be fetched.
    pub(crate) fn batch_results(&self) -> Option<&Bytes> {
        self.batch_results.as_ref()
    }

    pub(crate) fn customers(&self) -> &Customers {
        &self.customers
    }

    pub(crate) fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    pub(crate) fn behaviours(&self) -> &Behaviours {
        &self.behaviours
    }

    pub(crate) fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    pub(crate) fn ids(&self) -> &Ids {
        &self.ids
    }

    pub(crate) fn prebuilt(&self) -> &Prebuilt {
        &self.prebuilt
    }

    pub(crate) fn resources(&self) -> &Resources {
        &self.resources
    }

    /// The address it listens on.
    pub(crate) fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The time as the work that takes a while sees it.
    pub(crate) fn clock(&self) -> Clock {
        Clock {
            now_ms: self.ledger.now_ms(),
            unix_s: unix_seconds(),
            progress: self.switches.progress,
        }
    }

    pub(crate) fn switches(&self) -> Switches {
        self.switches
    }

    pub(crate) fn user_info(&self) -> UserInfoMode {
        *lock(&self.user_info)
    }

    pub(crate) fn set_user_info(&self, mode: UserInfoMode) {
        *lock(&self.user_info) = mode;
    }
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World")
            .field("ledger", &self.ledger)
            .field("switches", &self.switches)
            .finish_non_exhaustive()
    }
}

/// The models, in the order they are listed and by id.
#[derive(Debug)]
pub(crate) struct Catalogue {
    in_order: Vec<Arc<Model>>,
    by_id: HashMap<String, Arc<Model>>,
    simulated: Arc<Model>,
}

impl Catalogue {
    fn new(models: Vec<Model>) -> Self {
        let in_order: Vec<Arc<Model>> = models.into_iter().map(Arc::new).collect();
        let by_id = in_order
            .iter()
            .map(|model| (model.id.clone(), Arc::clone(model)))
            .collect();
        Self {
            in_order,
            by_id,
            simulated: Arc::new(Model::simulated()),
        }
    }

    /// The models that `GET /models` shows.
    pub(crate) fn listed(&self) -> impl Iterator<Item = &Model> {
        self.in_order
            .iter()
            .map(AsRef::as_ref)
            .filter(|model| model.is_listed())
    }

    /// The model that answers to an id, after a redirect.
    pub(crate) fn find(&self, id: &str) -> Option<Arc<Model>> {
        let Some(model) = self.by_id.get(id) else {
            return is_simulated_model(id).then(|| Arc::clone(&self.simulated));
        };
        match &model.redirect_to {
            Some(target) => self.by_id.get(target).map(Arc::clone),
            None => (!model.retired).then(|| Arc::clone(model)),
        }
    }
}
