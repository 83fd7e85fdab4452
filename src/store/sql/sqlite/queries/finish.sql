-- name: fenced_lease
-- The fence: only a row that is still the one that the caller means is found, and then deleted.
SELECT task_id, run_id, queue_id, nprio, attempt, tries, rescues, worker_id, owner, claimed_at,
       started_at, expires_at, paused_left, deferred_left
FROM lease
WHERE task_id = @task_id AND (@attempt = 0 OR attempt = @attempt)
  AND (@worker_id = 0 OR worker_id = @worker_id);

-- name: delete_lease
DELETE FROM lease WHERE task_id = @task_id;

-- name: update_lease
UPDATE lease
SET owner = @owner, started_at = @started_at, expires_at = @expires_at, paused_left = @paused_left,
    deferred_left = @deferred_left
WHERE task_id = @task_id AND attempt = @attempt;

-- name: insert_done
INSERT INTO done (task_id, run_id, outcome, attempt, tries, worker_id, claimed_at, started_at,
                  finished_at, result, error)
VALUES (@task_id, @run_id, @outcome, @attempt, @tries, @worker_id, @claimed_at, @started_at,
        @finished_at, @result, @error);

-- name: insert_attempt
INSERT INTO attempt (task_id, attempt, ended, worker_id, claimed_at, started_at, finished_at, error)
VALUES (@task_id, @attempt, @ended, @worker_id, @claimed_at, @started_at, @finished_at, @error);

-- name: done
SELECT task_id, run_id, outcome, attempt, tries, worker_id, claimed_at, started_at, finished_at,
       result, error
FROM done WHERE task_id = @task_id;

-- name: take_done
DELETE FROM done WHERE task_id = @task_id
RETURNING task_id, run_id, outcome, attempt, tries, worker_id, claimed_at, started_at, finished_at,
          result, error;
