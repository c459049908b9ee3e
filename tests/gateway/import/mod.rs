//! Importing keys over the API and the older pool's route, and keys of two sites.

mod route;
mod sites;
