//! The main job over HTTP: a chat, a stream, a message, the models.

#[cfg(test)]
mod admin;
#[cfg(test)]
mod balances;
#[cfg(test)]
mod bodies;
#[cfg(test)]
mod budgets;
#[cfg(test)]
mod clients;
#[cfg(test)]
mod conversations;
mod import;
#[cfg(test)]
mod models;
#[cfg(test)]
mod money;
#[cfg(test)]
mod relay;
#[cfg(test)]
mod resources;
#[cfg(test)]
mod responses;
#[cfg(test)]
mod routes;
