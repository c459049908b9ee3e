use super::*;

const KEY: &str = "sk-testalpha0000000000000000000000000000000000001234";
const OTHER: &str = "sk-testbeta00000000000000000000000000000000000005678";

fn keys(text: &str) -> Vec<(u32, Option<String>)> {
    read_lines(text)
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
    let text = format!("{KEY}, {OTHER}\n{KEY} of {OTHER}");
    assert_eq!(
        keys(&text),
        [(1, None), (1, None), (2, Some("of [redacted]".to_owned()))]
    );
}

/// A malformed word may be most of a key: the report shows six characters.
#[test]
fn a_malformed_line_is_reported_without_its_secret() {
    let error = read_lines("sk-testéalpha00000000000000 label")[0]
        .clone()
        .unwrap_err();
    assert_eq!(error.line, 1);
    assert_eq!(error.masked, "sk-tes…");
    assert_eq!(error.reason, MalformedKey::Character);
}

#[test]
fn blank_text_has_no_lines() {
    assert!(read_lines(" \n\r\n# only a comment\n;,\n").is_empty());
}

#[test]
fn lines_are_sorted_out_and_judged_one_by_one() {
    let known = ApiKey::parse(OTHER).unwrap().fingerprint();
    let mut tally = Tally::default();
    let text = format!("{KEY} a\n{KEY} again\n{OTHER}\nnonsense");
    let fresh = tally.sort_out(read_lines(&text), &HashSet::from([known]));
    assert_eq!(fresh.len(), 1);
    let accepted = tally.judge(
        fresh
            .into_iter()
            .map(|entry| (entry, Probed::Known))
            .collect(),
        false,
    );
    assert_eq!(accepted.len(), 1);
    let report = tally.into_report();
    assert_eq!((report.added, report.known, report.rejected), (1, 2, 1));
    let outcomes: Vec<_> = report
        .lines
        .iter()
        .map(|line| (line.line, line.outcome))
        .collect();
    assert_eq!(
        outcomes,
        [
            (4, ImportOutcome::Malformed),
            (1, ImportOutcome::Added),
            (2, ImportOutcome::Duplicate),
            (3, ImportOutcome::Known),
        ]
    );
}

#[test]
fn a_refused_key_is_added_only_by_force() {
    let judge = |force| {
        let mut tally = Tally::default();
        let fresh = tally.sort_out(read_lines(KEY), &HashSet::new());
        let checked = fresh
            .into_iter()
            .map(|entry| (entry, Probed::Unknown))
            .collect();
        let accepted = tally.judge(checked, force);
        (accepted.len(), tally.into_report().rejected)
    };
    assert_eq!(judge(false), (0, 1));
    assert_eq!(judge(true), (1, 0));
}

#[test]
fn a_long_report_keeps_the_rejected_lines() {
    let mut tally = Tally::default();
    for line in 1..=2000 {
        tally.note(line, "sk-…".to_owned(), ImportOutcome::Added, None);
    }
    tally.note(2001, "x".to_owned(), ImportOutcome::Malformed, None);
    let report = tally.into_report();
    assert_eq!(report.lines.len(), MAX_REPORTED);
    assert_eq!(report.lines_left_out, 1001);
    assert_eq!(report.lines[0].outcome, ImportOutcome::Malformed);
}
