//! What the user calls accounts, keys and clients, also those that are gone.

use std::collections::HashMap;

use flowkeep_contract::ApiError;

use crate::store::{Store, StoreError};

/// Names by id. Those of removed accounts and keys are looked up when a row
/// asks for them.
#[derive(Debug)]
pub(in crate::app) struct Labels {
    store: Store,
    accounts: HashMap<String, String>,
    clients: HashMap<String, String>,
    keys: Option<HashMap<String, String>>,
    former: HashMap<String, String>,
}

impl Labels {
    pub(super) fn read(store: &Store) -> Result<Self, StoreError> {
        let accounts = store.accounts()?.into_iter();
        let clients = store.clients()?.into_iter();
        Ok(Self {
            store: store.clone(),
            accounts: accounts
                .map(|row| (row.account_id.to_string(), row.label))
                .collect(),
            clients: clients.map(|row| (row.client_id, row.name)).collect(),
            keys: None,
            former: HashMap::new(),
        })
    }

    /// The label of an account; its id when nobody remembers it.
    pub(in crate::app) fn account(&mut self, id: &str) -> Result<String, ApiError> {
        if let Some(label) = self.accounts.get(id) {
            return Ok(label.clone());
        }
        self.former(id)
    }

    /// The label and the end of a key; its id when nobody remembers it.
    pub(in crate::app) fn key(&mut self, id: &str) -> Result<String, ApiError> {
        if self.keys.is_none() {
            let rows = self.store.keys()?.into_iter();
            let named = rows.map(|row| {
                let label = format!("{} …{}", row.label, row.last_four);
                (row.key_id.to_string(), label.trim_start().to_owned())
            });
            self.keys = Some(named.collect());
        }
        let known = self.keys.as_ref().and_then(|keys| keys.get(id));
        match known {
            Some(label) => Ok(label.clone()),
            None => self.former(id),
        }
    }

    /// The name of a client token; its id when it has none.
    pub(in crate::app) fn client(&self, id: &str) -> String {
        self.clients.get(id).map_or(id, String::as_str).to_owned()
    }

    fn former(&mut self, id: &str) -> Result<String, ApiError> {
        if let Some(name) = self.former.get(id) {
            return Ok(name.clone());
        }
        let name = self.store.former_name(id)?.unwrap_or_else(|| id.to_owned());
        self.former.insert(id.to_owned(), name.clone());
        Ok(name)
    }

    /// The account that an id or a label means.
    pub(in crate::app) fn account_id(&self, name: String) -> Result<String, ApiError> {
        if self.accounts.contains_key(&name) {
            return Ok(name);
        }
        let labelled = self.accounts.iter().find(|(_, label)| **label == name);
        if let Some((id, _)) = labelled {
            return Ok(id.clone());
        }
        Ok(self.store.former_id(&name)?.unwrap_or(name))
    }

    /// The client that an id or a name means.
    pub(in crate::app) fn client_id(&self, name: String) -> String {
        if self.clients.contains_key(&name) {
            return name;
        }
        let named = self.clients.iter().find(|(_, known)| **known == name);
        named.map_or(name, |(id, _)| id.clone())
    }
}
