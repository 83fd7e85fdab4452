-- What users did, newest first, from a place on: each list by the index that holds the fewest. The
-- rest of a filter is decided in C++ (store/audit_search.h).

-- name: list_events
SELECT id, at, run_id, task_id, kind, actor, detail, object, object_id, run_created_at
FROM event
WHERE (at, id) < (@at::timestamptz, @id::bigint)
  AND at >= @after::timestamptz
ORDER BY at DESC, id DESC
LIMIT @limit::bigint;

-- name: list_events_of_task
SELECT id, at, run_id, task_id, kind, actor, detail, object, object_id, run_created_at
FROM event
WHERE task_id = @task_id::bigint AND task_id <> 0 AND (at, id) < (@at::timestamptz, @id::bigint)
  AND at >= @after::timestamptz
ORDER BY at DESC, id DESC
LIMIT @limit::bigint;

-- name: list_events_of_run
SELECT id, at, run_id, task_id, kind, actor, detail, object, object_id, run_created_at
FROM event
WHERE run_id = @run_id::bigint AND task_id = 0 AND (at, id) < (@at::timestamptz, @id::bigint)
  AND at >= @after::timestamptz
ORDER BY at DESC, id DESC
LIMIT @limit::bigint;

-- name: list_events_by_kind
SELECT id, at, run_id, task_id, kind, actor, detail, object, object_id, run_created_at
FROM event
WHERE kind = @kind::text AND kind <> 'report' AND (at, id) < (@at::timestamptz, @id::bigint)
  AND at >= @after::timestamptz
ORDER BY at DESC, id DESC
LIMIT @limit::bigint;

-- name: list_events_by_actor
SELECT id, at, run_id, task_id, kind, actor, detail, object, object_id, run_created_at
FROM event
WHERE actor = @actor::text AND actor NOT IN ('', 'handle')
  AND (at, id) < (@at::timestamptz, @id::bigint)
  AND at >= @after::timestamptz
ORDER BY at DESC, id DESC
LIMIT @limit::bigint;

-- name: list_events_of_object
SELECT id, at, run_id, task_id, kind, actor, detail, object, object_id, run_created_at
FROM event
WHERE object = @object::text AND object IS NOT NULL AND (at, id) < (@at::timestamptz, @id::bigint)
  AND at >= @after::timestamptz
ORDER BY at DESC, id DESC
LIMIT @limit::bigint;

-- name: time_of_event
SELECT at FROM event WHERE id = @id::bigint;

-- name: delete_events
WITH old AS (
    DELETE FROM event WHERE id = ANY (ARRAY(
        SELECT id FROM event WHERE at < @before::timestamptz ORDER BY at, id LIMIT @limit::bigint))
    RETURNING id)
SELECT count(*) FROM old;
