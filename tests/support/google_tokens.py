# SPDX-License-Identifier: Apache-2.0
"""Access tokens as Google hands them out: for a signed assertion, or by a metadata server."""

import base64
import hashlib
import json
import re
import secrets
import subprocess

EMAIL = "writer@project.iam.gserviceaccount.com"
SCOPES = {
    "https://www.googleapis.com/auth/devstorage.read_write",
    "https://www.googleapis.com/auth/devstorage.full_control",
    "https://www.googleapis.com/auth/cloud-platform",
}
LIFE = 3600  # seconds
SHA256_INFO = bytes.fromhex("3031300d060960864801650304020105000420")
OUT_OF_TIME = (
    "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. "
    "Check your iat and exp values in the JWT claim."
)


def _openssl(*arguments, given=None):
    done = subprocess.run(
        ["openssl", *arguments], input=given, capture_output=True, text=True, check=True
    )
    return done.stdout


def _decoded(part):
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


class Refused(Exception):
    pass


class Key:
    """The key of the one service account there is."""

    def __init__(self):
        self.pem = _openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048")
        modulus = _openssl("rsa", "-noout", "-modulus", given=self.pem)
        self._modulus = int(re.fullmatch(r"Modulus=([0-9A-F]+)\n", modulus).group(1), 16)

    def json(self, token_uri):
        return json.dumps(
            {
                "type": "service_account",
                "project_id": "project",
                "private_key_id": "1",
                "private_key": self.pem,
                "client_email": EMAIL,
                "token_uri": token_uri,
            }
        )

    def has_signed(self, content, signature):
        """RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017)."""
        size = (self._modulus.bit_length() + 7) // 8
        opened = pow(int.from_bytes(signature, "big"), 65537, self._modulus)
        end = b"\0" + SHA256_INFO + hashlib.sha256(content).digest()
        expected = b"\0\1" + b"\xff" * (size - 2 - len(end)) + end
        return opened.to_bytes(size, "big") == expected


class Tokens:
    """Which tokens are good. Times are seconds of the server's clock."""

    def __init__(self, key):
        self._key = key
        self._ends = {}
        self.life = LIFE

    def exchange(self, assertion, token_uri, now):
        try:
            content, signature = assertion.rsplit(".", 1)
            header, claims = (json.loads(_decoded(part)) for part in content.split("."))
            is_signed = self._key.has_signed(content.encode(), _decoded(signature))
        except ValueError:
            raise Refused("Invalid JWT.") from None
        if header != {"alg": "RS256", "typ": "JWT"} or not is_signed:
            raise Refused("Invalid JWT Signature.")
        if claims["iss"] != EMAIL or claims["aud"] != token_uri:
            raise Refused("Invalid grant: account not found")
        if claims["scope"] not in SCOPES:
            raise Refused("Invalid OAuth scope.")
        begin, end = claims["iat"], claims["exp"]
        if not (begin - 60 <= now < end and begin < end <= begin + 3600):
            raise Refused(OUT_OF_TIME)
        return self.issue(now)

    def issue(self, now):
        token = "ya29." + secrets.token_urlsafe(40)
        self._ends[token] = now + self.life
        return {"access_token": token, "expires_in": self.life, "token_type": "Bearer"}

    def is_good(self, token, now):
        return now < self._ends.get(token, 0)

    def end_all(self):
        self._ends.clear()
