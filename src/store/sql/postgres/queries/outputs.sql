-- name: outputs_at
SELECT run_id, path, task_id, attempt, state, created_at, updated_at
FROM output WHERE run_id = @run_id::bigint AND path = ANY (@path::bytea[]);

-- name: outputs_of
SELECT run_id, path, task_id, attempt, state, created_at, updated_at
FROM output WHERE run_id = @run_id::bigint AND task_id = ANY (@task_id::bigint[]);

-- name: doomed_outputs
SELECT run_id, path, task_id, attempt, state, created_at, updated_at
FROM output WHERE state = 2 AND updated_at <= @now::timestamptz
ORDER BY updated_at LIMIT @limit::bigint
FOR UPDATE SKIP LOCKED;

-- name: next_doomed
SELECT min(updated_at) FROM output WHERE state = 2 AND updated_at > @after::timestamptz;

-- name: insert_outputs
INSERT INTO output (run_id, path, task_id, attempt, state, created_at, updated_at)
SELECT * FROM unnest(
    @run_id::bigint[], @path::bytea[], @task_id::bigint[], @attempt::int[], @state::smallint[],
    @created_at::timestamptz[], @updated_at::timestamptz[]);

-- name: update_outputs
UPDATE output
SET task_id = new.task_id, attempt = new.attempt, state = new.state, updated_at = new.updated_at
FROM unnest(
    @run_id::bigint[], @path::bytea[], @task_id::bigint[], @attempt::int[], @state::smallint[],
    @updated_at::timestamptz[])
    AS new (run_id, path, task_id, attempt, state, updated_at)
WHERE output.run_id = new.run_id AND output.path = new.path;

-- name: delete_outputs
-- Only the rows as they were: a path may have a new owner by now, or another process may be
-- removing its object.
DELETE FROM output
USING unnest(
    @run_id::bigint[], @path::bytea[], @task_id::bigint[], @attempt::int[], @state::smallint[],
    @updated_at::timestamptz[])
    AS meant (run_id, path, task_id, attempt, state, updated_at)
WHERE output.run_id = meant.run_id AND output.path = meant.path
  AND output.task_id = meant.task_id AND output.attempt = meant.attempt
  AND output.state = meant.state AND output.updated_at = meant.updated_at;
