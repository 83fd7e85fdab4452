-- name: queues
SELECT id, name, run_id, open, ruled FROM queue;

-- name: queues_with_ready
-- A loose index scan: one seek for each queue that has something, however many rows it has.
WITH RECURSIVE seen (id) AS (
    SELECT min(queue_id) FROM ready
    UNION ALL
    SELECT (SELECT min(queue_id) FROM ready WHERE queue_id > seen.id)
    FROM seen WHERE seen.id IS NOT NULL)
SELECT id FROM seen WHERE id IS NOT NULL;

-- name: queue_heads
WITH RECURSIVE seen (id) AS (
    SELECT min(queue_id) FROM ready
    UNION ALL
    SELECT (SELECT min(queue_id) FROM ready WHERE queue_id > seen.id)
    FROM seen WHERE seen.id IS NOT NULL),
first (id, nprio) AS MATERIALIZED (
    SELECT id, (SELECT min(nprio) FROM ready WHERE queue_id = id) FROM seen WHERE id IS NOT NULL)
SELECT id, nprio,
       (SELECT min(task_id) FROM ready WHERE queue_id = first.id AND ready.nprio = first.nprio)
FROM first;

-- name: insert_queue
INSERT INTO queue (id, name, run_id, open, ruled) VALUES (@id, @name, @run_id, @open, @ruled);

-- name: find_shared_queue
SELECT id FROM queue WHERE name = @name AND ruled = @ruled AND run_id = 0;

-- name: set_queues_open
UPDATE queue SET open = @open WHERE run_id = @run_id;

-- name: delete_queues
DELETE FROM queue WHERE run_id = @run_id AND @run_id <> 0;
