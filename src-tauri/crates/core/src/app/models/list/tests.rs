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
