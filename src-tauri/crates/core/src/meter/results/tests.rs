use std::fmt::Write as _;

use super::*;

/// A line as OpenAI documents it, with an answer of the vendor's.
fn answered(id: &str, model: &str, (prompt, completion): (u64, u64), text: &str) -> String {
    format!(
        r#"{{"id":"batch_req_1","custom_id":"{id}","response":{{"status_code":200,"request_id":"r","body":{{"id":"c","object":"chat.completion","model":"{model}","choices":[{{"index":0,"message":{{"role":"assistant","content":{}}},"finish_reason":"stop"}}],"usage":{{"prompt_tokens":{prompt},"completion_tokens":{completion},"total_tokens":{},"completion_tokens_details":{{"reasoning_tokens":1}}}}}}}},"error":null}}"#,
        serde_json::to_string(text).unwrap(),
        prompt + completion
    )
}

fn line(model: &str, (prompt, completion): (u64, u64)) -> ResultLine {
    ResultLine::Answered {
        model: Some(model.to_owned()),
        usage: Some(Usage {
            prompt_tokens: Some(prompt),
            completion_tokens: Some(completion),
            cached_tokens: None,
            reasoning_tokens: Some(1),
        }),
    }
}

fn scan<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<ResultLine> {
    let mut scan = ResultScan::new();
    let mut found = Vec::new();
    for piece in pieces {
        scan.feed(piece);
        found.extend(scan.take());
    }
    scan.close();
    found.extend(scan.take());
    found
}

fn whole(file: &str) -> Vec<ResultLine> {
    scan([file.as_bytes()])
}

/// What stands in the texts of an answer is none of its usage.
const SPITEFUL: &str = "\"usage\":{\"prompt_tokens\":9},\n}]}\\\" \u{4f60}\u{597d} {\"custom_id\":\"x\",\"response\":{";

fn file() -> String {
    let failed = r#"{"custom_id":"3","response":{"status_code":400,"body":{"error":{"message":"no"}}},"error":null}"#;
    let expired =
        r#"{"custom_id":"4","response":null,"error":{"code":"batch_expired","message":"late"}}"#;
    [
        &answered("1", "deepseek-ai/DeepSeek-V3", (10, 5), "hi"),
        &answered("2", "deepseek-ai/DeepSeek-R1", (7, 3), SPITEFUL),
        failed,
        expired,
        "",
    ]
    .join("\n")
}

fn expected() -> Vec<ResultLine> {
    vec![
        line("deepseek-ai/DeepSeek-V3", (10, 5)),
        line("deepseek-ai/DeepSeek-R1", (7, 3)),
        ResultLine::Failed,
        ResultLine::Failed,
    ]
}

#[test]
fn each_answer_tells_its_model_and_usage_however_it_is_cut() {
    let file = file();
    let bytes = file.as_bytes();
    assert_eq!(whole(&file), expected());
    for cut in 0..=bytes.len() {
        let (head, tail) = bytes.split_at(cut);
        assert_eq!(scan([head, tail]), expected(), "cut at {cut}");
    }
    assert_eq!(scan(bytes.chunks(1)), expected(), "byte by byte");
}

#[test]
fn ends_of_lines_may_be_any() {
    let one = answered("1", "m", (1, 2), "x");
    for file in [
        one.clone(),
        format!("{one}\r\n"),
        format!("\n\n  {one} \n \n"),
    ] {
        assert_eq!(whole(&file), [line("m", (1, 2))], "{file:?}");
    }
}

#[test]
fn other_files_are_let_alone() {
    let request = r#"{"custom_id":"1","method":"POST","url":"/v1/chat/completions","body":{"model":"m","messages":[]}}"#;
    let answer = r#"{"model":"m","usage":{"prompt_tokens":1,"completion_tokens":1}}"#;
    let result = answered("1", "m", (1, 2), "x");
    for file in [
        "",
        "a,b\n1,2\n",
        "{\n",
        "[1]\n",
        request,
        answer,
        "\u{feff}{}\n",
        "{} {}\n",
        r#"{"custom_id":"1"}"#,
        r#"{"custom_id":"1","response":[{"body":{"usage":{}}}]}"#,
        r#""custom_id":{"response":{}}"#,
    ] {
        // Nor is what follows.
        for file in [file.to_owned(), format!("{file}\n{result}\n")] {
            let is_alone = file.trim() == result;
            assert!(is_alone || whole(&file).is_empty(), "{file:?}");
        }
    }
}

#[test]
fn what_is_strange_later_is_told_as_such() {
    let good = answered("1", "m", (1, 2), "x");
    let cut = &good[..good.len() - 1];
    let found = whole(&format!(
        "{good}\n{cut}\n{good}\n{{\"a\":1}}\nnone\n{good}x\n"
    ));
    let (good, strange) = (line("m", (1, 2)), ResultLine::Strange);
    let expected = [
        good.clone(),
        strange.clone(),
        good,
        strange.clone(),
        strange.clone(),
        strange,
    ];
    assert_eq!(found, expected);
}

#[test]
fn what_is_not_told_is_unknown() {
    let silent = r#"{"custom_id":"1","response":{"status_code":200,"body":{"model":"m"}}}"#;
    let odd = r#"{"custom_id":"2","response":{"status_code":200,"body":{"model":7,"usage":[1]}}}"#;
    let bare = r#"{"custom_id":"3","response":{"body":{"usage":{"prompt_tokens":4}}}}"#;
    let nothing = r#"{"custom_id":"4","response":{"body":{}}}"#;
    let unknown = |model: Option<&str>| ResultLine::Answered {
        model: model.map(str::to_owned),
        usage: None,
    };
    let read = ResultLine::Answered {
        model: None,
        usage: Some(Usage {
            prompt_tokens: Some(4),
            ..Usage::default()
        }),
    };
    assert_eq!(
        whole(&[silent, odd, bare, nothing].join("\n")),
        [unknown(Some("m")), unknown(None), read, ResultLine::Failed]
    );
}

/// A line of 8 MiB, in pieces, leaves nothing behind but its usage.
#[test]
fn a_line_may_be_of_any_length() {
    let mut text = String::new();
    while text.len() < 8 << 20 {
        write!(text, "{{\"usage\":\\\"{} ", text.len()).unwrap();
    }
    let file = answered("1", "m", (3, 4), &text);
    let mut scan = ResultScan::new();
    for piece in file.as_bytes().chunks(16 << 10) {
        scan.feed(piece);
        assert!(scan.take().is_empty());
        assert!(scan.line.held() <= 64 << 10);
    }
    scan.close();
    assert_eq!(scan.take(), [line("m", (3, 4))]);
}

#[test]
fn a_value_that_is_too_long_is_not_told() {
    let padding = " ".repeat(20 << 10);
    let file = format!(
        r#"{{"custom_id":"1","response":{{"status_code":200,"body":{{"model":"m","usage":{{"prompt_tokens":1,{padding}"completion_tokens":2}}}}}}}}"#
    );
    let expected = ResultLine::Answered {
        model: Some("m".to_owned()),
        usage: None,
    };
    assert_eq!(whole(&file), [expected]);
}
