-- name: links_from
SELECT parent_id, child_id, condition, unmet FROM link WHERE parent_id = ANY (@parent_id::bigint[]);

-- name: links_to
-- No index leads to the parents: the links of the run are walked once, however many children ask.
-- IS TRUE has the children hashed; = ANY would look through them for each link.
SELECT parent_id, child_id, condition, unmet
FROM link
WHERE parent_id BETWEEN @task_first::bigint AND @task_last::bigint
  AND (child_id IN (SELECT unnest(@child_id::bigint[]))) IS TRUE;

-- name: subtract_needs
UPDATE need SET unfinished = need.unfinished - change.finished
FROM unnest(@task_id::bigint[], @finished::int[]) AS change (task_id, finished)
WHERE need.task_id = change.task_id
RETURNING need.task_id, run_id, queue_id, nprio, unfinished, attempt, run_at,
          EXISTS (SELECT FROM held WHERE held.task_id = need.task_id);

-- name: delete_needs
DELETE FROM need WHERE task_id = ANY (@task_id::bigint[]);
