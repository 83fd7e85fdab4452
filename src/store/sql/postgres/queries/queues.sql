-- name: queues
SELECT id, name, run_id, open, ruled FROM queue;

-- name: queue_heads
-- A loose index scan: one seek for each queue that has something, however many rows it has.
WITH RECURSIVE head (queue_id, nprio, task_id) AS (
    (SELECT queue_id, nprio, task_id FROM ready ORDER BY queue_id, nprio, task_id LIMIT 1)
    UNION ALL
    SELECT next.queue_id, next.nprio, next.task_id
    FROM head CROSS JOIN LATERAL (
        SELECT queue_id, nprio, task_id FROM ready WHERE ready.queue_id > head.queue_id
        ORDER BY queue_id, nprio, task_id LIMIT 1) next)
SELECT queue_id, nprio, task_id FROM head;

-- name: insert_queue
INSERT INTO queue (id, name, run_id, open, ruled)
VALUES (@id::bigint, @name::text, @run_id::bigint, @open::boolean, @ruled::boolean);

-- name: ensure_shared_queue
-- The update changes nothing; without it a row that another process has just inserted would not be
-- returned.
INSERT INTO queue (id, name, run_id, open, ruled)
VALUES (@id::bigint, @name::text, 0, @open::boolean, @ruled::boolean)
ON CONFLICT (name, ruled) WHERE run_id = 0 DO UPDATE SET name = excluded.name
RETURNING id;

-- name: set_queues_open
UPDATE queue SET open = @open::boolean WHERE run_id = @run_id::bigint AND run_id <> 0;

-- name: delete_queues
DELETE FROM queue WHERE run_id = @run_id::bigint AND run_id <> 0;
