-- name: ready_heads
SELECT task_id, run_id, queue_id, nprio, attempt, tries, rescues
FROM ready
WHERE queue_id = @queue_id AND (nprio, task_id) > (@after_nprio, @after_task_id)
ORDER BY nprio, task_id
LIMIT @limit;

-- name: delete_ready_heads
-- What was read from the head of one queue, up to and with its last row.
DELETE FROM ready WHERE queue_id = @queue_id AND (nprio, task_id) <= (@nprio, @task_id);

-- name: task
SELECT id, run_id, queue_id, nprio, timeout, retry, name, payload,
       (SELECT kind FROM card WHERE card.task_id = task.id), parents
FROM task WHERE id = @id;

-- name: parent_end
SELECT task_id, outcome, attempt FROM done WHERE task_id = @task_id;

-- name: insert_lease
INSERT INTO lease (task_id, run_id, queue_id, nprio, attempt, tries, rescues, worker_id, owner,
                   claimed_at, started_at, expires_at, paused_left)
VALUES (@task_id, @run_id, @queue_id, @nprio, @attempt, @tries, @rescues, @worker_id, @owner,
        @claimed_at, @started_at, @expires_at, @paused_left);
