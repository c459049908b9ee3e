use super::*;

fn seen(kind: ResourceKind, answer: &str) -> Vec<(ResourceKind, String, bool)> {
    let maker = Arc::from("cursor");
    let told = Told::read(answer.as_bytes()).unwrap();
    told.sightings(kind, Some(&maker))
        .into_iter()
        .map(|one| (one.kind, one.id.to_string(), one.client.is_some()))
        .collect()
}

#[test]
fn a_new_voice_is_known_by_its_uri() {
    let answer =
        r#"{"uri":"speech:your-voice-name:cm04pf7az00061413w7kz5qxs:mjtkgbyuunvtybnsvbxd"}"#;
    let uri = "speech:your-voice-name:cm04pf7az00061413w7kz5qxs:mjtkgbyuunvtybnsvbxd";
    let expected = (ResourceKind::Voice, uri.to_owned(), true);
    assert_eq!(seen(ResourceKind::Voice, answer), [expected]);
}

#[test]
fn a_video_is_known_by_its_request() {
    let expected = (ResourceKind::Video, "8s3k".to_owned(), true);
    let answer = r#"{"requestId":"8s3k"}"#;
    assert_eq!(seen(ResourceKind::Video, answer), [expected]);
}

/// API reference §2.14, and `OpenAI`'s own shape.
#[test]
fn a_file_is_known_with_and_without_its_envelope() {
    let enveloped = r#"{"code":20000,"message":"Ok","status":true,"data":{"id":"file-jkvytbjtow",
        "object":"file","bytes":8509,"createdAt":1741685396,"filename":"requests.jsonl"}}"#;
    let plain = r#"{"id":"file-jkvytbjtow","created_at":1741685396}"#;
    for answer in [enveloped, plain] {
        let expected = (ResourceKind::File, "file-jkvytbjtow".to_owned(), true);
        assert_eq!(seen(ResourceKind::File, answer), [expected]);
        let told = Told::read(answer.as_bytes()).unwrap();
        assert_eq!(told.created_at_ms(), Some(1_741_685_396_000));
    }
}

/// What a batch read may be anybody's; what it wrote is whoever's the batch is.
#[test]
fn a_batch_tells_of_its_files() {
    let answer = r#"{"id":"batch_r","object":"batch","input_file_id":"file-in",
        "output_file_id":"file-out","error_file_id":null,"created_at":1741685413}"#;
    let expected = [
        (ResourceKind::Batch, "batch_r".to_owned(), true),
        (ResourceKind::File, "file-in".to_owned(), false),
        (ResourceKind::File, "file-out".to_owned(), true),
    ];
    assert_eq!(seen(ResourceKind::Batch, answer), expected);
}

/// What the results of a batch cost follows from the day of the batch.
#[test]
fn what_a_batch_wrote_tells_when_the_batch_was_made() {
    let answer = r#"{"id":"batch_r","input_file_id":"in","output_file_id":"out",
        "error_file_id":"err","created_at":1741685413}"#;
    let told = Told::read(answer.as_bytes()).unwrap();
    let made: Vec<_> = told
        .sightings(ResourceKind::Batch, None)
        .into_iter()
        .map(|one| (one.id.to_string(), one.batch_created_ms))
        .collect();
    let of_batch = Some(1_741_685_413_000);
    let expected = [
        ("batch_r", None),
        ("in", None),
        ("out", of_batch),
        ("err", of_batch),
    ];
    assert_eq!(made, expected.map(|(id, at)| (id.to_owned(), at)));
}

#[test]
fn an_address_is_no_file() {
    let answer = r#"{"id":"batch_r","output_file_id":"https://cdn/x.jsonl"}"#;
    assert_eq!(seen(ResourceKind::Batch, answer).len(), 1);
}

#[test]
fn what_names_nothing_teaches_nothing() {
    for answer in [
        r#"{"data":null}"#,
        r#"{"id":""}"#,
        "{}",
        r#"{"uri":"speech:a"}"#,
    ] {
        assert_eq!(seen(ResourceKind::Batch, answer), [], "{answer}");
    }
    let long = format!(r#"{{"id":"{}"}}"#, "x".repeat(LONGEST_ID + 1));
    assert_eq!(seen(ResourceKind::Batch, &long), []);
    assert_eq!(seen(ResourceKind::Batch, r#"{"id":"a\u0000b"}"#), []);
    for answer in ["", "[7]", "\"\"", r#"{"id":7}"#, "<html>"] {
        assert!(Told::read(answer.as_bytes()).is_none(), "{answer}");
    }
}
