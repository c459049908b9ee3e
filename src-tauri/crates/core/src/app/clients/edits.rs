//! Making, changing and revoking tokens. Each is in force when it is answered.

use flowkeep_contract::{
    ApiError, ClientList, ClientView, CreateClientRequest, CreatedClient, Empty, ErrorCode,
    RevokeClientRequest, Topic, UpdateClientRequest,
};
use secrecy::{ExposeSecret as _, SecretString};

use super::token::{generate_token, token_hash};
use super::{DEFAULT_CLIENT, capture, names, view};
use crate::app::App;
use crate::model::ClientLimits;
use crate::store::{NewClient, StoreError};

/// Live tokens; each request is compared with all of them.
const MOST_CLIENTS: usize = 1_000;

impl App {
    /// All tokens, without the tokens themselves.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn list_clients(&self, _: Empty) -> Result<ClientList, ApiError> {
        self.blocking(|app| {
            let rows = app.0.store.clients()?;
            let clients = rows.into_iter().map(|row| app.view_of(row)).collect();
            Ok(ClientList { clients })
        })
        .await
    }

    /// Makes a token; nobody can see it again. A default token that was revoked
    /// is made anew under its name.
    ///
    /// # Errors
    /// When the name is taken or wrong, a limit makes no sense, or it cannot be
    /// written.
    pub async fn create_client(
        &self,
        request: CreateClientRequest,
    ) -> Result<CreatedClient, ApiError> {
        let created = self.blocking(move |app| {
            let name = names::checked(&request.name)?;
            let limits = view::checked(request.limits)?;
            let token = generate_token();
            let id = if name == DEFAULT_CLIENT {
                app.renew_default(&token, &limits)?;
                name
            } else {
                app.add_client(&name, &token, &limits)?
            };
            app.reload_clients()?;
            Ok(CreatedClient {
                client: app.client_view(&id)?,
                token: token.expose_secret().to_owned(),
            })
        });
        let created = created.await?;
        tracing::info!(client = created.client.id, "a client token was made");
        self.changed(&[Topic::Clients]);
        if created.client.is_default {
            self.changed(&[Topic::Settings]);
        }
        Ok(created)
    }

    /// Changes a token's name and limits, and whether bodies are kept.
    ///
    /// # Errors
    /// When there is no such live token, the name is taken or wrong, a limit or
    /// a time makes no sense, or it cannot be written.
    pub async fn update_client(
        &self,
        request: UpdateClientRequest,
    ) -> Result<ClientView, ApiError> {
        let changed = self.blocking(move |app| {
            let name = request.name.as_deref().map(names::checked).transpose()?;
            let limits = request.limits.map(view::checked).transpose()?;
            let until = |minutes| capture::until(minutes, app.now().unix_ms);
            let captured = request.capture_minutes.map(until).transpose()?;
            let is_default = request.id == DEFAULT_CLIENT;
            if let Some(name) = &name
                && (name == DEFAULT_CLIENT) != is_default
            {
                return Err(ApiError::new(
                    ErrorCode::InvalidRequest,
                    "the name default belongs to the default token, and it has no other",
                ));
            }
            let (name, limits) = (name.as_deref(), limits.as_ref());
            // A variable keeps it in force, whatever became of the row.
            let is_given = is_default && app.0.client_token.is_some();
            let store = &app.0.store;
            let changed = store.update_client(&request.id, name, limits, is_given);
            if !changed.map_err(refused)? {
                return Err(unknown(&request.id));
            }
            if let Some(until) = captured {
                store.capture_client(&request.id, until, is_given)?;
                tracing::info!(
                    client = request.id,
                    ?until,
                    "what is kept of its bodies changed"
                );
            }
            app.reload_clients()?;
            app.client_view(&request.id)
        });
        let changed = changed.await?;
        self.changed(&[Topic::Clients]);
        Ok(changed)
    }

    /// Takes a token back.
    ///
    /// # Errors
    /// When there is no such live token, a variable names it, or it cannot be
    /// written.
    pub async fn revoke_client(
        &self,
        request: RevokeClientRequest,
    ) -> Result<ClientView, ApiError> {
        let revoked = self.blocking(move |app| {
            if request.id == DEFAULT_CLIENT && app.0.client_token.is_some() {
                return Err(given());
            }
            if !app.0.store.revoke_client(&request.id)? {
                return Err(unknown(&request.id));
            }
            app.reload_clients()?;
            app.client_view(&request.id)
        });
        let revoked = revoked.await?;
        tracing::info!(client = revoked.id, "a client token was revoked");
        self.changed(&[Topic::Clients]);
        if revoked.is_default {
            self.changed(&[Topic::Settings]);
        }
        Ok(revoked)
    }

    fn add_client(
        &self,
        name: &str,
        token: &SecretString,
        limits: &ClientLimits,
    ) -> Result<String, ApiError> {
        if self.live(|live| live.clients.entries.len()) >= MOST_CLIENTS {
            return Err(ApiError::new(
                ErrorCode::InvalidRequest,
                "there are 1000 tokens already; revoke those that nobody uses",
            ));
        }
        let id = names::new_id(name);
        let new = NewClient {
            client_id: &id,
            name,
            token_hash: &token_hash(token.expose_secret()),
            limits,
        };
        self.0.store.insert_client(&new).map_err(refused)?;
        Ok(id)
    }

    /// The default token is kept in the vault, where the user can see it again.
    fn renew_default(&self, token: &SecretString, limits: &ClientLimits) -> Result<(), ApiError> {
        if self.0.client_token.is_some() {
            return Err(given());
        }
        let row = self.default_row()?;
        if row.is_some_and(|row| row.revoked_at_ms.is_none()) {
            return Err(refused(StoreError::NameTaken {
                name: DEFAULT_CLIENT.to_owned(),
            }));
        }
        self.0.vault.set_token(token)?;
        let new = NewClient {
            client_id: DEFAULT_CLIENT,
            name: DEFAULT_CLIENT,
            token_hash: &token_hash(token.expose_secret()),
            limits,
        };
        self.0.store.revive_client(&new).map_err(refused)
    }

    fn client_view(&self, id: &str) -> Result<ClientView, ApiError> {
        let rows = self.0.store.clients()?;
        let row = rows.into_iter().find(|row| row.client_id == id);
        let row = row.ok_or_else(|| unknown(id))?;
        Ok(self.view_of(row))
    }
}

/// A taken name is the request's fault, everything else the disk's.
fn refused(error: StoreError) -> ApiError {
    match error {
        StoreError::NameTaken { name } => ApiError::new(
            ErrorCode::InvalidRequest,
            format!("there is a token named {name:?} already"),
        ),
        other => other.into(),
    }
}

fn unknown(id: &str) -> ApiError {
    ApiError::new(
        ErrorCode::NotFound,
        format!("no token that is in force has the id {id:?}"),
    )
}

fn given() -> ApiError {
    ApiError::new(
        ErrorCode::InvalidRequest,
        "the default token comes from the variable FLOWKEEP_API_KEY; change it there and start \
         the gateway again",
    )
}
