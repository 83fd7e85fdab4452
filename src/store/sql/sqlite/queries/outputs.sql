-- name: output_at
SELECT run_id, path, task_id, attempt, state, created_at, updated_at
FROM output WHERE run_id = @run_id AND path = @path;

-- name: outputs_of_task
-- SQLite would take the key, which has that order, and read the outputs of all tasks.
SELECT run_id, path, task_id, attempt, state, created_at, updated_at
FROM output INDEXED BY output_task WHERE run_id = @run_id AND task_id = @task_id
ORDER BY path;

-- name: doomed_outputs
SELECT run_id, path, task_id, attempt, state, created_at, updated_at
FROM output WHERE state = 2 AND updated_at <= @now ORDER BY updated_at LIMIT @limit;

-- name: next_doomed
SELECT min(updated_at) FROM output WHERE state = 2 AND updated_at > @after;

-- name: insert_output
INSERT INTO output (run_id, path, task_id, attempt, state, created_at, updated_at)
VALUES (@run_id, @path, @task_id, @attempt, @state, @created_at, @updated_at);

-- name: update_output
UPDATE output SET task_id = @task_id, attempt = @attempt, state = @state, updated_at = @updated_at
WHERE run_id = @run_id AND path = @path;

-- name: delete_output
-- Only the row as it was: its path may have a new owner by now, or another process may be
-- removing its object.
DELETE FROM output
WHERE run_id = @run_id AND path = @path AND task_id = @task_id AND attempt = @attempt
  AND state = @state AND updated_at = @updated_at;
