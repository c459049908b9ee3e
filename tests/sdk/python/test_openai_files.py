"""The OpenAI SDK: files and batches, which stay with the account that has them."""

import asyncio
import json

import openai
import pytest

BATCH_MODEL = "deepseek-ai/DeepSeek-V3"
MOST_LOOKS = 20


def requests(count):
    """The input of a batch, a line per request."""
    body = {"model": BATCH_MODEL, "messages": [{"role": "user", "content": "你好"}]}
    line = {"method": "POST", "url": "/v1/chat/completions", "body": body}
    lines = [json.dumps({"custom_id": f"request-{n}", **line}) for n in range(count)]
    return "\n".join(lines).encode() + b"\n"


def upload(client, name="requests.jsonl", count=2):
    """The id of a new file, in the vendor's envelope as its own guide reads it."""
    return client.files.create(file=(name, requests(count)), purpose="batch").data["id"]


def make_batch(client, **more):
    return client.batches.create(
        input_file_id=upload(client),
        endpoint="/v1/chat/completions",
        completion_window="24h",
        **more,
    )


def assert_right_accounts(world):
    """Nothing that an account has was asked of another one."""
    touched = [(entry, touch) for entry in world.entries() for touch in entry["touched"]]
    assert touched
    assert [touch for entry, touch in touched if touch["owner"] != entry["account"]] == []


def test_a_file_arrives_whole(openai_client, world):
    content = requests(3)
    made = openai_client.files.create(file=("three.jsonl", content), purpose="batch")
    assert made.data["filename"] == "three.jsonl"
    assert made.data["bytes"] == len(content)
    assert made.data["purpose"] == "batch"
    entry = world.wait_for_entry(lambda entry: entry["uploads"])
    assert entry["uploads"][0]["bytes"] == len(content)


def test_a_large_file_is_passed_on(openai_client, world):
    """Larger than what is held to be sent again."""
    content = requests(1) * (9 << 20 >> 7)
    assert len(content) > 8 << 20
    made = openai_client.files.create(file=("large.jsonl", content), purpose="batch")
    assert made.data["bytes"] == len(content)


def test_files_of_all_accounts_in_pages(openai_client, world):
    made = [upload(openai_client, f"{n}.jsonl") for n in range(7)]
    assert len({entry["account"] for entry in world.entries() if entry["uploads"]}) > 1
    seen, after = [], openai.omit
    while True:
        page = openai_client.files.list(purpose="batch", limit=3, after=after).data
        seen += page["data"]
        if not page["has_more"]:
            break
        assert len(page["data"]) == 3
        after = page["data"][-1]["id"]
    assert sorted(file["id"] for file in seen) == sorted(made)
    times = [file["created_at"] for file in seen]
    assert times == sorted(times, reverse=True)


def test_a_list_with_an_account_missing_says_so(openai_client, world):
    whole = openai_client.files.with_raw_response.list()
    assert "x-flowkeep-partial" not in whole.headers
    world.behave("account:beta", "status:500")
    raw = openai_client.files.with_raw_response.list()
    assert len(raw.headers["x-flowkeep-partial"].split(",")) == 1


def test_a_batch_until_it_is_done(openai_client, world):
    made = make_batch(openai_client, metadata={"description": "nightly"})
    assert made.status == "in_queue"
    assert made.metadata == {"description": "nightly"}
    states = []
    while not states or states[-1] != "completed":
        assert len(states) < MOST_LOOKS, states
        batch = openai_client.batches.retrieve(made.id)
        states.append(batch.status)
    assert batch.input_file_id == made.input_file_id
    assert batch.output_file_id
    assert batch.request_counts.total == batch.request_counts.completed == 2
    assert_right_accounts(world)


def test_a_batch_is_cancelled(openai_client, world):
    made = [make_batch(openai_client) for _ in range(4)]
    for batch in made:
        assert openai_client.batches.cancel(batch.id).status == "cancelling"
        assert openai_client.batches.retrieve(batch.id).status == "cancelled"
    assert_right_accounts(world)


def test_the_sdk_turns_the_pages_of_batches(openai_client):
    made = [make_batch(openai_client).id for _ in range(7)]
    listed = list(openai_client.batches.list(limit=2))
    assert sorted(batch.id for batch in listed) == sorted(made)
    times = [batch.created_at for batch in listed]
    assert times == sorted(times, reverse=True)
    page = openai_client.batches.list(limit=7)
    assert len(page.data) == 7 and page.has_more is False


def test_async_batches_at_the_same_time(world):
    async def batches():
        async with openai.AsyncOpenAI(
            base_url=world.openai_base, api_key=world.token, max_retries=0
        ) as client:

            async def one(number):
                file = (f"{number}.jsonl", requests(number))
                uploaded = await client.files.create(file=file, purpose="batch")
                made = await client.batches.create(
                    input_file_id=uploaded.data["id"],
                    endpoint="/v1/chat/completions",
                    completion_window="24h",
                )
                return await client.batches.cancel(made.id)

            cancelled = await asyncio.gather(*[one(n) for n in range(1, 9)])
            return cancelled, [batch async for batch in client.batches.list(limit=3)]

    cancelled, listed = asyncio.run(batches())
    assert {batch.status for batch in cancelled} == {"cancelling"}
    assert sorted(one.id for one in listed) == sorted(one.id for one in cancelled)
    assert_right_accounts(world)


@pytest.mark.parametrize(
    ("family", "method"),
    [
        ("files", "retrieve"),
        ("files", "content"),
        ("files", "delete"),
        ("batches", "retrieve"),
        ("batches", "cancel"),
    ],
)
def test_what_nobody_has(openai_client, family, method):
    with pytest.raises(openai.NotFoundError):
        getattr(getattr(openai_client, family), method)("batch_nobodyhasit")


def test_a_cursor_that_no_list_has_shown(openai_client):
    with pytest.raises(openai.NotFoundError) as caught:
        openai_client.batches.list(after="batch_nobodyhasit")
    assert caught.value.code == "resource_not_found"
    assert "after" in caught.value.message


def test_a_batch_of_a_file_that_nobody_has(openai_client):
    with pytest.raises(openai.APIStatusError) as caught:
        openai_client.batches.create(
            input_file_id="file-nobodyhasit",
            endpoint="/v1/chat/completions",
            completion_window="24h",
        )
    assert caught.value.status_code in (400, 404)


def test_a_batch_of_a_model_that_takes_none(openai_client):
    with pytest.raises(openai.BadRequestError) as caught:
        make_batch(openai_client, extra_body={"replace": {"model": "Qwen/Qwen3-8B"}})
    assert "batch" in str(caught.value)


def test_a_batch_is_never_made_twice(openai_client, world):
    """What may have been made already is not sent again."""
    world.behave("route:batches", "status:500")
    with pytest.raises(openai.InternalServerError):
        make_batch(openai_client)
    assert len([entry for entry in world.entries() if entry["route"] == "batches"]) == 1
