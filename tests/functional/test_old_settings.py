# SPDX-License-Identifier: Apache-2.0
"""The environment variables of Task Runner: for `serve` each acts, or is named at the start."""

import json
import re
import socket
import threading

import pytest

from programs import wait_until
from webhook_target import Target, call

NOT_NEEDED = (
    "POOL_MAX_SIZE", "POOL_MIN_IDLE", "POOL_ACQUIRE_RETRIES", "POOL_TIMEOUT_SECS",
    "WORKER_LOOP_INTERVAL_MS", "WORKER_CLAIM_TIMEOUT_SECS", "WORKER_START_BATCH_SIZE",
    "BATCH_CHANNEL_CAPACITY", "CIRCUIT_BREAKER_SUCCESS_THRESHOLD",
    "CIRCUIT_BREAKER_FAILURE_WINDOW_SECS", "RETENTION_KEEP",
)
ANY_TEXT = ("RETENTION_KEEP",)  # nobody knows what it would be
NOT_YET = ("OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_BSP_SCHEDULE_DELAY")
ACTING = (
    "DATABASE_URL", "HOST_URL", "PORT", "PAGINATION_DEFAULT", "PAGINATION_MAX", "RUST_LOG",
    "WORKER_WEBHOOK_CONCURRENCY", "DEAD_END_CANCEL_ENABLED", "SKIP_SSRF_VALIDATION",
    "BLOCKED_HOSTNAMES", "BLOCKED_HOSTNAME_SUFFIXES", "SLOW_QUERY_THRESHOLD_MS",
    "CIRCUIT_BREAKER_ENABLED", "CIRCUIT_BREAKER_FAILURE_THRESHOLD",
    "CIRCUIT_BREAKER_RECOVERY_TIMEOUT_SECS", "TRACING_ENABLED",
    "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    "OTEL_EXPORTER_OTLP_HEADERS", "OTEL_SERVICE_NAME", "OTEL_TRACES_SAMPLER",
    "OTEL_TRACES_SAMPLER_ARG", "OTEL_SAMPLING_RATIO", "RETENTION_ENABLED", "RETENTION_DAYS",
    "RETENTION_CLEANUP_INTERVAL_SECS", "RETENTION_BATCH_SIZE",
)
FAMILIES = re.compile(r"(CIRCUIT_BREAKER|OTEL|RETENTION)_")


@pytest.fixture
def environment(environment):
    """What the machine has set itself does not count."""
    ours = {*NOT_NEEDED, *NOT_YET, *ACTING}
    return {name: value for name, value in environment.items()
            if name not in ours and not FAMILIES.match(name)}


@pytest.fixture
def serve_as_before(start, sluice_bin):
    """serve_as_before(*arguments, NAME=value…) → (Program, base URL); on any free port."""

    def serve_as_before(*arguments, **variables):
        server = start(sluice_bin, "serve", "--workers", "0", *arguments,
                       **{"PORT": "0"} | variables)
        return server, server.wait_for_line(r"https?://[\w.:\[\]-]+")[0]

    return serve_as_before


@pytest.fixture
def target():
    target = Target()
    yield target
    target.close()


def task(url, local="a", **more):
    action = {"kind": "Webhook", "params": {"url": url, "verb": "Post"}}
    return {"id": local, "name": "task " + local, "kind": "build", "on_start": action} | more


def post(service, *tasks):
    status, answer = call("POST", service + "/task", list(tasks))
    assert status == 201, answer
    return answer


def status_of(service, created):
    return call("GET", f"{service}/task/{created['id']}")[1]["status"]


# --- those that act ------------------------------------------------------------------------------


def test_database_url_names_the_database(serve_as_before, serve, target, db_url):
    server, url = serve_as_before(DATABASE_URL=db_url, SKIP_SSRF_VALIDATION="1")
    [created] = post(url, task(target.url))
    assert server.terminate() == 0
    assert "DATABASE_URL" not in server.stderr()
    _, again = serve(db_url, "--workers", "0")
    assert call("GET", f"{again}/task/{created['id']}")[0] == 200


def test_port_is_on_loopback(serve_as_before, directory):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    _, url = serve_as_before(DATABASE_URL=f"sqlite://{directory}/a.db", PORT=str(port))
    assert url == f"http://127.0.0.1:{port}"
    assert call("GET", url + "/ready")[0] == 200


def test_host_url_is_where_targets_report(serve_as_before, target):
    _, url = serve_as_before(HOST_URL="http://tasks.example.com/", SKIP_SSRF_VALIDATION="1")
    [created] = post(url, task(target.url))
    [start] = target.wait_for(1, "start")
    assert start.handle == f"http://tasks.example.com/task/{created['id']}"


@pytest.mark.parametrize("value, status", [("1", 201), ("0", 400), ("false", 400)])
def test_skip_ssrf_validation_opens_this_machine(serve_as_before, value, status):
    _, url = serve_as_before(SKIP_SSRF_VALIDATION=value)
    assert call("POST", url + "/task", [task("http://127.0.0.1:9/start")])[0] == status


def test_blocked_hosts_are_refused(serve_as_before):
    _, url = serve_as_before(
        BLOCKED_HOSTNAMES="localhost,127.0.0.1,::1,0.0.0.0,local,internal,one.example",
        BLOCKED_HOSTNAME_SUFFIXES=".two.example",
    )
    for host in ("one.example", "a.two.example"):
        status, answer = call("POST", url + "/task", [task(f"http://{host}/start")])
        assert status == 400
        assert "block" in answer["details"][0], answer


def test_pages_have_the_sizes_that_are_set(serve_as_before, target):
    _, url = serve_as_before(
        PAGINATION_DEFAULT="2", PAGINATION_MAX="3", SKIP_SSRF_VALIDATION="1"
    )
    post(url, *(task(target.url, str(i)) for i in range(5)))
    for query, size in (("", 2), ("?page_size=1", 1), ("?page_size=100", 3), ("?page=2", 1)):
        assert len(call("GET", url + "/task" + query)[1]) == size, query


def test_so_many_starts_are_under_way(serve_as_before, target):
    lock = threading.Lock()
    now = most = 0

    def behave(_):
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        try:
            return 200, None
        finally:
            with lock:
                now -= 1

    target.behave = behave
    _, url = serve_as_before(WORKER_WEBHOOK_CONCURRENCY="1", SKIP_SSRF_VALIDATION="1")
    post(url, *(task(target.url, str(i)) for i in range(50)))
    target.wait_for(50, "start")
    assert most == 1


@pytest.mark.parametrize("value, status", [("1", "Canceled"), ("0", "Running")])
def test_dead_ends_are_canceled_unless_that_is_off(serve_as_before, target, value, status):
    _, url = serve_as_before(DEAD_END_CANCEL_ENABLED=value, SKIP_SSRF_VALIDATION="1")
    parent, child = post(
        url, task(target.url), task(target.url, "b", dependencies=[{"id": "a"}])
    )
    wait_until(lambda: status_of(url, parent) == "Running")
    assert call("DELETE", f"{url}/task/{child['id']}")[0] == 200
    # A dead end ends together with its last child, before that is answered.
    assert status_of(url, child) == "Canceled"
    assert status_of(url, parent) == status


@pytest.mark.parametrize("value", ["debug", "task_runner=debug,tower=warn"])
def test_rust_log_is_the_level(serve_as_before, value):
    server, url = serve_as_before(RUST_LOG=value)
    call("GET", url + "/version")
    wait_until(lambda: " info api: method=GET path=/version status=200 " in server.stderr())


def test_rust_log_may_silence_everything(serve_as_before):
    server, url = serve_as_before(RUST_LOG="off", POOL_MAX_SIZE="10")
    call("GET", url + "/version")
    assert server.terminate() == 0
    assert server.stderr() == ""


# --- those that do not ---------------------------------------------------------------------------


def test_what_does_nothing_is_named_once(serve_as_before):
    server, _ = serve_as_before(**{name: "1" for name in (*NOT_NEEDED, *NOT_YET)})
    assert server.terminate() == 0
    lines = server.stderr().splitlines()
    for names, words in ((NOT_NEEDED, "is not needed"), (NOT_YET, "is not supported yet")):
        for name in names:
            told = [line for line in lines if f" warning config: {name} {words}: " in line]
            assert len(told) == 1, (name, lines)
    assert len(lines) == len(NOT_NEEDED) + len(NOT_YET)


def test_nothing_is_named_when_all_act(serve_as_before, directory):
    server, _ = serve_as_before(
        DATABASE_URL=f"sqlite://{directory}/a.db", HOST_URL="http://tasks.example.com",
        PAGINATION_DEFAULT="5", PAGINATION_MAX="10", RUST_LOG="warn", SKIP_SSRF_VALIDATION="0",
        WORKER_WEBHOOK_CONCURRENCY="10", DEAD_END_CANCEL_ENABLED="1", BLOCKED_HOSTNAMES="x.example",
        BLOCKED_HOSTNAME_SUFFIXES=".y.example", POOL_MAX_SIZE="", HOST="machine",
        TRACING_ENABLED="0", OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9",
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT="http://127.0.0.1:9/v1/traces",
        OTEL_EXPORTER_OTLP_HEADERS="a=b", OTEL_SERVICE_NAME="tasks",
        OTEL_TRACES_SAMPLER="traceidratio", OTEL_TRACES_SAMPLER_ARG="0.5",
        RETENTION_ENABLED="1", RETENTION_DAYS="30", RETENTION_CLEANUP_INTERVAL_SECS="3600",
        RETENTION_BATCH_SIZE="1000",
    )
    assert server.terminate() == 0
    assert server.stderr() == ""


def test_our_own_names_win_and_that_is_said(serve_as_before, directory):
    server, url = serve_as_before(
        "--db", directory / "ours.db", DATABASE_URL=f"sqlite://{directory}/theirs.db", PORT="x",
        SLUICE_LISTEN="127.0.0.1:0",
    )
    assert call("GET", url + "/ready")[0] == 200
    assert server.terminate() == 0
    assert "config: DATABASE_URL is overruled by --db\n" in server.stderr()
    assert "config: PORT is overruled by SLUICE_LISTEN\n" in server.stderr()
    assert (directory / "ours.db").exists() and not (directory / "theirs.db").exists()


def test_defaults_are_those_of_the_documents(sluice):
    shown = json.loads(sluice("config", "--output", "json").stdout)["settings"]
    defaults = {
        "listen": "127.0.0.1:8085", "log": "warn", "grace": "10s", "host_url": "",
        "skip_ssrf_validation": "false", "webhook_concurrency": "1024",
        "webhook_start_retries": "2", "webhook_retries": "9", "webhook_timeout": "10s",
        "webhook_start_retry_delay_ms": "200", "webhook_retry_delay_ms": "15000",
        "webhook_host_limit": "64", "body_bytes_max": "33554432",
        "connections_max": "12000", "slow_query_ms": "1000", "store_breaker": "true",
        "store_breaker_failures": "5", "store_breaker_pause_secs": "1", "page_size": "50",
        "page_size_max": "100", "dead_end_cancel": "true", "rate_limit": "0", "tracing": "false",
        "retention": "false", "retention_days": "30", "retention_deleted_days": "7",
        "retention_interval": "1h", "retention_batch_size": "1000", "audit_days": "90",
    }
    assert {name: shown[name] for name in defaults} == defaults


# --- bad values, other commands ------------------------------------------------------------------


BAD = [
    ("DATABASE_URL", "mysql://user:hush@host/tasks"), ("HOST_URL", "tasks.example.com"),
    ("PORT", "eighty"), ("PORT", "65536"), ("PORT", "80\n81"), ("PAGINATION_DEFAULT", "0"),
    ("PAGINATION_MAX", "many"), ("RUST_LOG", "loud"), ("RUST_LOG", "task_runner=loud"),
    ("WORKER_WEBHOOK_CONCURRENCY", "0"), ("DEAD_END_CANCEL_ENABLED", "maybe"),
    ("SKIP_SSRF_VALIDATION", "maybe"), ("BLOCKED_HOSTNAMES", "a.example,,b.example"),
    ("BLOCKED_HOSTNAME_SUFFIXES", ".example,"), ("TRACING_ENABLED", "maybe"),
    ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318"),
    ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://ada:hush@collector/"),
    ("OTEL_EXPORTER_OTLP_HEADERS", "hush"), ("OTEL_SERVICE_NAME", "a\nb"),
    ("OTEL_TRACES_SAMPLER", "sometimes"), ("OTEL_TRACES_SAMPLER_ARG", "2"),
    ("OTEL_SAMPLING_RATIO", "10%"),
    ("BLOCKED_HOSTNAME_SUFFIXES", ".example,"), ("RETENTION_ENABLED", "yes"),
    ("RETENTION_DAYS", "0"), ("RETENTION_CLEANUP_INTERVAL_SECS", "-1"),
    ("RETENTION_BATCH_SIZE", "0"),
    *((name, "many") for name in NOT_NEEDED if name not in ANY_TEXT),
    ("SLOW_QUERY_THRESHOLD_MS", "soon"), ("CIRCUIT_BREAKER_ENABLED", "maybe"),
    ("CIRCUIT_BREAKER_FAILURE_THRESHOLD", "many"),
    ("CIRCUIT_BREAKER_RECOVERY_TIMEOUT_SECS", "soon"),
]


def test_every_name_that_has_bad_values_is_tried():
    assert {name for name, _ in BAD} == {*ACTING, *NOT_NEEDED} - {*ANY_TEXT}


@pytest.mark.parametrize("name, value", BAD, ids=lambda text: repr(text))
def test_bad_value_ends_the_start_with_one_line(sluice, name, value):
    result = sluice("serve", **{name: value})
    assert result.returncode == 1
    assert re.fullmatch(rf"sluice: {name}: .+\n", result.stderr), result.stderr
    assert "hush" not in result.stderr


def test_other_commands_do_not_read_them(sluice, directory):
    variables = {name: "many" for name, _ in BAD}
    plain = sluice("config", "--output", "json")
    result = sluice("config", "--output", "json", **variables)
    assert result.returncode == 0, result.stderr
    assert result.stdout == plain.stdout
    assert sluice("job", "list", **variables).returncode == 0


def test_config_tells_where_values_come_from(sluice, directory):
    (directory / "s.yaml").write_text("workers: 3\ngrace: 1m\n")
    result = sluice("config", "--output", "json", "--config", "s.yaml", "--grace", "2m",
                    SLUICE_LOG="info", SLUICE_GRACE="3m")
    origins = json.loads(result.stdout)["origins"]
    assert {name: origins[name] for name in ("workers", "grace", "log", "db")} == {
        "workers": "s.yaml: workers", "grace": "--grace", "log": "SLUICE_LOG", "db": "default",
    }
    assert re.search(r"listen +127\.0\.0\.1:8085 +default +SLUICE_LISTEN, PORT ",
                     sluice("config").stdout)
