-- Schedules and their ticks. Those of kind 0 create batches.

-- name: lock_schedule
SELECT id, enabled, version, settled, next_due, tick_count, created_at, updated_at, last_fired_at,
       last_run_id, name, actor
FROM schedule WHERE id = @id;

-- name: insert_schedule
INSERT INTO schedule (id, enabled, version, settled, next_due, tick_count, created_at, updated_at,
                      last_fired_at, last_run_id, name, actor, document)
VALUES (@id, @enabled, @version, @settled, @next_due, @tick_count, @created_at, @updated_at,
        @last_fired_at, @last_run_id, @name, @actor, @document);

-- name: update_schedule
UPDATE schedule SET enabled = @enabled, version = @version, settled = @settled,
                    next_due = @next_due, updated_at = @updated_at, name = @name,
                    document = @document
WHERE id = @id;

-- name: move_schedule
UPDATE schedule SET settled = @settled, next_due = @next_due, tick_count = @tick_count,
                    last_fired_at = @last_fired_at, last_run_id = @last_run_id
WHERE id = @id;

-- name: delete_ticks
DELETE FROM tick WHERE schedule_id = @schedule_id;

-- name: delete_schedule
DELETE FROM schedule WHERE id = @id;

-- name: take_due_schedules
UPDATE schedule SET next_due = @until
WHERE id IN (SELECT id FROM schedule WHERE kind = 0 AND next_due <= @now
             ORDER BY next_due, id LIMIT @limit)
RETURNING id, enabled, version, settled, next_due, tick_count, created_at, updated_at,
          last_fired_at, last_run_id, name, actor, document;

-- name: insert_tick
INSERT INTO tick (schedule_id, at, fired_at, outcome, run_id, reason)
VALUES (@schedule_id, @at, @fired_at, @outcome, @run_id, @reason);

-- name: prune_ticks
DELETE FROM tick
WHERE schedule_id = @schedule_id
  AND at <= (SELECT at FROM tick WHERE schedule_id = @schedule_id
             ORDER BY at DESC LIMIT 1 OFFSET @keep);

-- name: view_schedule
SELECT id, enabled, version, settled, next_due, tick_count, created_at, updated_at, last_fired_at,
       last_run_id, name, actor, document
FROM schedule WHERE id = @id;

-- name: list_schedules
SELECT id, enabled, version, settled, next_due, tick_count, created_at, updated_at, last_fired_at,
       last_run_id, name, actor, document
FROM schedule
WHERE kind = 0 AND (@enabled IS NULL OR enabled = @enabled)
  AND (@name_part = '' OR instr(name, @name_part) > 0)
ORDER BY id DESC LIMIT @limit OFFSET @skip;

-- name: list_ticks
SELECT schedule_id, at, fired_at, outcome, run_id, reason
FROM tick WHERE schedule_id = @schedule_id
ORDER BY at DESC LIMIT @limit OFFSET @skip;

-- name: next_schedule_due
SELECT min(next_due) FROM schedule WHERE kind = 0 AND next_due IS NOT NULL;
