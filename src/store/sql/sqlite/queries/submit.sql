-- name: insert_run
INSERT INTO run (id, kind, state, ending, linked, staged, sweep, total, succeeded, failed, canceled,
                 skipped, task_first, task_last, created_at, finished_at, expires_at)
VALUES (@id, @kind, @state, @ending, @linked, @staged, @sweep, @total, @succeeded, @failed,
        @canceled, @skipped, @task_first, @task_last, @created_at, @finished_at, @expires_at);

-- name: insert_run_detail
INSERT INTO run_detail (run_id, name, spec, actor, origin_id, error)
VALUES (@run_id, @name, @spec, @actor, @origin_id, @error);

-- name: insert_task
INSERT INTO task (id, run_id, queue_id, nprio, timeout, retry, name, payload, parents)
VALUES (@id, @run_id, @queue_id, @nprio, @timeout, @retry, @name, @payload,
        nullif(@parents, ''));

-- name: insert_need
INSERT INTO need (task_id, run_id, queue_id, nprio, unfinished, attempt, run_at)
VALUES (@task_id, @run_id, @queue_id, @nprio, @unfinished, @attempt, @run_at);

-- name: insert_link
INSERT INTO link (parent_id, child_id, condition, unmet)
VALUES (@parent_id, @child_id, @condition, @unmet);

-- name: insert_ready
INSERT INTO ready (task_id, run_id, queue_id, nprio, attempt, tries, rescues)
VALUES (@task_id, @run_id, @queue_id, @nprio, @attempt, @tries, @rescues);

-- name: insert_timer
INSERT INTO timer (task_id, run_id, queue_id, nprio, attempt, tries, rescues, due)
VALUES (@task_id, @run_id, @queue_id, @nprio, @attempt, @tries, @rescues, @due);

-- name: insert_held
INSERT INTO held (task_id, run_id, queue_id, nprio, attempt, tries, rescues, run_at)
VALUES (@task_id, @run_id, @queue_id, @nprio, @attempt, @tries, @rescues, @run_at);

-- name: insert_event
INSERT INTO event (at, run_id, task_id, kind, actor, detail, object, object_id, run_created_at)
VALUES (@at, @run_id, @task_id, @kind, @actor, @detail, nullif(@object, ''),
        nullif(@object_id, ''),
        (SELECT created_at FROM run WHERE id = @run_id));

-- name: find_request
SELECT key, body_hash, run_id, created_at FROM request WHERE key = @key;

-- name: insert_request
INSERT INTO request (key, body_hash, run_id, created_at)
VALUES (@key, @body_hash, @run_id, @created_at);

-- name: is_published
SELECT state <> 0 FROM run WHERE id = @run_id;

-- name: find_run_named
SELECT run_id FROM run_detail WHERE name = @name;
