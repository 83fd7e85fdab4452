# SPDX-License-Identifier: Apache-2.0
"""The objects behind fake_kube: versions, history, watches, and what the controllers do."""

import base64
import collections
import copy
import datetime
import json
import queue
import threading
import uuid

GROUPS = {"jobs": "batch", "pods": "", "secrets": ""}
KINDS = {"jobs": "Job", "pods": "Pod", "secrets": "Secret"}

# What is put into the queue of a watch instead of a line.
END = object()  # the stream ends as it should
CUT = object()  # its connection breaks


class Gone(Exception):
    """410: what was asked for is forgotten."""


def api_version(resource):
    return f"{GROUPS[resource]}/v1" if GROUPS[resource] else "v1"


def matches(found, selector):
    """`key=value` and `key`, separated by commas."""
    labels = found["metadata"].get("labels", {})
    for part in filter(None, selector.split(",")):
        key, _, value = part.partition("=")
        if key not in labels or (value and labels[key] != value):
            return False
    return True


class Watch:
    def __init__(self, resource, selector):
        self.resource = resource
        self.selector = selector
        self.lines = queue.Queue()
        self.last = None

    def tell(self, kind, found):
        if kind == "BOOKMARK" or matches(found, self.selector):
            self.last = json.dumps({"type": kind, "object": found})
            self.lines.put(self.last)


class Objects:
    """Everything is done under `changed`, which is notified after each change."""

    def __init__(self, name_space, has_controller):
        self.changed = threading.Condition(threading.RLock())
        self.has_controller = has_controller
        self.logs = {}
        self._name_space = name_space
        self._found = {resource: {} for resource in GROUPS}
        self._version = 100
        self._forgotten = 100  # versions below are too old to watch from
        self._history = collections.deque(maxlen=10_000)  # (version, resource, kind, object)
        self._watches = []
        self._pages = {}  # by token: the rest of a list
        self._numbers = collections.Counter()

    def get(self, resource, name):
        with self.changed:
            return copy.deepcopy(self._found[resource].get(name))

    def items(self, resource):
        with self.changed:
            return copy.deepcopy(list(self._found[resource].values()))

    def put(self, resource, given):
        """The object as it is from now on."""
        with self.changed:
            name = given["metadata"]["name"]
            old = self._found[resource].get(name)
            kept = copy.deepcopy(given)
            meta = kept["metadata"]
            now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
            before = old["metadata"] if old else {}
            if meta.get("uid", before.get("uid")) != before.get("uid"):
                before = {}
            meta.setdefault("uid", before.get("uid", str(uuid.uuid4())))
            meta.setdefault("creationTimestamp", before.get("creationTimestamp", now))
            meta["namespace"] = self._name_space
            kept = {"apiVersion": api_version(resource), "kind": KINDS[resource], **kept}
            if old and not before:
                self.remove(resource, name)
            self._found[resource][name] = kept
            self._note(resource, "MODIFIED" if before else "ADDED", kept)
            self._control()
            return copy.deepcopy(kept)

    def remove(self, resource, name):
        with self.changed:
            gone = self._found[resource].pop(name, None)
            if gone is None:
                return
            self._note(resource, "DELETED", gone)
            self._collect(gone["metadata"]["uid"])
            self._control()

    def list(self, resource, selector, limit, token):
        """(items, version, token of the next page)."""
        with self.changed:
            if token:
                if token not in self._pages:
                    raise Gone("The provided continue parameter is too old")
                version, items = self._pages.pop(token)
            else:
                version = self._version
                found = self._found[resource]
                items = [found[name] for name in sorted(found) if matches(found[name], selector)]
            rest = items[limit:] if limit else []
            following = ""
            if rest:
                following = base64.b64encode(uuid.uuid4().bytes).decode()  # to be escaped in URLs
                self._pages[following] = (version, rest)
            return items[: limit or None], str(version), following

    def watch(self, resource, selector, version):
        with self.changed:
            if version < self._forgotten:
                raise Gone(f"too old resource version: {version} ({self._version})")
            watch = Watch(resource, selector)
            for then, of, kind, found in self._history:
                if then > version and of == resource:
                    watch.tell(kind, found)
            self._watches.append(watch)
            self.changed.notify_all()
            return watch

    def leave(self, watch):
        with self.changed:
            if watch in self._watches:
                self._watches.remove(watch)

    def watches(self):
        with self.changed:
            return list(self._watches)

    def expire(self):
        """Whoever has not heard of the last change must list anew; pages of lists are forgotten."""
        with self.changed:
            self._forgotten = self._version
            self._history.clear()
            self._pages.clear()

    def tell_late(self, resource, found):
        """Says of an old state that it is new, which is not kept."""
        with self.changed:
            self._version += 1
            late = copy.deepcopy(found)
            late["metadata"]["resourceVersion"] = str(self._version)
            for watch in self._watches:
                if watch.resource == resource:
                    watch.tell("MODIFIED", late)

    def bookmark(self):
        with self.changed:
            for watch in self._watches:
                meta = {"resourceVersion": str(self._version)}
                kind = KINDS[watch.resource]
                bookmark = {"kind": kind, "apiVersion": api_version(watch.resource)}
                watch.tell("BOOKMARK", {**bookmark, "metadata": meta})

    def _note(self, resource, kind, found):
        self._version += 1
        found["metadata"]["resourceVersion"] = str(self._version)
        found = copy.deepcopy(found)
        self._history.append((self._version, resource, kind, found))
        for watch in self._watches:
            if watch.resource == resource:
                watch.tell(kind, found)
        self.changed.notify_all()

    # --- controllers ---

    def _collect(self, uid):
        """What belongs to nothing any more goes, as the garbage collector has it."""
        for resource, objects in self._found.items():
            for name, found in list(objects.items()):
                owners = found["metadata"].get("ownerReferences", [])
                if any(owner["uid"] == uid for owner in owners):
                    found["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
                    self._note(resource, "MODIFIED", found)
                    self.remove(resource, name)

    def _control(self):
        """The controller of Jobs: keeps `parallelism` pods, until one has succeeded."""
        if not self.has_controller:
            return
        for job in list(self._found["jobs"].values()):
            if job.get("status", {}).get("conditions"):
                continue
            pods = [pod for pod in self._found["pods"].values() if self._belongs(pod, job)]
            phases = [pod.get("status", {}).get("phase", "Pending") for pod in pods]
            active = sum(phase in ("Pending", "Running") for phase in phases)
            if "Succeeded" not in phases:
                for _ in range(job["spec"]["parallelism"] - active):
                    self._start_pod(job)
            elif active == 0:
                complete = {"type": "Complete", "status": "True"}
                job.setdefault("status", {})["conditions"] = [complete]
                self._note("jobs", "MODIFIED", job)

    @staticmethod
    def _belongs(pod, job):
        owners = pod["metadata"].get("ownerReferences", [])
        return any(owner["uid"] == job["metadata"]["uid"] for owner in owners)

    def _start_pod(self, job):
        name = job["metadata"]["name"]
        self._numbers[name] += 1
        template = copy.deepcopy(job["spec"]["template"])
        owner = {"apiVersion": "batch/v1", "kind": "Job", "name": name, "controller": True,
                 "uid": job["metadata"]["uid"]}
        meta = {"name": f"{name}-{self._numbers[name]}",
                "labels": {**template["metadata"].get("labels", {}), "job-name": name},
                "uid": str(uuid.uuid4()), "namespace": self._name_space,
                "creationTimestamp": job["metadata"]["creationTimestamp"],
                "ownerReferences": [owner]}
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": template["spec"],
               "status": {"phase": "Pending"}}
        self._found["pods"][meta["name"]] = pod
        self._note("pods", "ADDED", pod)
