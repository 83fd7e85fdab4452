-- What users did, newest first, from a place on: each list by the index that holds the fewest. The
-- rest of a filter is decided in C++ (store/audit_search.h).

-- name: list_events
SELECT id, at, run_id, task_id, kind, actor, detail, object, object_id, run_created_at
FROM event
WHERE at <= @at AND (at < @at OR id < @id) AND at >= @after
ORDER BY at DESC, id DESC
LIMIT @limit;

-- name: list_events_of_task
SELECT id, at, run_id, task_id, kind, actor, detail, object, object_id, run_created_at
FROM event
WHERE task_id = @task_id AND task_id <> 0
  AND at <= @at AND (at < @at OR id < @id) AND at >= @after
ORDER BY at DESC, id DESC
LIMIT @limit;

-- name: list_events_of_run
SELECT id, at, run_id, task_id, kind, actor, detail, object, object_id, run_created_at
FROM event
WHERE run_id = @run_id AND task_id = 0 AND at <= @at AND (at < @at OR id < @id) AND at >= @after
ORDER BY at DESC, id DESC
LIMIT @limit;

-- name: list_events_by_kind
SELECT id, at, run_id, task_id, kind, actor, detail, object, object_id, run_created_at
FROM event
WHERE kind = @kind AND kind <> 'report'
  AND at <= @at AND (at < @at OR id < @id) AND at >= @after
ORDER BY at DESC, id DESC
LIMIT @limit;

-- name: list_events_by_actor
SELECT id, at, run_id, task_id, kind, actor, detail, object, object_id, run_created_at
FROM event
WHERE actor = @actor AND actor NOT IN ('', 'handle')
  AND at <= @at AND (at < @at OR id < @id) AND at >= @after
ORDER BY at DESC, id DESC
LIMIT @limit;

-- name: list_events_of_object
SELECT id, at, run_id, task_id, kind, actor, detail, object, object_id, run_created_at
FROM event
WHERE object = @object AND object IS NOT NULL
  AND at <= @at AND (at < @at OR id < @id) AND at >= @after
ORDER BY at DESC, id DESC
LIMIT @limit;

-- name: time_of_event
SELECT at FROM event WHERE id = @id;

-- name: delete_events
DELETE FROM event
WHERE id IN (SELECT id FROM event WHERE at < @before ORDER BY at LIMIT @limit)
RETURNING id;
