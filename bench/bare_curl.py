# SPDX-License-Identifier: Apache-2.0
"""The least that a listing of a bucket can be: signed requests of libcurl over one connection.

The command `curl` cannot follow the tokens of pages by itself, and one start of it for each page
gives the server time to read ahead. Option numbers are those of curl/curl.h.
"""

import ctypes
import re
import time
import urllib.parse

WRITEFUNCTION, URL, USERPWD, NOPROXY, AWS_SIGV4 = 20011, 10002, 10005, 10177, 10305
RESPONSE_CODE = 0x200000 + 2
WRITE = ctypes.CFUNCTYPE(ctypes.c_size_t, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_size_t,
                         ctypes.c_void_p)


class BareCurl:
    def __init__(self, user):
        self.curl = ctypes.CDLL("libcurl.so.4")
        self.curl.curl_easy_init.restype = ctypes.c_void_p
        self.handle = ctypes.c_void_p(self.curl.curl_easy_init())
        self.body = bytearray()
        self.write = WRITE(self.take)
        self.set(WRITEFUNCTION, self.write)
        self.set(NOPROXY, b"*")
        self.set(USERPWD, user.encode())
        self.set(AWS_SIGV4, b"aws:amz:us-east-1:s3")

    def take(self, piece, size, count, _):
        self.body += ctypes.string_at(piece, size * count)
        return size * count

    def set(self, option, value):
        assert self.curl.curl_easy_setopt(self.handle, option, value) == 0, option

    def get(self, url):
        self.body.clear()
        self.set(URL, url.encode())
        failed = self.curl.curl_easy_perform(self.handle)
        code = ctypes.c_long()
        self.curl.curl_easy_getinfo(self.handle, RESPONSE_CODE, ctypes.byref(code))
        assert not failed and code.value == 200, (failed, code.value, self.body)
        return bytes(self.body)

    def close(self):
        self.curl.curl_easy_cleanup(self.handle)


def seconds_of_listing(server, prefix):
    """(seconds, keys) of all pages of 1,000. Parameters are in the order that signatures want."""
    curl = BareCurl(f"{server.key}:{server.secret}")
    last = f"encoding-type=url&list-type=2&max-keys=1000&prefix={urllib.parse.quote(prefix, '')}"
    query, keys = last, 0
    begin = time.monotonic()
    while True:
        page = curl.get(f"{server.url}/bucket?{query}")
        keys += page.count(b"<Key>")
        more = re.search(b"<NextContinuationToken>([^<]*)<", page)
        if not more:
            break
        query = f"continuation-token={urllib.parse.quote(more[1].decode(), '')}&{last}"
    seconds = time.monotonic() - begin
    curl.close()
    return seconds, keys
