"""A simulator and a gateway before it, as processes, for one test."""

import contextlib
import json
import os
import queue
import subprocess
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = ROOT / "target" / "debug" / ("flowkeep.exe" if os.name == "nt" else "flowkeep")
TOKEN = "a-client-token-for-the-sdk-tests"
PATIENCE = 30.0
# A free model, one that can think, and one with room for a million tokens.
MODEL = "Qwen/Qwen3-8B"
LARGE_MODEL = "deepseek-ai/DeepSeek-V4-Flash"
UNICODE = "你好，世界 🌍 naïve “quotes” \u2028 \\ \" </script> 👩‍👩‍👧"
# What a tool for the weather takes.
WEATHER_INPUT = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
}

DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Program:
    """A running `flowkeep`; `lines` are those of its standard output."""

    def __init__(self, words, environment):
        if not PROGRAM.exists():
            raise RuntimeError(f"{PROGRAM} is missing: run cargo build -p flowkeep-cli")
        self.process = subprocess.Popen(
            [str(PROGRAM), *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**_clean_environment(), **environment},
            text=True,
        )
        self.lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        line = self.lines.get(timeout=PATIENCE)
        if not line.startswith("listening on "):
            raise RuntimeError(f"flowkeep {words[0]} said: {line}")
        self.url = line.removeprefix("listening on ")

    def _read(self):
        with self.process.stdout as output:
            for line in output:
                self.lines.put(line.rstrip("\n"))
        self.lines.put("nothing, and ended")

    def stop(self):
        self.process.terminate()
        self.process.wait(PATIENCE)


def _clean_environment():
    """Neither settings nor proxies of whoever runs the tests."""
    ours = ("FLOWKEEP_", "API_KEY", "ADMIN_", "AUTO_REFRESH", "DB_PATH")
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(ours) and "proxy" not in name.lower()
    }


class World:
    """What a test talks to."""

    def __init__(self, simulator, gateway):
        self.simulator = simulator
        self.gateway = gateway
        self.token = TOKEN

    @property
    def openai_base(self):
        return f"{self.gateway.url}/v1"

    @property
    def anthropic_base(self):
        return self.gateway.url

    def post(self, path, body):
        """What the gateway answers, for what no SDK has; raises on an error."""
        request = urllib.request.Request(
            f"{self.gateway.url}{path}",
            data=json.dumps(body).encode(),
            headers={
                "authorization": f"Bearer {self.token}",
                "content-type": "application/json",
            },
        )
        with DIRECT.open(request, timeout=PATIENCE) as answer:
            return json.load(answer)

    def behave(self, scope, behaviour):
        """Makes the simulator misbehave, as `model:M` and `status:500`."""
        self._control("POST", "behaviours", {"scope": scope, "behaviour": behaviour})

    def entries(self):
        """Everything that reached the simulator."""
        return self._control("GET", "ledger")["entries"]

    def wait_for_entry(self, wanted):
        """The first entry of the ledger that is as wanted."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            for entry in self.entries():
                if wanted(entry):
                    return entry
            time.sleep(0.02)
        raise AssertionError(f"no such entry: {self.entries()}")

    def _control(self, method, path, body=None):
        base = self.simulator.url.removesuffix("/v1")
        request = urllib.request.Request(
            f"{base}/_sim/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
        )
        with DIRECT.open(request, timeout=PATIENCE) as answer:
            return json.load(answer)


@contextlib.contextmanager
def world(with_keys=True, environment=None, settings=""):
    """Starts both programs; nothing of them is left at the end."""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="flowkeep-sdk-"))
        simulator = Program(["simulate", "--port", "0"], {})
        stack.callback(simulator.stop)
        keys = [simulator.lines.get(timeout=PATIENCE).split()[1] for _ in range(3)]
        flags = ["--port", "0", "--vault", "memory", "--upstream", simulator.url]
        if settings:
            Path(folder, "settings.toml").write_text(settings)
        environment = {
            "FLOWKEEP_DATA_DIR": folder,
            "FLOWKEEP_API_KEY": TOKEN,
            "FLOWKEEP_KEYS": ",".join(keys) if with_keys else "",
            **(environment or {}),
        }
        gateway = Program(["serve", *flags], environment)
        stack.callback(gateway.stop)
        yield World(simulator, gateway)
