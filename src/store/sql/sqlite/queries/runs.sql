-- name: lock_run
-- There is one writer (BEGIN IMMEDIATE), so rows need no locks.
SELECT id, kind, state, ending, linked, staged, sweep, total, succeeded, failed, canceled, skipped,
       task_first, task_last, created_at, finished_at, expires_at,
       EXISTS (SELECT 1 FROM outside_link WHERE parent_id BETWEEN run.task_first AND run.task_last)
FROM run WHERE id = @id;

-- name: update_run
UPDATE run
SET state = @state, ending = @ending, linked = @linked, sweep = @sweep, total = @total,
    succeeded = @succeeded, failed = @failed, canceled = @canceled, skipped = @skipped,
    task_first = @task_first, task_last = @task_last, finished_at = @finished_at,
    expires_at = @expires_at
WHERE id = @id;

-- name: set_run_error
-- A run of a workflow that has nothing to say before has no row yet.
INSERT INTO run_detail (run_id, spec, actor, error) VALUES (@run_id, '', '', @error)
ON CONFLICT (run_id) DO UPDATE SET error = excluded.error;

-- name: run_error
SELECT error FROM run_detail WHERE run_id = @run_id;

-- name: delete_run
DELETE FROM run WHERE id = @id;

-- name: delete_run_detail
DELETE FROM run_detail WHERE run_id = @run_id;

-- name: delete_execution
DELETE FROM execution WHERE run_id = @run_id;

-- name: delete_run_requests
DELETE FROM request WHERE run_id = @run_id;

-- name: delete_run_outputs
DELETE FROM output WHERE run_id = @run_id;
