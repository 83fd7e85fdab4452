# SPDX-License-Identifier: Apache-2.0
"""The four types of the fake extension: everything happens at once, on the calling thread."""

import json

from fake_state import Error, remembered, state

NOON = "2026-01-31T12:00:00Z"


def check_url(url, needs_schemas):
    if "\0" in url:
        place = len(url[:url.index("\0")].encode())
        raise Error("invalid", "database URL: text without NUL is accepted, not with one at byte "
                               f"{place}")
    if needs_schemas and not url.startswith("postgres"):
        raise Error("invalid", "a schema needs PostgreSQL")


class Runner:
    engine_of_tests = True

    @remembered
    def __init__(self, url, options, schema):
        check_url(url, schema is not None)
        self.is_closed = False
        self.schedules = {}

    @remembered
    def execute(self, name, context):
        if self.is_closed:
            raise Error("closed", "this Runner is shut down")
        if name not in state.workflows:
            raise Error("not_found", f"no workflow named '{name}'")
        return Run(*state.workflows[name], context or "{}")

    def execute_async(self, name, context, on_status):
        run = self.execute(name, context)
        if on_status:
            on_status(run.id, run.status())
        return run

    @remembered
    def run(self, run_id):
        if run_id not in state.runs:
            raise Error("not_found", f"no run '{run_id}'")
        return state.runs[run_id]

    @remembered
    def list_runs(self, query):
        return json.dumps([json.loads(run.members()) for run in state.runs.values()])

    @remembered
    def pause(self, run_id):
        pass

    @remembered
    def resume(self, run_id):
        pass

    @remembered
    def retry_from(self, run_id, task_id):
        return state.runs[run_id]

    @remembered
    def why(self, run_id):
        return '["it is final"]'

    @remembered
    def metrics(self):
        return "sluice_workflow_runs_total 1\n"

    @remembered
    def shutdown(self, grace_ms):
        self.is_closed = True
        return 0

    @remembered
    def add_schedule(self, schedule):
        schedule = json.loads(schedule)
        id = f"schedule-{len(self.schedules) + 1}"
        del schedule["start"], schedule["end"]
        self.schedules[id] = {
            "id": id, **schedule, "enabled": True, "next_run_at": NOON, "last_run_at": None,
            "created_at": NOON, "updated_at": NOON,
        }
        return id

    @remembered
    def list_schedules(self, query):
        query = json.loads(query)
        found = [one for one in reversed(self.schedules.values())
                 if one["enabled"] or not query["enabled_only"]]
        return json.dumps(found[query["offset"]:query["offset"] + query["limit"]])

    @remembered
    def get_schedule(self, schedule_id):
        return json.dumps(self.known(schedule_id))

    @remembered
    def update_schedule(self, schedule_id, changes):
        self.known(schedule_id).update(json.loads(changes))

    @remembered
    def delete_schedule(self, schedule_id):
        self.known(schedule_id)
        del self.schedules[schedule_id]

    @remembered
    def schedule_history(self, schedule_id, query):
        self.known(schedule_id)
        return "[]"

    @remembered
    def schedule_stats(self, since):
        if "T" not in since:
            raise Error("invalid", f"'{since}' is not a time")
        return json.dumps({"total_executions": 0, "successful_executions": 0,
                           "lost_executions": 0, "success_rate": 0.0})

    def known(self, schedule_id):
        if schedule_id not in self.schedules:
            raise Error("not_found", f"no schedule '{schedule_id}'")
        return self.schedules[schedule_id]

    @remembered
    def list_triggers(self, query):
        return json.dumps([trigger_row(document)
                           for document, _ in reversed(state.triggers.values())])

    @remembered
    def get_trigger(self, name):
        known = state.triggers.get(name)
        return None if known is None else json.dumps(trigger_row(known[0]))

    @remembered
    def set_trigger_enabled(self, name, enabled):
        if name not in state.triggers:
            raise Error("not_found", f"no trigger '{name}'")

    @remembered
    def trigger_history(self, name, query):
        return "[]"

    @remembered
    def fire_trigger(self, name, context):
        return self.execute(state.triggers[name][0]["on"], context)


def trigger_row(document):
    return {
        "id": "1", "trigger_name": document["name"], "workflow_name": document["on"],
        "poll_interval_ms": document["poll_interval_ms"],
        "allow_concurrent": document["allow_concurrent"], "enabled": True, "last_poll_at": None,
        "created_at": NOON, "updated_at": NOON,
    }


class Run:
    """Runs its tasks as it is made."""

    engine_of_tests = True

    def __init__(self, definition, bodies, on_success, on_failure, context):
        self.id = f"run-{len(state.runs) + 1}"
        self.definition, self.initial, self.final = definition, context, context
        self.outputs, self.tasks = {}, []
        state.runs[self.id] = self
        calls = {task["id"]: (task, body, good, bad) for task, body, good, bad in
                 zip(definition["tasks"], bodies, on_success, on_failure)}
        while calls:
            ready = next(id for id in calls if not set(calls[id][0]["dependencies"]) & set(calls))
            self.one_task(*calls.pop(ready))

    def one_task(self, task, body, on_success, on_failure):
        given = [self.outputs[id] for id in task["dependencies"] if id in self.outputs]
        merged = {} if given else json.loads(self.initial)
        for output in given:
            merged.update(json.loads(output))
        failed = {row["id"] for row in self.tasks if row["status"] == "Failed"}
        if failed & set(task["dependencies"]):
            return self.ended(task, "Skipped", 0, "a dependency failed")
        for number in range(1, task["retry"]["max_attempts"] + 1):
            attempt = Attempt(self, task["id"], number)
            output = body(attempt, json.dumps(merged))
            if output is not None:
                break
            if on_failure:
                on_failure(task["id"], attempt.error, json.dumps(merged))
        else:
            return self.ended(task, "Failed", number, attempt.error)
        if on_success:
            on_success(task["id"], output)
        self.outputs[task["id"]] = self.final = output
        return self.ended(task, "Completed", number, "")

    def ended(self, task, status, attempts, error):
        self.tasks.append({"id": task["id"], "status": status, "start_time": NOON,
                           "end_time": NOON, "attempts": attempts, "error": error})

    @remembered
    def wait(self, timeout_ms):
        return timeout_ms != 0

    def status(self):
        return json.loads(self.members())["status"]

    @remembered
    def cancel(self, reason):
        pass

    def members(self):
        states = [row["status"] for row in self.tasks]
        failed = states.count("Failed")
        words = (f"{failed} task(s) failed, {states.count('Completed')} completed, "
                 f"{states.count('Skipped')} skipped")
        return json.dumps({
            "id": self.id, "workflow": self.definition["workflow"], "version": "0" * 16,
            "status": "Failed" if failed else "Completed", "start_time": NOON, "end_time": NOON,
            "error_message": words if failed else "", "tasks": self.tasks,
        })

    def initial_context(self):
        return self.initial

    @remembered
    def final_context(self):
        return self.final

    @remembered
    def output(self, task_id):
        return self.outputs.get(task_id)


class Attempt:
    engine_of_tests = True

    def __init__(self, run, task_id, number):
        self.run_id, self.task_id, self.attempt = run.id, task_id, number
        self.workflow = run.definition["workflow"]
        self.error = None
        self.is_waiting = False

    def cancelled(self):
        return False

    def is_slot_held(self):
        return not self.is_waiting

    @remembered
    def defer_until(self, condition, interval_ms):
        while not condition():
            self.is_waiting = True
        self.is_waiting = False

    @remembered
    def sleep(self, duration_ms):
        pass

    @remembered
    def fail(self, error, is_transient):
        self.error = error


class Admin:
    engine_of_tests = True

    @remembered
    def __init__(self, url):
        check_url(url, needs_schemas=True)

    @remembered
    def create_tenant(self, config):
        made = json.loads(config)
        made["password"] = made["password"] or "made"
        return json.dumps({**made, "connection_string": f"postgresql://{made['username']}@h/d"})

    @remembered
    def remove_tenant(self, schema_name, username):
        pass

    @remembered
    def list_tenants(self):
        return '["a", "b"]'
