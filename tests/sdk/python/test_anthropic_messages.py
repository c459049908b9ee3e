"""The Anthropic SDK: messages, streams, tools, thinking."""

import asyncio

import anthropic

from world import LARGE_MODEL, MODEL, UNICODE, WEATHER_INPUT

WEATHER = {
    "name": "get_weather",
    "description": "The weather of a city",
    "input_schema": WEATHER_INPUT,
}


def asked(text, **more):
    messages = [{"role": "user", "content": text}]
    return {"model": MODEL, "max_tokens": 1024, "messages": messages, **more}


def test_message(anthropic_client):
    message = anthropic_client.messages.create(**asked("Hello", system="Be brief"))
    assert [block.type for block in message.content] == ["text"]
    assert message.content[0].text == "You said: Hello"
    assert message.role == "assistant"
    assert message.stop_reason == "end_turn"
    assert message.usage.input_tokens > 0 and message.usage.output_tokens > 0


def test_a_bearer_token_does_as_well(world):
    with anthropic.Anthropic(
        base_url=world.anthropic_base, auth_token=world.token, max_retries=0
    ) as client:
        assert client.messages.create(**asked("Hello")).content[0].text == "You said: Hello"


def test_async_messages_at_the_same_time(world):
    async def messages():
        async with anthropic.AsyncAnthropic(
            base_url=world.anthropic_base, api_key=world.token, max_retries=0
        ) as client:
            sent = [client.messages.create(**asked(f"number {n}")) for n in range(20)]
            return await asyncio.gather(*sent)

    said = [message.content[0].text for message in asyncio.run(messages())]
    assert said == [f"You said: number {n}" for n in range(20)]


def test_stream(anthropic_client):
    with anthropic_client.messages.stream(**asked("Hello")) as stream:
        text = "".join(stream.text_stream)
        message = stream.get_final_message()
    assert text == "You said: Hello"
    assert message.content[0].text == text
    assert message.stop_reason == "end_turn"
    whole = anthropic_client.messages.create(**asked("Hello"))
    assert message.usage.input_tokens == whole.usage.input_tokens
    assert message.usage.output_tokens == whole.usage.output_tokens


def test_stream_of_bare_events(anthropic_client):
    events = list(anthropic_client.messages.create(**asked("Hello"), stream=True))
    kinds = [event.type for event in events]
    assert kinds[0] == "message_start" and kinds[-1] == "message_stop"
    assert kinds.index("content_block_start") < kinds.index("content_block_delta")
    deltas = [event.delta.text for event in events if event.type == "content_block_delta"]
    assert "".join(deltas) == "You said: Hello"


def test_tool_use_round_trip(anthropic_client):
    question = asked("What is the weather in Paris?", tools=[WEATHER])
    first = anthropic_client.messages.create(**question)
    assert first.stop_reason == "tool_use"
    use = next(block for block in first.content if block.type == "tool_use")
    assert use.name == "get_weather"
    assert use.input == {"city": "Paris"}
    question["messages"] += tool_result(first, use, "sunny")
    second = anthropic_client.messages.create(**question)
    assert second.content[-1].text == "The tool said: sunny"
    assert second.stop_reason == "end_turn"


def test_tool_use_round_trip_in_streams(anthropic_client):
    question = asked("What is the weather in Paris?", tools=[WEATHER])
    with anthropic_client.messages.stream(**question) as stream:
        first = stream.get_final_message()
    assert first.stop_reason == "tool_use"
    use = next(block for block in first.content if block.type == "tool_use")
    assert use.input == {"city": "Paris"}
    question["messages"] += tool_result(first, use, "rain")
    with anthropic_client.messages.stream(**question) as stream:
        text = "".join(stream.text_stream)
    assert text == "The tool said: rain"


def tool_result(message, use, result):
    content = [{"type": "tool_result", "tool_use_id": use.id, "content": result}]
    return [
        {"role": "assistant", "content": message.content},
        {"role": "user", "content": content},
    ]


def test_thinking(anthropic_client):
    thinking = {"type": "enabled", "budget_tokens": 1024}
    question = asked("Hello", max_tokens=2048, thinking=thinking)
    message = anthropic_client.messages.create(**question)
    assert [block.type for block in message.content] == ["thinking", "text"]
    assert message.content[0].thinking and message.content[0].signature
    with anthropic_client.messages.stream(**question) as stream:
        streamed = stream.get_final_message()
    assert [block.type for block in streamed.content] == ["thinking", "text"]
    assert streamed.content[0].thinking == message.content[0].thinking
    assert streamed.content[1].text == "You said: Hello"


def test_unicode_arrives_as_it_was_sent(anthropic_client):
    message = anthropic_client.messages.create(**asked(UNICODE))
    assert message.content[0].text == f"You said: {UNICODE}"
    with anthropic_client.messages.stream(**asked(UNICODE)) as stream:
        assert "".join(stream.text_stream) == f"You said: {UNICODE}"


def test_a_prompt_of_a_megabyte(anthropic_client):
    prompt = "four" * (1 << 18)
    message = anthropic_client.messages.create(**{**asked(prompt), "model": LARGE_MODEL})
    assert message.usage.input_tokens > 200_000
    assert message.content[0].text.startswith("You said: fourfour")


def test_hanging_up_ends_the_upstream_stream(anthropic_client, world):
    model = "sim/sse:20000:5000:8"
    with anthropic_client.messages.stream(
        **{**asked("Hello"), "model": model, "max_tokens": 1_000_000}
    ) as stream:
        for _, _text in zip(range(3), stream.text_stream):
            pass
    entry = world.wait_for_entry(lambda entry: entry["model"] == model and entry["ended"])
    assert entry["client_closed_at_ms"] is not None
    assert not entry["completed"]
