"""The OpenAI SDK: responses, which the upstream does not have."""

import asyncio
import json

import openai
import pytest

from world import MODEL

WEATHER = {
    "type": "function",
    "name": "get_weather",
    "description": "The weather of a city",
    "strict": True,
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
        "additionalProperties": False,
    },
}


def ask(text):
    return [{"role": "user", "content": text}]


QUESTION = ask("What is the weather in Paris?")


def test_response(openai_client):
    answer = openai_client.responses.create(
        model=MODEL, input="Hello", instructions="be brief", store=False
    )
    assert answer.output_text == "You said: Hello"
    assert answer.status == "completed"
    assert answer.error is None and answer.incomplete_details is None
    assert answer.instructions == "be brief"
    assert answer.usage.input_tokens > 0
    total = answer.usage.input_tokens + answer.usage.output_tokens
    assert answer.usage.total_tokens == total
    assert answer.model_validate(answer.model_dump()), "it has every field that the SDK wants"


def test_stream(openai_client):
    events = list(openai_client.responses.create(model=MODEL, input="Hello", stream=True))
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert events[0].type == "response.created"
    assert events[-1].type == "response.completed"
    deltas = [event.delta for event in events if event.type == "response.output_text.delta"]
    assert len(deltas) > 1 and "".join(deltas) == "You said: Hello"
    assert events[-1].response.output_text == "You said: Hello"
    assert events[-1].response.usage.output_tokens > 0
    for event in events:
        type(event).model_validate(event.model_dump())


def test_stream_helper(openai_client):
    with openai_client.responses.stream(model=MODEL, input="Hello") as stream:
        snapshots = [e.snapshot for e in stream if e.type == "response.output_text.delta"]
        final = stream.get_final_response()
    assert snapshots[-1] == "You said: Hello"
    assert final.output_text == "You said: Hello"


def test_async_stream_helper(world):
    async def read():
        async with openai.AsyncOpenAI(
            base_url=world.openai_base, api_key=world.token, max_retries=0
        ) as client:
            async with client.responses.stream(model=MODEL, input="Hello") as stream:
                return await stream.get_final_response()

    assert asyncio.run(read()).output_text == "You said: Hello"


def test_usage_is_the_same_with_and_without_a_stream(openai_client):
    asked = {"model": MODEL, "input": "Count this, please"}
    whole = openai_client.responses.create(**asked)
    *_, last = openai_client.responses.create(**asked, stream=True)
    assert last.response.usage == whole.usage
    chat = openai_client.chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": asked["input"]}]
    )
    assert chat.usage.prompt_tokens == whole.usage.input_tokens


def test_tool_call_round_trip(openai_client):
    first = openai_client.responses.create(model=MODEL, input=QUESTION, tools=[WEATHER])
    (call,) = first.output
    assert call.type == "function_call" and call.name == "get_weather"
    assert json.loads(call.arguments) == {"city": "Paris"}
    result = {"type": "function_call_output", "call_id": call.call_id, "output": "sunny"}
    second = openai_client.responses.create(
        model=MODEL, input=[*QUESTION, *first.output, result], tools=[WEATHER]
    )
    assert second.output_text == "The tool said: sunny"


def test_tool_call_round_trip_in_streams(openai_client):
    with openai_client.responses.stream(model=MODEL, input=QUESTION, tools=[WEATHER]) as stream:
        deltas = [e for e in stream if e.type == "response.function_call_arguments.delta"]
        first = stream.get_final_response()
    (call,) = first.output
    assert deltas[-1].snapshot == call.arguments
    assert call.parsed_arguments == {"city": "Paris"}
    result = {"type": "function_call_output", "call_id": call.call_id, "output": "rain"}
    history = [*QUESTION, call.to_dict(), result]
    with openai_client.responses.stream(model=MODEL, input=history, tools=[WEATHER]) as stream:
        assert stream.get_final_response().output_text == "The tool said: rain"


def test_a_custom_tool_gets_text(openai_client):
    tool = {"type": "custom", "name": "run_program", "description": "Runs a program"}
    answer = openai_client.responses.create(
        model=MODEL, input="please run_program", tools=[tool], tool_choice="required"
    )
    (call,) = answer.output
    assert call.type == "custom_tool_call"
    assert call.name == "run_program" and call.input == "some input"


def test_reasoning(openai_client):
    asked = {"model": MODEL, "input": "Hello", "extra_body": {"enable_thinking": True}}
    with openai_client.responses.stream(**asked) as stream:
        thoughts = [e.delta for e in stream if e.type == "response.reasoning_text.delta"]
        final = stream.get_final_response()
    thought, message = final.output
    assert thought.type == "reasoning" and message.type == "message"
    assert thought.content[0].text == "".join(thoughts)
    assert final.usage.output_tokens_details.reasoning_tokens > 0
    again = openai_client.responses.create(
        model=MODEL,
        input=[*ask("Hello"), *final.output, *ask("On")],
    )
    assert again.output_text == "You said: On"


def test_images(openai_client):
    picture = "data:image/png;base64,iVBORw0KGgo="
    content = [
        {"type": "input_text", "text": "What is it?"},
        {"type": "input_image", "image_url": picture, "detail": "auto"},
    ]
    answer = openai_client.responses.create(
        model="Qwen/Qwen3-VL-30B-A3B-Instruct", input=[{"role": "user", "content": content}]
    )
    assert answer.output_text == "You said: What is it?"


def test_a_schema_is_taken(openai_client):
    form = {
        "type": "json_schema",
        "name": "weather",
        "strict": True,
        "schema": {"type": "object", "properties": {"city": {"type": "string"}}},
    }
    answer = openai_client.responses.create(model=MODEL, input="Hello", text={"format": form})
    # The simulator keeps to no schema.
    assert answer.output_text == "You said: Hello"
    assert answer.text.format.type == "json_schema"


def test_a_limit_makes_it_incomplete(openai_client):
    answer = openai_client.responses.create(model=MODEL, input="Hello", max_output_tokens=1)
    assert answer.status == "incomplete"
    assert answer.incomplete_details.reason == "max_output_tokens"


def test_what_needs_a_memory_is_refused(openai_client):
    with pytest.raises(openai.BadRequestError) as refused:
        openai_client.responses.create(model=MODEL, input="Hello", previous_response_id="resp_1")
    assert refused.value.param == "previous_response_id"
    assert refused.value.code == "unsupported_parameter"


def test_upstream_errors_keep_their_status(openai_client):
    with pytest.raises(openai.BadRequestError) as refused:
        openai_client.responses.create(model="no/such-model", input="Hello")
    assert "Model does not exist" in refused.value.message
    with pytest.raises(openai.InternalServerError):
        openai_client.responses.create(model="sim/status:500", input="Hello", stream=True)


def test_a_broken_stream_fails(openai_client):
    stream = openai_client.responses.create(model="sim/cut:3", input="Hello", stream=True)
    *_, last = stream
    assert last.type == "response.failed"
    assert last.response.error.message


def test_hanging_up_ends_the_upstream_stream(openai_client, world):
    model = "sim/sse:20000:5000:8"
    stream = openai_client.responses.create(model=model, input="Hello", stream=True)
    for _, _event in zip(range(8), stream):
        pass
    stream.close()
    entry = world.wait_for_entry(lambda entry: entry["model"] == model and entry["ended"])
    assert entry["client_closed_at_ms"] is not None
    assert not entry["completed"]
