//! What accounts own: voices, files, batches and videos.
//!
//! A resource belongs to the account that made it, whichever of the account's
//! keys signed the request. Ids are unique over all accounts and simulators of
//! a process, and a deleted resource keeps its owner, so that a request with
//! the wrong account's key is always recognised.

mod batch;
mod job;
mod shelf;

use serde::Serialize;

pub(crate) use batch::{Batch, BatchState, Order};
pub(crate) use job::{Clock, Job};
pub(crate) use shelf::Shelf;

/// A kind of resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ResourceKind {
    /// `speech:<name>:<account>:<letters>`.
    Voice,
    /// `file-…`.
    File,
    /// `batch_…`.
    Batch,
    /// The `requestId` of a video.
    Video,
}

/// A resource and the account it belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Resource {
    /// What it is.
    pub kind: ResourceKind,
    /// Its id as the clients know it.
    pub id: String,
    /// Id of the account that made it.
    pub owner: String,
    /// Whether the owner deleted it.
    pub deleted: bool,
}

/// A resource that a request named or made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Touch {
    /// What the route takes it for.
    pub kind: ResourceKind,
    /// The id as it was sent, or as it was made.
    pub id: String,
    /// The account it belongs to; none when nobody ever had it.
    pub owner: Option<String>,
    /// Whether this request made it.
    pub made: bool,
}

/// An uploaded voice.
#[derive(Clone, Debug)]
pub(crate) struct Voice {
    pub(crate) model: String,
    pub(crate) custom_name: String,
    pub(crate) text: String,
}

/// An uploaded file; its content is not kept.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(crate) bytes: u64,
    /// Unix seconds.
    pub(crate) created_at: u64,
    pub(crate) filename: String,
    pub(crate) purpose: String,
    pub(crate) line_count: u64,
    /// The `model` of the first line, if it has one.
    pub(crate) first_model: Option<String>,
    /// Results of a batch are in no list.
    pub(crate) listed: bool,
}

/// A video that was asked for.
#[derive(Clone, Debug)]
pub(crate) struct Video {
    pub(crate) job: Job,
    pub(crate) seed: u64,
    /// Address of the clip once it is made.
    pub(crate) url: String,
    /// Whether it will fail.
    pub(crate) fails: bool,
}

/// Everything the accounts of one simulator own.
#[derive(Debug, Default)]
pub(crate) struct Resources {
    pub(crate) voices: Shelf<Voice>,
    pub(crate) files: Shelf<File>,
    pub(crate) batches: Shelf<Batch>,
    pub(crate) videos: Shelf<Video>,
}

impl Resources {
    /// All resources, by kind and in the order they were made.
    pub(crate) fn list(&self) -> Vec<Resource> {
        let mut all = self.voices.list(ResourceKind::Voice);
        all.extend(self.files.list(ResourceKind::File));
        all.extend(self.batches.list(ResourceKind::Batch));
        all.extend(self.videos.list(ResourceKind::Video));
        all
    }

    /// The account an id of this kind belongs to.
    pub(crate) fn owner(&self, kind: ResourceKind, id: &str) -> Option<String> {
        match kind {
            ResourceKind::Voice => self.voices.owner(id),
            ResourceKind::File => self.files.owner(id),
            ResourceKind::Batch => self.batches.owner(id),
            ResourceKind::Video => self.videos.owner(id),
        }
    }

    /// What a word in a path is, if it is the id of a resource.
    pub(crate) fn recognise(&self, word: &str) -> Option<Touch> {
        const KINDS: [ResourceKind; 4] = [
            ResourceKind::File,
            ResourceKind::Batch,
            ResourceKind::Video,
            ResourceKind::Voice,
        ];
        KINDS.into_iter().find_map(|kind| {
            Some(Touch {
                kind,
                id: word.to_owned(),
                owner: Some(self.owner(kind, word)?),
                made: false,
            })
        })
    }
}
