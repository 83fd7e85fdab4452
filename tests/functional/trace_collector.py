# SPDX-License-Identifier: Apache-2.0
"""A collector of OpenTelemetry traces: OTLP over HTTP, in JSON."""

import http.server
import json
import threading


def plain(value):
    [(kind, text)] = value.items()
    return int(text) if kind == "intValue" else text


def attributes_of(document):
    return {entry["key"]: plain(entry["value"]) for entry in document["attributes"]}


class Span:
    """One span as it came."""

    def __init__(self, document, resource):
        self.trace = document["traceId"]
        self.id = document["spanId"]
        self.parent = document.get("parentSpanId")
        self.name = document["name"]
        self.kind = {2: "server", 3: "client"}[document["kind"]]
        self.begun = int(document["startTimeUnixNano"])
        self.ended = int(document["endTimeUnixNano"])
        self.attributes = attributes_of(document)
        self.failed = document.get("status", {}).get("code") == 2
        self.resource = resource


class Collector:
    """Listens on 127.0.0.1; answers with `statuses` one after the other, then with 200."""

    def __init__(self):
        self.statuses = []
        self.requests = []  # (path, headers)
        self.documents = []
        self._spans = []
        self._lock = threading.Lock()
        self._arrived = threading.Condition(self._lock)
        collector = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = collector._take(self.path, dict(self.headers), json.loads(body))
                answer = b"{}"
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

        self._server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def _take(self, path, headers, document):
        with self._arrived:
            self.requests.append((path, headers))
            self.documents.append(document)
            status = self.statuses.pop(0) if self.statuses else 200
            if status == 200:
                for resource in document["resourceSpans"]:
                    source = attributes_of(resource["resource"])
                    for scope in resource["scopeSpans"]:
                        self._spans += [Span(span, source) for span in scope["spans"]]
            self._arrived.notify_all()
            return status

    def spans(self, name=None):
        with self._lock:
            return [span for span in self._spans if name in (None, span.name)]

    def wait_for(self, name, count=1, seconds=30):
        """The first `count` spans of that name."""
        with self._arrived:
            assert self._arrived.wait_for(
                lambda: sum(span.name == name for span in self._spans) >= count, seconds
            ), f"no {name} among {[span.name for span in self._spans]}"
        return self.spans(name)[:count]

    def close(self):
        self._server.shutdown()
        self._server.server_close()
