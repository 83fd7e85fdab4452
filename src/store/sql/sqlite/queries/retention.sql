-- What has become old, and whether something still hangs on it.

-- name: oldest_runs
SELECT id, kind, state, ending, linked, staged, sweep, total, succeeded, failed, canceled, skipped,
       task_first, task_last, created_at, finished_at, expires_at
FROM run WHERE id > @after
ORDER BY id LIMIT @limit;

-- name: hidden_tasks
SELECT task_id, run_id, deleted_at
FROM card WHERE deleted_at IS NOT NULL AND task_id > @after
ORDER BY task_id LIMIT @limit;

-- name: unneeded_run
-- No webhook of it is still to be sent, and no task of another run waits for one of its tasks.
SELECT run.id
FROM run
WHERE run.id = @id
  AND NOT EXISTS (SELECT 1 FROM delivery
                  WHERE delivery.task_id BETWEEN run.task_first AND run.task_last
                    AND delivery.run_id = run.id AND delivery.status = 0)
  AND NOT EXISTS (SELECT 1 FROM link
                  JOIN need ON need.task_id = link.child_id AND need.run_id <> run.id
                  JOIN task parent ON parent.id = link.parent_id AND parent.run_id = run.id
                  WHERE link.parent_id BETWEEN run.task_first AND run.task_last);

-- name: unneeded_task
-- Likewise of a task that was hidden before a time, and has not come back.
SELECT card.task_id
FROM card
WHERE card.task_id = @task_id AND card.run_id = @run_id AND card.deleted_at < @before
  AND NOT EXISTS (SELECT 1 FROM delivery
                  WHERE delivery.task_id = card.task_id AND delivery.status = 0)
  AND NOT EXISTS (SELECT 1 FROM link JOIN need ON need.task_id = link.child_id
                  WHERE link.parent_id = card.task_id);

-- name: delete_links_to
DELETE FROM link WHERE parent_id BETWEEN @task_first AND @task_last AND child_id = @child_id;
