-- name: insert_outside_links
INSERT INTO outside_link (parent_id, child_id, child_run_id, condition, unmet)
SELECT unnest(@parent_id::bigint[]), unnest(@child_id::bigint[]), unnest(@child_run_id::bigint[]),
       unnest(@condition::smallint[]), unnest(@unmet::smallint[]);

-- name: take_outside_links
DELETE FROM outside_link
WHERE parent_id = ANY (@parent_id::bigint[])
RETURNING parent_id, child_id, condition, unmet, child_run_id;

-- name: parents_outside
SELECT DISTINCT parent_id FROM outside_link WHERE parent_id = ANY (@parent_id::bigint[]);

-- name: children_outside
SELECT child_id FROM outside_link WHERE child_id = ANY (@child_id::bigint[]);

-- name: insert_settlements
INSERT INTO settle (run_id, child_id, parent_id, condition, unmet, outcome, parent_created_at)
SELECT unnest(@run_id::bigint[]), unnest(@child_id::bigint[]), unnest(@parent_id::bigint[]),
       unnest(@condition::smallint[]), unnest(@unmet::smallint[]), unnest(@outcome::smallint[]),
       unnest(@parent_created_at::timestamptz[]);

-- name: unsettled_runs
SELECT DISTINCT run_id FROM settle ORDER BY run_id LIMIT @limit::bigint;

-- name: take_settlements
DELETE FROM settle
WHERE run_id = @run_id::bigint
RETURNING parent_id, child_id, condition, unmet, run_id, outcome, parent_created_at;

-- name: forget_settlements
DELETE FROM settle WHERE run_id = @run_id::bigint AND child_id = ANY (@child_id::bigint[]);

-- name: insert_change
INSERT INTO change (id, at, moves)
VALUES (pg_current_xact_id()::text::bigint, @at::timestamptz, @moves::text);

-- name: delete_changes
DELETE FROM change
WHERE id = ANY (ARRAY(
        SELECT id FROM change ORDER BY id LIMIT @limit::bigint FOR UPDATE SKIP LOCKED))
  AND at < @before::timestamptz;

-- name: outside_parents
SELECT parent_id, run.created_at
FROM outside_link
JOIN task ON task.id = outside_link.parent_id
JOIN run ON run.id = task.run_id
WHERE child_id = @child_id::bigint
ORDER BY parent_id;

-- name: outside_links_of_run
SELECT parent_id, child_id, condition, unmet, run.created_at
FROM outside_link
JOIN task ON task.id = outside_link.parent_id
JOIN run ON run.id = task.run_id
WHERE child_run_id = @run_id::bigint
  AND child_id BETWEEN (SELECT greatest(task_first, @after_child::bigint) FROM run
                        WHERE id = @run_id AND kind = 0 AND state <> 0)
                   AND (SELECT task_last FROM run WHERE id = @run_id)
  AND (child_id > @after_child OR parent_id > @after_parent::bigint)
ORDER BY child_id, parent_id LIMIT @limit::bigint;

-- name: parents_ended
SELECT count(*), count(done.task_id), max(done.finished_at)
FROM link LEFT JOIN done ON done.task_id = parent_id
WHERE parent_id BETWEEN @task_first::bigint AND @task_last::bigint AND child_id = @child_id::bigint;

-- name: newest_change
-- Up to the oldest transaction that is under way: what comes later has larger ids.
SELECT coalesce(max(id), 0) FROM change
WHERE id < pg_snapshot_xmin(pg_current_snapshot())::text::bigint;

-- name: has_change
SELECT 1 FROM change WHERE id = @id::bigint;

-- name: changes
SELECT id, at, moves FROM change
WHERE id > @after::bigint AND id < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
ORDER BY id
LIMIT @limit::bigint;

-- name: task_labels
SELECT task_id, card.run_id, run.created_at, card.kind, name
FROM card JOIN run ON run.id = card.run_id
WHERE task_id = ANY (@task_id::bigint[]);

-- name: live_figures
-- By state: waiting, pending, claimed, running, paused. What lives in a final run is canceled.
SELECT live.state, count(*)
FROM (SELECT 0 AS state, run_id FROM need
      WHERE NOT EXISTS (SELECT FROM held WHERE held.task_id = need.task_id)
      UNION ALL SELECT 1, run_id FROM timer
      UNION ALL SELECT 1, run_id FROM ready
      UNION ALL SELECT 4, run_id FROM held
      UNION ALL
      SELECT CASE WHEN paused_left IS NOT NULL THEN 4 WHEN started_at IS NULL THEN 2 ELSE 3 END,
             run_id
      FROM lease) live
JOIN run ON run.id = live.run_id AND run.kind = 0 AND run.state = 1
GROUP BY live.state;

-- name: final_figures
SELECT coalesce(sum(succeeded), 0)::bigint, coalesce(sum(failed), 0)::bigint,
       coalesce(sum(canceled), 0)::bigint, coalesce(sum(skipped), 0)::bigint
FROM run WHERE kind = 0;

-- name: running_by_kind
SELECT card.kind, count(*)
FROM lease JOIN card ON card.task_id = lease.task_id
WHERE started_at IS NOT NULL AND paused_left IS NULL
GROUP BY card.kind;

-- name: deliveries_pending
SELECT count(*) FROM owed;
