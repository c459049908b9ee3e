use serde_json::{Value, json};

use super::*;

const ANSWER: &str = r#"{"object":"list","data":[{"id":"b/B","object":"model","created":0,"owned_by":""},
  {"id":"a/A", "future":[1.0e0],"object":"model"},{"id":"b/B","object":"again"}]}"#;

fn aliases(rows: &[(&str, &str)]) -> Aliases {
    let row = |(name, model): &(&str, &str)| ((*name).to_owned(), vec![(*model).to_owned()]);
    Aliases::of_rows(rows.iter().map(row)).unwrap()
}

#[test]
fn entries_stay_as_they_are_and_where_they_are() {
    let list = List::read(ANSWER.as_bytes()).unwrap();
    let shown = list.with_aliases(&aliases(&[]));
    assert_eq!(
        shown,
        &br#"{"object":"list","data":[{"id":"b/B","object":"model","created":0,"owned_by":""},{"id":"a/A", "future":[1.0e0],"object":"model"}]}"#[..]
    );
    assert_eq!(
        list.entry("a/A"),
        Some(r#"{"id":"a/A", "future":[1.0e0],"object":"model"}"#)
    );
    assert_eq!(list.entry("c/C"), None);
    assert!(list.has("b/B") && !list.has("B"));
}

#[test]
fn only_aliases_that_lead_into_the_list_are_added() {
    let list = List::read(ANSWER.as_bytes()).unwrap();
    let aliases = aliases(&[
        ("yes", "a/A"),
        ("no", "c/C"),
        ("any-*", "a/A"),
        ("b/B", "a/A"),
    ]);
    let shown: Value = serde_json::from_slice(&list.with_aliases(&aliases)).unwrap();
    let data = shown["data"].as_array().unwrap();
    assert_eq!(data.len(), 3);
    assert_eq!(
        data[2],
        json!({"id": "yes", "object": "model", "created": 0, "owned_by": "flowkeep"})
    );
}

#[test]
fn what_is_no_list_is_none() {
    for document in [
        "",
        "[]",
        "{}",
        r#"{"data":{}}"#,
        r#"{"data":[{"object":"model"}]}"#,
        "<html>",
    ] {
        assert!(List::read(document.as_bytes()).is_none(), "{document}");
    }
    assert!(List::read(br#"{"data":[]}"#).is_some());
}

#[test]
fn lists_of_several_sites_are_one() {
    let read = |text: &str| Arc::new(List::read(text.as_bytes()).unwrap());
    let first = read(ANSWER);
    let second = read(r#"{"data":[{"id":"c/C"},{"id":"a/A","other":1},{"id":"d/D"}]}"#);
    let merged = List::merged(&[Arc::clone(&first), second]);
    let shown: Value = serde_json::from_slice(&merged.with_aliases(&aliases(&[]))).unwrap();
    let ids: Vec<_> = shown["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| &entry["id"])
        .collect();
    assert_eq!(ids, ["b/B", "a/A", "c/C", "d/D"]);
    assert_eq!(
        merged.entry("a/A"),
        first.entry("a/A"),
        "the first one stays"
    );
    assert!(merged.entry("d/D").unwrap().contains("d/D"));
}
