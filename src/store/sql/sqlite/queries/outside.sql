-- name: insert_outside_link
INSERT INTO outside_link (parent_id, child_id, child_run_id, condition, unmet)
VALUES (@parent_id, @child_id, @child_run_id, @condition, @unmet);

-- name: take_outside_links
DELETE FROM outside_link
WHERE parent_id = @parent_id
RETURNING parent_id, child_id, condition, unmet, child_run_id;

-- name: parent_outside
SELECT parent_id FROM outside_link WHERE parent_id = @parent_id LIMIT 1;

-- name: child_outside
SELECT child_id FROM outside_link WHERE child_id = @child_id;

-- name: insert_settlement
INSERT INTO settle (run_id, child_id, parent_id, condition, unmet, outcome, parent_created_at)
VALUES (@run_id, @child_id, @parent_id, @condition, @unmet, @outcome, @parent_created_at);

-- name: unsettled_runs
SELECT DISTINCT run_id FROM settle ORDER BY run_id LIMIT @limit;

-- name: take_settlements
DELETE FROM settle
WHERE run_id = @run_id
RETURNING parent_id, child_id, condition, unmet, run_id, outcome, parent_created_at;

-- name: forget_settlements
DELETE FROM settle WHERE run_id = @run_id AND child_id = @child_id;

-- name: insert_change
INSERT INTO change (at, moves) VALUES (@at, @moves);

-- name: delete_changes
DELETE FROM change
WHERE id IN (SELECT id FROM change ORDER BY id LIMIT @limit) AND at < @before;

-- name: delete_task_outside_links
DELETE FROM outside_link WHERE child_id = @task_id;

-- name: delete_task_settlements
DELETE FROM settle
WHERE run_id = (SELECT run_id FROM task WHERE id = @task_id) AND child_id = @task_id;

-- name: outside_parents
SELECT parent_id, run.created_at
FROM outside_link
JOIN task ON task.id = outside_link.parent_id
JOIN run ON run.id = task.run_id
WHERE child_id = @child_id
ORDER BY parent_id;

-- name: outside_links_of_run
SELECT parent_id, child_id, condition, unmet, run.created_at
FROM outside_link
CROSS JOIN task ON task.id = outside_link.parent_id
CROSS JOIN run ON run.id = task.run_id
WHERE child_run_id = @run_id
  AND child_id BETWEEN (SELECT max(task_first, @after_child) FROM run
                        WHERE id = @run_id AND kind = 0 AND state <> 0)
                   AND (SELECT task_last FROM run WHERE id = @run_id)
  AND (child_id > @after_child OR parent_id > @after_parent)
ORDER BY child_id, parent_id LIMIT @limit;

-- name: parents_ended
SELECT count(*), count(done.task_id), max(done.finished_at)
FROM link LEFT JOIN done ON done.task_id = parent_id
WHERE parent_id BETWEEN @task_first AND @task_last AND child_id = @child_id;

-- name: newest_change
SELECT coalesce(max(id), 0) FROM change;

-- name: has_change
SELECT 1 FROM change WHERE id = @id;

-- name: changes
SELECT id, at, moves FROM change WHERE id > @after ORDER BY id LIMIT @limit;

-- name: task_label
SELECT task_id, card.run_id, run.created_at, card.kind, name
FROM card JOIN run ON run.id = card.run_id
WHERE task_id = @task_id;

-- name: live_figures
-- By state: waiting, pending, claimed, running, paused. What lives in a final run is canceled.
SELECT live.state, count(*)
FROM (SELECT 0 AS state, run_id FROM need
      WHERE NOT EXISTS (SELECT 1 FROM held WHERE held.task_id = need.task_id)
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
SELECT coalesce(sum(succeeded), 0), coalesce(sum(failed), 0), coalesce(sum(canceled), 0),
       coalesce(sum(skipped), 0)
FROM run WHERE kind = 0;

-- name: running_by_kind
SELECT card.kind, count(*)
FROM lease JOIN card ON card.task_id = lease.task_id
WHERE started_at IS NOT NULL AND paused_left IS NULL
GROUP BY card.kind;

-- name: deliveries_pending
SELECT count(*) FROM owed;
