# SPDX-License-Identifier: Apache-2.0
"""What Kubernetes says of a pod: the `status` of its object."""

CONTAINER = "worker"


def of_container(phase, state, **more):
    return {"phase": phase, "containerStatuses": [{"name": CONTAINER, "state": state}], **more}


def running():
    return of_container("Running", {"running": {"startedAt": "2026-01-01T00:00:00Z"}})


def waiting(reason, message):
    return of_container("Pending", {"waiting": {"reason": reason, "message": message}})


def unschedulable(message):
    condition = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable",
                 "message": message}
    return {"phase": "Pending", "conditions": [condition]}


def ended(code, reason=None, message=""):
    reason = reason or ("Error" if code else "Completed")
    terminated = {"exitCode": code, "reason": reason, "message": message}
    return of_container("Failed" if code else "Succeeded", {"terminated": terminated})


def out_of_memory():
    return ended(137, "OOMKilled")


def evicted(message):
    return ended(137) | {"reason": "Evicted", "message": message}


def disrupted(reason, message):
    """By what the cluster does with its nodes."""
    condition = {"type": "DisruptionTarget", "status": "True", "reason": reason,
                 "message": message}
    return ended(143) | {"conditions": [condition]}
