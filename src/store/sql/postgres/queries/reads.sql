-- name: read_runs
-- Newest first, one page; @name_part is found literally.
SELECT run.id, kind, state, ending, linked, staged, sweep, total, succeeded, failed, canceled,
       skipped, task_first, task_last, created_at, finished_at, expires_at,
       detail.name, detail.spec, detail.actor, detail.origin_id, detail.error,
       live.leased, live.paused + (
           SELECT count(*) FROM held
           WHERE held.task_id BETWEEN task_first AND task_last AND held.run_id = run.id)
FROM run
LEFT JOIN run_detail detail ON detail.run_id = run.id
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE paused_left IS NULL) AS leased, count(paused_left) AS paused
    FROM lease
    WHERE lease.task_id BETWEEN run.task_first AND run.task_last AND lease.run_id = run.id) live
WHERE run.id = ANY (ARRAY(
    SELECT run.id
    FROM run
    LEFT JOIN run_detail detail ON detail.run_id = run.id
    WHERE run.id < @before::bigint AND state <> 0
      AND (@kind::smallint IS NULL OR kind = @kind)
      AND (@state::smallint IS NULL OR state = @state)
      AND (@name_part::text = '' OR position(@name_part in detail.name) > 0)
    ORDER BY run.id DESC
    LIMIT @limit::bigint))
ORDER BY run.id DESC;

-- name: read_run_row
SELECT id, kind, state, ending, linked, staged, sweep, total, succeeded, failed, canceled, skipped,
       task_first, task_last, created_at, finished_at, expires_at
FROM run WHERE id = @id::bigint AND state <> 0;

-- name: read_run
SELECT run.id, kind, state, ending, linked, staged, sweep, total, succeeded, failed, canceled,
       skipped, task_first, task_last, created_at, finished_at, expires_at,
       detail.name, detail.spec, detail.actor, detail.origin_id, detail.error,
       live.leased, live.paused + (
           SELECT count(*) FROM held
           WHERE held.task_id BETWEEN task_first AND task_last AND held.run_id = run.id)
FROM run
LEFT JOIN run_detail detail ON detail.run_id = run.id
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE paused_left IS NULL) AS leased, count(paused_left) AS paused
    FROM lease
    WHERE lease.task_id BETWEEN run.task_first AND run.task_last AND lease.run_id = run.id) live
WHERE run.id = @id::bigint AND state <> 0;

-- name: read_run_names
SELECT name FROM run_detail WHERE name IS NOT NULL ORDER BY run_id DESC LIMIT @limit::bigint;

-- name: read_task
SELECT * FROM task_now WHERE id = @id::bigint;

-- name: read_tasks
-- A page of a run's tasks by id; empty @states: any.
SELECT * FROM task_now
WHERE id > @after::bigint
  AND id BETWEEN (SELECT task_first FROM run WHERE run.id = @run_id::bigint)
             AND (SELECT task_last FROM run WHERE run.id = @run_id)
  AND run_id = @run_id
  AND (@states::smallint[] = '{}' OR state = ANY (@states))
ORDER BY id
LIMIT @limit::bigint;

-- name: read_tasks_done
-- The same where only final states are asked for: found by their ends, few among many.
SELECT * FROM task_now
WHERE id = ANY (ARRAY(
    SELECT task_id FROM done
    WHERE task_id > @after::bigint
      AND task_id BETWEEN (SELECT task_first FROM run WHERE run.id = @run_id::bigint)
                      AND (SELECT task_last FROM run WHERE run.id = @run_id)
      AND run_id = @run_id
      AND outcome = ANY (@states::smallint[])
    ORDER BY task_id
    LIMIT @limit::bigint))
ORDER BY id;

-- name: read_tasks_leased_or_held
-- The same where only claimed, running and paused tasks are asked for.
SELECT * FROM task_now
WHERE id = ANY (ARRAY(
    SELECT task_id FROM (
        SELECT task_id, run_id,
               CASE WHEN paused_left IS NOT NULL THEN 4
                    WHEN started_at IS NOT NULL THEN 3
                    ELSE 2
               END
        FROM lease
        UNION ALL
        SELECT task_id, run_id, 4 FROM held) AS live (task_id, run_id, state)
    WHERE task_id > @after::bigint
      AND task_id BETWEEN (SELECT task_first FROM run WHERE run.id = @run_id::bigint)
                      AND (SELECT task_last FROM run WHERE run.id = @run_id)
      AND run_id = @run_id
      AND state = ANY (@states::smallint[])
    ORDER BY task_id
    LIMIT @limit::bigint))
ORDER BY id;

-- name: read_run_named
SELECT run_id
FROM run_detail JOIN run ON run.id = run_detail.run_id
WHERE run_detail.name = @name::text AND state <> 0;

-- name: read_request
SELECT body_hash, run_id, request.created_at, state <> 0
FROM request JOIN run ON run.id = request.run_id
WHERE key = @key::text;

-- name: read_attempts
SELECT task_id, attempt, ended, worker_id, claimed_at, started_at, finished_at, error
FROM attempt WHERE task_id = @task_id::bigint ORDER BY attempt;

-- name: read_events
-- Of one task: also those about its run.
SELECT id, at, run_id, task_id, kind, actor, detail, object, object_id, run_created_at
FROM event
WHERE run_id = @run_id::bigint AND task_id = 0
UNION ALL
SELECT id, at, run_id, task_id, kind, actor, detail, object, object_id, run_created_at
FROM event
WHERE run_id = @run_id AND task_id = @task_id::bigint AND task_id <> 0
ORDER BY id;

-- name: read_events_of_run
SELECT id, at, run_id, task_id, kind, actor, detail, object, object_id, run_created_at
FROM event
WHERE run_id = @run_id::bigint AND task_id = 0
UNION ALL
SELECT event.id, at, run_id, task_id, event.kind, actor, detail, object, object_id, run_created_at
FROM run JOIN event ON event.task_id BETWEEN run.task_first AND run.task_last
WHERE run.id = @run_id AND event.run_id = @run_id AND event.task_id <> 0
ORDER BY id;

-- name: read_outputs_of_run
SELECT run_id, path, task_id, attempt, state, created_at, updated_at
FROM output WHERE run_id = @run_id::bigint
ORDER BY path;

-- name: read_outputs_of_task
-- Each datum asks; it must not read the outputs of all others.
SELECT run_id, path, task_id, attempt, state, created_at, updated_at
FROM output WHERE run_id = @run_id::bigint AND task_id = @task_id::bigint
ORDER BY path;

-- name: read_lease
SELECT task_id, run_id, queue_id, nprio, attempt, tries, rescues, worker_id, owner, claimed_at,
       started_at, expires_at, paused_left, deferred_left
FROM lease WHERE task_id = @task_id::bigint;

-- name: read_leases_of_worker
SELECT task_id, run_id, queue_id, nprio, attempt, tries, rescues, worker_id, owner, claimed_at,
       started_at, expires_at, paused_left, deferred_left
FROM lease WHERE worker_id = @worker_id::bigint
ORDER BY claimed_at, task_id;

-- name: count_retrying
-- By the failed attempts, which are few: 0 failed, 1 timed out.
SELECT count(*)
FROM (SELECT DISTINCT task_id FROM attempt
      WHERE task_id BETWEEN @task_first::bigint AND @task_last::bigint
        AND ended IN (0, 1)) AS failed
     JOIN task ON task.id = failed.task_id AND task.run_id = @run_id::bigint
WHERE NOT EXISTS (SELECT FROM done WHERE done.task_id = failed.task_id)
  AND NOT EXISTS (SELECT FROM lease WHERE lease.task_id = failed.task_id);

-- name: ready_before
SELECT count(*) FROM (
    SELECT FROM ready
    WHERE queue_id = @queue_id::bigint AND (nprio, task_id) < (@nprio::smallint, @task_id::bigint)
    LIMIT @limit::bigint) AS before;

-- name: setting
SELECT value FROM setting WHERE name = @name::text;

-- name: pulse
-- One statement, for it is what an idle engine asks each second. Each process holds a lock for each
-- of its workers (workers.sql): those without have died or are cut off. The server's clock is the
-- one that may be read in SQL: it is the question. All attached workers are named with their
-- processes, too, for who asks may see that one has ended whose lock is still held.
WITH RECURSIVE seen (id) AS (
    SELECT (SELECT queue_id FROM ready ORDER BY queue_id LIMIT 1)
    UNION ALL
    SELECT (SELECT queue_id FROM ready WHERE queue_id > seen.id ORDER BY queue_id LIMIT 1)
    FROM seen WHERE seen.id IS NOT NULL)
SELECT (SELECT min(due) FROM timer),
       (SELECT min(expires_at) FROM lease WHERE expires_at IS NOT NULL),
       (SELECT min(expires_at) FROM run WHERE expires_at IS NOT NULL AND NOT loading),
       (SELECT min(until) FROM (SELECT until FROM worker WHERE until > @after::timestamptz
                                UNION ALL
                                SELECT until FROM upload_leave WHERE until > @after) AS ends),
       CASE WHEN @at_ready::boolean THEN ARRAY(SELECT id FROM seen WHERE id IS NOT NULL)
            ELSE '{}'::bigint[] END,
       ARRAY(SELECT id FROM worker
             WHERE attached AND until > @after AND NOT EXISTS (
                 SELECT FROM pg_locks
                 WHERE locktype = 'advisory' AND granted AND objsubid = 2
                   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                   AND classid::bigint =
                           hashtext('sluice worker of ' || current_schema())::bigint & 4294967295
                   AND objid::bigint = worker.id & 4294967295)),
       (SELECT string_agg(id || ' ' || process, E'\n') FROM worker
        WHERE attached AND until > @after),
       EXISTS (SELECT FROM run WHERE sweep),
       EXISTS (SELECT FROM run WHERE loading),
       EXISTS (SELECT FROM settle),
       EXISTS (SELECT FROM definition WHERE changed),
       clock_timestamp();
