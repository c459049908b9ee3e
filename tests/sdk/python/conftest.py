"""Fixtures: each test has its own simulator, gateway and clients."""

import os

import anthropic
import openai
import pytest

import world as worlds

# The SDKs read these; a test must reach loopback and nothing else.
for name in list(os.environ):
    if "proxy" in name.lower() or name.startswith(("OPENAI_", "ANTHROPIC_")):
        del os.environ[name]


@pytest.fixture
def world():
    with worlds.world() as both:
        yield both


@pytest.fixture
def empty_world():
    """A gateway without keys."""
    with worlds.world(with_keys=False) as both:
        yield both


@pytest.fixture
def openai_client(world):
    with openai.OpenAI(base_url=world.openai_base, api_key=world.token, max_retries=0) as client:
        yield client


@pytest.fixture
def anthropic_client(world):
    with anthropic.Anthropic(
        base_url=world.anthropic_base, api_key=world.token, max_retries=0
    ) as client:
        yield client
