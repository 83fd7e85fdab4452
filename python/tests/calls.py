# SPDX-License-Identifier: Apache-2.0
"""What each method of a client asks of a server, and documents that servers answer with."""

from datetime import UTC, datetime

from scripted_server import answer, task_json
from sluice.client import Batch, Status, Stored, concurrency, webhook

ID = task_json()["id"]
BATCH = task_json()["batch_id"]
TASK = answer(body=task_json())
UPDATED = answer(body="Task updated successfully")
COUNTS = dict.fromkeys(
    ["waiting", "pending", "claimed", "running", "success", "failure", "skipped", "paused",
     "canceled"], 1)
DELIVERY = {
    "id": ID, "task_id": ID, "batch_id": BATCH, "attempt": 1, "trigger": "End",
    "condition": "success", "position": 0, "status": "dead", "tries": 10,
    "created_at": "2026-01-31T12:00:00.000000Z", "updated_at": "2026-01-31T12:00:00.000000Z",
    "next_try_at": None, "answered_status": 404, "reason": "404", "answer": None,
    "idempotency_key": "k",
}
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
NOON_TEXT = "2026-01-31T12:00:00.000000Z"
GROUP = {"group_id": "g h", "total_tasks": 9, "status_counts": COUNTS}
TIMELINE = {"task_id": ID, "events": [
    {"at": NOON_TEXT, "event": "created", "actor": "laptop", "attempt": None, "status": "Pending",
     "detail": None}]}
MATCHER = {"status": "Running", "kind": "k", "fields": []}
WHY = {
    "task_id": ID, "status": "Pending", "reason": "rules", "why": "a rule holds it up",
    "parents": [{"id": ID, "status": "Running"}],
    "rules": [{"type": "Concurency", "maximum": 2, "now": 2, "matcher": MATCHER,
               "holders": [ID]}],
    "not_before": None, "paused_by": None, "paused_at": NOON_TEXT,
}
RULE = {"type": "Concurency", "max_concurency": 2, "matcher": MATCHER}
ACTION = {"kind": "Webhook", "params": {"url": "http://w/", "verb": "Post"}}
STORED = {"id": ID, "name": "few", "created_at": NOON_TEXT, "updated_at": NOON_TEXT}
STORED_RULE = STORED | RULE | {"uses": 2}
STORED_ACTION = STORED | ACTION
SCHEDULE = STORED | {
    "cron": None, "every": "6h", "at": None, "timezone": None, "tasks": [{"id": "a"}],
    "catchup": "skip", "max_catchup": 100, "overlap": "allow", "jitter": 0, "enabled": True,
    "start": None, "end": None, "next_run_at": NOON_TEXT, "last_run_at": None,
    "last_batch_id": None,
}
RUN = {"schedule_id": ID, "scheduled_at": NOON_TEXT, "fired_at": NOON_TEXT, "outcome": "created",
       "batch_id": BATCH, "reason": None}
AUDIT = {"id": 7, "at": NOON_TEXT, "actor": None, "action": "cancel", "object": "batch",
         "object_id": BATCH, "detail": None}


def small_batch():
    batch = Batch()
    batch.task(name="A", kind="k", on_start=webhook("http://w/"))
    return batch



# method, arguments, named arguments, answer → the request, its query, its body
CALLS = [
    ("get", [ID], {}, TASK, f"GET /task/{ID}", {}, None),
    ("list", [], {"kind": "a&b", "status": Status.WAITING, "metadata": {"a": 1}, "deleted": True,
                  "page_size": 2}, answer(body=[]), "GET /task",
     {"kind": "a&b", "status": "Waiting", "metadata": '{"a":1}', "deleted": "true",
      "page_size": "2"}, None),
    ("update", [ID], {"priority": 3, "scheduled_at": NOON}, UPDATED, f"PATCH /task/{ID}", {},
     {"priority": 3, "scheduled_at": "2026-01-31T12:00:00.000000Z"}),
    ("update", [ID], {"status": "Failure", "failure_reason": "x", "new_success": 0, "attempt": 2},
     UPDATED, f"PATCH /task/{ID}", {},
     {"status": "Failure", "failure_reason": "x", "new_success": 0, "attempt": 2}),
    ("count", [ID], {"new_success": 3}, answer(202, "Queued"), f"PUT /task/{ID}", {},
     {"new_success": 3, "new_failures": 0}),
    ("heartbeat", [ID], {}, UPDATED, f"PATCH /task/{ID}", {}, {}),
    ("cancel", [ID], {}, TASK, f"DELETE /task/{ID}", {}, None),
    ("pause", [ID], {}, TASK, f"PATCH /task/pause/{ID}", {}, None),
    ("resume", [ID], {}, TASK, f"PATCH /task/resume/{ID}", {}, None),
    ("retry", [ID], {}, TASK, f"POST /task/{ID}/retry", {}, None),
    ("hide", [ID], {}, TASK, f"DELETE /task/{ID}", {"purge": "soft"}, None),
    ("restore", [ID], {}, TASK, f"POST /task/{ID}/restore", {}, None),
    ("timeline", [ID], {}, answer(body=TIMELINE), f"GET /task/{ID}/timeline", {}, None),
    ("why", [ID], {}, answer(body=WHY), f"GET /task/{ID}/why", {}, None),
    ("batch", [BATCH], {}, answer(body={
        "batch_id": BATCH, "total_tasks": 9, "total_success": 0, "total_failures": 0,
        "total_expected": None, "status_counts": COUNTS}), f"GET /batch/{BATCH}", {}, None),
    ("batches", [], {"created_after": NOON, "name": "x"}, answer(body=[]), "GET /batches",
     {"created_after": "2026-01-31T12:00:00.000000Z", "name": "x"}, None),
    ("dag", [BATCH], {}, answer(body={"tasks": [task_json()], "links": [
        {"parent_id": ID, "child_id": ID, "requires_success": True, "condition": "on_success"}]}),
     f"GET /dag/{BATCH}", {}, None),
    ("stop_batch", [BATCH], {}, answer(body={
        "batch_id": BATCH, "canceled_waiting": 1, "canceled_pending": 0, "canceled_claimed": 0,
        "canceled_running": 0, "canceled_paused": 0, "already_terminal": 0}),
     f"DELETE /batch/{BATCH}", {}, None),
    ("pause_batch", [BATCH], {}, answer(body={
        "batch_id": BATCH, "paused_waiting": 1, "paused_pending": 0, "paused_claimed": 0,
        "paused_running": 0}), f"PATCH /batch/{BATCH}/pause", {}, None),
    ("resume_batch", [BATCH], {}, answer(body={"batch_id": BATCH, "resumed": 1}),
     f"PATCH /batch/{BATCH}/resume", {}, None),
    ("set_rules", [BATCH, "k", [concurrency(2, "k"), Stored(ID)]], {},
     answer(body={"batch_id": BATCH, "kind": "k", "updated_count": 8}),
     f"PATCH /batch/{BATCH}/rules", {}, {"kind": "k", "rules": [RULE, {"ref": ID}]}),
    ("group", ["g h"], {}, answer(body=GROUP | {
        "total_success": 0, "total_failures": 0, "total_expected": None}), "GET /groups/g%20h", {},
     None),
    ("groups", [], {"page": 2, "page_size": 3}, answer(body=[GROUP | {
        "first_created_at": NOON_TEXT, "latest_updated_at": NOON_TEXT, "kinds": ["k"]}]),
     "GET /groups", {"page": "2", "page_size": "3"}, None),
    ("stop_group", ["g"], {}, answer(body={
        "group_id": "g", "canceled_waiting": 1, "canceled_pending": 0, "canceled_claimed": 0,
        "canceled_running": 0, "canceled_paused": 0, "already_terminal": 0}), "DELETE /groups/g",
     {}, None),
    ("pause_group", ["g"], {}, answer(body={
        "group_id": "g", "paused_waiting": 1, "paused_pending": 0, "paused_claimed": 0,
        "paused_running": 0}), "PATCH /groups/g/pause", {}, None),
    ("resume_group", ["g"], {}, answer(body={"group_id": "g", "resumed": 1}),
     "PATCH /groups/g/resume", {}, None),
    ("rules", [], {"page": 1, "page_size": 2}, answer(body=[STORED_RULE]), "GET /rules",
     {"page": "1", "page_size": "2"}, None),
    ("rule", [ID], {}, answer(body=STORED_RULE), f"GET /rules/{ID}", {}, None),
    ("store_rule", [concurrency(2, "k")], {"name": "few"}, answer(201, STORED_RULE), "POST /rules",
     {}, RULE | {"name": "few"}),
    ("replace_rule", [ID, RULE], {}, answer(body=STORED_RULE), f"PUT /rules/{ID}", {}, RULE),
    ("delete_rule", [ID], {}, answer(body={"id": ID}), f"DELETE /rules/{ID}", {}, None),
    ("actions", [], {"page": 1, "page_size": 2}, answer(body=[STORED_ACTION]), "GET /actions",
     {"page": "1", "page_size": "2"}, None),
    ("action", [ID], {}, answer(body=STORED_ACTION), f"GET /actions/{ID}", {}, None),
    ("store_action", [webhook("http://w/")], {}, answer(body=STORED_ACTION), "POST /actions", {},
     ACTION),
    ("replace_action", [ID, ACTION], {"name": "few"}, answer(body=STORED_ACTION),
     f"PUT /actions/{ID}", {}, ACTION | {"name": "few"}),
    ("delete_action", [ID], {}, answer(body={"id": ID}), f"DELETE /actions/{ID}", {}, None),
    ("create_schedule", ["s", small_batch()], {
        "every": "6h", "start": NOON, "jitter": 5, "overlap": "skip", "enabled": False},
     answer(201, SCHEDULE), "POST /schedules", {},
     {"name": "s", "every": "6h", "start": NOON_TEXT, "jitter": 5, "overlap": "skip",
      "enabled": False,
      "tasks": [{"id": "task-1", "name": "A", "kind": "k", "on_start": ACTION}]}),
    ("schedules", [], {"name": "s", "enabled": True, "page": 1, "page_size": 2},
     answer(body=[SCHEDULE]), "GET /schedules",
     {"name": "s", "enabled": "true", "page": "1", "page_size": "2"}, None),
    ("schedule", [ID], {}, answer(body=SCHEDULE), f"GET /schedules/{ID}", {}, None),
    ("update_schedule", [ID, {"at": NOON, "end": None}], {}, answer(body=SCHEDULE),
     f"PATCH /schedules/{ID}", {}, {"at": NOON_TEXT, "end": None}),
    ("delete_schedule", [ID], {}, answer(body={"id": ID}), f"DELETE /schedules/{ID}", {}, None),
    ("schedule_runs", [ID], {"page": 1, "page_size": 2}, answer(body=[RUN]),
     f"GET /schedules/{ID}/runs", {"page": "1", "page_size": "2"}, None),
    ("audit", [], {
        "actor": "a", "action": "cancel", "object": "batch", "object_id": BATCH, "after": NOON,
        "before": NOON, "page_size": 2, "cursor": 9}, answer(body=[AUDIT]), "GET /audit",
     {"actor": "a", "action": "cancel", "object": "batch", "object_id": BATCH, "after": NOON_TEXT,
      "before": NOON_TEXT, "page_size": "2", "cursor": "9"}, None),
    ("deliveries", [], {"status": "dead", "batch_id": BATCH}, answer(body=[DELIVERY]),
     "GET /deliveries", {"status": "dead", "batch_id": BATCH}, None),
    ("delivery", [ID], {}, answer(body=DELIVERY), f"GET /deliveries/{ID}", {}, None),
    ("redeliver", [ID], {}, answer(body={"redelivered": 1}), f"POST /deliveries/{ID}/redeliver",
     {}, None),
    ("redeliver_all", [], {"trigger": "on_success"}, answer(body={"redelivered": 2}),
     "POST /deliveries/redeliver", {}, {"trigger": "on_success"}),
    ("health", [], {}, answer(body={"status": "ok", "database": "healthy"}), "GET /health", {},
     None),
    ("ready", [], {}, answer(body={"status": "ready"}), "GET /ready", {}, None),
    ("version", [], {}, answer(body={"name": "sluice", "version": "1", "protocol": "1"}),
     "GET /version", {}, None),
]
