"""`/metrics` as Prometheus' own library reads it, and OTLP as OpenTelemetry's does."""

import base64
import http.server
import json
import queue
import re
import threading
import urllib.error
import urllib.request

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)
from prometheus_client.parser import text_string_to_metric_families

import world as worlds

DASHBOARD = worlds.ROOT / "docs" / "grafana" / "flowkeep.json"
PASSWORD = "an-admin-password-for-the-tests"
# An upstream at an address of its own has no prices; core::metrics tests these names.
NOT_SEEN_HERE = {"flowkeep_cost_total", "flowkeep_saved_by_cache_total"}


def read(url, authorization=None):
    request = urllib.request.Request(url)
    if authorization:
        request.add_header("authorization", authorization)
    with worlds.DIRECT.open(request, timeout=worlds.PATIENCE) as answer:
        return answer.headers["content-type"], answer.read().decode()


def admin():
    return "Basic " + base64.b64encode(f"admin:{PASSWORD}".encode()).decode()


def command(world, name, body):
    """What the console's commands answer."""
    request = urllib.request.Request(
        f"{world.gateway.url}/admin/rpc/{name}",
        data=json.dumps(body).encode(),
        headers={"authorization": admin(), "content-type": "application/json"},
    )
    with worlds.DIRECT.open(request, timeout=worlds.PATIENCE) as answer:
        return json.load(answer)


def chat(world, model):
    message = {"role": "user", "content": worlds.UNICODE}
    world.post("/v1/chat/completions", {"model": model, "messages": [message]})


@pytest.fixture
def counted():
    """A gateway after three chats, one of them with a model of a paid account."""
    with worlds.world(environment={"FLOWKEEP_ADMIN_PASSWORD": PASSWORD}) as both:
        for model in (worlds.MODEL, worlds.MODEL, worlds.LARGE_MODEL):
            chat(both, model)
        account = command(both, "list_keys", {})["keys"][0]["account_id"]
        typed = {"account_id": account, "nano": 12_500_000_000, "currency": "CNY"}
        command(both, "set_balance", typed)
        yield both


def families_of(world):
    kind, text = read(f"{world.gateway.url}/metrics", admin())
    assert kind.startswith("text/plain; version=0.0.4"), kind
    return {family.name: family for family in text_string_to_metric_families(text)}


def total(family, **labels):
    return sum(
        sample.value
        for sample in family.samples
        if all(sample.labels.get(name) == value for name, value in labels.items())
    )


def test_prometheus_reads_what_was_counted(counted):
    families = families_of(counted)
    requests = families["flowkeep_requests"]
    assert requests.type == "counter"
    assert total(requests, outcome="success", model=worlds.MODEL) == 2
    assert total(requests, route="chat/completions") == 3
    entries = [entry for entry in counted.entries() if entry["path"].endswith("chat/completions")]
    told = sum(entry["told"]["prompt"] for entry in entries)
    assert total(families["flowkeep_tokens"], kind="prompt") == told
    assert total(families["flowkeep_attempts"], result="answered") == 3
    assert families["flowkeep_first_byte_seconds"].type == "histogram"
    counts = [
        sample
        for sample in families["flowkeep_first_byte_seconds"].samples
        if sample.name.endswith("_count")
    ]
    assert sum(sample.value for sample in counts) == 3
    assert total(families["flowkeep_keys"], state="usable") == 3
    assert total(families["flowkeep_requests_in_flight"]) == 0
    assert total(families["flowkeep_balance"]) == 12.5


def test_no_secret_is_told(counted):
    _, text = read(f"{counted.gateway.url}/metrics", admin())
    assert "sk-" not in text
    assert worlds.TOKEN not in text


def test_every_metric_of_the_dashboard_exists(counted):
    _, text = read(f"{counted.gateway.url}/metrics", admin())
    told = set(re.findall(r"^(flowkeep_[a-z_]+)", text, re.MULTILINE))
    panels = json.loads(DASHBOARD.read_text())["panels"]
    shown = set()
    for panel in panels:
        for target in panel["targets"]:
            shown |= set(re.findall(r"flowkeep_[a-z_]+", target["expr"]))
    assert shown, "the dashboard shows nothing"
    assert shown - told <= NOT_SEEN_HERE, shown - told


def test_metrics_are_the_admins_until_they_are_opened(counted):
    with pytest.raises(urllib.error.HTTPError) as refused:
        read(f"{counted.gateway.url}/metrics")
    assert refused.value.code == 401
    with pytest.raises(urllib.error.HTTPError) as refused:
        read(f"{counted.gateway.url}/metrics", f"Bearer {counted.token}")
    assert refused.value.code == 401
    with worlds.world(settings="open_metrics = true\n") as opened:
        _, text = read(f"{opened.gateway.url}/metrics")
        assert "flowkeep_build_info" in text


class Collector(http.server.BaseHTTPRequestHandler):
    """Takes what an OTLP/HTTP collector takes."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.headers["authorization"] != "Bearer a collector's key":
            self.send_error(401)
            return
        self.server.taken.put((self.path, self.headers["content-type"], body))
        answer = ExportMetricsServiceResponse().SerializeToString()
        self.send_response(200)
        self.send_header("content-type", "application/x-protobuf")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


@pytest.fixture
def collector():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    server.taken = queue.Queue()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def metrics_of(body):
    request = ExportMetricsServiceRequest.FromString(body)
    resource = request.resource_metrics[0].resource.attributes
    names = {one.key: one.value.string_value for one in resource}
    metrics = request.resource_metrics[0].scope_metrics[0].metrics
    return names, {metric.name: metric for metric in metrics}


def test_a_collector_receives_the_same(collector):
    endpoint = f"http://127.0.0.1:{collector.server_port}"
    settings = f'otlp_endpoint = "{endpoint}"\notlp_interval_s = 1\n'
    headers = {"OTEL_EXPORTER_OTLP_HEADERS": "authorization=Bearer%20a%20collector's%20key"}
    with worlds.world(settings=settings, environment=headers) as world:
        chat(world, worlds.MODEL)
        while True:
            path, kind, body = collector.taken.get(timeout=worlds.PATIENCE)
            names, metrics = metrics_of(body)
            if "flowkeep_requests_total" in metrics:
                break
    assert (path, kind) == ("/v1/metrics", "application/x-protobuf")
    assert names["service.name"] == "flowkeep"
    requests = metrics["flowkeep_requests_total"].sum
    assert requests.is_monotonic
    assert [point.as_double for point in requests.data_points] == [1.0]
    point = metrics["flowkeep_request_duration_seconds"].histogram.data_points[0]
    assert (point.count, sum(point.bucket_counts)) == (1, 1)
    assert len(point.bucket_counts) == len(point.explicit_bounds) + 1
