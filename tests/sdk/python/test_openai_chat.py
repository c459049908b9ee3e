"""The OpenAI SDK: chats, streams, tools, models."""

import asyncio
import json

import openai

from world import LARGE_MODEL, MODEL, UNICODE, WEATHER_INPUT

WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather of a city",
        "parameters": WEATHER_INPUT,
    },
}


def ask(text):
    return [{"role": "user", "content": text}]


def test_chat(openai_client):
    answer = openai_client.chat.completions.create(model=MODEL, messages=ask("Hello"))
    assert answer.choices[0].message.content == "You said: Hello"
    assert answer.choices[0].finish_reason == "stop"
    assert answer.model == MODEL
    assert answer.usage.prompt_tokens > 0
    assert answer.usage.completion_tokens > 0
    total = answer.usage.prompt_tokens + answer.usage.completion_tokens
    assert answer.usage.total_tokens == total


def test_answers_tell_account_attempts_and_id(openai_client):
    raw = openai_client.chat.completions.with_raw_response.create(
        model=MODEL, messages=ask("Hello")
    )
    assert raw.headers["x-flowkeep-attempts"] == "1"
    assert raw.headers["x-flowkeep-account"]
    assert raw.headers["x-flowkeep-request-id"]
    assert raw.headers["x-siliconcloud-trace-id"]


def test_async_chats_at_the_same_time(world):
    async def chats():
        async with openai.AsyncOpenAI(
            base_url=world.openai_base, api_key=world.token, max_retries=0
        ) as client:
            asked = [
                client.chat.completions.create(model=MODEL, messages=ask(f"number {n}"))
                for n in range(20)
            ]
            return await asyncio.gather(*asked)

    answers = asyncio.run(chats())
    said = [answer.choices[0].message.content for answer in answers]
    assert said == [f"You said: number {n}" for n in range(20)]


def test_stream(openai_client):
    stream = openai_client.chat.completions.create(
        model=MODEL,
        messages=ask("Hello"),
        stream=True,
        stream_options={"include_usage": True},
    )
    chunks = list(stream)
    text = "".join(
        choice.delta.content or "" for chunk in chunks for choice in chunk.choices
    )
    assert text == "You said: Hello"
    reasons = [choice.finish_reason for chunk in chunks for choice in chunk.choices]
    assert reasons[-1] == "stop" and set(reasons[:-1]) == {None}
    usage = [chunk.usage for chunk in chunks if chunk.usage][-1]
    assert usage.prompt_tokens > 0 and usage.completion_tokens > 0


def test_usage_is_the_same_with_and_without_a_stream(openai_client):
    asked = {"model": MODEL, "messages": ask("Count this, please")}
    whole = openai_client.chat.completions.create(**asked).usage
    chunks = list(openai_client.chat.completions.create(**asked, stream=True))
    streamed = [chunk.usage for chunk in chunks if chunk.usage][-1]
    assert streamed.completion_tokens == whole.completion_tokens
    assert streamed.prompt_tokens == whole.prompt_tokens


def test_async_stream(world):
    async def read():
        async with openai.AsyncOpenAI(
            base_url=world.openai_base, api_key=world.token, max_retries=0
        ) as client:
            stream = await client.chat.completions.create(
                model=MODEL, messages=ask("Hello"), stream=True
            )
            return [chunk async for chunk in stream]

    chunks = asyncio.run(read())
    text = "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)
    assert text == "You said: Hello"


def test_stream_helper(openai_client):
    with openai_client.chat.completions.stream(model=MODEL, messages=ask("Hello")) as stream:
        for _ in stream:
            pass
        final = stream.get_final_completion()
    assert final.choices[0].message.content == "You said: Hello"
    assert final.choices[0].finish_reason == "stop"


def test_tool_call_round_trip(openai_client):
    messages = ask("What is the weather in Paris?")
    first = openai_client.chat.completions.create(model=MODEL, messages=messages, tools=[WEATHER])
    assert first.choices[0].finish_reason == "tool_calls"
    call = first.choices[0].message.tool_calls[0]
    assert call.function.name == "get_weather"
    assert json.loads(call.function.arguments) == {"city": "Paris"}
    messages = [
        *messages,
        first.choices[0].message,
        {"role": "tool", "tool_call_id": call.id, "content": "sunny"},
    ]
    second = openai_client.chat.completions.create(model=MODEL, messages=messages, tools=[WEATHER])
    assert second.choices[0].message.content == "The tool said: sunny"
    assert second.choices[0].finish_reason == "stop"


def test_tool_call_round_trip_in_streams(openai_client):
    messages = ask("What is the weather in Paris?")
    stream = openai_client.chat.completions.create(
        model=MODEL, messages=messages, tools=[WEATHER], stream=True
    )
    deltas = [choice.delta for chunk in stream for choice in chunk.choices]
    parts = [part for delta in deltas for part in delta.tool_calls or []]
    assert {part.index for part in parts} == {0}
    call = {
        "id": next(part.id for part in parts if part.id),
        "type": "function",
        "function": {
            "name": next(part.function.name for part in parts if part.function.name),
            "arguments": "".join(part.function.arguments or "" for part in parts),
        },
    }
    assert call["function"]["name"] == "get_weather"
    assert json.loads(call["function"]["arguments"]) == {"city": "Paris"}
    messages += [
        {"role": "assistant", "content": "", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": call["id"], "content": "rain"},
    ]
    stream = openai_client.chat.completions.create(
        model=MODEL, messages=messages, tools=[WEATHER], stream=True
    )
    text = "".join(c.delta.content or "" for chunk in stream for c in chunk.choices)
    assert text == "The tool said: rain"


def test_reasoning_is_passed_on(openai_client):
    answer = openai_client.chat.completions.create(
        model=MODEL, messages=ask("Hello"), extra_body={"enable_thinking": True}
    )
    assert answer.choices[0].message.reasoning_content
    assert answer.usage.completion_tokens_details.reasoning_tokens > 0


def test_models(openai_client):
    ids = [model.id for model in openai_client.models.list()]
    assert MODEL in ids and LARGE_MODEL in ids
    assert len(ids) == len(set(ids))


def test_unicode_arrives_as_it_was_sent(openai_client):
    asked = {"model": MODEL, "messages": ask(UNICODE)}
    whole = openai_client.chat.completions.create(**asked)
    assert whole.choices[0].message.content == f"You said: {UNICODE}"
    stream = openai_client.chat.completions.create(**asked, stream=True)
    text = "".join(c.delta.content or "" for chunk in stream for c in chunk.choices)
    assert text == f"You said: {UNICODE}"


def test_a_prompt_of_a_megabyte(openai_client, world):
    prompt = "four" * (1 << 18)
    answer = openai_client.chat.completions.create(model=LARGE_MODEL, messages=ask(prompt))
    assert answer.usage.prompt_tokens > 200_000
    assert answer.choices[0].message.content.startswith("You said: fourfour")
    entry = world.wait_for_entry(lambda entry: entry["model"] == LARGE_MODEL)
    assert entry["body_bytes"] > 1 << 20


def test_hanging_up_ends_the_upstream_stream(openai_client, world):
    model = "sim/sse:20000:5000:8"
    stream = openai_client.chat.completions.create(
        model=model, messages=ask("Hello"), stream=True
    )
    for _, _chunk in zip(range(3), stream):
        pass
    stream.close()
    entry = world.wait_for_entry(lambda entry: entry["model"] == model and entry["ended"])
    assert entry["client_closed_at_ms"] is not None
    assert not entry["completed"]
