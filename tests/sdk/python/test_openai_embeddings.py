"""The OpenAI SDK: embeddings; and rerank, which it does not have."""

import math
import urllib.error

import openai
import pytest

BGE = "BAAI/bge-m3"
QWEN = "Qwen/Qwen3-Embedding-8B"
RERANKER = "BAAI/bge-reranker-v2-m3"
FRUIT = ["banana", "an apple", "a car"]


def length(vector):
    return math.sqrt(sum(number * number for number in vector))


def test_base64_which_the_sdk_asks_for(openai_client, world):
    raw = openai_client.embeddings.with_raw_response.create(
        model="text-embedding-ada-002", input="Hello"
    )
    assert '"embedding":"' in raw.text
    assert raw.headers["x-flowkeep-model"] == BGE
    answer = raw.parse()
    assert len(answer.data[0].embedding) == 1024
    assert length(answer.data[0].embedding) == pytest.approx(1, abs=1e-3)
    assert answer.usage.prompt_tokens > 0
    entry = world.wait_for_entry(lambda entry: entry["route"] == "embeddings")
    assert entry["model"] == BGE


def test_floats_are_the_same(openai_client):
    asked = {"model": "text-embedding-ada-002", "input": "Hello"}
    floats = openai_client.embeddings.create(**asked, encoding_format="float").data[0].embedding
    coded = openai_client.embeddings.create(**asked).data[0].embedding
    assert coded == pytest.approx(floats, abs=1e-6)


def test_several_in_their_order(openai_client):
    answer = openai_client.embeddings.create(model=BGE, input=FRUIT)
    assert [item.index for item in answer.data] == [0, 1, 2]
    alone = openai_client.embeddings.create(model=BGE, input=FRUIT[1])
    assert answer.data[1].embedding == pytest.approx(alone.data[0].embedding)


@pytest.mark.parametrize("model", [QWEN, "text-embedding-3-small"])
def test_dimensions(openai_client, model):
    answer = openai_client.embeddings.create(model=model, input="Hello", dimensions=256)
    assert len(answer.data[0].embedding) == 256


def test_dimensions_that_the_model_does_not_have(openai_client):
    with pytest.raises(openai.BadRequestError):
        openai_client.embeddings.create(model=BGE, input="Hello", dimensions=256)


def test_too_long_a_text(openai_client):
    with pytest.raises(openai.APIStatusError) as caught:
        openai_client.embeddings.create(model="BAAI/bge-large-zh-v1.5", input="word " * 2000)
    assert caught.value.status_code == 413
    assert "512" in str(caught.value)


def test_a_model_that_makes_none(openai_client):
    with pytest.raises(openai.BadRequestError) as caught:
        openai_client.embeddings.create(model="Qwen/Qwen3-8B", input="Hello")
    assert "Model does not exist" in str(caught.value)


def test_a_rate_limit_of_one_account_does_not_surface(openai_client, world):
    world.behave("account:alpha", "status:429")
    for _ in range(4):
        assert openai_client.embeddings.create(model=BGE, input="Hello").data


def test_rerank(world):
    asked = {"model": RERANKER, "query": "apple", "documents": FRUIT}
    ranking = world.post("/v1/rerank", {**asked, "top_n": 2, "return_documents": True})
    assert [one["index"] for one in ranking["results"]] == [1, 0]
    assert ranking["results"][0]["document"] == {"text": "an apple"}
    assert ranking["meta"]["tokens"]["input_tokens"] > 0
    bare = world.post("/v1/rerank", asked)
    assert len(bare["results"]) == 3
    assert "document" not in bare["results"][0]


@pytest.mark.parametrize(
    "wrong", [{"documents": []}, {"query": None}, {"model": "Qwen/Qwen3-8B"}, {"top_n": 0}]
)
def test_what_cannot_be_ranked(world, wrong):
    asked = {"model": RERANKER, "query": "apple", "documents": FRUIT, **wrong}
    with pytest.raises(urllib.error.HTTPError) as caught:
        world.post("/v1/rerank", asked)
    with caught.value as answer:
        assert answer.code == 400
