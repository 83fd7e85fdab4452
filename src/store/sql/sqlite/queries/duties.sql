-- name: take_due_timers
DELETE FROM timer
WHERE task_id IN (SELECT task_id FROM timer WHERE due <= @now ORDER BY due LIMIT @limit)
RETURNING task_id, run_id, queue_id, nprio, attempt, tries, rescues, due;

-- name: expired_leases
SELECT task_id, run_id, queue_id, nprio, attempt, tries, rescues, worker_id, owner, claimed_at,
       started_at, expires_at, paused_left, deferred_left
FROM lease
WHERE expires_at <= @now
ORDER BY expires_at
LIMIT @limit;

-- name: expired_runs
SELECT id FROM run WHERE expires_at IS NOT NULL AND state = 1 AND expires_at <= @now LIMIT @limit;

-- name: sweepable_runs
SELECT id FROM run WHERE sweep = 1 LIMIT @limit;

-- name: abandoned_leases
SELECT task_id, run_id, queue_id, nprio, attempt, tries, rescues, worker_id, owner, claimed_at,
       started_at, expires_at, paused_left, deferred_left
FROM lease LEFT JOIN worker ON worker.id = lease.worker_id
WHERE owner = 0 AND (worker.until IS NULL OR worker.until < @before)
  AND NOT EXISTS (SELECT 1 FROM upload_leave
                  WHERE upload_leave.task_id = lease.task_id
                    AND upload_leave.attempt = lease.attempt AND upload_leave.until >= @before)
LIMIT @limit;

-- name: forget_workers
-- Workers whose time has ended and that hold nothing: forgotten.
DELETE FROM worker
WHERE until < @before AND NOT EXISTS (SELECT 1 FROM lease WHERE lease.worker_id = worker.id);

-- name: abandoned_loads
-- A loader extends the time of its loading run with each chunk (expires_at).
SELECT id FROM run WHERE state = 0 AND expires_at < @before;

-- name: first_tasks
SELECT id FROM task
WHERE id BETWEEN @task_first AND @task_last AND run_id = @run_id
ORDER BY id LIMIT @limit;

-- name: delete_task
DELETE FROM task WHERE id = @task_id;

-- name: delete_task_done
DELETE FROM done WHERE task_id = @task_id;

-- name: delete_task_attempts
DELETE FROM attempt WHERE task_id = @task_id;

-- name: delete_task_links
DELETE FROM link WHERE parent_id = @task_id;

-- name: delete_task_ready
DELETE FROM ready
WHERE task_id = @task_id
  AND (queue_id, nprio) = (SELECT queue_id, nprio FROM task WHERE id = @task_id);

-- name: delete_task_timer
DELETE FROM timer WHERE task_id = @task_id;

-- name: delete_task_held
DELETE FROM held WHERE task_id = @task_id;
