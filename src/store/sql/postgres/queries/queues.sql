-- name: queues
SELECT id, name, run_id, open FROM queue;

-- name: queues_with_ready
-- A loose index scan: one seek for each queue that has something, however many rows it has.
WITH RECURSIVE seen (id) AS (
    SELECT (SELECT queue_id FROM ready ORDER BY queue_id LIMIT 1)
    UNION ALL
    SELECT (SELECT queue_id FROM ready WHERE queue_id > seen.id ORDER BY queue_id LIMIT 1)
    FROM seen WHERE seen.id IS NOT NULL)
SELECT id FROM seen WHERE id IS NOT NULL;

-- name: insert_queue
INSERT INTO queue (id, name, run_id, open)
VALUES (@id::bigint, @name::text, @run_id::bigint, @open::boolean);

-- name: ensure_shared_queue
-- The update changes nothing; without it a row that another process has just inserted would not be
-- returned.
INSERT INTO queue (id, name, run_id, open)
VALUES (@id::bigint, @name::text, 0, @open::boolean)
ON CONFLICT (name) WHERE run_id = 0 DO UPDATE SET name = excluded.name
RETURNING id;

-- name: set_queues_open
UPDATE queue SET open = @open::boolean WHERE run_id = @run_id::bigint AND run_id <> 0;

-- name: delete_queues
DELETE FROM queue WHERE run_id = @run_id::bigint AND run_id <> 0;
