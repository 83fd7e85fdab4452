-- Schedules and their ticks. Of the kinds (docs/decisions/0010) 0 creates batches, 1 runs of a
-- workflow, 2 is a trigger.

-- name: lock_schedules
SELECT id, enabled, version, settled, next_due, tick_count, created_at, updated_at, last_fired_at,
       last_run_id, name, actor, kind, key, polled_at
FROM schedule WHERE id = ANY (@id::bigint[])
ORDER BY id
FOR UPDATE;

-- name: insert_schedule
INSERT INTO schedule (id, enabled, version, settled, next_due, tick_count, created_at, updated_at,
                      last_fired_at, last_run_id, name, actor, document, kind, key)
VALUES (@id::bigint, @enabled::boolean, @version::bigint, @settled::timestamptz,
        @next_due::timestamptz, @tick_count::bigint, @created_at::timestamptz,
        @updated_at::timestamptz, @last_fired_at::timestamptz, @last_run_id::bigint, @name::text,
        @actor::text, @document::text, @kind::smallint, nullif(@key::text, ''));

-- name: update_schedule
UPDATE schedule SET enabled = @enabled::boolean, version = @version::bigint,
                    settled = @settled::timestamptz, next_due = @next_due::timestamptz,
                    updated_at = @updated_at::timestamptz, name = @name::text,
                    document = @document::text, key = nullif(@key::text, '')
WHERE id = @id::bigint;

-- name: move_schedules
UPDATE schedule SET settled = said.settled, next_due = said.next_due, tick_count = said.tick_count,
                    last_fired_at = said.last_fired_at, last_run_id = said.last_run_id,
                    polled_at = said.polled_at
FROM unnest(@id::bigint[], @settled::timestamptz[], @next_due::timestamptz[],
            @tick_count::bigint[], @last_fired_at::timestamptz[], @last_run_id::bigint[],
            @polled_at::timestamptz[])
         AS said (id, settled, next_due, tick_count, last_fired_at, last_run_id, polled_at)
WHERE schedule.id = said.id;

-- name: delete_ticks
DELETE FROM tick WHERE schedule_id = @schedule_id::bigint;

-- name: delete_schedule
DELETE FROM schedule WHERE id = @id::bigint;

-- name: take_due_schedules
WITH picked AS MATERIALIZED (
    SELECT id FROM schedule WHERE kind = @kind::smallint AND next_due <= @now::timestamptz
    ORDER BY next_due, id LIMIT @limit::bigint
    FOR UPDATE SKIP LOCKED)
UPDATE schedule SET next_due = @until::timestamptz
WHERE id = ANY (ARRAY(SELECT id FROM picked))
RETURNING id, enabled, version, settled, next_due, tick_count, created_at, updated_at,
          last_fired_at, last_run_id, name, actor, kind, key, polled_at, document;

-- name: take_due_triggers
-- By the keys: nobody may be there for the others that are due.
WITH picked AS MATERIALIZED (
    SELECT id FROM schedule
    WHERE kind = 2 AND key = ANY (@key::text[]) AND key IS NOT NULL
      AND next_due <= @now::timestamptz
    ORDER BY next_due, id LIMIT @limit::bigint
    FOR UPDATE SKIP LOCKED)
UPDATE schedule SET next_due = @until::timestamptz
WHERE id = ANY (ARRAY(SELECT id FROM picked))
RETURNING id, enabled, version, settled, next_due, tick_count, created_at, updated_at,
          last_fired_at, last_run_id, name, actor, kind, key, polled_at, document;

-- name: schedule_with_key
SELECT id, enabled, version, settled, next_due, tick_count, created_at, updated_at, last_fired_at,
       last_run_id, name, actor, kind, key, polled_at, document
FROM schedule WHERE kind = @kind::smallint AND key = @key::text;

-- name: insert_ticks
INSERT INTO tick (schedule_id, at, fired_at, outcome, run_id, reason, context_hash)
SELECT unnest(@schedule_id::bigint[]), unnest(@at::timestamptz[]), unnest(@fired_at::timestamptz[]),
       unnest(@outcome::smallint[]), unnest(@run_id::bigint[]), unnest(@reason::text[]),
       unnest(@context_hash::text[]);

-- name: update_ticks
UPDATE tick SET outcome = said.outcome, run_id = said.run_id, reason = said.reason,
                tries = said.tries, tried_at = said.tried_at
FROM unnest(@schedule_id::bigint[], @at::timestamptz[], @outcome::smallint[], @run_id::bigint[],
            @reason::text[], @tries::int[], @tried_at::timestamptz[])
         AS said (schedule_id, at, outcome, run_id, reason, tries, tried_at)
WHERE tick.schedule_id = said.schedule_id AND tick.at = said.at;

-- name: view_tick
SELECT schedule_id, at, fired_at, outcome, run_id, reason, tries, tried_at, context_hash
FROM tick WHERE schedule_id = @schedule_id::bigint AND at = @at::timestamptz;

-- name: latest_fire
-- With the state of its run, which may be gone.
SELECT tick.at, tick.run_id, run.state
FROM tick LEFT JOIN run ON run.id = tick.run_id
WHERE schedule_id = @schedule_id::bigint AND context_hash = @context_hash::text
ORDER BY at DESC LIMIT 1;

-- name: tick_times
SELECT at FROM tick WHERE schedule_id = @schedule_id::bigint AND at >= @from::timestamptz
ORDER BY at LIMIT @limit::bigint;

-- name: prune_ticks
DELETE FROM tick
WHERE schedule_id = @schedule_id::bigint
  AND at <= (SELECT at FROM tick WHERE schedule_id = @schedule_id::bigint
             ORDER BY at DESC LIMIT 1 OFFSET @keep::bigint);

-- name: view_schedule
SELECT id, enabled, version, settled, next_due, tick_count, created_at, updated_at, last_fired_at,
       last_run_id, name, actor, kind, key, polled_at, document
FROM schedule WHERE id = @id::bigint;

-- name: list_schedules
SELECT id, enabled, version, settled, next_due, tick_count, created_at, updated_at, last_fired_at,
       last_run_id, name, actor, kind, key, polled_at, document
FROM schedule
WHERE kind = 0 AND (@enabled::boolean IS NULL OR enabled = @enabled::boolean)
  AND (@name_part::text = '' OR strpos(name, @name_part::text) > 0)
ORDER BY id DESC LIMIT @limit::bigint OFFSET @skip::bigint;

-- name: list_ticks
SELECT schedule_id, at, fired_at, outcome, run_id, reason, tries, tried_at, context_hash
FROM tick WHERE schedule_id = @schedule_id::bigint
ORDER BY at DESC LIMIT @limit::bigint OFFSET @skip::bigint;

-- name: next_schedule_due
SELECT min(next_due) FROM schedule WHERE kind = 0 AND next_due IS NOT NULL;
