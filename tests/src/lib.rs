//! What the black-box tests share: a whole gateway before a simulator, a client
//! that notes what it got, and a bare socket.

mod bare;
pub mod books;
pub mod program;
mod raw;
mod rig;
mod seen;

pub use bare::{Asked, BareUpstream};
pub use raw::RawClient;
pub use rig::{MODEL, Rig, RigOptions};
pub use seen::{Outcomes, PATIENCE, Seen};
