# SPDX-License-Identifier: Apache-2.0
"""moto's S3 with an empty bucket, until standard input closes."""

import json
import logging
import os
import signal
import sys

os.environ["S3_UPLOAD_PART_MIN_SIZE"] = "1"  # read when moto is loaded

import boto3  # noqa: E402
import moto.moto_server.werkzeug_app  # noqa: E402
from moto.moto_server.utilities import RegexConverter  # noqa: E402
from moto.server import ThreadedMotoServer  # noqa: E402


class AnyByte(RegexConverter):
    """Takes names with a newline, too, which moto's own routes do not."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.regex = f"(?s:{self.regex})"


def main():
    moto.moto_server.werkzeug_app.RegexConverter = AnyByte
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    about = {
        "url": f"http://{host}:{port}",
        "bucket": "bucket",
        "region": "us-east-1",
        "access_key": "AKIAMOTOKNOWSEVERYKEY",
        "secret_key": "moto-looks-at-no-signature",
    }
    client = boto3.client(
        "s3",
        endpoint_url=about["url"],
        region_name=about["region"],
        aws_access_key_id=about["access_key"],
        aws_secret_access_key=about["secret_key"],
    )
    client.create_bucket(Bucket=about["bucket"])
    print(json.dumps(about), flush=True)
    for _ in sys.stdin:
        print(json.dumps({"error": "moto takes no orders"}), flush=True)
    os._exit(0)  # its server thread never ends


main()
