"""The Anthropic SDK: errors of ours have Anthropic's shape, all become the right class."""

import anthropic
import pytest

from world import MODEL


def message(client, model=MODEL, **more):
    messages = [{"role": "user", "content": "Hello"}]
    return client.messages.create(model=model, max_tokens=64, messages=messages, **more)


def test_an_unknown_model(anthropic_client):
    with pytest.raises(anthropic.BadRequestError) as caught:
        message(anthropic_client, "no/such-model")
    assert caught.value.status_code == 400
    assert caught.value.body["error"]["type"] == "invalid_request_error"
    assert "no/such-model" in caught.value.body["error"]["message"]


def test_a_wrong_token(anthropic_client):
    stranger = anthropic_client.with_options(api_key="not-the-token-of-this-gateway")
    with pytest.raises(anthropic.AuthenticationError) as caught:
        message(stranger)
    assert caught.value.status_code == 401
    assert caught.value.body["type"] == "error"
    assert caught.value.body["error"]["type"] == "authentication_error"
    assert "flowkeep token" in caught.value.body["error"]["message"]


def test_a_rate_limit_of_all_accounts_surfaces(anthropic_client, world):
    world.behave(f"model:{MODEL}", "status:429")
    with pytest.raises(anthropic.RateLimitError) as caught:
        message(anthropic_client)
    assert caught.value.status_code == 429


def test_a_rate_limit_of_one_account_does_not(anthropic_client, world):
    world.behave("account:alpha", "status:429")
    said = {message(anthropic_client).content[0].text for _ in range(6)}
    assert said == {"You said: Hello"}


@pytest.mark.parametrize("stream", [False, True])
def test_a_server_error(anthropic_client, stream):
    with pytest.raises(anthropic.InternalServerError) as caught:
        message(anthropic_client, "sim/status:500", stream=stream)
    assert caught.value.status_code >= 500


def test_the_sdk_retries_a_server_error(anthropic_client, world):
    with pytest.raises(anthropic.InternalServerError) as caught:
        message(anthropic_client, "sim/status:500")
    attempts = int(caught.value.response.headers["x-flowkeep-attempts"])
    world.behave(f"model:{MODEL}", f"status-then-ok:500:{attempts}")
    answer = message(anthropic_client.with_options(max_retries=4))
    assert answer.content[0].text == "You said: Hello"
    asked = [entry for entry in world.entries() if entry["model"] == MODEL]
    assert len(asked) == attempts + 1


def test_no_keys_says_how_to_import(empty_world):
    client = anthropic.Anthropic(
        base_url=empty_world.anthropic_base, api_key=empty_world.token, max_retries=0
    )
    with client, pytest.raises(anthropic.APIStatusError) as caught:
        message(client)
    assert caught.value.status_code == 503
    assert caught.value.body["type"] == "error"
    assert "import" in caught.value.body["error"]["message"]


def test_an_upstream_that_is_gone(anthropic_client, world):
    world.simulator.stop()
    with pytest.raises(anthropic.APIStatusError) as caught:
        message(anthropic_client)
    assert caught.value.status_code in (502, 503)
    assert caught.value.body["type"] == "error"


def test_a_stream_that_breaks_off_raises(anthropic_client):
    with pytest.raises(anthropic.APIError) as caught:
        for _ in message(anthropic_client, "sim/cut:5:rst", stream=True):
            pass
    assert "upstream" in str(caught.value).lower()


def test_an_error_of_the_upstream_in_anthropics_shape(anthropic_client):
    with pytest.raises(anthropic.BadRequestError) as caught:
        message(anthropic_client, "sim/anthropic-error")
    assert caught.value.body["error"]["type"]


def test_what_the_upstream_does_not_have(anthropic_client):
    with pytest.raises(anthropic.NotFoundError):
        anthropic_client.messages.batches.list()
