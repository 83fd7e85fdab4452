-- Runs are locked in the order of their ids; the lock does not stop those who only read.

-- name: lock_runs_free
SELECT id, kind, state, ending, linked, staged, sweep, total, succeeded, failed, canceled, skipped,
       task_first, task_last, created_at, finished_at, expires_at,
       EXISTS (SELECT FROM outside_link WHERE parent_id BETWEEN run.task_first AND run.task_last)
FROM run WHERE id = ANY (@id::bigint[])
ORDER BY id
FOR UPDATE SKIP LOCKED;

-- name: lock_runs_wait
SELECT id, kind, state, ending, linked, staged, sweep, total, succeeded, failed, canceled, skipped,
       task_first, task_last, created_at, finished_at, expires_at,
       EXISTS (SELECT FROM outside_link WHERE parent_id BETWEEN run.task_first AND run.task_last)
FROM run WHERE id = ANY (@id::bigint[])
ORDER BY id
FOR UPDATE;

-- name: update_runs
UPDATE run
SET state = new.state, loading = (new.state = 0), ending = new.ending, linked = new.linked,
    sweep = new.sweep, total = new.total, succeeded = new.succeeded, failed = new.failed,
    canceled = new.canceled, skipped = new.skipped, task_first = new.task_first,
    task_last = new.task_last, finished_at = new.finished_at, expires_at = new.expires_at
FROM unnest(
    @id::bigint[], @state::smallint[], @ending::smallint[], @linked::boolean[], @sweep::boolean[],
    @total::bigint[], @succeeded::bigint[], @failed::bigint[], @canceled::bigint[],
    @skipped::bigint[], @task_first::bigint[], @task_last::bigint[], @finished_at::timestamptz[],
    @expires_at::timestamptz[])
    AS new (id, state, ending, linked, sweep, total, succeeded, failed, canceled, skipped,
            task_first, task_last, finished_at, expires_at)
WHERE run.id = new.id;

-- name: set_run_error
-- A run of a workflow that has nothing to say before has no row yet.
INSERT INTO run_detail (run_id, spec, actor, error) VALUES (@run_id::bigint, '', '', @error::text)
ON CONFLICT (run_id) DO UPDATE SET error = excluded.error;

-- name: run_error
SELECT error FROM run_detail WHERE run_id = @run_id::bigint;

-- name: delete_run
-- What users did to it stays.
WITH details AS (DELETE FROM run_detail WHERE run_id = @run_id::bigint),
     executions AS (DELETE FROM execution WHERE run_id = @run_id),
     requests AS (DELETE FROM request WHERE run_id = @run_id),
     outputs AS (DELETE FROM output WHERE run_id = @run_id)
DELETE FROM run WHERE id = @run_id;
