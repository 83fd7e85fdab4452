# SPDX-License-Identifier: Apache-2.0
"""As much of the API of Kubernetes as Sluice uses, with the troubles that it makes.

One namespace; Jobs, pods and Secrets; lists in pages, watches with bookmarks, 410 for what is
forgotten. With `controller` it keeps the pods of Jobs as the Job controller does; what becomes of
them, tests say by `put`.
"""

import collections
import copy
import http.server
import json
import queue
import re
import socket
import threading
import urllib.parse

from fake_kube_objects import CUT, END, GROUPS, Gone, Objects, api_version

PATH = re.compile(
    r"/(?:api/v1|apis/(?P<group>[a-z]+)/v1)/namespaces/(?P<space>[^/]+)/(?P<resource>[a-z]+)"
    r"(?:/(?P<name>[^/]+)(?P<log>/log)?)?"
)
NAME = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")


class Refusal(Exception):
    def __init__(self, status, reason, message):
        super().__init__(message)
        self.status = status
        self.body = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": status,
                     "reason": reason, "message": message}


class Call:
    """One request, read: `key` is "group/resource/verb"."""

    def __init__(self, method, target):
        url = urllib.parse.urlsplit(target)
        self.query = dict(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
        found = PATH.fullmatch(url.path)
        if not found or GROUPS.get(found["resource"]) != (found["group"] or ""):
            raise Refusal(404, "NotFound", "the server could not find the requested resource")
        self.resource = found["resource"]
        self.space = urllib.parse.unquote(found["space"])
        self.name = urllib.parse.unquote(found["name"] or "")
        self.full_resource = self.resource + (found["log"] or "")
        self.verb = self._verb(method)
        self.key = f"{GROUPS[self.resource]}/{self.full_resource}/{self.verb}"

    def _verb(self, method):
        if method == "GET" and not self.name:
            return "watch" if self.query.get("watch") in ("1", "true") else "list"
        return {"GET": "get", "POST": "create", "DELETE": "delete"}[method]


class FakeKube:
    def __init__(self, name_space="default", controller=False):
        self.name_space = name_space
        self.tokens = None  # when set: those that are accepted
        self.is_away = False
        self.gone_is_an_event = True  # 410 of a watch: as the API does, or as its status
        self.calls = collections.Counter()
        self.queries = collections.defaultdict(list)  # of each kind of call
        self._objects = Objects(name_space, controller)
        self._faults = []
        self._forbidden = set()
        self._server = Server(self)
        serve = {"poll_interval": 0.01}
        threading.Thread(target=self._server.serve_forever, kwargs=serve, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self):
        self.cut()
        self._server.shutdown()
        self._server.server_close()

    # --- what happens in the cluster ---

    def put(self, resource, given):
        return self._objects.put(resource, given)

    def remove(self, resource, name):
        self._objects.remove(resource, name)

    def get(self, resource, name):
        return self._objects.get(resource, name)

    def items(self, resource):
        return self._objects.items(resource)

    def set_status(self, resource, name, status):
        """What is gone stays gone."""
        with self._objects.changed:
            found = self._objects.get(resource, name)
            if found:
                self._objects.put(resource, found | {"status": status})

    def set_log(self, pod, text):
        self._objects.logs[pod] = text

    def fill(self, given, count):
        """That many pods like the one given."""
        for number in range(count):
            pod = copy.deepcopy(given)
            pod["metadata"]["name"] = f"{given['metadata']['name']}-{number}"
            self._objects.put("pods", pod)

    def wait_for(self, condition, seconds=30):
        """Waits until `condition(self)` holds, looking after each change."""
        changed = self._objects.changed
        with changed:
            assert changed.wait_for(lambda: condition(self), seconds), "it never came"

    # --- what goes wrong ---

    def fail(self, key, status=500, times=1, message="it is broken", answer_lost=False):
        """The next calls of that kind; with `answer_lost` they are done, and nobody hears it."""
        self._faults.append([key, status, times, message, answer_lost])

    def forbid(self, key):
        self._forbidden.add(key)

    def allow(self, key):
        self._forbidden.discard(key)

    def go_away(self):
        """Connections break, and new ones do."""
        self.is_away = True
        self.cut()

    def come_back(self):
        self.is_away = False

    def cut(self):
        """The connections of all watches break."""
        for watch in self._objects.watches():
            watch.lines.put(CUT)

    def end_watches(self):
        """All watches end, as they do when their time is over."""
        for watch in self._objects.watches():
            watch.lines.put(END)

    def expire(self):
        self._objects.expire()

    def repeat(self):
        """Each watch is told again what it was told last."""
        for watch in self._objects.watches():
            if watch.last:
                watch.lines.put(watch.last)

    def tell_late(self, resource, given):
        self._objects.tell_late(resource, given)

    def bookmark(self):
        self._objects.bookmark()

    def say(self, line):
        """To all watches, whatever it is."""
        for watch in self._objects.watches():
            watch.lines.put(line)

    def count(self):
        """The calls so far, by kind."""
        return dict(self.calls)

    def forget_calls(self):
        self.calls.clear()

    # --- the API ---

    def take_fault(self, call):
        for fault in self._faults:
            if fault[0] == call.key and fault[2] > 0:
                fault[2] -= 1
                return fault
        return None

    def admit(self, call, authorization):
        if self.tokens is not None and authorization.removeprefix("Bearer ") not in self.tokens:
            raise Refusal(401, "Unauthorized", "Unauthorized")
        if call.key in self._forbidden or call.space != self.name_space:
            group = GROUPS[call.resource]
            raise Refusal(403, "Forbidden", (
                f'{call.full_resource} is forbidden: User "sluice" cannot {call.verb} resource '
                f'"{call.full_resource}" in API group "{group}" in the namespace "{call.space}"'))

    def answer(self, call, body):
        """(status, JSON or text) of everything but watches."""
        if call.full_resource == "pods/log":
            return 200, self._log(call)
        if call.verb == "list":
            return 200, self._list(call)
        if call.verb == "create":
            return 201, self._create(call, json.loads(body))
        found = self._objects.get(call.resource, call.name)
        if not found:
            group = GROUPS[call.resource]
            raise Refusal(404, "NotFound", f"{call.resource}{'.' if group else ''}{group} "
                                           f'"{call.name}" not found')
        if call.verb == "delete":
            self._delete(call, found, json.loads(body) if body else {})
        return 200, found

    def watch(self, call):
        try:
            version = int(call.query["resourceVersion"])
            return self._objects.watch(call.resource, call.query.get("labelSelector", ""), version)
        except Gone as gone:
            raise Refusal(410, "Expired", str(gone)) from gone

    def leave(self, watch):
        self._objects.leave(watch)

    def _list(self, call):
        query = call.query
        try:
            items, version, token = self._objects.list(
                call.resource, query.get("labelSelector", ""), int(query.get("limit", 0)),
                query.get("continue", ""))
        except Gone as gone:
            raise Refusal(410, "Expired", str(gone)) from gone
        meta = {"resourceVersion": version, **({"continue": token} if token else {})}
        kind = items[0]["kind"] if items else ""
        return {"kind": f"{kind}List", "apiVersion": api_version(call.resource),
                "metadata": meta, "items": items}

    def _create(self, call, given):
        name = given["metadata"]["name"]
        if not NAME.fullmatch(name):
            raise Refusal(422, "Invalid", f'"{name}" is invalid: metadata.name: a lowercase RFC '
                                          "1123 label is expected")
        if call.resource == "jobs":
            self._check_job(given)
        with self._objects.changed:
            if self._objects.get(call.resource, name):
                group = GROUPS[call.resource]
                raise Refusal(409, "AlreadyExists", f"{call.resource}{'.' if group else ''}{group} "
                                                    f'"{name}" already exists')
            return self._objects.put(call.resource, given)

    @staticmethod
    def _check_job(job):
        pod = job["spec"]["template"]["spec"]
        if pod.get("restartPolicy") not in ("Never", "OnFailure"):
            raise Refusal(422, "Invalid", "spec.template.spec.restartPolicy: Required value")
        for container in pod.get("containers") or [{}]:
            if not container.get("name") or not container.get("image"):
                raise Refusal(422, "Invalid", "spec.template.spec.containers: Required value")

    def _delete(self, call, found, options):
        wanted = options.get("preconditions", {}).get("uid")
        uid = found["metadata"]["uid"]
        if wanted not in (None, uid):
            raise Refusal(409, "Conflict", f"the UID in the precondition ({wanted}) does not match "
                                           f"the UID in record ({uid})")
        self._objects.remove(call.resource, call.name)

    def _log(self, call):
        if not self._objects.get("pods", call.name):
            raise Refusal(404, "NotFound", f'pods "{call.name}" not found')
        if call.name not in self._objects.logs:
            raise Refusal(400, "BadRequest", f'container "{call.query.get("container")}" in pod '
                                             f'"{call.name}" is waiting to start')
        lines = self._objects.logs[call.name].splitlines(keepends=True)
        return "".join(lines[-int(call.query.get("tailLines", len(lines))):])


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _serve(self):
        kube = self.server.kube
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if kube.is_away:
            kube.calls["away"] += 1
            self._break()
            return
        try:
            call = Call(self.command, self.path)
            kube.calls[call.key] += 1
            kube.queries[call.key].append(call.query)
            self._answer(kube, call, body)
        except Refusal as refusal:
            self._send(refusal.status, refusal.body)

    def _answer(self, kube, call, body):
        kube.admit(call, self.headers.get("Authorization", ""))
        fault = kube.take_fault(call)
        if fault and not fault[4]:
            raise Refusal(fault[1], "Broken", fault[3])
        if call.verb == "watch":
            self._watch(kube, call)
            return
        answer = kube.answer(call, body)
        if fault:
            self._break()
        else:
            self._send(*answer)

    def _watch(self, kube, call):
        try:
            watch = kube.watch(call)
        except Refusal as refusal:
            if not kube.gone_is_an_event:
                raise
            self._begin(200, "application/json", {"Transfer-Encoding": "chunked"})
            self._chunk(json.dumps({"type": "ERROR", "object": refusal.body}))
            self._end()
            return
        self._begin(200, "application/json", {"Transfer-Encoding": "chunked"})
        try:
            self._stream(watch, float(call.query.get("timeoutSeconds", 300)))
        finally:
            kube.leave(watch)

    def _stream(self, watch, seconds):
        while True:
            try:
                line = watch.lines.get(timeout=seconds)
            except queue.Empty:
                line = END
            if line is CUT:
                self._break()
                return
            if line is END:
                self._end()
                return
            self._chunk(line)

    def _chunk(self, line):
        piece = line.encode() + b"\n"
        self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        self.wfile.flush()

    def _end(self):
        self.wfile.write(b"0\r\n\r\n")

    def _send(self, status, answer):
        is_text = isinstance(answer, str)
        content = answer.encode() if is_text else json.dumps(answer).encode()
        kind = "text/plain" if is_text else "application/json"
        self._begin(status, kind, {"Content-Length": str(len(content))})
        self.wfile.write(content)

    def _begin(self, status, kind, headers):
        self.send_response(status)
        for name, value in {"Content-Type": kind, **headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def _break(self):
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    do_GET = do_POST = do_DELETE = _serve

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, kube):
        self.kube = kube
        super().__init__(("127.0.0.1", 0), Handler)

    def handle_error(self, request, client_address):
        pass  # a client that has ended breaks its connections
