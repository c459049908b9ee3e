//! `GET /models` (siliconflow-api.md §2.6).

use serde::Serialize;

use super::Visit;
use crate::reply::Reply;

/// The answer, in the vendor's order of fields.
#[derive(Serialize)]
struct List<'a> {
    object: &'static str,
    data: Vec<Item<'a>>,
}

#[derive(Serialize)]
struct Item<'a> {
    id: &'a str,
    object: &'static str,
    created: u64,
    owned_by: &'static str,
}

/// The catalogue, in its own order, narrowed by `type` and `sub_type`.
pub(super) fn answer(visit: &Visit<'_>) -> Reply {
    let (kind, sub_type) = (visit.query("type"), visit.query("sub_type"));
    let data = visit
        .world
        .catalogue()
        .listed()
        .filter(|model| kind.is_none_or(|kind| model.kind == kind))
        .filter(|model| sub_type.is_none_or(|sub_type| model.sub_type == sub_type))
        .map(|model| Item {
            id: &model.id,
            object: "model",
            created: 0,
            owned_by: "",
        })
        .collect();
    let list = List {
        object: "list",
        data,
    };
    let body = serde_json::to_vec(&list).expect("strings and numbers always serialize");
    Reply::json(200, body)
}
