"""The OpenAI SDK: every error becomes the class it should."""

import openai
import pytest

from world import MODEL

ASK = [{"role": "user", "content": "Hello"}]


def chat(client, model=MODEL, **more):
    return client.chat.completions.create(model=model, messages=ASK, **more)


def test_an_unknown_model(openai_client):
    with pytest.raises(openai.BadRequestError) as caught:
        chat(openai_client, "no/such-model")
    assert caught.value.status_code == 400
    assert "Model does not exist" in str(caught.value)


def test_a_wrong_token(openai_client):
    stranger = openai_client.with_options(api_key="not-the-token-of-this-gateway")
    with pytest.raises(openai.AuthenticationError) as caught:
        chat(stranger)
    assert caught.value.status_code == 401
    assert caught.value.code == "invalid_token"
    assert "flowkeep token" in caught.value.message


def test_a_rate_limit_of_all_accounts_surfaces(openai_client, world):
    world.behave(f"model:{MODEL}", "status:429")
    with pytest.raises(openai.RateLimitError) as caught:
        chat(openai_client)
    assert caught.value.status_code == 429


def test_a_rate_limit_of_one_account_does_not(openai_client, world):
    world.behave("account:alpha", "status:429")
    said = {chat(openai_client).choices[0].message.content for _ in range(6)}
    assert said == {"You said: Hello"}


@pytest.mark.parametrize("stream", [False, True])
def test_a_server_error(openai_client, stream):
    with pytest.raises(openai.InternalServerError) as caught:
        chat(openai_client, "sim/status:500", stream=stream)
    assert caught.value.status_code >= 500


def test_the_sdk_retries_a_server_error(openai_client, world):
    with pytest.raises(openai.InternalServerError) as caught:
        chat(openai_client, "sim/status:500")
    attempts = int(caught.value.response.headers["x-flowkeep-attempts"])
    assert attempts >= 1
    # One failure more than a single request of the SDK would outlast.
    world.behave(f"model:{MODEL}", f"status-then-ok:500:{attempts}")
    answer = chat(openai_client.with_options(max_retries=4))
    assert answer.choices[0].message.content == "You said: Hello"
    asked = [entry for entry in world.entries() if entry["model"] == MODEL]
    assert len(asked) == attempts + 1


def test_no_keys_says_how_to_import(empty_world):
    client = openai.OpenAI(
        base_url=empty_world.openai_base, api_key=empty_world.token, max_retries=0
    )
    with client, pytest.raises(openai.InternalServerError) as caught:
        chat(client)
    assert caught.value.status_code == 503
    assert "import" in caught.value.message


def test_an_upstream_that_is_gone(openai_client, world):
    world.simulator.stop()
    with pytest.raises(openai.InternalServerError) as caught:
        chat(openai_client)
    assert caught.value.status_code in (502, 503)


def test_a_stream_that_breaks_off_raises(openai_client):
    with pytest.raises(openai.APIError) as caught:
        for _ in chat(openai_client, "sim/cut:5:rst", stream=True):
            pass
    assert "upstream" in str(caught.value).lower()


def test_a_wrong_field_is_the_upstreams_business(openai_client):
    with pytest.raises(openai.BadRequestError) as caught:
        chat(openai_client, extra_body={"max_tokens": "many"})
    assert "max_tokens" in str(caught.value)


def test_what_the_upstream_does_not_have(openai_client):
    with pytest.raises(openai.NotFoundError):
        openai_client.moderations.create(input="Hello")
