use super::*;

fn after(body: &'static str) -> String {
    let bytes = translated(Bytes::from_static(body.as_bytes()), true);
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The same of a beginning.
fn begun(body: &'static str) -> String {
    let bytes = translated(Bytes::from_static(body.as_bytes()), false);
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

/// Of a body that streams on only what is at hand can change.
#[test]
fn the_beginning_of_a_long_body_is_spliced_as_far_as_it_goes() {
    for (sent, received) in [
        (
            r#"{"size":"1x1","n":2,"image":"data:image/png;base64,AAA"#,
            r#"{"image_size":"1x1","batch_size":2,"image":"data:image/png;base64,AAA"#,
        ),
        (r#"{"n":2,"x":{"n":1"#, r#"{"batch_size":2,"x":{"n":1"#),
        (r#"{"n":2,"si"#, r#"{"batch_size":2,"si"#),
        // Whether these tell anything is not known yet.
        (r#"{"n":1,"size":"#, r#"{"batch_size":1,"size":"#),
        (r#"{"size":"au"#, r#"{"size":"au"#),
        (r#"{"size":nul"#, r#"{"size":nul"#),
        (r#"["size","#, r#"["size","#),
        (r#"{"n":1]"#, r#"{"n":1]"#),
        ("", ""),
    ] {
        assert_eq!(begun(sent), received, "{sent}");
    }
}
