-- Schedules and their ticks. Of the kinds (docs/decisions/0010) 0 creates batches, 1 runs of a
-- workflow, 2 is a trigger.

-- name: lock_schedule
SELECT id, enabled, version, settled, next_due, tick_count, created_at, updated_at, last_fired_at,
       last_run_id, name, actor, kind, key, polled_at
FROM schedule WHERE id = @id;

-- name: insert_schedule
INSERT INTO schedule (id, enabled, version, settled, next_due, tick_count, created_at, updated_at,
                      last_fired_at, last_run_id, name, actor, document, kind, key)
VALUES (@id, @enabled, @version, @settled, @next_due, @tick_count, @created_at, @updated_at,
        @last_fired_at, @last_run_id, @name, @actor, @document, @kind, nullif(@key, ''));

-- name: update_schedule
UPDATE schedule SET enabled = @enabled, version = @version, settled = @settled,
                    next_due = @next_due, updated_at = @updated_at, name = @name,
                    document = @document, key = nullif(@key, '')
WHERE id = @id;

-- name: move_schedule
UPDATE schedule SET settled = @settled, next_due = @next_due, tick_count = @tick_count,
                    last_fired_at = @last_fired_at, last_run_id = @last_run_id,
                    polled_at = @polled_at
WHERE id = @id;

-- name: delete_ticks
DELETE FROM tick WHERE schedule_id = @schedule_id;

-- name: delete_schedule
DELETE FROM schedule WHERE id = @id;

-- name: take_due_schedules
UPDATE schedule SET next_due = @until
WHERE id IN (SELECT id FROM schedule WHERE kind = @kind AND next_due <= @now
             ORDER BY next_due, id LIMIT @limit)
RETURNING id, enabled, version, settled, next_due, tick_count, created_at, updated_at,
          last_fired_at, last_run_id, name, actor, kind, key, polled_at, document;

-- name: due_trigger
SELECT next_due, id FROM schedule WHERE kind = 2 AND key = @key AND next_due <= @now;

-- name: take_trigger
UPDATE schedule SET next_due = @until WHERE id = @id
RETURNING id, enabled, version, settled, next_due, tick_count, created_at, updated_at,
          last_fired_at, last_run_id, name, actor, kind, key, polled_at, document;

-- name: schedule_with_key
SELECT id, enabled, version, settled, next_due, tick_count, created_at, updated_at, last_fired_at,
       last_run_id, name, actor, kind, key, polled_at, document
FROM schedule WHERE kind = @kind AND key = @key;

-- name: insert_tick
INSERT INTO tick (schedule_id, at, fired_at, outcome, run_id, reason, context_hash)
VALUES (@schedule_id, @at, @fired_at, @outcome, @run_id, @reason, nullif(@context_hash, ''));

-- name: update_tick
UPDATE tick SET outcome = @outcome, run_id = @run_id, reason = @reason, tries = @tries,
                tried_at = @tried_at
WHERE schedule_id = @schedule_id AND at = @at;

-- name: view_tick
SELECT schedule_id, at, fired_at, outcome, run_id, reason, tries, tried_at, context_hash
FROM tick WHERE schedule_id = @schedule_id AND at = @at;

-- name: latest_fire
-- With the state of its run, which may be gone. By itself SQLite would walk the primary key.
SELECT tick.at, tick.run_id, run.state
FROM tick INDEXED BY tick_context LEFT JOIN run ON run.id = tick.run_id
WHERE schedule_id = @schedule_id AND context_hash = @context_hash
ORDER BY at DESC LIMIT 1;

-- name: tick_times
SELECT at FROM tick WHERE schedule_id = @schedule_id AND at >= @from ORDER BY at LIMIT @limit;

-- name: prune_ticks
DELETE FROM tick
WHERE schedule_id = @schedule_id
  AND at <= (SELECT at FROM tick WHERE schedule_id = @schedule_id
             ORDER BY at DESC LIMIT 1 OFFSET @keep);

-- name: view_schedule
SELECT id, enabled, version, settled, next_due, tick_count, created_at, updated_at, last_fired_at,
       last_run_id, name, actor, kind, key, polled_at, document
FROM schedule WHERE id = @id;

-- name: list_schedules
SELECT id, enabled, version, settled, next_due, tick_count, created_at, updated_at, last_fired_at,
       last_run_id, name, actor, kind, key, polled_at, document
FROM schedule
WHERE kind = 0 AND (@enabled IS NULL OR enabled = @enabled)
  AND (@name_part = '' OR instr(name, @name_part) > 0)
ORDER BY id DESC LIMIT @limit OFFSET @skip;

-- name: list_ticks
SELECT schedule_id, at, fired_at, outcome, run_id, reason, tries, tried_at, context_hash
FROM tick WHERE schedule_id = @schedule_id
ORDER BY at DESC LIMIT @limit OFFSET @skip;

-- name: next_schedule_due
SELECT min(next_due) FROM schedule WHERE kind = 0 AND next_due IS NOT NULL;
