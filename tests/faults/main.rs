//! What goes wrong and what it looks like from outside: the fault matrix
//! (`reliability.md` §2.6), bad input, and usage as the upstream told it.
//! Every test compares what clients got, what the upstream saw and what the
//! database holds.

#[cfg(test)]
mod accounts;
#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod broken_answers;
#[cfg(test)]
mod clock;
#[cfg(test)]
mod drain;
#[cfg(test)]
mod early_answers;
#[cfg(test)]
mod edits;
#[cfg(test)]
mod fallback;
#[cfg(test)]
mod flapping;
#[cfg(test)]
mod framing;
#[cfg(test)]
mod hang_ups;
#[cfg(test)]
mod large_bodies;
#[cfg(test)]
mod ledger;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod locked;
#[cfg(test)]
mod power_loss;
#[cfg(test)]
mod queue;
#[cfg(test)]
mod recovery;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod retention;
#[cfg(test)]
mod streams;
#[cfg(test)]
mod textures;
#[cfg(test)]
mod transport;
#[cfg(test)]
mod unknown_routes;
#[cfg(test)]
mod usage;
#[cfg(test)]
mod waits;
