"""The OpenAI SDK: pictures, with OpenAI's names of models and fields."""

import urllib.request

import openai
import pytest

KOLORS = "Kwai-Kolors/Kolors"
PNG = b"\x89PNG\r\n\x1a\n"


def test_openais_names(openai_client, world):
    raw = openai_client.images.with_raw_response.generate(
        model="dall-e-3", prompt="a cat", size="1024x1024", n=2
    )
    assert raw.headers["x-flowkeep-model"] == KOLORS
    answer = raw.parse()
    assert len(answer.data) == 2 and answer.created > 0
    entry = world.wait_for_entry(lambda entry: entry["route"] == "images/generations")
    assert entry["model"] == KOLORS
    assert entry["work"]["images"] == 2


def test_the_pictures_can_be_had(openai_client):
    [picture] = openai_client.images.generate(model="dall-e-3", prompt="a cat").data
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(picture.url) as answer:
        assert answer.read().startswith(PNG)


def test_the_vendors_names(openai_client, world):
    """They win over OpenAI's; what the SDK does not know is passed on."""
    answer = openai_client.images.generate(
        model=KOLORS,
        prompt="a cat",
        n=1,
        extra_body={"batch_size": 3, "seed": 42, "image_size": "960x1280"},
        extra_headers={"X-Enable-Watermark": "0"},
    )
    assert len(answer.data) == 3
    assert answer.seed == 42
    entry = world.wait_for_entry(lambda entry: entry["work"]["images"] == 3)
    assert ["x-enable-watermark", "0"] in entry["headers"]


def test_a_size_that_is_none(openai_client):
    with pytest.raises(openai.BadRequestError) as caught:
        openai_client.images.generate(model="dall-e-3", prompt="a cat", size="large")
    assert caught.value.status_code == 400


def test_too_many(openai_client):
    with pytest.raises(openai.BadRequestError):
        openai_client.images.generate(model="dall-e-3", prompt="a cat", n=5)


def test_a_model_that_makes_none(openai_client):
    with pytest.raises(openai.BadRequestError) as caught:
        openai_client.images.generate(model="Qwen/Qwen3-8B", prompt="a cat")
    assert "Model does not exist" in str(caught.value)


def test_a_server_error(openai_client, world):
    world.behave(f"model:{KOLORS}", "status:500")
    with pytest.raises(openai.InternalServerError):
        openai_client.images.generate(model="dall-e-3", prompt="a cat")
    world.behave(f"model:{KOLORS}", "status-then-ok:500:1")
    assert openai_client.images.generate(model="dall-e-3", prompt="a cat").data
