-- name: read_run_row
SELECT id, kind, state, ending, linked, staged, sweep, total, succeeded, failed, canceled, skipped,
       task_first, task_last, created_at, finished_at, expires_at
FROM run WHERE id = @id AND state <> 0;

-- name: read_run
SELECT run.id, kind, state, ending, linked, staged, sweep, total, succeeded, failed,
       canceled, skipped, task_first, task_last, created_at, finished_at, expires_at,
       detail.name, detail.spec, detail.actor, detail.origin_id, detail.error,
       (SELECT count(*) FROM lease
        WHERE task_id BETWEEN task_first AND task_last AND run_id = run.id AND paused_left IS NULL),
       (SELECT count(*) FROM held
        WHERE task_id BETWEEN task_first AND task_last AND run_id = run.id)
         + (SELECT count(*) FROM lease
            WHERE task_id BETWEEN task_first AND task_last AND run_id = run.id
              AND paused_left IS NOT NULL)
FROM run LEFT JOIN run_detail detail ON detail.run_id = run.id
WHERE run.id = @id AND state <> 0;

-- name: read_run_span
SELECT state, task_first, task_last FROM run WHERE id = @id AND state <> 0;

-- name: read_run_ids
-- Newest first; @name_part is found literally.
SELECT run.id
FROM run LEFT JOIN run_detail detail ON detail.run_id = run.id
WHERE run.id < @before AND state <> 0
  AND (@kind IS NULL OR kind = @kind)
  AND (@state IS NULL OR state = @state)
  AND (@name_part = '' OR instr(detail.name, @name_part) > 0)
ORDER BY run.id DESC
LIMIT @limit;

-- name: read_run_named
SELECT run_id
FROM run_detail JOIN run ON run.id = run_detail.run_id
WHERE name = @name AND state <> 0;

-- name: read_request
SELECT body_hash, run_id, request.created_at, state <> 0
FROM request JOIN run ON run.id = request.run_id
WHERE key = @key;

-- name: read_run_names
SELECT name FROM run_detail WHERE name IS NOT NULL ORDER BY run_id DESC LIMIT @limit;

-- name: task_ids
SELECT id FROM task
WHERE id > @after AND id BETWEEN @task_first AND @task_last AND run_id = @run_id
ORDER BY id LIMIT @limit;

-- name: waiting_ids
SELECT task_id FROM need
WHERE task_id > @after AND task_id BETWEEN @task_first AND @task_last AND run_id = @run_id
  AND NOT EXISTS (SELECT 1 FROM held WHERE held.task_id = need.task_id)
ORDER BY task_id LIMIT @limit;

-- name: ready_ids
SELECT task.id
FROM task CROSS JOIN ready USING (queue_id, nprio)
WHERE task.id > @after AND task.id BETWEEN @task_first AND @task_last AND task.run_id = @run_id
  AND ready.task_id = task.id
ORDER BY task.id LIMIT @limit;

-- name: timer_ids
SELECT task_id FROM timer
WHERE task_id > @after AND task_id BETWEEN @task_first AND @task_last AND run_id = @run_id
ORDER BY task_id LIMIT @limit;

-- name: lease_ids
-- @shown: 0 claimed, 1 running, 2 paused.
SELECT task_id FROM lease
WHERE task_id > @after AND task_id BETWEEN @task_first AND @task_last AND run_id = @run_id
  AND @shown = CASE WHEN paused_left IS NOT NULL THEN 2
                    WHEN started_at IS NOT NULL THEN 1
                    ELSE 0 END
ORDER BY task_id LIMIT @limit;

-- name: held_ids
SELECT task_id FROM held
WHERE task_id > @after AND task_id BETWEEN @task_first AND @task_last AND run_id = @run_id
ORDER BY task_id LIMIT @limit;

-- name: done_ids
SELECT task_id FROM done
WHERE task_id > @after AND task_id BETWEEN @task_first AND @task_last AND run_id = @run_id
  AND outcome = @outcome
ORDER BY task_id LIMIT @limit;

-- name: read_timer
SELECT task_id, run_id, queue_id, nprio, attempt, tries, rescues, due
FROM timer WHERE task_id = @task_id;

-- name: read_ready
SELECT task_id, run_id, queue_id, nprio, attempt, tries, rescues
FROM ready WHERE queue_id = @queue_id AND nprio = @nprio AND task_id = @task_id;

-- name: read_worker
SELECT id, name, host, process, attached, registered_at, until, serves, load, address
FROM worker WHERE id = @id;

-- name: read_attempts
SELECT task_id, attempt, ended, worker_id, claimed_at, started_at, finished_at, error
FROM attempt WHERE task_id = @task_id ORDER BY attempt;

-- name: read_events
-- Of one task: also those about its run.
SELECT id, at, run_id, task_id, kind, actor, detail, object, object_id, run_created_at
FROM event WHERE run_id = @run_id AND task_id = 0
UNION ALL
SELECT id, at, run_id, task_id, kind, actor, detail, object, object_id, run_created_at
FROM event WHERE run_id = @run_id AND task_id = @task_id AND task_id <> 0
ORDER BY id;

-- name: read_events_of_run
SELECT id, at, run_id, task_id, kind, actor, detail, object, object_id, run_created_at
FROM event WHERE run_id = @run_id AND task_id = 0
UNION ALL
SELECT event.id, at, run_id, task_id, event.kind, actor, detail, object, object_id, run_created_at
FROM run CROSS JOIN event ON event.task_id BETWEEN run.task_first AND run.task_last
WHERE run.id = @run_id AND event.run_id = @run_id AND event.task_id <> 0
ORDER BY id;

-- name: read_outputs_of_run
SELECT run_id, path, task_id, attempt, state, created_at, updated_at
FROM output WHERE run_id = @run_id ORDER BY path;

-- name: read_lease
SELECT task_id, run_id, queue_id, nprio, attempt, tries, rescues, worker_id, owner, claimed_at,
       started_at, expires_at, paused_left, deferred_left
FROM lease WHERE task_id = @task_id;

-- name: read_leases_of_worker
SELECT task_id, run_id, queue_id, nprio, attempt, tries, rescues, worker_id, owner, claimed_at,
       started_at, expires_at, paused_left, deferred_left
FROM lease WHERE worker_id = @worker_id ORDER BY claimed_at, task_id;

-- name: count_retrying
-- By the failed attempts, which are few: 0 failed, 1 timed out.
SELECT count(*)
FROM (SELECT DISTINCT task_id FROM attempt
      WHERE task_id BETWEEN @task_first AND @task_last AND ended IN (0, 1)) failed
     JOIN task ON task.id = failed.task_id AND task.run_id = @run_id
WHERE NOT EXISTS (SELECT 1 FROM done WHERE done.task_id = failed.task_id)
  AND NOT EXISTS (SELECT 1 FROM lease WHERE lease.task_id = failed.task_id);

-- name: ready_before
SELECT count(*) FROM (
    SELECT 1 FROM ready
    WHERE queue_id = @queue_id AND (nprio, task_id) < (@nprio, @task_id) LIMIT @limit);

-- name: setting
SELECT value FROM setting WHERE name = @name;

-- name: pulse
SELECT (SELECT min(due) FROM timer),
       (SELECT min(expires_at) FROM lease WHERE expires_at IS NOT NULL),
       (SELECT min(expires_at) FROM run WHERE expires_at IS NOT NULL AND state = 1),
       (SELECT min(until) FROM (SELECT until FROM worker WHERE until > @after
                                UNION ALL SELECT until FROM upload_leave WHERE until > @after)),
       EXISTS (SELECT 1 FROM run WHERE sweep = 1),
       EXISTS (SELECT 1 FROM run WHERE state = 0),
       EXISTS (SELECT 1 FROM settle),
       EXISTS (SELECT 1 FROM definition WHERE changed = 1);

-- name: attached_workers
SELECT id, process FROM worker WHERE attached = 1 AND until > @after;
