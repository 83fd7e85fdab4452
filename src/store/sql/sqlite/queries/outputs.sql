-- name: output_at
SELECT run_id, path, task_id, attempt, state, created_at, updated_at
FROM output WHERE run_id = @run_id AND path = @path;

-- name: outputs_of_task
SELECT run_id, path, task_id, attempt, state, created_at, updated_at
FROM output WHERE run_id = @run_id AND task_id = @task_id
ORDER BY path;

-- name: doomed_outputs
SELECT run_id, path, task_id, attempt, state, created_at, updated_at
FROM output WHERE state = 2 LIMIT @limit;

-- name: insert_output
INSERT INTO output (run_id, path, task_id, attempt, state, created_at, updated_at)
VALUES (@run_id, @path, @task_id, @attempt, @state, @created_at, @updated_at);

-- name: update_output
UPDATE output SET task_id = @task_id, attempt = @attempt, state = @state, updated_at = @updated_at
WHERE run_id = @run_id AND path = @path;

-- name: delete_output
-- Only the row that was meant: its path may have a new owner by now.
DELETE FROM output
WHERE run_id = @run_id AND path = @path AND task_id = @task_id AND attempt = @attempt
  AND state = @state;
