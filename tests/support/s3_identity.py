# SPDX-License-Identifier: Apache-2.0
"""Who may ask ScriptedS3: signatures, and the services that give credentials out."""

import dataclasses
import datetime
import json
import re
import urllib.parse

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from s3_objects import Refused, document, element

SKEW_MAX = datetime.timedelta(minutes=15)
TIME = "%Y%m%dT%H%M%SZ"
ROLE = "scripted role"
AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/([^/]+)/aws4_request,\s*"
    r"SignedHeaders=([^,]+),\s*Signature=([0-9a-f]{64})"
)


@dataclasses.dataclass
class Known:
    secret: str
    token: str = ""
    expires_at: datetime.datetime = None


class Identity:
    def __init__(self):
        self.keys = {"AKIASCRIPTEDSCRIPTED": Known("planted+secret/of+the+scripted+server==")}
        self.offset = datetime.timedelta(0)  # of the server's clock
        self.fixed = None  # the server's clock stands still at this time
        self.life = datetime.timedelta(hours=1)  # of the credentials that are given out
        self.web_token = "planted-web-identity-token"
        self.container_token = "planted-container-token"
        self.metadata_token = "planted-metadata-token"
        self.has_role = True
        self.given = 0

    def now(self):
        now = self.fixed or datetime.datetime.now(datetime.timezone.utc)
        return now + self.offset

    # --- signatures ------------------------------------------------------------------------------

    def check(self, method, url, headers, region):
        """Raises Refused unless the request is signed by one of the keys, for that region."""
        match = AUTHORIZATION.fullmatch(headers.get("Authorization", ""))
        if match is None:
            raise Refused(403, "AccessDenied", "Requests must be signed.")
        access_key, _, signed_region, service, names, signature = match.groups()
        known = self.keys.get(access_key)
        if known is None:
            raise Refused(403, "InvalidAccessKeyId", f"{access_key} is not known.")
        self._check_time(headers)
        if signed_region != region or service != "s3":
            message = f"the region '{signed_region}' is wrong; expecting '{region}'"
            raise Refused(400, "AuthorizationHeaderMalformed", message, Region=region)
        self._check_names(headers, names.split(";"))
        if signature != self._signature(access_key, known, method, url, headers, names, region):
            raise Refused(403, "SignatureDoesNotMatch", "The signature is another one.")
        if headers.get("X-Amz-Security-Token", "") != known.token:
            raise Refused(400, "InvalidToken", "The token is not that of the key.")
        if known.expires_at and self.now() >= known.expires_at:
            raise Refused(400, "ExpiredToken", "The token has expired.")

    def _check_time(self, headers):
        at = datetime.datetime.strptime(headers["X-Amz-Date"], TIME)
        if abs(at.replace(tzinfo=datetime.timezone.utc) - self.now()) > SKEW_MAX:
            raise Refused(403, "RequestTimeTooSkewed", "The difference of the times is too large.")

    @staticmethod
    def _check_names(headers, names):
        for name in map(str.lower, headers):
            wanted = name.startswith("x-amz-") or name in ("range", "if-match", "content-md5")
            if wanted and name not in names:
                raise Refused(403, "AccessDenied", f"The header {name} is not signed.")

    @staticmethod
    def _signature(access_key, known, method, url, headers, names, region):
        request = AWSRequest(method=method, url=url)
        for name in names.split(";"):
            request.headers[name] = headers[name]
        request.context["timestamp"] = headers["X-Amz-Date"]
        signer = S3SigV4Auth(Credentials(access_key, known.secret), "s3", region)
        text = signer.string_to_sign(request, signer.canonical_request(request))
        return signer.signature(text, request)

    # --- what gives credentials ------------------------------------------------------------------

    def give(self):
        self.given += 1
        key = f"ASIASCRIPTED{self.given:08}"
        token = f"planted/session+token={self.given}"
        known = Known(f"planted-secret-{self.given}", token, self.now() + self.life)
        self.keys[key] = known
        return key, known

    def expire(self):
        for known in self.keys.values():
            if known.token:
                known.expires_at = self.now()

    def answer(self, method, path, headers, body):
        """(status, content) of the services beside S3; None for what is none of theirs."""
        if path == "/" and method == "POST":
            return self._assume_role(dict(urllib.parse.parse_qsl(body.decode())))
        if path == "/container/credentials":
            if headers.get("Authorization") != self.container_token:
                return 401, b"{}"
            return 200, self._json()
        if path.startswith("/latest/"):
            return self._metadata(method, path, headers)
        return None

    def _assume_role(self, form):
        is_good = form.get("WebIdentityToken") == self.web_token and "RoleArn" in form
        if form.get("Action") != "AssumeRoleWithWebIdentity" or not is_good:
            inside = element("Code", "InvalidIdentityToken") + element("Message", form)
            return 400, document("ErrorResponse", f"<Error>{inside}</Error>")
        key, known = self.give()
        inside = element("AccessKeyId", key) + element("SecretAccessKey", known.secret)
        inside += element("SessionToken", known.token)
        inside += element("Expiration", known.expires_at.strftime("%Y-%m-%dT%H:%M:%SZ"))
        result = f"<Credentials>{inside}</Credentials>"
        root = "AssumeRoleWithWebIdentityResponse"
        result = f"<AssumeRoleWithWebIdentityResult>{result}</AssumeRoleWithWebIdentityResult>"
        return 200, document(root, result)

    def _metadata(self, method, path, headers):
        if path == "/latest/api/token":
            good = method == "PUT" and "X-aws-ec2-metadata-token-ttl-seconds" in headers
            return (200, self.metadata_token.encode()) if good else (400, b"")
        if headers.get("X-aws-ec2-metadata-token") != self.metadata_token:
            return 401, b""
        name = path.removeprefix("/latest/meta-data/iam/security-credentials/")
        if not self.has_role or name not in ("", urllib.parse.quote(ROLE)):
            return 404, b""
        return 200, self._json() if name else ROLE.encode()

    def _json(self):
        key, known = self.give()
        return json.dumps({
            "Code": "Success",
            "AccessKeyId": key,
            "SecretAccessKey": known.secret,
            "Token": known.token,
            "Expiration": known.expires_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }).encode()
