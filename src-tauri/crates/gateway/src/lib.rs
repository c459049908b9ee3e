//! The HTTP server: the `/v1` proxy, health, the admin surface and the console.
//!
//! Guarantees: nothing is routed before [`guard`] has seen Host, Origin and path;
//! one router decides route and authentication; errors of ours have the shape of
//! the protocol that was called ([`error`]). It decides nothing about keys: that
//! is `flowkeep_core`.

mod address;
mod admin;
mod answer;
mod client_body;
mod connection;
mod console;
pub mod error;
pub mod guard;
mod health;
mod listen;
mod proxy;
mod router;
mod server;

pub use admin::AdminAccess;
pub use listen::{BindError, Listeners};
pub use router::{ADMIN_ROUTES, Access, AdminRoute};
pub use server::{Gateway, GatewayOptions};
