# SPDX-License-Identifier: Apache-2.0
"""What Google Cloud Storage is asked, and how it answers: nothing here knows what is stored."""

import json
import urllib.parse

METADATA = "/computeMetadata/v1/instance/service-accounts/default/token"
RIGHTS = {
    "list": "storage.objects.list",
    "read": "storage.objects.get",
    "write": "storage.objects.create",
    "begin": "storage.objects.create",
    "remove": "storage.objects.delete",
}


class Answer(Exception):
    """What a request is answered; raised from wherever that is known."""

    def __init__(self, status, content=b"", headers=None):
        super().__init__(status)
        self.is_lost = False
        self.status = status
        self.content = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.headers = dict(headers or {})


def refusal(status, message, reason="invalid"):
    errors = [{"message": message, "domain": "global", "reason": reason}]
    return Answer(status, {"error": {"code": status, "message": message, "errors": errors}})


class Asked:
    """One request: what it is about, and what came with it."""

    def __init__(self, handler):
        path, _, query = handler.path.partition("?")
        self.query = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
        self.headers = handler.headers
        self.body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        self.bucket, self.key = "", ""
        self.kind = self._kind(handler.command, path)

    def _kind(self, method, path):
        if path == "/token":
            return "token"
        if path == METADATA:
            return "metadata"
        parts = path.removeprefix("/upload").split("/")
        if parts[:4] != ["", "storage", "v1", "b"] or len(parts) not in (6, 7):
            return "unknown"
        self.bucket = urllib.parse.unquote(parts[4])
        name = parts[6] if len(parts) == 7 else self.query.get("name", "")
        self.key = urllib.parse.unquote(name, errors="strict") if len(parts) == 7 else name
        if path.startswith("/upload"):
            return self._upload_kind(method)
        if method == "DELETE":
            return "remove"
        return "read" if len(parts) == 7 else "list"

    def _upload_kind(self, method):
        if "upload_id" not in self.query:
            return {"media": "write", "resumable": "begin"}.get(self.query["uploadType"], "unknown")
        if method == "DELETE":
            return "cancel"
        return "progress" if self.headers["Content-Range"].startswith("bytes */") else "part"


def progress_of(upload):
    kept = len(upload.content)
    return Answer(308, b"", {"Range": f"bytes=0-{kept - 1}"} if kept else {})


def media(found, headers):
    """An object, or a range of it; packed ones come unpacked to who does not take them packed."""
    answer = Answer(
        200,
        found.content,
        {
            "Content-Type": "application/octet-stream",
            "X-Goog-Generation": found.generation,
            "X-Goog-Hash": f"crc32c={found.crc32c},md5={found.md5}",
            "X-Goog-Stored-Content-Length": str(len(found.content)),
            "X-Goog-Stored-Content-Encoding": found.encoding or "identity",
        },
    )
    if found.encoding == "gzip":
        if "gzip" not in headers.get("Accept-Encoding", ""):
            answer.content = found.unpacked()
            return answer
        answer.headers["Content-Encoding"] = "gzip"
    if "Range" in headers:
        first, last = headers["Range"].removeprefix("bytes=").split("-")
        size = len(found.content)
        if int(first) >= size:
            raise Answer(416, b"The requested range cannot be satisfied.")
        end = min(int(last) + 1, size)
        answer.status = 206
        answer.content = found.content[int(first) : end]
        answer.headers["Content-Range"] = f"bytes {first}-{end - 1}/{size}"
    return answer
