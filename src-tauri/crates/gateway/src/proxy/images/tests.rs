use super::*;

fn after(body: &'static str) -> String {
    let bytes = translated(Bytes::from_static(body.as_bytes()));
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// D9: only the two names change.
#[test]
fn names_are_spliced() {
    for (sent, received) in [
        (
            r#"{ "size" : "1024x1024",  "n":2, "x": {"size": 1, "n":[ ]}, "response_format":"url" }"#,
            r#"{ "image_size" : "1024x1024",  "batch_size":2, "x": {"size": 1, "n":[ ]}, "response_format":"url" }"#,
        ),
        (r#"{"n":1}"#, r#"{"batch_size":1}"#),
        (r#"{"\u0073ize":"a"}"#, r#"{"image_size":"a"}"#),
        (
            r#"{"size":1,"size":2}"#,
            r#"{"image_size":1,"image_size":2}"#,
        ),
        (
            r#"{"size":"a","n":1,"batch_size":null}"#,
            r#"{"image_size":"a","n":1,"batch_size":null}"#,
        ),
    ] {
        assert_eq!(after(sent), received, "{sent}");
    }
}

#[test]
fn what_needs_no_words_stays() {
    for body in [
        r#"{"image_size":"1x1","size":"2x2","batch_size":1,"n":3}"#,
        r#"{"size":null,"n":null}"#,
        r#"{"size":"auto","prompt":"a cat, size n"}"#,
        r#"{"prompt":"\"size\":1"}"#,
        r#"["size"]"#,
        r#"{"size":"#,
        "",
    ] {
        assert_eq!(after(body), body);
    }
}
