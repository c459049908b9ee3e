//! Pieces of tool calls, put together.
//!
//! A piece belongs to a call by its `index`; only the first one has an id and a
//! name (API reference §7.2). Some models give all calls the same index, so
//! another id begins another call.

use super::chat::ToolCall;

/// The calls of one answer.
#[derive(Debug, Default)]
pub(super) struct Calls(Vec<Call>);

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
    /// Takes a piece. A call that begins with it gets `next` as its place.
    /// `None` while the name is not known.
    pub(super) fn hear(&mut self, piece: ToolCall, next: usize) -> Option<Heard> {
        let index = piece.index.unwrap_or(0);
        let id = piece.id.filter(|id| !id.is_empty());
        let mut function = piece.function.unwrap_or_default();
        let name = function.name.take().filter(|name| !name.is_empty());
        let more = function.arguments();
        let call = self.find(index, id);
        if let Some(place) = call.place {
            return Some(Heard {
                place,
                begins: None,
                id: None,
                arguments: more,
            });
        }
        call.early.push_str(&more);
        let name = name?;
        call.place = Some(next);
        Some(Heard {
            place: next,
            begins: Some(name),
            id: call.id.clone(),
            arguments: std::mem::take(&mut call.early),
        })
    }

    fn find(&mut self, index: u64, id: Option<String>) -> &mut Call {
        let same = |call: &Call| {
            let other = matches!((&id, &call.id), (Some(id), Some(own)) if id != own);
            call.index == index && !other
        };
        let found = self.0.iter().rposition(same);
        let at = found.unwrap_or_else(|| {
            self.0.push(Call {
                index,
                id: None,
                place: None,
                early: String::new(),
            });
            self.0.len() - 1
        });
        let call = &mut self.0[at];
        if call.id.is_none() {
            call.id = id;
        }
        call
    }
}
