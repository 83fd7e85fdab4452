-- Schedules and their ticks. Those of kind 0 create batches.

-- name: lock_schedules
SELECT id, enabled, version, settled, next_due, tick_count, created_at, updated_at, last_fired_at,
       last_run_id, name, actor
FROM schedule WHERE id = ANY (@id::bigint[])
ORDER BY id
FOR UPDATE;

-- name: insert_schedule
INSERT INTO schedule (id, enabled, version, settled, next_due, tick_count, created_at, updated_at,
                      last_fired_at, last_run_id, name, actor, document)
VALUES (@id::bigint, @enabled::boolean, @version::bigint, @settled::timestamptz,
        @next_due::timestamptz, @tick_count::bigint, @created_at::timestamptz,
        @updated_at::timestamptz, @last_fired_at::timestamptz, @last_run_id::bigint, @name::text,
        @actor::text, @document::text);

-- name: update_schedule
UPDATE schedule SET enabled = @enabled::boolean, version = @version::bigint,
                    settled = @settled::timestamptz, next_due = @next_due::timestamptz,
                    updated_at = @updated_at::timestamptz, name = @name::text,
                    document = @document::text
WHERE id = @id::bigint;

-- name: move_schedules
UPDATE schedule SET settled = said.settled, next_due = said.next_due, tick_count = said.tick_count,
                    last_fired_at = said.last_fired_at, last_run_id = said.last_run_id
FROM unnest(@id::bigint[], @settled::timestamptz[], @next_due::timestamptz[],
            @tick_count::bigint[], @last_fired_at::timestamptz[], @last_run_id::bigint[])
         AS said (id, settled, next_due, tick_count, last_fired_at, last_run_id)
WHERE schedule.id = said.id;

-- name: delete_ticks
DELETE FROM tick WHERE schedule_id = @schedule_id::bigint;

-- name: delete_schedule
DELETE FROM schedule WHERE id = @id::bigint;

-- name: take_due_schedules
WITH picked AS MATERIALIZED (
    SELECT id FROM schedule WHERE kind = 0 AND next_due <= @now::timestamptz
    ORDER BY next_due, id LIMIT @limit::bigint
    FOR UPDATE SKIP LOCKED)
UPDATE schedule SET next_due = @until::timestamptz
FROM picked WHERE schedule.id = picked.id
RETURNING schedule.id, enabled, version, settled, next_due, tick_count, created_at, updated_at,
          last_fired_at, last_run_id, name, actor, document;

-- name: insert_ticks
INSERT INTO tick (schedule_id, at, fired_at, outcome, run_id, reason)
SELECT unnest(@schedule_id::bigint[]), unnest(@at::timestamptz[]), unnest(@fired_at::timestamptz[]),
       unnest(@outcome::smallint[]), unnest(@run_id::bigint[]), unnest(@reason::text[]);

-- name: prune_ticks
DELETE FROM tick
WHERE schedule_id = @schedule_id::bigint
  AND at <= (SELECT at FROM tick WHERE schedule_id = @schedule_id::bigint
             ORDER BY at DESC LIMIT 1 OFFSET @keep::bigint);

-- name: view_schedule
SELECT id, enabled, version, settled, next_due, tick_count, created_at, updated_at, last_fired_at,
       last_run_id, name, actor, document
FROM schedule WHERE id = @id::bigint;

-- name: list_schedules
SELECT id, enabled, version, settled, next_due, tick_count, created_at, updated_at, last_fired_at,
       last_run_id, name, actor, document
FROM schedule
WHERE kind = 0 AND (@enabled::boolean IS NULL OR enabled = @enabled::boolean)
  AND (@name_part::text = '' OR strpos(name, @name_part::text) > 0)
ORDER BY id DESC LIMIT @limit::bigint OFFSET @skip::bigint;

-- name: list_ticks
SELECT schedule_id, at, fired_at, outcome, run_id, reason
FROM tick WHERE schedule_id = @schedule_id::bigint
ORDER BY at DESC LIMIT @limit::bigint OFFSET @skip::bigint;

-- name: next_schedule_due
SELECT min(next_due) FROM schedule WHERE kind = 0 AND next_due IS NOT NULL;
