# SPDX-License-Identifier: Apache-2.0
"""What all examples share: the database from the command line."""

import argparse


def database() -> str:
    parser = argparse.ArgumentParser()
    parser.add_argument("--db", default="sqlite://workflows-example.db", metavar="URL")
    return parser.parse_args().db
