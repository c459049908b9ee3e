use super::*;

const KEY: &str = "sk-testalpha0000000000000000000000000000000000001234";

fn format_of(bytes: &[u8]) -> (ImportFormat, usize) {
    let contents = Source::File(bytes.to_vec()).read().unwrap();
    let good = contents.lines.iter().filter(|line| line.is_ok()).count();
    (contents.format, good)
}

/// By its content, whatever the file is called.
#[test]
fn the_form_is_found_out_from_the_content() {
    let table = format!("\u{feff}key;label\n{KEY};work");
    let json = format!("\u{feff}\n [\"{KEY}\"]");
    let lines = format!("\u{feff}{KEY} work\n");
    assert_eq!(format_of(table.as_bytes()), (ImportFormat::Csv, 1));
    assert_eq!(format_of(json.as_bytes()), (ImportFormat::Json, 1));
    assert_eq!(format_of(lines.as_bytes()), (ImportFormat::Lines, 1));
}

/// Windows programs save text as UTF-16.
#[test]
fn utf_16_is_text_too() {
    let text = format!("{KEY} 工作\r\n");
    let units = || "\u{feff}".encode_utf16().chain(text.encode_utf16());
    let little: Vec<u8> = units().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = units().flat_map(u16::to_be_bytes).collect();
    for bytes in [little, big] {
        let contents = Source::File(bytes).read().unwrap();
        let entry = contents.lines[0].as_ref().unwrap();
        assert_eq!(entry.label.as_deref(), Some("工作"));
    }
}

#[test]
fn bytes_that_are_no_text_are_reported_by_their_line() {
    let bytes = [b"\xff\xc3garbage\n".as_slice(), KEY.as_bytes()].concat();
    let contents = Source::File(bytes).read().unwrap();
    assert!(contents.lines[0].is_err() && contents.lines[1].is_ok());
}

#[test]
fn a_database_that_is_no_pool_is_refused_in_words() {
    let mut bytes = b"SQLite format 3\0".to_vec();
    bytes.extend([7; 4096]);
    let Err(error) = Source::File(bytes).read() else {
        panic!("it was read");
    };
    assert_eq!(error.code, ErrorCode::InvalidRequest);
}
