use super::*;

fn read(kind: ResourceKind, answer: &str) -> Page {
    Page::read(kind, answer.as_bytes(), &|_| None).unwrap()
}

fn ids(page: &Page) -> Vec<&str> {
    page.items.iter().map(|item| &*item.id).collect()
}

/// API reference §2.14.
#[test]
fn files_come_in_an_envelope() {
    let page = read(
        ResourceKind::File,
        r#"{"code":20000,"message":"Ok","status":true,"data":{"data":[{"id":"file-k","object":
        "file","bytes":806, "created_at":1741777570,"line_count":2}],"object":"file"}}"#,
    );
    assert_eq!((page.shape, page.has_more), (Shape::Enveloped, None));
    assert_eq!(ids(&page), ["file-k"]);
    assert_eq!(page.items[0].created_at_ms, 1_741_777_570_000);
    assert!(
        page.items[0]
            .raw
            .get()
            .contains("\"bytes\":806, \"created_at\"")
    );
}

#[test]
fn batches_come_plain() {
    let page = read(
        ResourceKind::Batch,
        r#"{"object":"list","data":[{"id":"b2","created_at":2,"output_file_id":"f"},{"id":"b1",
        "created_at":1}],"first_id":"b2","last_id":"b1","has_more":true}"#,
    );
    assert_eq!((page.shape, page.has_more), (Shape::Plain, Some(true)));
    assert_eq!(ids(&page), ["b2", "b1"]);
    assert_eq!(page.items[0].seen.len(), 2);
}

#[test]
fn voices_come_under_either_name() {
    for (answer, shape) in [
        (r#"{"result":[{"uri":"speech:a"}]}"#, Shape::Result),
        (r#"{"results":[{"uri":"speech:a"}]}"#, Shape::Results),
    ] {
        let page = read(ResourceKind::Voice, answer);
        assert_eq!((page.shape, page.has_more), (shape, Some(false)));
        assert_eq!(ids(&page), ["speech:a"]);
    }
}

#[test]
fn an_empty_list_may_be_null() {
    for (kind, answer) in [
        (ResourceKind::Voice, r#"{"result":null}"#),
        (ResourceKind::Batch, r#"{"object":"list","data":null}"#),
        (ResourceKind::File, r#"{"code":20000,"data":{"data":[]}}"#),
    ] {
        assert!(read(kind, answer).items.is_empty(), "{answer}");
    }
}

#[test]
fn what_is_no_list_is_none() {
    for answer in [
        "",
        "[]",
        "\"Ok\"",
        "{}",
        r#"{"data":7}"#,
        r#"{"data":{"items":[]}}"#,
        r#"{"data":[{"id":7}"#,
    ] {
        let page = Page::read(ResourceKind::File, answer.as_bytes(), &|_| None);
        assert!(page.is_none(), "{answer}: {page:?}");
    }
}

/// A list shows what a batch wrote to whoever asks; it is the batch's maker's.
#[test]
fn what_a_listed_batch_wrote_is_its_makers() {
    let answer = r#"{"data":[{"id":"b","input_file_id":"in","output_file_id":"out"}]}"#;
    let maker = |id: &str| (id == "b").then(|| Arc::from("cursor"));
    let page = Page::read(ResourceKind::Batch, answer.as_bytes(), &maker).unwrap();
    let seen: Vec<_> = page.items[0]
        .seen
        .iter()
        .map(|one| (&*one.id, one.client.as_deref()))
        .collect();
    let makers = Some("cursor");
    assert_eq!(seen, [("b", makers), ("in", None), ("out", makers)]);
}

#[test]
fn what_a_batch_wrote_is_told_by_its_purpose() {
    let page = read(
        ResourceKind::File,
        r#"{"data":[{"id":"a","purpose":"batch"},{"id":"b","purpose":"batch_output"},
        {"id":"c"},{"id":"d","purpose":7}]}"#,
    );
    let outputs: Vec<bool> = page.items.iter().map(|item| item.is_output).collect();
    assert_eq!(outputs, [false, true, false, false]);
}
