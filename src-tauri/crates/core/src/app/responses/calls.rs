//! Pieces of tool calls, put together.
//!
//! A piece belongs to a call by its `index`; only the first one has an id and a
//! name (API reference §7.2). Some models give all calls the same index, so
//! another id begins another call.

use super::chat::ToolCall;

/// What a call costs beside its texts: its own fields here, and the item that it
/// becomes there.
const COST: usize = 512;
/// More calls than any answer has; each piece is sought among all of them.
const MOST: usize = 1024;

/// The calls of one answer.
#[derive(Debug, Default)]
pub(super) struct Calls {
    list: Vec<Call>,
    size: usize,
}

#[derive(Debug)]
struct Call {
    index: u64,
    id: Option<String>,
    /// Its place among the items, once its name is known.
    place: Option<usize>,
    /// Arguments that came before the name.
    early: String,
}

/// What a piece brings.
#[derive(Debug)]
pub(super) struct Heard {
    /// The call's place among the items.
    pub(super) place: usize,
    /// The name of a call that begins with this piece.
    pub(super) begins: Option<String>,
    /// The upstream's id for it.
    pub(super) id: Option<String>,
    /// More of its arguments.
    pub(super) arguments: String,
}

impl Calls {
    /// Bytes that are kept here.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// Whether there are more than can be believed.
    pub(super) fn are_too_many(&self) -> bool {
        self.list.len() > MOST
    }

    /// Takes a piece. A call that begins with it gets `next` as its place.
    /// `None` while the name is not known.
    pub(super) fn hear(&mut self, piece: ToolCall, next: usize) -> Option<Heard> {
        let index = piece.index.unwrap_or(0);
        let id = piece.id.filter(|id| !id.is_empty());
        let mut function = piece.function.unwrap_or_default();
        let name = function.name.take().filter(|name| !name.is_empty());
        let more = function.arguments();
        let at = self.find(index, id);
        let call = &mut self.list[at];
        if let Some(place) = call.place {
            return Some(Heard {
                place,
                begins: None,
                id: None,
                arguments: more,
            });
        }
        call.early.push_str(&more);
        let Some(name) = name else {
            self.size += more.len();
            return None;
        };
        call.place = Some(next);
        let arguments = std::mem::take(&mut call.early);
        self.size -= arguments.len() - more.len();
        Some(Heard {
            place: next,
            begins: Some(name),
            id: call.id.clone(),
            arguments,
        })
    }

    /// The place of a call in the list; a new one when there is none.
    fn find(&mut self, index: u64, id: Option<String>) -> usize {
        let same = |call: &Call| {
            let other = matches!((&id, &call.id), (Some(id), Some(own)) if id != own);
            call.index == index && !other
        };
        let at = self.list.iter().rposition(same).unwrap_or_else(|| {
            self.size += COST;
            self.list.push(Call {
                index,
                id: None,
                place: None,
                early: String::new(),
            });
            self.list.len() - 1
        });
        let call = &mut self.list[at];
        if call.id.is_none() {
            self.size += id.as_ref().map_or(0, String::len);
            call.id = id;
        }
        at
    }
}
