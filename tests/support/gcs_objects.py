# SPDX-License-Identifier: Apache-2.0
"""Buckets in memory as Google Cloud Storage has them: objects, listings, resumable uploads."""

import base64
import bisect
import gzip
import hashlib
import itertools
import secrets

from crc32c import crc32c, encoded

CHUNK = 256 << 10  # parts of an upload but the last are multiples of it
_generations = itertools.count(1_700_000_000_000_001)


class Object:
    def __init__(self, content, encoding=""):
        self.content = content
        self.encoding = encoding  # "gzip": `content` is packed
        self.crc32c = encoded(crc32c(content))
        self.md5 = base64.b64encode(hashlib.md5(content).digest()).decode()
        self.generation = str(next(_generations))

    def unpacked(self):
        return gzip.decompress(self.content)


class Upload:
    """A resumable session: what has come so far."""

    def __init__(self, key):
        self.key = key
        self.content = bytearray()


class Bucket:
    def __init__(self):
        self.objects = {}
        self.uploads = {}
        self.finished = {}  # what the end of an upload was answered
        self._sorted = None

    def put(self, key, content, encoding=""):
        if key not in self.objects:
            self._sorted = None
        self.objects[key] = Object(bytes(content), encoding)
        return self.objects[key]

    def fill(self, prefix, count, content):
        found = Object(content)
        self.objects |= {f"{prefix}{number:06}": found for number in range(count)}
        self._sorted = None

    def remove(self, key):
        del self.objects[key]
        self._sorted = None

    def begin(self, key):
        name = secrets.token_urlsafe(20)
        self.uploads[name] = Upload(key)
        return name

    def page(self, prefix, delimiter, count, token):
        """Items and prefixes of one page, and the token of the next; names sort by their bytes."""
        if self._sorted is None:
            self._sorted = sorted((key.encode(), key) for key in self.objects)
        start = base64.urlsafe_b64decode(token) if token else prefix.encode()
        items, prefixes = [], []
        at = bisect.bisect_left(self._sorted, (start, ""))
        while at < len(self._sorted):
            name, key = self._sorted[at]
            if not key.startswith(prefix):
                break
            if len(items) + len(prefixes) == count:
                return items, prefixes, base64.urlsafe_b64encode(name).decode()
            end = key.find(delimiter, len(prefix)) if delimiter else -1
            if end < 0:
                items.append({"name": key, "size": str(len(self.objects[key].content))})
                at += 1
            else:
                folder = key[: end + 1]
                prefixes.append(folder)
                behind = folder.encode()[:-1] + b"0"  # what follows after '/'
                at = bisect.bisect_left(self._sorted, (behind, ""))
        return items, prefixes, ""
