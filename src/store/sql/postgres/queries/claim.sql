-- Rows of `ready` are found in the order of the key, from the mark on: what lies before it is
-- mostly dead. They are locked, passing over those of another process, and deleted by their
-- address, which cannot change while they are locked (nothing updates `ready`).
-- What is ready was made so by the commit that ended its last parent: the same look finds the ends.

-- name: take_ready_of_queue
WITH taken AS (
    DELETE FROM ready
    WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM ready
        WHERE queue_id = @queue_id::bigint
          AND (nprio, task_id) >= (@nprio::smallint, @task_id::bigint)
        ORDER BY queue_id, nprio, task_id
        LIMIT @limit::bigint
        FOR UPDATE SKIP LOCKED))
    RETURNING task_id, run_id, queue_id, nprio, attempt, tries, rescues)
SELECT taken.task_id, taken.run_id, taken.queue_id, taken.nprio, taken.attempt, taken.tries,
       taken.rescues, own.timeout, own.retry, own.name, own.payload, card.kind, own.parents,
       -- ids, outcomes and attempts in turn; ";3" has an empty part
       CASE WHEN own.parents IS NOT NULL THEN ARRAY(
           SELECT unnest(ARRAY[done.task_id, done.outcome, done.attempt])
           FROM unnest(string_to_array(translate(own.parents, ';', ','), ',', '')::bigint[])
                    AS parent (id)
           JOIN done ON done.task_id = parent.id) END
FROM taken
LEFT JOIN LATERAL (
    SELECT timeout, retry, name, payload, parents FROM task WHERE task.id = taken.task_id
    OFFSET 0) own ON true -- one look at the key for each, whatever the statistics say
LEFT JOIN LATERAL (SELECT kind FROM card WHERE card.task_id = taken.task_id OFFSET 0) card ON true;

-- name: claimed_tasks
-- Of tasks that were never ready in any table; none has a card, so none has a kind.
SELECT id, run_id, queue_id, nprio, timeout, retry, name, payload, NULL::text, parents,
       CASE WHEN parents IS NOT NULL THEN ARRAY(
           SELECT unnest(ARRAY[done.task_id, done.outcome, done.attempt])
           FROM unnest(string_to_array(translate(task.parents, ';', ','), ',', '')::bigint[])
                    AS parent (id)
           JOIN done ON done.task_id = parent.id) END
FROM task WHERE id = ANY (@id::bigint[]);

-- name: ready_heads
-- Without locks: most of what many queues offer is not taken.
SELECT head.queue_id, head.nprio, head.task_id
FROM unnest(@queue_id::bigint[], @nprio::smallint[], @task_id::bigint[])
         AS mark (queue_id, nprio, task_id)
CROSS JOIN LATERAL (
    SELECT ready.queue_id, ready.nprio, ready.task_id FROM ready
    WHERE ready.queue_id = mark.queue_id
      AND (ready.nprio, ready.task_id) >= (mark.nprio, mark.task_id)
    ORDER BY ready.queue_id, ready.nprio, ready.task_id
    LIMIT @limit_each::bigint) head;

-- name: take_ready_at
WITH taken AS (
    DELETE FROM ready
    WHERE ctid = ANY (ARRAY(
        SELECT ready.ctid
        FROM unnest(@queue_id::bigint[], @nprio::smallint[], @task_id::bigint[])
                 AS chosen (queue_id, nprio, task_id)
        JOIN ready ON ready.queue_id = chosen.queue_id AND ready.nprio = chosen.nprio
                  AND ready.task_id = chosen.task_id
        FOR UPDATE OF ready SKIP LOCKED))
    RETURNING task_id, run_id, queue_id, nprio, attempt, tries, rescues)
SELECT taken.task_id, taken.run_id, taken.queue_id, taken.nprio, taken.attempt, taken.tries,
       taken.rescues, own.timeout, own.retry, own.name, own.payload, card.kind, own.parents,
       -- ids, outcomes and attempts in turn; ";3" has an empty part
       CASE WHEN own.parents IS NOT NULL THEN ARRAY(
           SELECT unnest(ARRAY[done.task_id, done.outcome, done.attempt])
           FROM unnest(string_to_array(translate(own.parents, ';', ','), ',', '')::bigint[])
                    AS parent (id)
           JOIN done ON done.task_id = parent.id) END
FROM taken
LEFT JOIN LATERAL (
    SELECT timeout, retry, name, payload, parents FROM task WHERE task.id = taken.task_id
    OFFSET 0) own ON true
LEFT JOIN LATERAL (SELECT kind FROM card WHERE card.task_id = taken.task_id OFFSET 0) card ON true;

-- name: tasks
SELECT id, run_id, queue_id, nprio, timeout, retry, name, payload,
       (SELECT kind FROM card WHERE card.task_id = task.id), parents
FROM task WHERE id = ANY (@id::bigint[]);

-- name: insert_leases
INSERT INTO lease (task_id, run_id, queue_id, nprio, attempt, tries, rescues, worker_id, expires_at,
                   owner, claimed_at, started_at, paused_left)
SELECT unnest(@task_id::bigint[]), unnest(@run_id::bigint[]), unnest(@queue_id::bigint[]),
       unnest(@nprio::smallint[]), unnest(@attempt::int[]), unnest(@tries::int[]),
       unnest(@rescues::int[]), unnest(@worker_id::bigint[]), unnest(@expires_at::timestamptz[]),
       @owner::smallint, @claimed_at::timestamptz, @started_at::timestamptz, @paused_left::bigint;
