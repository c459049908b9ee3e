//! The engine of Flowkeep: it picks the key, relays, meters and remembers.
//!
//! # Architecture
//!
//! ```text
//! model, clock        ◄ pool, meter, price          pure: no tokio, reqwest, rusqlite
//! model, clock        ◄ store, vault, upstream, settings   one effect each, not each other
//! private             ◄ store, vault, settings           file modes and atomic writes, knows no domain
//! everything          ◄ app                         only app composes; only app sees contract
//! ```
//!
//! - [`model`]: the words of the domain.
//! - [`clock`]: time, passed in so that tests own it.
//! - [`pool`]: which key serves, and what a failure means for it.
//! - [`meter`]: how many tokens a body carried, counted while it passes.
//! - [`price`]: what a request costs, in whole nano-units.
//! - [`upstream`]: one HTTP client with phase deadlines, and [`upstream::classify`].
//! - [`vault`]: secrets, in the keychain or an encrypted file.
//! - [`store`]: two SQLite files and the one writer thread.
//! - [`settings`]: `settings.toml`, the data folder and its instance lock.
//! - [`private`]: files and folders that only their owner reads.
//! - [`app`]: the use cases; the only place where the parts meet.

pub mod app;
pub mod clock;
pub mod meter;
pub mod metrics;
pub mod model;
pub mod pool;
pub mod price;
pub mod private;
pub mod settings;
pub mod store;
pub mod upstream;
pub mod vault;
