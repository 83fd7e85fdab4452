-- Where tasks stand: the rows of a whole run, or of some of its tasks. The run's row is locked, so
-- only the forward moves timer -> ready -> lease go on meanwhile; these statements wait for one
-- that is under way, and the next table's statement sees its end.

-- name: take_timers_of_tasks
DELETE FROM timer
WHERE task_id = ANY (ARRAY(
    SELECT task_id FROM timer
    WHERE task_id = ANY (@task_id::bigint[])
    ORDER BY task_id LIMIT @limit::bigint FOR UPDATE))
RETURNING task_id, run_id, queue_id, nprio, attempt, tries, rescues, due;

-- name: take_timers_of_run
DELETE FROM timer
WHERE task_id = ANY (ARRAY(
    SELECT task_id FROM timer
    WHERE task_id BETWEEN @task_first::bigint AND @task_last::bigint AND run_id = @run_id::bigint
    ORDER BY task_id LIMIT @limit::bigint FOR UPDATE))
RETURNING task_id, run_id, queue_id, nprio, attempt, tries, rescues, due;

-- name: take_ready_of_tasks
DELETE FROM ready
WHERE ctid = ANY (ARRAY(
    SELECT ready.ctid
    FROM task
    JOIN ready ON ready.queue_id = task.queue_id AND ready.nprio = task.nprio
              AND ready.task_id = task.id
    WHERE task.id = ANY (@task_id::bigint[])
    ORDER BY task.id LIMIT @limit::bigint FOR UPDATE OF ready))
RETURNING task_id, run_id, queue_id, nprio, attempt, tries, rescues;

-- name: take_ready_of_run
-- One seek for each priority of each queue that the run may use, then only rows within its ids:
-- looking at its tasks one by one would cost as much as the run is large, again for each portion.
WITH RECURSIVE shelf (queue_id, nprio) AS (
    SELECT queue.id, (SELECT nprio FROM ready WHERE ready.queue_id = queue.id
                      ORDER BY ready.queue_id, nprio LIMIT 1)
    FROM queue WHERE queue.run_id IN (0, @run_id::bigint)
    UNION ALL
    SELECT queue_id, (SELECT nprio FROM ready
                      WHERE ready.queue_id = shelf.queue_id AND ready.nprio > shelf.nprio
                      ORDER BY ready.queue_id, nprio LIMIT 1)
    FROM shelf WHERE shelf.nprio IS NOT NULL)
DELETE FROM ready
WHERE ctid = ANY (ARRAY(
    SELECT ready.ctid
    FROM shelf
    JOIN ready ON ready.queue_id = shelf.queue_id AND ready.nprio = shelf.nprio
              AND ready.task_id BETWEEN @task_first::bigint AND @task_last::bigint
    WHERE ready.run_id = @run_id
    LIMIT @limit::bigint FOR UPDATE OF ready))
RETURNING task_id, run_id, queue_id, nprio, attempt, tries, rescues;

-- name: take_held_of_tasks
DELETE FROM held
WHERE task_id = ANY (ARRAY(
    SELECT task_id FROM held
    WHERE task_id = ANY (@task_id::bigint[])
    ORDER BY task_id LIMIT @limit::bigint))
RETURNING task_id, run_id, queue_id, nprio, attempt, tries, rescues, run_at;

-- name: take_held_of_run
DELETE FROM held
WHERE task_id = ANY (ARRAY(
    SELECT task_id FROM held
    WHERE task_id BETWEEN @task_first::bigint AND @task_last::bigint AND run_id = @run_id::bigint
    ORDER BY task_id LIMIT @limit::bigint))
RETURNING task_id, run_id, queue_id, nprio, attempt, tries, rescues, run_at;

-- name: take_needs_of_tasks
DELETE FROM need
WHERE task_id = ANY (ARRAY(
    SELECT task_id FROM need
    WHERE task_id = ANY (@task_id::bigint[])
    ORDER BY task_id LIMIT @limit::bigint))
RETURNING task_id, run_id, queue_id, nprio, unfinished, attempt, run_at;

-- name: take_needs_of_run
DELETE FROM need
WHERE task_id = ANY (ARRAY(
    SELECT task_id FROM need
    WHERE task_id BETWEEN @task_first::bigint AND @task_last::bigint AND run_id = @run_id::bigint
    ORDER BY task_id LIMIT @limit::bigint))
RETURNING task_id, run_id, queue_id, nprio, unfinished, attempt, run_at;

-- name: needs_of_tasks
SELECT task_id, run_id, queue_id, nprio, unfinished, attempt, run_at
FROM need
WHERE task_id = ANY (@task_id::bigint[])
ORDER BY task_id LIMIT @limit::bigint;

-- name: needs_of_run
SELECT task_id, run_id, queue_id, nprio, unfinished, attempt, run_at
FROM need
WHERE task_id BETWEEN @task_first::bigint AND @task_last::bigint AND run_id = @run_id::bigint
ORDER BY task_id LIMIT @limit::bigint;

-- name: waiting_count
SELECT count(*) FROM need
WHERE task_id BETWEEN @task_first::bigint AND @task_last::bigint AND run_id = @run_id::bigint
  AND (SELECT true FROM held WHERE held.task_id = need.task_id) IS NULL;

-- name: leases_of_tasks
SELECT task_id, run_id, queue_id, nprio, attempt, tries, rescues, worker_id, owner, claimed_at,
       started_at, expires_at, paused_left, deferred_left
FROM lease
WHERE task_id = ANY (@task_id::bigint[])
ORDER BY task_id LIMIT @limit::bigint;

-- name: leases_of_run
SELECT task_id, run_id, queue_id, nprio, attempt, tries, rescues, worker_id, owner, claimed_at,
       started_at, expires_at, paused_left, deferred_left
FROM lease
WHERE task_id BETWEEN @task_first::bigint AND @task_last::bigint AND run_id = @run_id::bigint
ORDER BY task_id LIMIT @limit::bigint;

-- name: held_of_tasks
SELECT task_id, run_id, queue_id, nprio, attempt, tries, rescues, run_at
FROM held
WHERE task_id = ANY (@task_id::bigint[])
ORDER BY task_id LIMIT @limit::bigint;

-- name: held_of_run
SELECT task_id, run_id, queue_id, nprio, attempt, tries, rescues, run_at
FROM held
WHERE task_id BETWEEN @task_first::bigint AND @task_last::bigint AND run_id = @run_id::bigint
ORDER BY task_id LIMIT @limit::bigint;
