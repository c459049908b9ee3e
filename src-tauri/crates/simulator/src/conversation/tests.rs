use serde_json::json;

use super::{Answer, Ask, Cursor, Finish, LastSaid, Text, Tool, ToolChoice, tokens};
use crate::behaviour::Behaviour;
use crate::customers::Prompt;
use crate::ids::Ids;
use crate::model::Model;

fn ask(said: &str) -> Ask {
    Ask {
        model: "org/model".into(),
        stream: false,
        prompt: Prompt::default(),
        last: LastSaid::User(said.into()),
        tools: vec![Tool {
            name: "get_weather".into(),
            schema: json!({"type": "object", "properties": {
                "city": {"type": "string"},
                "unit": {"type": "string", "enum": ["c", "f"]},
                "days": {"type": "integer"},
            }}),
        }],
        tool_choice: ToolChoice::Auto,
        max_tokens: None,
        thinking: None,
    }
}

fn plan(ask: &Ask, behaviour: &Behaviour) -> Answer {
    Answer::plan(ask, &Model::simulated(), behaviour, &Ids::new())
}

#[test]
fn a_token_is_four_characters() {
    assert_eq!(tokens(""), 1);
    assert_eq!(tokens("abcd"), 1);
    assert_eq!(tokens("abcde"), 2);
    assert_eq!(tokens("你好吗？再"), 2);
}

#[test]
fn pieces_join_to_the_text_and_its_tokens() {
    for text in [
        Text::Said("You said: 你好，世界 😊!".into()),
        Text::Repeated {
            piece: "xxxxxxxxx".into(),
            times: 3,
        },
        Text::Said(String::new()),
    ] {
        let mut cursor = Cursor::default();
        let (mut joined, mut spent, mut count) = (String::new(), 0, 0);
        while let Some((piece, tokens)) = text.next(&mut cursor) {
            joined.push_str(piece);
            spent += tokens;
            count += 1;
        }
        assert_eq!(joined, text.whole());
        assert_eq!(spent, text.tokens());
        assert_eq!(count, text.pieces());
    }
}

#[test]
fn answers_repeat_the_question() {
    let answer = plan(&ask("hello"), &Behaviour::Ok);
    assert_eq!(answer.text.whole(), "You said: hello");
    assert_eq!(answer.finish, Finish::Stop);
    assert!(answer.reasoning.is_none() && answer.tool.is_none());
    assert_eq!(answer.usage(7, 2).completion, 4);
}

#[test]
fn max_tokens_cut_the_answer() {
    let mut ask = ask("hello");
    ask.max_tokens = Some(2);
    let answer = plan(&ask, &Behaviour::Ok);
    assert_eq!(answer.text.whole(), "You said");
    assert_eq!(answer.finish, Finish::Length);
}

#[test]
fn a_mentioned_tool_is_called_with_fitting_arguments() {
    let answer = plan(&ask("How is the Weather in Paris?"), &Behaviour::Ok);
    let tool = answer.tool.unwrap();
    assert_eq!(answer.finish, Finish::ToolCalls);
    assert_eq!(tool.name, "get_weather");
    let arguments: serde_json::Value = serde_json::from_str(&tool.arguments).unwrap();
    assert_eq!(arguments, json!({"city": "Paris", "unit": "c", "days": 1}));
    let (first, second) = tool.argument_parts();
    assert_eq!(first.to_owned() + second, tool.arguments);
}

#[test]
fn tool_choice_rules() {
    let mut ask = ask("hello");
    assert!(plan(&ask, &Behaviour::Ok).tool.is_none());
    assert!(plan(&ask, &Behaviour::ToolCall).tool.is_some());
    ask.tool_choice = ToolChoice::Required;
    assert!(plan(&ask, &Behaviour::Ok).tool.is_some());
    ask.tool_choice = ToolChoice::Named("get_weather".into());
    assert!(plan(&ask, &Behaviour::Ok).tool.is_some());
    ask.tool_choice = ToolChoice::None;
    ask.last = LastSaid::User("weather".into());
    assert!(plan(&ask, &Behaviour::Ok).tool.is_none());
    ask.tool_choice = ToolChoice::Required;
    ask.last = LastSaid::Tool("sunny".into());
    let answer = plan(&ask, &Behaviour::Ok);
    assert!(answer.tool.is_none(), "a result is answered with text");
    assert_eq!(answer.text.whole(), "The tool said: sunny");
}

#[test]
fn an_answer_is_long_enough_to_be_interrupted() {
    let stall = Behaviour::Stall { after_chunks: 50 };
    assert!(plan(&ask("hi"), &stall).text.pieces() > 50);
}
