-- name: take_due_timers
DELETE FROM timer
WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM timer WHERE due <= @now::timestamptz
    ORDER BY due LIMIT @limit::bigint FOR UPDATE SKIP LOCKED))
RETURNING task_id, run_id, queue_id, nprio, attempt, tries, rescues, due;

-- name: expired_leases
SELECT task_id, run_id, queue_id, nprio, attempt, tries, rescues, worker_id, owner, claimed_at,
       started_at, expires_at, paused_left, deferred_left
FROM lease
WHERE expires_at <= @now::timestamptz
ORDER BY expires_at
LIMIT @limit::bigint;

-- name: expired_runs
SELECT id FROM run
WHERE expires_at IS NOT NULL AND NOT loading AND state = 1 AND expires_at <= @now::timestamptz
ORDER BY expires_at
LIMIT @limit::bigint;

-- name: sweepable_runs
SELECT id FROM run WHERE sweep ORDER BY id LIMIT @limit::bigint;

-- name: abandoned_leases
SELECT task_id, run_id, queue_id, nprio, attempt, tries, rescues, worker_id, owner, claimed_at,
       started_at, expires_at, paused_left, deferred_left
FROM lease
WHERE owner = 0
  AND NOT EXISTS (SELECT FROM worker
                  WHERE worker.id = lease.worker_id AND worker.until >= @before::timestamptz)
  AND NOT EXISTS (SELECT FROM upload_leave
                  WHERE upload_leave.task_id = lease.task_id
                    AND upload_leave.attempt = lease.attempt AND upload_leave.until >= @before)
ORDER BY task_id
LIMIT @limit::bigint;

-- name: forget_workers
DELETE FROM worker
WHERE until < @before::timestamptz
  AND NOT EXISTS (SELECT FROM lease WHERE lease.worker_id = worker.id);

-- name: abandoned_loads
-- A loader extends the time of its loading run with each chunk (expires_at).
SELECT id FROM run WHERE loading AND expires_at < @before::timestamptz ORDER BY id;

-- name: first_tasks
SELECT task.id, run.id
FROM run JOIN task ON task.id BETWEEN run.task_first AND run.task_last AND task.run_id = run.id
WHERE run.id = ANY (@run_id::bigint[])
ORDER BY run.id, task.id LIMIT @limit::bigint;

-- name: delete_tasks
-- Tells the deliveries: what is owed of them goes with the next statement, which sees what others
-- have written while this one waited for their rows.
WITH gone AS (
    DELETE FROM task WHERE id = ANY (@id::bigint[])
    RETURNING id, run_id, queue_id, nprio),
  ends AS (DELETE FROM done USING gone WHERE done.task_id = gone.id),
  cards AS (DELETE FROM card USING gone WHERE card.task_id = gone.id),
  progresses AS (DELETE FROM progress USING gone WHERE progress.task_id = gone.id),
  deliveries AS (DELETE FROM delivery USING gone WHERE delivery.task_id = gone.id
                 RETURNING delivery.id),
  attempts AS (DELETE FROM attempt USING gone WHERE attempt.task_id = gone.id),
  links AS (DELETE FROM link USING gone WHERE link.parent_id = gone.id),
  outsides AS (DELETE FROM outside_link USING gone WHERE outside_link.child_id = gone.id),
  settles AS (DELETE FROM settle USING gone
              WHERE settle.run_id = gone.run_id AND settle.child_id = gone.id),
  needs AS (DELETE FROM need USING gone WHERE need.task_id = gone.id),
  timers AS (DELETE FROM timer USING gone WHERE timer.task_id = gone.id),
  leases AS (DELETE FROM lease USING gone WHERE lease.task_id = gone.id),
  uses AS (DELETE FROM rule_use USING gone WHERE rule_use.task_id = gone.id),
  lines AS (DELETE FROM gated USING gone WHERE gated.task_id = gone.id),
  holds AS (DELETE FROM held USING gone WHERE held.task_id = gone.id),
  readies AS (
    DELETE FROM ready USING gone
    WHERE ready.queue_id = gone.queue_id AND ready.nprio = gone.nprio AND ready.task_id = gone.id)
SELECT id FROM deliveries ORDER BY id;
