"""The OpenAI SDK: speech and transcriptions."""

import io
import wave

import openai
import pytest

COSY = "FunAudioLLM/CosyVoice2-0.5B"
SENSE = "FunAudioLLM/SenseVoiceSmall"


def recording(seconds=1):
    """A silent WAV file of 16,000 samples a second."""
    sound = io.BytesIO()
    with wave.open(sound, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(bytes(32_000 * seconds))
    return sound.getvalue()


def test_openais_names(openai_client, world):
    speech = openai_client.audio.speech.create(
        model="tts-1", voice="alloy", input="Hello, 世界", response_format="wav"
    )
    assert speech.response.headers["content-type"] == "audio/wav"
    assert speech.response.headers["x-flowkeep-model"] == COSY
    with wave.open(io.BytesIO(speech.content)) as sound:
        assert sound.getnframes() > 0
    entry = world.wait_for_entry(lambda entry: entry["route"] == "audio/speech")
    assert entry["model"] == COSY
    assert entry["work"]["speech_bytes"] == len("Hello, 世界".encode())


@pytest.mark.parametrize("voice", ["ash", "coral", "echo", "fable", "nova", "onyx", "sage"])
def test_openais_voices(openai_client, voice):
    speech = openai_client.audio.speech.create(model="tts-1-hd", voice=voice, input="Hello")
    assert len(speech.read()) > 0


def test_a_voice_of_the_vendor(openai_client):
    speech = openai_client.audio.speech.create(
        model=COSY, voice=f"{COSY}:anna", input="Hello", speed=1.5, response_format="opus"
    )
    assert speech.content.startswith(b"OggS")


def test_speech_is_streamed_to_a_file(openai_client, tmp_path):
    target = tmp_path / "speech.mp3"
    asked = {"model": "tts-1", "voice": "alloy", "input": "Hello " * 500}
    with openai_client.audio.speech.with_streaming_response.create(**asked) as speech:
        assert speech.headers["content-type"] == "audio/mpeg"
        speech.stream_to_file(target)
    whole = openai_client.audio.speech.create(**asked)
    assert target.read_bytes() == whole.content


def test_hanging_up_ends_the_speech(openai_client, world):
    model = "sim/sse:20000:5000:800"
    with openai_client.audio.speech.with_streaming_response.create(
        model=model, voice=f"{COSY}:anna", input="Hello"
    ) as speech:
        next(speech.iter_bytes(256))
    entry = world.wait_for_entry(lambda entry: entry["model"] == model and entry["ended"])
    assert entry["client_closed_at_ms"] is not None
    assert not entry["completed"]


def test_a_voice_of_ones_own(openai_client, world):
    sample = {"model": COSY, "customName": "mine", "text": "Hello"}
    sample["audio"] = "data:audio/wav;base64,UklGRg=="
    uri = world.post("/v1/uploads/audio/voice", sample)["uri"]
    for _ in range(6):
        speech = openai_client.audio.speech.create(model=COSY, voice=uri, input="Hello")
        assert speech.content
    asked = [entry for entry in world.entries() if entry["touched"]]
    assert len(asked) == 7 and len({entry["account"] for entry in asked}) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"voice": f"{COSY}:nobody"},
        {"voice": "speech:mine:nobody:hasit"},
        {"response_format": "flac"},
        {"speed": 9.0},
        {"model": "no/such-model"},
    ],
)
def test_what_cannot_be_said(openai_client, wrong):
    asked = {"model": "tts-1", "voice": "alloy", "input": "Hello", **wrong}
    with pytest.raises(openai.BadRequestError) as caught:
        openai_client.audio.speech.create(**asked)
    assert caught.value.response.headers["content-type"].startswith("application/json")


@pytest.mark.parametrize("model", ["whisper-1", SENSE])
def test_transcription(openai_client, world, model):
    sound = recording(3)
    heard = openai_client.audio.transcriptions.create(
        model=model, file=("speech.wav", sound, "audio/wav")
    )
    assert heard.text == f"Heard {len(sound)} bytes."
    entry = world.wait_for_entry(lambda entry: entry["route"] == "audio/transcriptions")
    assert entry["model"] == SENSE
    assert entry["uploads"][0]["bytes"] == len(sound)
    assert entry["uploads"][0]["file_name"] == "speech.wav"


def test_a_transcription_by_an_unknown_model(openai_client):
    with pytest.raises(openai.BadRequestError) as caught:
        openai_client.audio.transcriptions.create(
            model="no/such-model", file=("speech.wav", recording())
        )
    assert "Model does not exist" in str(caught.value)


def test_a_transcription_is_tried_elsewhere(openai_client, world):
    world.behave("account:alpha", "status:429")
    for _ in range(4):
        heard = openai_client.audio.transcriptions.create(
            model="whisper-1", file=("speech.wav", recording())
        )
        assert heard.text.startswith("Heard ")
