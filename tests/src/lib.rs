//! What the black-box tests share: a whole gateway before a simulator.

mod rig;

pub use rig::{MODEL, Outcomes, Rig, RigOptions};
