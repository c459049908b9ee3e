use super::*;
use crate::app::sites::AccountSite;
use crate::price::Site;

const KEY: &str = "sk-testalpha0000000000000000000000000000000000001234";
const OTHER: &str = "sk-testbeta00000000000000000000000000000000000005678";

fn fours(text: &str) -> Vec<(u32, String)> {
    read(text)
        .into_iter()
        .map(|line| line.unwrap())
        .map(|entry| (entry.line, entry.key.last_four().to_owned()))
        .collect()
}

#[test]
fn strings_objects_and_wrapped_ones_are_read() {
    let expected = [(1, "1234".to_owned()), (2, "5678".to_owned())];
    for text in [
        format!("[\"{KEY}\",\"{OTHER} home\"]"),
        format!("[{{\"key\":\"{KEY}\"}},{{\"api_key\":\"{OTHER}\"}}]"),
        format!("{{\"keys\":[\"{KEY}\",{{\"token\":\"{OTHER}\"}}]}}"),
        format!("{{\"keys\":\"{KEY}\\n{OTHER} home\"}}"),
        format!("{{\"key\":\"{KEY}\"}}\n{{\"key\":\"{OTHER}\"}}\n"),
    ] {
        assert_eq!(fours(&text), expected, "{text}");
    }
}

#[test]
fn an_object_says_everything_that_a_line_can() {
    let text = format!(
        "[{{\"key\":\"{KEY}\",\"remark\":\"work\",\"account\":\"team\",\"site\":\"com\",\
         \"balance\":12.5,\"weight\":2,\"enabled\":false,\"colour\":[1]}}]"
    );
    let entry = read(&text).remove(0).unwrap();
    assert_eq!(entry.label.as_deref(), Some("work"));
    assert_eq!(entry.account.as_deref(), Some("team"));
    assert_eq!(entry.site, Some(AccountSite::Vendor(Site::Com)));
    assert_eq!(entry.balance.unwrap().amount.to_string(), "12.5");
    assert_eq!((entry.weight, entry.enabled), (2, false));
}

#[test]
fn entries_that_are_none_are_reported_by_their_number() {
    let text = format!("[\"{KEY}\", 7, null, {{\"label\":\"x\"}}, [[[[]]]]]");
    let rejected: Vec<_> = read(&text)
        .into_iter()
        .filter_map(Result::err)
        .map(|rejected| (rejected.line, rejected.why))
        .collect();
    let expected: Vec<_> = (2..=5).map(|line| (line, Malformed::NoKey)).collect();
    assert_eq!(rejected, expected);
}

/// What was cut off is reported, and what stands before it is kept.
#[test]
fn broken_json_is_reported_by_its_line() {
    let lines = read(&format!("{{\"key\":\"{KEY}\"}}\n{{\"key\":\"{OTHER}"));
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0].as_ref().unwrap().key.last_four(), "1234");
    let rejected = lines[1].as_ref().unwrap_err();
    assert_eq!(rejected.line, 2);
    let text = rejected.why.to_string();
    assert!(text.contains("JSON") && !text.contains(OTHER), "{text}");
}
