"""The Anthropic SDK: thinking and tools in one stream, and counted tokens."""

import anthropic
import pytest

from world import MODEL, WEATHER_INPUT

WEATHER = {"name": "get_weather", "description": "The weather", "input_schema": WEATHER_INPUT}
QUESTION = {
    "model": MODEL,
    "max_tokens": 2048,
    "thinking": {"type": "enabled", "budget_tokens": 1024},
    "tools": [WEATHER],
}


def ask(text):
    return [{"role": "user", "content": text}]


def test_a_stream_that_thinks_and_calls_a_tool(anthropic_client):
    kinds, inputs = [], []
    with anthropic_client.messages.stream(
        **QUESTION, messages=ask("What is the weather in Paris?")
    ) as stream:
        for event in stream:
            if event.type == "content_block_delta":
                kinds.append(event.delta.type)
            if event.type == "input_json":
                inputs.append(event.partial_json)
        first = stream.get_final_message()
    assert kinds.index("thinking_delta") < kinds.index("input_json_delta")
    assert first.stop_reason == "tool_use"
    assert [block.type for block in first.content] == ["thinking", "tool_use"]
    thought, use = first.content
    assert thought.thinking and thought.signature
    assert "".join(inputs).replace(" ", "") == '{"city":"Paris"}'
    assert use.input == {"city": "Paris"}
    messages = [
        *ask("What is the weather in Paris?"),
        # Thoughts go back too: the vendor wants them.
        {"role": "assistant", "content": first.content},
        {
            "role": "user",
            "content": [{"type": "tool_result", "tool_use_id": use.id, "content": "rain"}],
        },
    ]
    with anthropic_client.messages.stream(**QUESTION, messages=messages) as stream:
        second = stream.get_final_message()
    assert [block.type for block in second.content] == ["thinking", "text"]
    assert second.content[1].text == "The tool said: rain"
    assert second.stop_reason == "end_turn"


@pytest.mark.parametrize("model", ["claude-3-sonnet-20240229", "claude-sonnet-4-5"])
def test_anthropics_names(anthropic_client, world, model):
    question = {"model": model, "max_tokens": 64, "messages": ask("Hello")}
    whole = anthropic_client.messages.with_raw_response.create(**question)
    used = whole.headers["x-flowkeep-model"]
    assert whole.parse().content[-1].text == "You said: Hello"
    with anthropic_client.messages.stream(**question) as stream:
        assert "".join(stream.text_stream) == "You said: Hello"
    asked = [entry["model"] for entry in world.entries() if entry["route"] == "messages"]
    assert asked == [used, used]


def test_tokens_are_counted(anthropic_client, world):
    short = anthropic_client.messages.count_tokens(model=MODEL, messages=ask("Hello"))
    long = anthropic_client.messages.count_tokens(model=MODEL, messages=ask("Hello " * 1000))
    assert 0 < short.input_tokens < long.input_tokens
    tools = anthropic_client.messages.count_tokens(
        model=MODEL, messages=ask("Hello"), tools=[WEATHER]
    )
    assert tools.input_tokens > short.input_tokens
    # Counted here: nothing is sent for it.
    assert [entry for entry in world.entries() if "messages" in entry["route"]] == []


def test_counting_needs_messages(anthropic_client):
    with pytest.raises(anthropic.BadRequestError):
        anthropic_client.messages.count_tokens(
            model=MODEL, messages=[], extra_body={"messages": "Hello"}
        )
