use serde_json::{Value, json};

use super::super::page::Page;
use super::*;
use crate::app::resources::owners::Owners;

fn part(kind: ResourceKind, answer: &Value) -> Part {
    let page = Page::read(kind, answer.to_string().as_bytes(), &|_| None).unwrap();
    Part {
        items: page.items,
        more: page.has_more.unwrap_or(false),
        seen: Vec::new(),
        shape: Some(page.shape),
    }
}

fn merge(kind: ResourceKind, parts: &[Value], query: &str) -> Value {
    let parts = parts.iter().map(|answer| part(kind, answer)).collect();
    let wanted = Wanted::read(kind, query, &Owners::default(), &"cursor".into()).unwrap();
    serde_json::from_slice(&merged(kind, parts, &wanted)).unwrap()
}

#[test]
fn batches_are_one_list_newest_first() {
    let parts = [
        json!({"object": "list", "data": [{"id": "a3", "created_at": 3}, {"id": "a1", "created_at": 1}], "has_more": false}),
        json!({"object": "list", "data": [{"id": "b2", "created_at": 2, "x": {"y": [1.50]}}], "has_more": false}),
    ];
    let expected = json!({
        "object": "list",
        "data": [{"id": "a3", "created_at": 3}, {"id": "b2", "created_at": 2, "x": {"y": [1.50]}}],
        "first_id": "a3", "last_id": "b2", "has_more": true,
    });
    assert_eq!(merge(ResourceKind::Batch, &parts, "limit=2"), expected);
    let all = merge(ResourceKind::Batch, &parts, "");
    assert_eq!(
        (&all["last_id"], &all["has_more"]),
        (&json!("a1"), &json!(false))
    );
}

#[test]
fn an_account_with_more_means_that_there_is_more() {
    let parts = [json!({"data": [{"id": "a", "created_at": 3}], "has_more": true})];
    assert_eq!(
        merge(ResourceKind::Batch, &parts, "")["has_more"],
        json!(true)
    );
}

#[test]
fn files_keep_their_envelope() {
    let parts = [
        json!({"code": 20000, "message": "Ok", "status": true, "data": {"data": [], "object": "file"}}),
        json!({"code": 20000, "message": "Ok", "status": true,
            "data": {"data": [{"id": "f", "created_at": 1}], "object": "file"}}),
    ];
    let expected = json!({"code": 20000, "message": "Ok", "status": true,
        "data": {"data": [{"id": "f", "created_at": 1}], "object": "file", "has_more": false}});
    assert_eq!(merge(ResourceKind::File, &parts, ""), expected);
}

#[test]
fn voices_keep_their_name() {
    for name in ["result", "results"] {
        let parts = [
            json!({name: [{"uri": "speech:a"}]}),
            json!({name: [{"uri": "speech:b"}]}),
        ];
        let merged = merge(ResourceKind::Voice, &parts, "");
        assert_eq!(
            merged,
            json!({name: [{"uri": "speech:a"}, {"uri": "speech:b"}]})
        );
    }
}

#[test]
fn of_the_same_second_the_order_is_always_the_same() {
    let one = json!({"data": [{"id": "a", "created_at": 1}]});
    let other = json!({"data": [{"id": "b", "created_at": 1}, {"id": "undated"}]});
    let there = merge(ResourceKind::Batch, &[one.clone(), other.clone()], "");
    let back = merge(ResourceKind::Batch, &[other, one], "");
    assert_eq!(there, back);
    assert_eq!(there["last_id"], "undated");
}

#[test]
fn nothing_at_all_is_an_empty_list() {
    let empty =
        json!({"object": "list", "data": [], "first_id": null, "last_id": null, "has_more": false});
    assert_eq!(
        merge(ResourceKind::Batch, &[json!({"data": null})], ""),
        empty
    );
}
