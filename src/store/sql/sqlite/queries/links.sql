-- name: links_from
SELECT parent_id, child_id, condition, unmet FROM link WHERE parent_id = @parent_id;

-- name: links_to
SELECT parent_id, child_id, condition, unmet
FROM link
WHERE parent_id BETWEEN @task_first AND @task_last AND child_id = @child_id;

-- name: links_of_run
SELECT parent_id, child_id, condition, unmet
FROM link
WHERE parent_id BETWEEN @task_first AND @task_last;

-- name: subtract_need
UPDATE need SET unfinished = unfinished - @finished WHERE task_id = @task_id;

-- name: need_and_pause
SELECT task_id, run_id, queue_id, nprio, unfinished, attempt, run_at,
       EXISTS (SELECT 1 FROM held WHERE held.task_id = need.task_id)
FROM need WHERE task_id = @task_id;

-- name: delete_need
DELETE FROM need WHERE task_id = @task_id;
