# SPDX-License-Identifier: Apache-2.0
"""No secret value is told by anything: logs at their most talkative, errors, answers, events,
descriptions, manifests, tables."""

import base64
import json
import threading

import httpx
import pod_states
import pytest
from cluster_world import SHOUT, ClusterWorld, secret
from fake_kube import FakeKube
from planted import Planted
from programs import wait_until

# Where a value must lie. Besides these: the Secrets of Kubernetes, the variables of the pods that
# ask for them, what is sent to those for whom they are, and `sluice db url`, which prints its own.
BELONGS = {
    ("key of tokens", "table setting"),
    ("credentials of a target", "table task"),  # as the user's action has them
    ("credentials of a target", "table task_detail"),
}
LICENCE = [{"name": "licence", "key": "word", "env_var": "LICENCE"}]


class HearingKube(FakeKube):
    """Keeps what it is told to make."""

    def __init__(self, planted):
        super().__init__(controller=True)
        self._planted = planted
        self._tokens = 0

    def answer(self, call, body):
        status, answer = super().answer(call, body)
        if call.key == "batch/jobs/create":
            self._planted.hear("manifest", body.decode())
        if call.key == "/secrets/create":
            self._tokens += 1
            token = base64.b64decode(answer["data"]["token"]).decode()
            self._planted.plant(f"worker token {self._tokens}", token)
        return status, answer


@pytest.fixture
def planted():
    return Planted()


@pytest.fixture
def kube(planted):
    kube = HearingKube(planted)
    yield kube
    kube.close()


class Session:
    """A server with secrets of all kinds, and jobs that use them."""

    def __init__(self, world, planted, kube, clouds):
        self.world, self.planted, self.kube = world, planted, kube
        self.s3, self.gcs = clouds
        self.jobs = []
        self._put_secrets()

    def _put_secrets(self):
        plant = self.planted.plant
        plant("key of s3", self.s3.keys["AWS_SECRET_ACCESS_KEY"])
        key = json.loads(self.gcs.keys["GOOGLE_SERVICE_ACCOUNT_KEY"])
        plant("key of gcs", key["private_key"].splitlines()[3])
        token = plant("session token", "planted-session-token")
        extra = plant("extra key", "planted-extra-key")
        broken = plant("broken key of gcs", "planted-broken-key")
        licence = plant("secret of a command", "planted-licence")
        for made in (
            secret("s3", **self.s3.keys, note=extra),
            secret("gcs", **self.gcs.keys, note=extra),
            secret("s3-token", **self.s3.keys, AWS_SESSION_TOKEN=token),
            secret("gcs-broken", GOOGLE_SERVICE_ACCOUNT_KEY=f'{{"private_key": "{broken}"'),
            secret("licence", word=licence),
        ):
            self.kube.put("secrets", made)

    def start(self, **settings):
        self.server = self.world.serve(SLUICE_LOG="trace", **settings)
        self.planted.plant("API key", self.world.key)

    def submit(self, script=SHOUT, s3="s3", gcs="gcs"):
        """Its name; none when it is refused. What is answered is heard."""
        secrets = self.s3.secrets_asked(s3) + self.gcs.secrets_asked(gcs) + LICENCE
        document = self.world.pipeline(
            script, variables={"SLUICE_LOG": "trace"}, egress={"URI": self.gcs.uri("out/")})
        document["transform"]["secrets"] = secrets
        status, answer = self.ask("POST", "/jobs", {"job": document})
        if status != 201:
            return None
        self.jobs.append(answer["job"]["job_name"])
        return self.jobs[-1]

    def ask(self, method, path, body=None, key=None):
        status, answer = self.server.ask(method, path, body, key)
        self.planted.hear(f"{method} {path}", answer)
        return status, answer

    def call(self, *words):
        done = self.server.call(*words, check=False)
        self.planted.hear(f"sluice {' '.join(words)}", done.stdout + done.stderr)


@pytest.fixture
def session(start, sluice, sluice_bin, scratch_postgres, planted, kube, s3, gcs, directory):
    name = scratch_postgres.new_database()
    password = planted.plant("password of the database", "planted-password")
    url = scratch_postgres.tcp_url(name).replace("sluice@", f"sluice:{password}@")
    world = ClusterWorld(start, sluice, sluice_bin, kube, s3, url, directory)
    yield Session(world, planted, kube, (s3, gcs))
    for server in world.servers:
        server.program.kill()
    scratch_postgres.drop_database(name)


class Events:
    """Everything that GET /events says, until close()."""

    def __init__(self, session):
        self.text = ""
        self._client = httpx.Client(timeout=None)
        headers = {"Authorization": f"Bearer {session.world.key}"}
        self._stream = self._client.stream("GET", session.server.url + "/events", headers=headers)
        self._thread = threading.Thread(
            target=self._read, args=(self._stream.__enter__(),), daemon=True)
        self._thread.start()

    def _read(self, response):
        try:
            for piece in response.iter_text():
                self.text += piece
        except httpx.HTTPError:
            pass  # the server has ended


def run_jobs_that_end(session):
    server = session.server
    server.wait(session.submit('test "$LICENCE"; ' + SHOUT))
    assert session.gcs.contents("out/") == {"a": b"THIS IS A\n"}
    server.wait(session.submit("echo no >&2; exit 3"), "error")
    # What a bucket answers may hold what we have sent.
    session.s3.fault("status", "read", status=400, code="Odd", echo=True)
    server.wait(session.submit(), "error")
    session.gcs.server.do("deny", right=session.gcs.rights["write"])
    job = session.submit()
    if job:
        server.wait(job, "error")
    session.gcs.server.do("start_over")


def submit_what_is_refused(session):
    assert session.submit(s3="s3-token") is None
    session.s3.fault("status", "list", status=400, code="Odd", echo=True)
    assert session.submit(s3="s3-token") is None
    assert session.submit(gcs="gcs-broken") is None
    assert session.submit(s3="nobody-has-it") is None
    session.kube.forbid("/secrets/get")
    assert session.submit(s3="licence") is None
    session.kube.allow("/secrets/get")


def run_pods_that_fail(session, kubelet, gate):
    server = session.server
    job = session.submit(gate.wait + SHOUT)
    kubelet.kill(gate.wait_for())
    kubelet.kill(gate.wait_for(count=2), pod_states.evicted("The node was low on resource."))
    gate.wait_for(count=3)
    session.call("job", "cancel", job)
    kubelet.holds = True
    job = session.submit()
    wait_until(lambda: session.kube.get("pods", f"{job}-1"))
    status = pod_states.waiting("ErrImagePull", "failed to authorize")
    session.kube.set_status("pods", f"{job}-1", status)
    wait_until(lambda: "ErrImagePull" in server.trouble(job))


def send_webhooks_that_fail(session, target):
    credentials = session.planted.plant("credentials of a target", "planted-target-token")
    params = {"url": target.url, "verb": "Post",
              "headers": {"Authorization": f"Bearer {credentials}"}}
    task = {"id": "a", "name": "a", "kind": "build",
            "on_start": {"kind": "Webhook", "params": params}}
    status, created = session.server.ask("POST", "/task", [task])
    assert status == 201, created
    path = f"/task/{created[0]['id']}"
    wait_until(lambda: session.server.ask("GET", path)[1]["status"] == "Failure")
    for question in (f"{path}/timeline", f"{path}/why", "/deliveries"):
        session.ask("GET", question)
    session.call("delivery", "list", "--output", "json")


def ask_what_is_forbidden(session):
    wrong = session.planted.plant("wrong key", "planted-wrong-key")
    assert session.ask("GET", "/jobs/list", key=wrong)[0] == 401
    broken = session.planted.plant("broken token", "sluice-worker.planted.planted-signature")
    assert session.ask("GET", "/jobs/list", key=broken)[0] == 401
    password = "planted-password"
    for url in (f"postgresql://sluice:{password}@127.0.0.1:1/none",
                f"postgresql://sluice:{password}@:none/",
                f"postgresql:///none?host=127.0.0.1&port=1&user=sluice&password={password}",
                f"mysql://sluice:{password}@127.0.0.1/none",
                f"postgresql://sluice:{password}@127.0.0.1:1/none?sslmode=odd"):
        told = session.world.sluice("job", "list", "--db", url)
        assert told.returncode != 0
        session.planted.hear("a database that is away", told.stdout + told.stderr)
    config = session.world.sluice("config", "--db", session.world.db_url)
    session.planted.hear("sluice config", config.stdout + config.stderr)


def look_at_everything(session):
    for job in session.jobs:
        for words in (("describe", job), ("describe", job, "--output", "json"), ("why", job),
                      ("logs", job)):
            session.call("job", *words)
        for datum in session.server.datums(job):
            for words in ("describe", "why", "logs"):
                session.call("datum", words, datum["id"])
            session.ask("GET", f"/datums/{datum['id']}/describe")
        session.call("run", "events", job)
    for words in (("job", "list"), ("audit", "list"), ("config",)):
        session.call(*words, "--output", "json")
    for path in ("/jobs/list", "/audit", "/metrics", "/ready", "/health", "/openapi.json"):
        session.ask("GET", path)
    for kind in ("jobs", "pods"):
        session.planted.hear(kind, session.kube.items(kind))


def plant_key_of_tokens(session):
    database = Planted()
    database.hear_database(session.world.db_url)
    (row,) = (text for where, text in database.texts() if "handle_secret" in text)
    session.planted.plant("key of tokens", row.strip("()").split(",")[1])


def test_no_secret_is_told_by_anything(session, planted, kubelet, target, gate, directory):
    target.behave = lambda webhook: (500, None)
    signs = planted.plant("secret of webhooks", "planted-secret-of-the-webhooks-32")
    collector = planted.plant("token of a collector", "planted-collector-token")
    first_key = planted.plant("bootstrap key", "planted-bootstrap-key")
    session.start(
        SLUICE_WEBHOOK_SECRETS=signs, SLUICE_BOOTSTRAP_KEY=first_key,
        SLUICE_OTLP_ENDPOINT=target.url, SLUICE_OTLP_HEADERS=f"authorization=Bearer {collector}",
        SLUICE_SKIP_SSRF_VALIDATION="true", SLUICE_WEBHOOK_START_RETRIES="0",
        **session.gcs.places)
    events = Events(session)

    run_jobs_that_end(session)
    submit_what_is_refused(session)
    run_pods_that_fail(session, kubelet, gate)
    send_webhooks_that_fail(session, target)
    ask_what_is_forbidden(session)
    look_at_everything(session)
    plant_key_of_tokens(session)

    assert session.server.program.terminate() == 0
    planted.hear("GET /events", events.text)
    server = session.server.program
    planted.hear("server", server.stderr() + "\n".join(server.lines))
    planted.hear("workers", kubelet.said())
    planted.hear_database(session.world.db_url)
    planted.hear_files(directory / "server-0")
    heard = planted.texts()
    assert any("trace" in text for where, text in heard if where in ("server", "workers"))
    assert [each for each in planted.found() if each not in BELONGS] == []
    assert ("key of tokens", "table setting") in planted.found()  # so they can be found
