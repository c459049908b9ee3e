//! Names of models: what the upstream lists, what stands in for what, and what is
//! gone.

mod catalogue;
mod free;
mod known;
mod list;
mod retired;
mod serve;
mod sources;
mod stand_ins;
mod user_info;
mod voices;

pub(in crate::app) use catalogue::Catalogue;
pub(in crate::app) use known::context_of;
pub(in crate::app) use voices::vendor_voice;

pub(in crate::app) use crate::settings::Models;
