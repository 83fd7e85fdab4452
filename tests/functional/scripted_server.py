# SPDX-License-Identifier: Apache-2.0
"""A server that answers as a test says, for what clients of its routes do."""

import http.server
import json
import queue
import threading
import urllib.parse


class Sent:
    """One request as it came."""

    def __init__(self, handler):
        url = urllib.parse.urlsplit(handler.path)
        length = int(handler.headers.get("Content-Length", 0))
        body = handler.rfile.read(length)
        self.line = f"{handler.command} {url.path}"
        self.query = dict(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
        self.headers = {name.lower(): value for name, value in handler.headers.items()}
        self.body = json.loads(body) if body else None


class Stream:
    """An answer without an end: what is put into it is sent at once."""

    def __init__(self, *pieces):
        self._pieces = queue.Queue()
        for piece in pieces:
            self.put(piece)

    def put(self, piece):
        self._pieces.put(piece)

    def end(self):
        self._pieces.put(None)

    def pieces(self):
        return iter(self._pieces.get, None)


class ScriptedServer:
    """`routes["GET /rules"]` is the list of answers (status, body, headers), the last one again and
    again, or a Stream. What has no route is 404."""

    def __init__(self):
        self.routes = {}
        self.sent = []
        self._arrived = threading.Condition()
        script = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _serve(self):
                sent = Sent(self)
                answer = script._next(sent.line)
                script._keep(sent)
                self._stream(answer) if isinstance(answer, Stream) else self._answer(*answer)

            def _answer(self, status, body, headers):
                content = b"" if body is None else json.dumps(body).encode()
                self._begin(status, "application/json", headers)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def _stream(self, stream):
                self._begin(200, "text/event-stream", {"Connection": "close"})
                self.end_headers()
                self.close_connection = True
                for piece in stream.pieces():
                    self.wfile.write(piece.encode())
                    self.wfile.flush()

            def _begin(self, status, content_type, headers):
                self.send_response(status)
                self.send_header("Sluice-Protocol", "1")
                self.send_header("Content-Type", content_type)
                for name, value in headers.items():
                    self.send_header(name, value)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request, client_address):
                pass  # a client that has ended breaks its connections

        self._server = Server(("127.0.0.1", 0), Handler)
        serve = {"poll_interval": 0.01}
        threading.Thread(target=self._server.serve_forever, kwargs=serve, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def lines(self):
        with self._arrived:
            return [sent.line for sent in self.sent]

    def wait_for(self, line, count, seconds=30):
        with self._arrived:
            assert self._arrived.wait_for(
                lambda: sum(sent.line == line for sent in self.sent) >= count, seconds
            ), f"{line} was not asked {count} times"

    def close(self):
        for answers in self.routes.values():
            if isinstance(answers, Stream):
                answers.end()
        self._server.shutdown()
        self._server.server_close()

    def _keep(self, sent):
        with self._arrived:
            self.sent.append(sent)
            self._arrived.notify_all()

    def _next(self, line):
        answers = self.routes.get(line, [answer({"error": f"Not found: {line}"}, 404)])
        if isinstance(answers, Stream):
            return answers
        return answers.pop(0) if len(answers) > 1 else answers[0]


def answer(body=None, status=200, **headers):
    return status, body, headers
