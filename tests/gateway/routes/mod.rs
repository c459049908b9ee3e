//! Issue 3, done when 1: every route of design §4 against an upstream that keeps
//! the bytes. What the upstream got and what the client got differ from what was
//! sent only where the design says.

mod addresses;
mod bodies;
mod columns;
mod refusals;
mod table;
mod upstream;
mod wire;
