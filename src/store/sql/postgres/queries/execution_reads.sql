-- What workflows in code ask (store/execution_reads.h).

-- name: view_workflows
SELECT DISTINCT ON (namespace) id, namespace, version, created_at, registered_at
FROM workflow
ORDER BY namespace, registered_at DESC, id DESC;

-- name: workflow_versions
SELECT id, namespace, version, created_at, registered_at
FROM workflow WHERE namespace = @namespace::text
ORDER BY registered_at DESC, id DESC;

-- name: view_workflow
SELECT id, namespace, version, created_at, registered_at, graph
FROM workflow
WHERE namespace = @namespace::text AND (@version::text = '' OR version = @version::text)
ORDER BY registered_at DESC, id DESC LIMIT 1;

-- name: view_executions
-- Newest first.
SELECT run.id, kind, state, ending, linked, staged, sweep, total, succeeded, failed, canceled,
       skipped, task_first, task_last, run.created_at, finished_at, expires_at,
       detail.name, '', detail.actor, detail.origin_id, detail.error,
       live.leased, live.paused + (
           SELECT count(*) FROM held
           WHERE held.task_id BETWEEN task_first AND task_last AND held.run_id = run.id),
       state = 1 AND succeeded + failed + canceled + skipped = 0 AND EXISTS (
           SELECT FROM attempt JOIN task ON task.id = attempt.task_id
           WHERE attempt.task_id BETWEEN task_first AND task_last AND task.run_id = run.id),
       execution.workflow_id, workflow.namespace, workflow.version, workflow.created_at,
       workflow.registered_at
FROM run
JOIN execution ON execution.run_id = run.id
LEFT JOIN workflow ON workflow.id = execution.workflow_id
LEFT JOIN run_detail detail ON detail.run_id = run.id
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE paused_left IS NULL) AS leased, count(paused_left) AS paused
    FROM lease
    WHERE lease.task_id BETWEEN run.task_first AND run.task_last AND lease.run_id = run.id) live
WHERE run.id = ANY (@id::bigint[]) AND state <> 0
ORDER BY run.id DESC;

-- name: initial_context
SELECT context
FROM run JOIN execution ON execution.run_id = run.id
WHERE run.id = @id::bigint AND state <> 0;

-- name: list_executions
-- Newest first from @before on, with whether each fits. EXISTS would read all runs into a table.
SELECT run_id,
       (@namespace::text = ''
        OR workflow_id = ANY (ARRAY(SELECT id FROM workflow WHERE namespace = @namespace)))
       AND coalesce((SELECT state <> 0 AND (@state::smallint IS NULL OR state = @state)
                     FROM run WHERE run.id = execution.run_id), false)
FROM execution
WHERE run_id < @before::bigint
ORDER BY run_id DESC LIMIT @limit::bigint;

-- name: final_runs
SELECT id, kind, state, ending, linked, staged, sweep, total, succeeded, failed, canceled, skipped,
       task_first, task_last, created_at, finished_at, expires_at, detail.error
FROM run LEFT JOIN run_detail detail ON detail.run_id = run.id
WHERE id = ANY (@id::bigint[]) AND kind = 2 AND state >= 2;

-- name: execution_tasks
-- As task_now has them, without the results.
SELECT id, run_id, queue_id, nprio, timeout, retry, name, payload, state,
       place_id, place_attempt, place_tries, place_rescues, place_run_at,
       unfinished, need_attempt, need_run_at,
       lease_attempt, lease_tries, lease_rescues, lease_worker_id, owner, claimed_at, started_at,
       expires_at, paused_left,
       outcome, done_attempt, done_tries, done_worker_id, done_claimed_at, done_started_at,
       finished_at, '', error,
       worker_name, worker_host, parents, deferred_left
FROM task_now
WHERE id > @after::bigint
  AND id BETWEEN (SELECT task_first FROM run WHERE run.id = @run_id::bigint)
             AND (SELECT task_last FROM run WHERE run.id = @run_id)
  AND run_id = @run_id
ORDER BY id
LIMIT @limit::bigint;

-- name: ends
-- By id, so many bytes of results as fit, and the first in any case.
SELECT task_id, run_id, outcome, attempt, tries, worker_id, claimed_at, started_at, finished_at,
       result, error
FROM (SELECT done.*, row_number() OVER by_id AS place,
             sum(coalesce(octet_length(result), 0)) OVER by_id AS bytes
      FROM done WHERE task_id = ANY (@task_id::bigint[])
      WINDOW by_id AS (ORDER BY task_id)) AS ended
WHERE place = 1 OR bytes <= @bytes_max::bigint;

-- name: list_schedules_of
SELECT id, enabled, version, settled, next_due, tick_count, created_at, updated_at, last_fired_at,
       last_run_id, name, actor, kind, key, polled_at, document
FROM schedule
WHERE kind = @kind::smallint AND (@enabled::boolean IS NULL OR enabled = @enabled::boolean)
ORDER BY id DESC LIMIT @limit::bigint OFFSET @skip::bigint;

-- name: next_due_of
SELECT min(next_due) FROM schedule WHERE kind = @kind::smallint AND next_due IS NOT NULL;

-- name: next_due_of_triggers
SELECT min(next_due) FROM schedule
WHERE kind = 2 AND key = ANY (@key::text[]) AND key IS NOT NULL;

-- name: list_fires
SELECT schedule_id, at, fired_at, outcome, run_id, reason, tries, tried_at, context_hash,
       run.created_at, run.finished_at
FROM tick LEFT JOIN run ON run.id = tick.run_id
WHERE schedule_id = @schedule_id::bigint
ORDER BY at DESC LIMIT @limit::bigint OFFSET @skip::bigint;

-- name: failed_ticks
SELECT schedule_id, at, fired_at, outcome, run_id, reason, tries, tried_at, context_hash
FROM tick JOIN schedule ON schedule.id = tick.schedule_id
WHERE outcome = 2 AND fired_at >= @after::timestamptz AND tries < @tries_max::int
  AND (tried_at IS NULL OR tried_at < @tried_before::timestamptz)
  AND schedule.kind = 1
ORDER BY fired_at, schedule_id, at LIMIT @limit::bigint;

-- name: count_ticks
SELECT count(*) FILTER (WHERE outcome = 0), count(*) FILTER (WHERE outcome = 2),
       count(*) FILTER (WHERE outcome = 1)
FROM tick JOIN schedule ON schedule.id = tick.schedule_id
WHERE kind = @kind::smallint AND at >= @since::timestamptz;

-- name: ready_queue_names
-- A loose index scan: one seek for each queue that has something.
WITH RECURSIVE seen (id) AS (
    SELECT (SELECT queue_id FROM ready ORDER BY queue_id LIMIT 1)
    UNION ALL
    SELECT (SELECT queue_id FROM ready WHERE queue_id > seen.id ORDER BY queue_id LIMIT 1)
    FROM seen WHERE seen.id IS NOT NULL)
SELECT DISTINCT name
FROM seen JOIN queue ON queue.id = seen.id
WHERE queue.run_id = 0 AND starts_with(name, @prefix::text)
ORDER BY name;
