//! Names of models over HTTP: aliases on every route that has a model, the list,
//! one entry of it, and the balance of the pool.

mod aliases;
mod balance;
mod list;
mod recordings;
mod sites;
