use super::super::entry::Malformed;
use super::*;
use crate::app::sites::AccountSite;
use crate::model::MalformedKey;
use crate::price::Site;

const KEY: &str = "sk-testalpha0000000000000000000000000000000000001234";
const OTHER: &str = "sk-testbeta00000000000000000000000000000000000005678";

fn keys(text: &str) -> Vec<(u32, Option<String>)> {
    read(text)
        .into_iter()
        .map(|line| line.map(|entry| (entry.line, entry.label)).unwrap())
        .collect()
}

#[test]
fn any_separator_and_label_is_read() {
    let text = format!(
        "\u{feff}{KEY}\n\n# a comment\n  {KEY}\twork laptop\r\n{KEY}, home\n\"{KEY}\";\"a b\"\n{KEY}，主账号\n{KEY}|x"
    );
    let label = |text: &str| Some(text.to_owned());
    assert_eq!(
        keys(&text),
        [
            (1, None),
            (4, label("work laptop")),
            (5, label("home")),
            (6, label("a b")),
            (7, label("主账号")),
            (8, label("x")),
        ]
    );
}

/// S17: a second key on a line must not become the first one's label, which is
/// stored and shown as it is.
#[test]
fn several_keys_on_a_line_are_several_keys() {
    let text = format!("{KEY}, {OTHER}\n{KEY} of {OTHER}\n{KEY} account={OTHER}");
    let lines = read(&text);
    let labels: Vec<_> = lines
        .iter()
        .map(|line| line.as_ref().unwrap())
        .map(|entry| (entry.line, entry.label.as_deref(), entry.account.as_deref()))
        .collect();
    assert_eq!(
        labels,
        [
            (1, None, None),
            (1, None, None),
            (2, Some("of [redacted]"), None),
            (3, None, Some("[redacted]")),
        ]
    );
}

#[test]
fn attributes_stand_anywhere_behind_the_key() {
    let text = format!(
        "{KEY} work laptop account=team site=com balance=12.5 weight=3\n\
         {KEY}, account=\"my team\", of the office; site=https://relay.example/v1\n\
         {KEY}|weight=0|a=b c|账号=团队"
    );
    let lines = read(&text);
    let [first, second, third] = &lines[..] else {
        panic!("three lines: {lines:?}");
    };
    let first = first.as_ref().unwrap();
    assert_eq!(first.label.as_deref(), Some("work laptop"));
    assert_eq!(first.account.as_deref(), Some("team"));
    assert_eq!(first.site, Some(AccountSite::Vendor(Site::Com)));
    assert_eq!(first.balance.unwrap().amount.get(), 12_500_000_000);
    assert_eq!(first.weight, 3);
    let second = second.as_ref().unwrap();
    assert_eq!(second.label.as_deref(), Some("of the office"));
    assert_eq!(second.account.as_deref(), Some("my team"));
    let url = "https://relay.example/v1".parse().unwrap();
    assert_eq!(second.site, Some(AccountSite::Custom(url)));
    let third = third.as_ref().unwrap();
    assert_eq!(third.label.as_deref(), Some("a=b c"));
    assert_eq!((third.account.as_deref(), third.weight), (Some("团队"), 0));
}

#[test]
fn a_wrong_attribute_rejects_its_line_and_names_it() {
    let reasons: Vec<_> = read(&format!(
        "{KEY} weight=1001\n{KEY} weight=-1\n{KEY} balance=much\n{KEY} site=org"
    ))
    .into_iter()
    .map(|line| {
        let rejected = line.unwrap_err();
        assert_eq!(rejected.masked, "sk-…1234");
        rejected.why
    })
    .collect();
    assert!(
        matches!(
            reasons[..],
            [
                Malformed::Weight,
                Malformed::Weight,
                Malformed::Balance,
                Malformed::Site(_)
            ]
        ),
        "{reasons:?}"
    );
}

/// A malformed word may be most of a key: the report shows six characters.
#[test]
fn a_malformed_line_is_reported_without_its_secret() {
    let rejected = read("sk-testéalpha00000000000000 label")[0]
        .clone()
        .unwrap_err();
    assert_eq!((rejected.line, rejected.masked.as_str()), (1, "sk-tes…"));
    assert_eq!(rejected.why, Malformed::Key(MalformedKey::Character));
}

#[test]
fn blank_text_has_no_lines() {
    assert!(read(" \n\r\n# only a comment\n;,\n").is_empty());
}

#[test]
fn an_open_quote_ends_with_its_line() {
    let lines = read(&format!("{KEY} account=\"my team\n{KEY} b"));
    assert_eq!(lines.len(), 2);
    let first = lines[0].as_ref().unwrap();
    assert_eq!(first.account.as_deref(), Some("my team"));
}
