use serde_json::Value;

use super::*;

fn told(how: &EndHow, protocol: Protocol) -> Value {
    let event = error_event(how, protocol);
    let text = std::str::from_utf8(&event).unwrap();
    assert!(text.ends_with("\n\n"), "{text}");
    let data = text.lines().find_map(|line| line.strip_prefix("data: "));
    serde_json::from_str(data.unwrap()).unwrap()
}

#[test]
fn who_ended_the_stream_is_said_in_both_protocols() {
    let failed = EndHow::UpstreamFailed("reset".to_owned());
    for protocol in [Protocol::OpenAi, Protocol::Anthropic] {
        for (how, who, code) in [
            (&failed, "the upstream", "upstream_interrupted"),
            (&EndHow::Idle, "the upstream", "upstream_interrupted"),
            (&EndHow::Aborted, "Flowkeep was stopped", "flowkeep_stopped"),
        ] {
            let event = told(how, protocol);
            let error = &event["error"];
            let message = error["message"].as_str().unwrap();
            assert!(message.starts_with(who), "{event}");
            if protocol == Protocol::OpenAi {
                assert_eq!(error["code"], code);
            } else {
                assert_eq!(
                    (&event["type"], &error["type"]),
                    (&"error".into(), &"api_error".into())
                );
            }
        }
    }
}

#[test]
fn only_a_stream_of_events_has_words() {
    assert_eq!(words_of(BodyKind::Opaque, Protocol::OpenAi), None);
    let words = words_of(BodyKind::AnthropicSse, Protocol::Anthropic);
    assert_eq!(words, Some(Protocol::Anthropic));
}
