//! The vault against a real Secret Service: S19, S20, F42.
//!
//! Each test has a bus, a keyring daemon and a home of its own. The vault reads
//! the bus's address from its environment, so it runs in a process of its own,
//! the [`puppet`], which does what it is told line by line.

#![cfg(target_os = "linux")]

#[cfg(test)]
mod absent;
#[cfg(test)]
mod desktop;
#[cfg(test)]
mod gateway;
#[cfg(test)]
mod keyring;
#[cfg(test)]
mod locked;
#[cfg(test)]
mod puppet;
