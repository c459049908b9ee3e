use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

/// Texts with what the tokenizers of Qwen and `DeepSeek` V3 counted in them.
const COUNTED: [(&str, u64, u64); 5] = [
    (ENGLISH, 76, 78),
    (CHINESE, 49, 41),
    (CODE, 100, 107),
    (SCHEMA, 86, 92),
    (RUSSIAN, 57, 51),
];
const ENGLISH: &str = "You are Claude Code, an interactive CLI tool that helps users with software \
    engineering tasks. Use the instructions below and the tools available to you to \
    assist the user.\n\nIMPORTANT: You must NEVER generate or guess URLs for the user \
    unless you are confident that the URLs are for helping the user with programming.\n# \
    Tone and style\nYou should be concise, direct, and to the point.";
const CHINESE: &str = "程序在本机运行，把请求分配给多个密钥。如果其中一个密钥不能再用，它就选择另一个。请在设置页面查看每个密钥的状态、余额和最近的错误，并按照提示添加新的密钥。";
const CODE: &str = r"/// The next bytes, in order and none left out.
pub(super) fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
    while self.ended.is_none() {
        match Pin::new(&mut self.body).poll_frame(cx) {
            Poll::Pending if self.held.is_empty() => return Poll::Pending,
            Poll::Ready(None) => self.ended = Some(Ended::Clean),
        }
    }
}
";
const SCHEMA: &str = "{\"name\":\"get_weather\",\"description\":\"Look up the current weather of a city. \
    Use it when the user asks about \
    weather.\",\"input_schema\":{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\",\"description\":\"City \
    name, as in \
    Paris\"},\"unit\":{\"type\":\"string\",\"enum\":[\"celsius\",\"fahrenheit\"]},\"days\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":14}},\"required\":[\"city\"]}}";
const RUSSIAN: &str = "Программа работает на локальном компьютере и распределяет запросы между несколькими \
    ключами. Если один из ключей перестаёт работать, она выбирает другой. Проверьте \
    состояние каждого ключа на странице настроек.";

/// The worst of these is Chinese, of which `DeepSeek` makes longer pieces.
#[test]
fn the_estimate_is_near_what_tokenizers_count() {
    for (text, qwen, deepseek) in COUNTED {
        let estimate = estimate_tokens(text);
        for counted in [qwen, deepseek] {
            let off = estimate.abs_diff(counted) * 100 / counted;
            assert!(off <= 25, "{estimate} for {counted}: {text}");
        }
    }
}

#[test]
fn nothing_has_no_tokens_and_anything_has_one() {
    assert_eq!(estimate_tokens(""), 0);
    for text in [
        "a", "Z", "7", ".", "\n", "é", "中", "か", "한", "ж", "م", "🎉", "→", "、",
    ] {
        assert!((1..=2).contains(&estimate_tokens(text)), "{text}");
    }
    assert_eq!(estimate_tokens(" "), 0);
}

#[test]
fn each_kind_of_block_counts() {
    let counted = |content: Value| {
        let body = json!({"messages": [{"role": "user", "content": content}]});
        estimate_messages(body.to_string().as_bytes()).unwrap()
    };
    let empty = counted(json!([]));
    assert_eq!(counted(json!("four words of text")), empty + 5);
    assert_eq!(
        counted(json!([{"type": "text", "text": "four words of text"}])),
        empty + 5
    );
    assert_eq!(
        counted(json!([{"type": "image", "source": {"type": "base64", "data": "AAAA"}}])),
        empty + 1000
    );
    assert_eq!(
        counted(json!([{"type": "document", "source": {"type": "base64", "data": "AAAA"}}])),
        empty + 2000
    );
    let text =
        json!([{"type": "document", "source": {"type": "text", "data": "four words of text"}}]);
    assert_eq!(counted(text), empty + 5);
    let call = json!([{"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {"city": "Paris"}}]);
    assert!(counted(call) > empty + 10);
    let result =
        json!([{"type": "tool_result", "tool_use_id": "toolu_1", "content": [{"type": "image"}]}]);
    assert_eq!(counted(result), empty + 1008);
    assert_eq!(
        counted(json!([{"type": "redacted_thinking", "data": "AAAA"}])),
        empty
    );
}

#[test]
fn system_and_tools_count() {
    let mut body = json!({"model": "m", "messages": [{"role": "user", "content": "hi"}]});
    let count = |body: &Value| estimate_messages(body.to_string().as_bytes()).unwrap();
    let bare = count(&body);
    body["system"] = json!([{"type": "text", "text": "be brief"}]);
    let told = count(&body);
    assert!(told > bare);
    body["tools"] = json!([]);
    assert_eq!(count(&body), told);
    body["tools"] = json!([{"name": "weather", "input_schema": {"type": "object"}}]);
    assert!(count(&body) > told + 150);
}

#[test]
fn what_holds_no_messages_is_refused() {
    for body in [
        "",
        "[]",
        "{",
        "{}",
        r#"{"messages": "hi"}"#,
        r#"{"messages": [1]}"#,
    ] {
        assert!(estimate_messages(body.as_bytes()).is_err(), "{body}");
    }
}

proptest! {
    /// A longer text never has fewer tokens than half of it says, and the count
    /// of a text and of its parts differ only at the seam.
    #[test]
    fn the_whole_is_about_the_sum_of_its_parts(left in ".{0,200}", right in ".{0,200}") {
        let parts = estimate_tokens(&left) + estimate_tokens(&right);
        let whole = estimate_tokens(&format!("{left}\n{right}"));
        prop_assert!(whole.abs_diff(parts) <= 4, "{whole} and {parts}");
    }
}
