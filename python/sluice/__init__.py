# SPDX-License-Identifier: Apache-2.0
"""Sluice from Python. `sluice.client` speaks to the task service of a server."""

__version__ = "0.1.0"
