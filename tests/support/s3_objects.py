# SPDX-License-Identifier: Apache-2.0
"""The buckets of ScriptedS3: objects, uploads in parts and listings."""

import base64
import bisect
import dataclasses
import hashlib
import itertools
import urllib.parse
import xml.sax.saxutils

from crc32c import crc32c, encoded
from made_up import Gone

NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'


class Refused(Exception):
    """An error answer."""

    def __init__(self, status, code, message="", headers=None, **elements):
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}
        self.elements = elements

    def document(self):
        elements = {"Code": self.code, "Message": self.message, **self.elements}
        return document("Error", "".join(element(*item) for item in elements.items()))


def element(name, text):
    return f"<{name}>{xml.sax.saxutils.escape(str(text))}</{name}>"


def document(root, inside, namespace=""):
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return f"{head}<{root}{' ' + namespace if namespace else ''}>{inside}</{root}>".encode()


@dataclasses.dataclass
class Object:
    content: bytes
    etag: str
    crc: str  # as it stands in the header; empty: none is known


@dataclasses.dataclass
class Upload:
    key: bytes
    with_crc: bool
    parts: dict = dataclasses.field(default_factory=dict)  # number: Object


def whole(content, with_crc=True):
    etag = f'"{hashlib.md5(content).hexdigest()}"'
    return Object(content, etag, encoded(crc32c(content)) if with_crc else "")


class Objects(dict):
    """By their keys, whose order is found out when it is asked for."""

    _in_order = None

    def __setitem__(self, key, value):
        if key not in self:
            self._in_order = None
        super().__setitem__(key, value)

    def pop(self, key, default=None):
        self._in_order = None
        return super().pop(key, default)

    def in_order(self):
        if self._in_order is None:
            self._in_order = sorted(self)
        return self._in_order


class Bucket:
    def __init__(self, region):
        self.region = region
        self.objects = Objects()
        self.uploads = {}
        self._numbers = itertools.count(1)

    def object(self, key):
        if key not in self.objects:
            raise Refused(404, "NoSuchKey", "The specified key does not exist.")
        return self.objects[key]

    # --- uploads in parts ------------------------------------------------------------------------

    def begin(self, key, with_crc):
        name = f"upload+{next(self._numbers)}/="
        self.uploads[name] = Upload(key, with_crc)
        return document("InitiateMultipartUploadResult", element("UploadId", name), NAMESPACE)

    def upload(self, name):
        if name not in self.uploads:
            raise Refused(404, "NoSuchUpload", "The specified upload does not exist.")
        return self.uploads[name]

    def complete(self, name, wanted):
        """`wanted`: (number, ETag, CRC-32C or None) of each part."""
        upload = self.upload(name)
        parts = []
        for number, etag, crc in wanted:
            part = upload.parts.get(number)
            if part is None or part.etag.strip('"') != etag.strip('"'):
                raise Refused(400, "InvalidPart", "A part could not be found.")
            if upload.with_crc and crc != part.crc:
                raise Refused(400, "InvalidRequest", "The checksum of a part is missing or wrong.")
            parts.append(part)
        if not parts:
            raise Refused(400, "MalformedXML", "The XML is not well-formed.")
        del self.uploads[name]
        sums = b"".join(bytes.fromhex(part.etag.strip('"')) for part in parts)
        etag = f'"{hashlib.md5(sums).hexdigest()}-{len(parts)}"'
        crc = ""
        if upload.with_crc:
            crcs = b"".join(base64.b64decode(part.crc) for part in parts)
            crc = f"{encoded(crc32c(crcs))}-{len(parts)}"
        if any(isinstance(part.content, Gone) for part in parts):
            content = Gone(sum(len(part.content) for part in parts))
        else:
            content = b"".join(part.content for part in parts)
        self.objects[upload.key] = Object(content, etag, crc)
        return document("CompleteMultipartUploadResult", element("ETag", etag), NAMESPACE)

    # --- listings --------------------------------------------------------------------------------

    def page(self, query, entries_max):
        prefix = query.get("prefix", "").encode(errors="surrogateescape")
        delimiter = query.get("delimiter", "").encode()
        after = base64.b64decode(query.get("continuation-token", ""))
        told, last, is_truncated = [], b"", False
        keys = self.objects.in_order()
        for at in range(bisect.bisect_left(keys, max(prefix, after)), len(keys)):
            key = keys[at]
            if not key.startswith(prefix):
                break
            folder = self._folder(key, prefix, delimiter)
            name = folder or key
            if name <= after or name == last:
                continue
            if len(told) == entries_max:
                is_truncated = True
                break
            told.append((folder, key))
            last = name
        is_encoded = query.get("encoding-type") == "url"
        entries = "".join(self._entry(folder, key, is_encoded) for folder, key in told)
        entries += element("IsTruncated", str(is_truncated).lower())
        if is_truncated:
            entries += element("NextContinuationToken", base64.b64encode(last).decode())
        if is_encoded:
            entries += element("EncodingType", "url")
        return document("ListBucketResult", element("KeyCount", len(told)) + entries, NAMESPACE)

    @staticmethod
    def _folder(key, prefix, delimiter):
        end = key.find(delimiter, len(prefix)) if delimiter else -1
        return key[: end + len(delimiter)] if end >= 0 else b""

    def _entry(self, folder, key, is_encoded):
        def text(name):
            if is_encoded:
                return urllib.parse.quote_plus(name, safe="/")
            return xml.sax.saxutils.escape(name.decode(errors="replace"))

        if folder:
            return f"<CommonPrefixes><Prefix>{text(folder)}</Prefix></CommonPrefixes>"
        found = self.objects[key]
        return (f"<Contents><Key>{text(key)}</Key><ETag>{found.etag}</ETag>"
                f"<Size>{len(found.content)}</Size></Contents>")
