//! A chat answer that is not streamed.

use super::usage::{UsageTold, push_field, put, put_string};
use super::{Form, Letterhead};
use crate::conversation::{Answer, Finish, Text};
use crate::ledger::Usage;

/// The body of `chat.completion`.
pub(super) fn body(answer: &Answer, (usage, form): (Usage, Form), head: &Letterhead) -> Vec<u8> {
    let mut out = Vec::with_capacity(1024);
    put(
        &mut out,
        format_args!(
            r#"{{"id":"{}","object":"chat.completion","created":{},"model":"#,
            head.id, head.created
        ),
    );
    put_string(&mut out, &head.model);
    let told = form.usage;
    if told == UsageTold::First {
        push_field(&mut out, usage, form.tells_cache);
    }
    out.extend_from_slice(br#","choices":[{"index":0,"message":{"role":"assistant","content":"#);
    put_string(&mut out, &answer.text.whole());
    if let Some(reasoning) = answer.reasoning.as_ref().map(Text::whole) {
        out.extend_from_slice(br#","reasoning_content":"#);
        put_string(&mut out, &reasoning);
    }
    if let Some(tool) = &answer.tool {
        out.extend_from_slice(br#","tool_calls":[{"id":"#);
        put_string(&mut out, &tool.id);
        out.extend_from_slice(br#","type":"function","function":{"name":"#);
        put_string(&mut out, &tool.name);
        out.extend_from_slice(br#","arguments":"#);
        put_string(&mut out, &tool.arguments);
        out.extend_from_slice(b"}}]");
    }
    let finish = finish_reason(answer.finish);
    put(&mut out, format_args!(r#"}},"finish_reason":"{finish}""#));
    if told == UsageTold::Nested {
        push_field(&mut out, usage, form.tells_cache);
    }
    out.extend_from_slice(b"}]");
    if !matches!(
        told,
        UsageTold::Never | UsageTold::First | UsageTold::Nested
    ) {
        push_field(&mut out, usage, form.tells_cache);
    }
    out.extend_from_slice(br#","system_fingerprint":""}"#);
    out
}

/// The word for the end of an answer.
pub(in crate::routes) fn finish_reason(finish: Finish) -> &'static str {
    match finish {
        Finish::Stop => "stop",
        Finish::Length => "length",
        Finish::ToolCalls => "tool_calls",
    }
}
