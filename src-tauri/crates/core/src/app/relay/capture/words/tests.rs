use proptest::prelude::*;

use super::*;

const KEY: &str = "sk-testalpha0000000000000000000000000000000000000000";

#[test]
fn text_is_what_one_can_read() {
    for named in [
        "application/json",
        "application/json; charset=utf-8",
        "TEXT/plain",
        "text/event-stream",
        "application/problem+json",
        "application/x-ndjson",
        "application/jsonl",
        "",
    ] {
        assert!(is_text(named), "{named}");
    }
    for named in [
        "multipart/form-data; boundary=a",
        "audio/wav",
        "image/png",
        "video/mp4",
    ] {
        assert!(!is_text(named), "{named}");
    }
    assert!(is_stream("text/event-stream; charset=utf-8") && !is_stream("text/html"));
}

#[test]
fn broken_text_is_none() {
    assert_eq!(text_of(b"a\xffb".to_vec()), None);
    assert_eq!(text_of(b"ab\xe4\xbd".to_vec()).as_deref(), Some("ab"));
    assert_eq!(text_of(Vec::new()).as_deref(), Some(""));
}

fn events(pieces: &[&str]) -> String {
    let event = |piece: &&str| {
        let text = serde_json::json!({"choices":[{"index":0,"delta":{"role":"assistant","content":piece}}]});
        format!("data: {text}\n\n")
    };
    pieces.iter().map(event).collect::<String>() + "data: [DONE]\n\n"
}

/// What a reader of the kept text could put together again.
fn told(text: &str) -> String {
    let lines = text.lines().filter_map(|line| line.strip_prefix("data: "));
    let values = lines.filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    values
        .map(|value| {
            value["choices"][0]["delta"]["content"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect()
}

#[test]
fn a_key_in_two_events_is_found() {
    for cut in 1..KEY.len() {
        let text = events(&["the key is ", &KEY[..cut], &KEY[cut..], ", keep it"]);
        let clean = redacted(text, true, &[]);
        assert_eq!(
            told(&clean),
            "the key is [redacted][redacted], keep it",
            "{cut}"
        );
    }
}

#[test]
fn a_stream_is_known_by_its_first_event_too() {
    let (front, back) = KEY.split_at(20);
    let clean = redacted(events(&[front, back]), false, &[]);
    assert_eq!(told(&clean), "[redacted][redacted]");
}

#[test]
fn a_key_said_letter_by_letter_is_found() {
    let letters: Vec<&str> = KEY.split("").collect();
    let clean = redacted(events(&letters), true, &[]);
    assert_eq!(told(&clean).replace("[redacted]", ""), "");
    assert!(clean.ends_with("data: [DONE]\n\n"));
}

#[test]
fn what_anthropic_says_is_looked_through_too() {
    let (front, back) = KEY.split_at(20);
    let event = |text: &str| {
        format!(
            "event: content_block_delta\ndata: {{\"type\": \"content_block_delta\", \"index\": 0, \
             \"delta\": {{\"type\": \"text_delta\", \"text\" : \"{text}\"}}}}\n\n"
        )
    };
    let clean = redacted(event(front) + &event(back), true, &[]);
    assert!(!clean.contains(front) && !clean.contains(back), "{clean}");
}

#[test]
fn a_stream_without_a_secret_is_untouched() {
    let text = events(&["say \"disk-", "drive\"", " \\ and\n", "sk-", " ends"]);
    assert_eq!(redacted(text.clone(), true, &[]), text);
}

#[test]
fn the_end_may_be_cut_anywhere() {
    let whole = events(&["the key is ", KEY, "!"]);
    for cut in 0..whole.len() {
        let clean = redacted(whole[..cut].to_owned(), true, &[]);
        assert!(!clean.contains("sk-t"), "{cut}: {clean}");
    }
}

proptest! {
    #[test]
    fn no_text_is_too_strange(text in "[\"\\\\:{}a-z sk\\-\n你]{0,200}", is_stream: bool) {
        let clean = redacted(text.clone(), is_stream, &["你a"]);
        prop_assert!(!clean.contains("你a"));
        prop_assert!(clean.is_char_boundary(0));
    }

    #[test]
    fn a_key_in_any_pieces_is_found(cuts in prop::collection::vec(0..KEY.len(), 0..8)) {
        let mut cuts = cuts;
        cuts.extend([0, KEY.len()]);
        cuts.sort_unstable();
        let pieces: Vec<&str> = cuts.windows(2).map(|cut| &KEY[cut[0]..cut[1]]).collect();
        let clean = redacted(events(&pieces), true, &[]);
        prop_assert_eq!(told(&clean).replace("[redacted]", ""), "");
    }
}
