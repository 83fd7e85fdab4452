-- What workflows in code ask (store/execution_reads.h).

-- name: view_workflows
SELECT id, namespace, version, created_at, registered_at
FROM workflow
WHERE id = (SELECT id FROM workflow AS other WHERE other.namespace = workflow.namespace
            ORDER BY registered_at DESC, id DESC LIMIT 1)
ORDER BY namespace;

-- name: workflow_versions
SELECT id, namespace, version, created_at, registered_at
FROM workflow WHERE namespace = @namespace
ORDER BY registered_at DESC, id DESC;

-- name: view_workflow
SELECT id, namespace, version, created_at, registered_at, graph
FROM workflow WHERE namespace = @namespace AND (@version = '' OR version = @version)
ORDER BY registered_at DESC, id DESC LIMIT 1;

-- name: view_execution
SELECT run.id, kind, state, ending, linked, staged, sweep, total, succeeded, failed,
       canceled, skipped, task_first, task_last, run.created_at, finished_at, expires_at,
       detail.name, detail.actor, detail.origin_id, detail.error,
       (SELECT count(*) FROM lease
        WHERE task_id BETWEEN task_first AND task_last AND run_id = run.id AND paused_left IS NULL),
       (SELECT count(*) FROM held
        WHERE task_id BETWEEN task_first AND task_last AND run_id = run.id)
         + (SELECT count(*) FROM lease
            WHERE task_id BETWEEN task_first AND task_last AND run_id = run.id
              AND paused_left IS NOT NULL),
       state = 1 AND succeeded + failed + canceled + skipped = 0 AND EXISTS (
           SELECT 1 FROM attempt CROSS JOIN task ON task.id = attempt.task_id
           WHERE attempt.task_id BETWEEN task_first AND task_last AND task.run_id = run.id),
       execution.workflow_id, workflow.namespace, workflow.version, workflow.created_at,
       workflow.registered_at
FROM run
CROSS JOIN execution ON execution.run_id = run.id
LEFT JOIN workflow ON workflow.id = execution.workflow_id
LEFT JOIN run_detail detail ON detail.run_id = run.id
WHERE run.id = @id AND state <> 0;

-- name: initial_context
SELECT context
FROM run CROSS JOIN execution ON execution.run_id = run.id
WHERE run.id = @id AND state <> 0;

-- name: list_executions
-- Newest first from @before on, with whether each fits.
SELECT run_id,
       CASE WHEN (@namespace = ''
                  OR workflow_id IN (SELECT id FROM workflow WHERE namespace = @namespace))
             AND EXISTS (SELECT 1 FROM run
                         WHERE run.id = execution.run_id AND state <> 0
                           AND (@state IS NULL OR state = @state)) THEN 1 END
FROM execution
WHERE run_id < @before
ORDER BY run_id DESC LIMIT @limit;

-- name: final_run
SELECT id, kind, state, ending, linked, staged, sweep, total, succeeded, failed, canceled, skipped,
       task_first, task_last, created_at, finished_at, expires_at, detail.error
FROM run LEFT JOIN run_detail detail ON detail.run_id = run.id
WHERE id = @id AND kind = 2 AND state >= 2;

-- name: execution_tasks
-- What only a live task has is looked for when there is no done row.
SELECT task.id, task.run_id, task.queue_id, task.nprio, task.timeout, task.retry, task.name,
       task.payload, task.parents, worker.name, worker.host,
       done.outcome, done.attempt, done.tries, done.worker_id, done.claimed_at, done.started_at,
       done.finished_at, NULL, done.error,
       held.task_id IS NOT NULL,
       coalesce(held.attempt, timer.attempt, ready.attempt),
       coalesce(held.tries, timer.tries, ready.tries),
       coalesce(held.rescues, timer.rescues, ready.rescues), coalesce(held.run_at, timer.due),
       need.unfinished, need.attempt, need.run_at,
       lease.attempt, lease.tries, lease.rescues, lease.worker_id, lease.owner, lease.claimed_at,
       lease.started_at, lease.expires_at, lease.paused_left, lease.deferred_left
FROM task
LEFT JOIN done ON done.task_id = task.id
LEFT JOIN lease ON lease.task_id = CASE WHEN done.task_id IS NULL THEN task.id END
LEFT JOIN held ON held.task_id = CASE WHEN done.task_id IS NULL THEN task.id END
LEFT JOIN need ON need.task_id = CASE WHEN done.task_id IS NULL THEN task.id END
LEFT JOIN timer ON timer.task_id = CASE WHEN done.task_id IS NULL THEN task.id END
LEFT JOIN ready ON ready.queue_id = CASE WHEN done.task_id IS NULL THEN task.queue_id END
               AND ready.nprio = task.nprio AND ready.task_id = task.id
LEFT JOIN worker ON worker.id = coalesce(lease.worker_id, done.worker_id)
WHERE task.id BETWEEN @first AND @last AND task.run_id = @run_id
ORDER BY task.id LIMIT @limit;

-- name: list_schedules_of
SELECT id, enabled, version, settled, next_due, tick_count, created_at, updated_at, last_fired_at,
       last_run_id, name, actor, kind, key, polled_at, document
FROM schedule
WHERE kind = @kind AND (@enabled IS NULL OR enabled = @enabled)
ORDER BY id DESC LIMIT @limit OFFSET @skip;

-- name: next_due_of
SELECT min(next_due) FROM schedule WHERE kind = @kind AND next_due IS NOT NULL;

-- name: next_due_of_trigger
SELECT next_due FROM schedule WHERE kind = 2 AND key = @key AND next_due IS NOT NULL;

-- name: list_fires
SELECT schedule_id, at, fired_at, outcome, run_id, reason, tries, tried_at, context_hash,
       run.created_at, run.finished_at
FROM tick LEFT JOIN run ON run.id = tick.run_id
WHERE schedule_id = @schedule_id
ORDER BY at DESC LIMIT @limit OFFSET @skip;

-- name: failed_ticks
SELECT schedule_id, at, fired_at, outcome, run_id, reason, tries, tried_at, context_hash
FROM tick INDEXED BY tick_failed CROSS JOIN schedule ON schedule.id = tick.schedule_id
WHERE outcome = 2 AND fired_at >= @after AND tries < @tries_max
  AND (tried_at IS NULL OR tried_at < @tried_before)
  AND schedule.kind = 1
ORDER BY fired_at, schedule_id, at LIMIT @limit;

-- name: schedule_ids_of
SELECT id FROM schedule WHERE kind = @kind AND id > @after ORDER BY id LIMIT @limit;

-- name: count_ticks
SELECT count(*) FILTER (WHERE outcome = 0), count(*) FILTER (WHERE outcome = 2),
       count(*) FILTER (WHERE outcome = 1)
FROM tick WHERE schedule_id = @schedule_id AND at >= @since;

-- name: ready_queue_names
-- As queues_with_ready: one seek for each queue that has something.
WITH RECURSIVE seen (id) AS (
    SELECT min(queue_id) FROM ready
    UNION ALL
    SELECT (SELECT min(queue_id) FROM ready WHERE queue_id > seen.id)
    FROM seen WHERE seen.id IS NOT NULL)
SELECT DISTINCT name
FROM seen CROSS JOIN queue ON queue.id = seen.id
WHERE queue.run_id = 0 AND substr(name, 1, length(@prefix)) = @prefix
ORDER BY name;
