# SPDX-License-Identifier: Apache-2.0
"""Tasks in every state, a job and their ids, so that random requests also meet what exists."""

import json
import zlib

from programs import wait_until
from webhook_target import call


def action(target, path):
    return {"kind": "Webhook", "params": {"url": target.url + path, "verb": "Post"}}


def new_task(target, name, **more):
    return {
        "id": name, "name": name, "kind": "seed", "metadata": {"customer": 1},
        "group_id": "seeds", "on_start": action(target, "/start"),
        "on_failure": [action(target, "/failed")],
    } | more


def new_tasks(target):
    """Seven that start at once, and two that do not."""
    late = {"scheduled_at": "2100-01-01T00:00:00Z"}
    return [
        new_task(target, "running"), new_task(target, "another"), new_task(target, "succeeded"),
        new_task(target, "failed"), new_task(target, "canceled"), new_task(target, "paused"),
        new_task(target, "deleted"), new_task(target, "late", **late),
        new_task(target, "waiting", dependencies=[{"id": "late"}]),
    ]


class Seeds:
    """The ids of what exists, by the parameter that asks for them."""

    def __init__(self, service, target, directory):
        self._service = service
        tasks = {task["name"]: task["id"] for task in self._tasks(target)}
        job = self._job(directory)
        datums = self._ask("GET", f"/jobs/{job}/datums")["datums"]
        deliveries = self._ask("GET", f"/deliveries?task_id={tasks['failed']}")
        self.ids = {
            "task": list(tasks.values()),
            "batch": [self.batch],
            "deliveries": [delivery["id"] for delivery in deliveries],
            "groups": ["seeds"],
            "jobs": [job],
            "datums": [datum["id"] for datum in datums],
        }

    def pick(self, kind, number):
        return self.ids[kind][number % len(self.ids[kind])]

    def _ask(self, method, path, body=None):
        status, answer = call(method, self._service + path, body)
        assert status < 300, (method, path, status, answer)
        return answer

    def _tasks(self, target):
        created = self._ask("POST", "/task", new_tasks(target))
        ids = {task["name"]: task["id"] for task in created}
        self.batch = created[0]["batch_id"]
        batch = f"/batch/{self.batch}"
        wait_until(lambda: self._ask("GET", batch)["status_counts"]["running"] == 7)
        self._ask("PATCH", f"/task/{ids['succeeded']}", {"status": "Success"})
        self._ask("PATCH", f"/task/{ids['failed']}", {"status": "Failure", "failure_reason": "x"})
        self._ask("DELETE", f"/task/{ids['canceled']}")
        self._ask("PATCH", f"/task/pause/{ids['paused']}")
        self._ask("PATCH", f"/task/{ids['deleted']}", {"status": "Success"})
        self._ask("DELETE", f"/task/{ids['deleted']}?purge=soft")
        dead = f"/deliveries?status=dead&task_id={ids['failed']}"
        wait_until(lambda: self._ask("GET", dead))
        return created

    def _job(self, directory):
        (directory / "in").mkdir(exist_ok=True)
        for name in "ab":
            (directory / "in" / name).write_text(name)
        pipeline = {
            "pipeline": {"name": "seed"},
            "transform": {"image": "debian:12", "cmd": ["true"]},
            "parallelism_spec": {"constant": 1},
            "resource_requests": {"memory": "64Mi", "cpu": 1},
            "input": {"atom": {"URI": (directory / "in").as_uri(), "repo": "in", "glob": "/*"}},
            "egress": {"URI": (directory / "out").as_uri()},
        }
        return self._ask("POST", "/jobs", {"job": pipeline})["job"]["id"]


def number_of(value):
    """The same for the same value in every run."""
    return zlib.crc32(json.dumps(value, default=str).encode())


def meet(case, seeds):
    """Of four ids in a request, three become those of what exists."""
    kind = case.operation.path.split("/")[1].replace("dag", "batch")
    for name, value in case.path_parameters.items():
        number = number_of(value)
        if kind in seeds.ids and number % 4:
            case.path_parameters[name] = seeds.pick(kind, number // 4)
    for name, kind in (("task_id", "task"), ("batch_id", "batch"), ("group_id", "groups")):
        number = number_of(case.query.get(name))
        if name in case.query and number % 4:
            case.query[name] = seeds.pick(kind, number // 4)


def aim_at(target, tasks):
    """Of four URLs of new tasks, three become the target's: of random ones hardly any is right."""
    for task in tasks if isinstance(tasks, list) else []:
        for key in ("on_start", "on_success", "on_failure", "on_cancel"):
            actions = task.get(key) if isinstance(task, dict) else None
            for action in actions if isinstance(actions, list) else [actions]:
                params = action.get("params") if isinstance(action, dict) else None
                if isinstance(params, dict) and number_of(params) % 4:
                    params["url"] = target.url + "/start"
