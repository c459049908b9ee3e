use proptest::prelude::*;

use super::super::Form;
use super::*;

const TYPE: &str = "multipart/form-data; boundary=xx";
const FILE: &str = "--xx\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n";
const MODEL: &str = "\r\n--xx\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\n";

/// The form with another value, that value, and the most that was ever held.
fn passed<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> (Vec<u8>, Option<Bytes>, usize) {
    let mut field = PassingField::new(TYPE, "model").unwrap();
    let (mut out, mut found, mut most) = (Vec::new(), None, 0);
    for piece in pieces {
        field.feed(piece);
        loop {
            match field.pass() {
                Passed::Bytes(bytes) => out.extend_from_slice(&bytes),
                Passed::Value(value) => {
                    out.extend_from_slice(b"a/b");
                    assert!(found.replace(value).is_none(), "only one is the first");
                }
                Passed::Nothing => break,
            }
        }
        most = most.max(field.held.len());
    }
    out.extend_from_slice(&field.rest());
    (out, found, most)
}

/// The same by looking at the whole form.
fn replaced(body: &[u8]) -> Vec<u8> {
    let form = Form::new(TYPE, body).unwrap();
    match form.text("model").filter(|place| !place.is_empty()) {
        Some(place) => [&body[..place.start], b"a/b", &body[place.end..]].concat(),
        None => body.to_vec(),
    }
}

#[test]
fn the_value_behind_a_long_file_is_found_and_little_is_held() {
    let file = vec![b'\r'; 3 << 20];
    let end = b"\r\n--xx--\r\n";
    let body = [FILE.as_bytes(), &file, MODEL.as_bytes(), b"whisper-1", end].concat();
    for size in [7, 4096, 1 << 20] {
        let (out, found, most) = passed(body.chunks(size));
        assert_eq!(found.as_deref(), Some(&b"whisper-1"[..]));
        assert!(out == replaced(&body), "{size}: every other byte stays");
        assert!(most <= 2 * HEAD, "{size}: {most} bytes");
    }
}

#[test]
fn what_has_no_such_value_passes_as_it_is() {
    let endless = "x".repeat(1 << 20);
    let long_head = format!("--xx\r\nX: {endless}\r\n\r\na{MODEL}whisper-1\r\n--xx--");
    let long_value = format!("--xx{MODEL}{endless}\r\n--xx--");
    for body in [
        "",
        "-",
        "--xx",
        "--xx--",
        "\r\n",
        "no form at all",
        FILE,
        "--xx\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\n\r\n--xx--",
        "--xx--\r\n--xx\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nm\r\n--xx",
        &long_head,
        &long_value,
    ] {
        for size in [1, 5, 100_000] {
            let (out, found, most) = passed(body.as_bytes().chunks(size));
            assert_eq!(found, None);
            assert!(out == body.as_bytes(), "{size}");
            assert!(most <= 2 * HEAD, "{size}: {most} bytes");
        }
    }
    assert!(PassingField::new("application/json", "model").is_none());
}

proptest! {
    /// However the form is cut and whatever is in it, the same value is found as in
    /// the whole.
    #[test]
    fn it_does_not_matter_where_a_form_is_cut(
        parts in prop::collection::vec(0_usize..8, 0..12),
        size in 1_usize..80,
    ) {
        let pieces = [
            FILE, MODEL, "\r\n--xx", "--xx--", "whisper-1", "\r\n\r\n", "\r\n--x",
            "\r\nContent-Disposition: form-data; name=model\r\n\r\n",
        ];
        let body: String = parts.into_iter().map(|at| pieces[at]).collect();
        let (out, found, _) = passed(body.as_bytes().chunks(size));
        let expected = replaced(body.as_bytes());
        prop_assert_eq!(String::from_utf8_lossy(&out), String::from_utf8_lossy(&expected));
        prop_assert_eq!(found.is_some(), expected != body.as_bytes());
    }
}
