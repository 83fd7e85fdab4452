-- name: insert_card
INSERT INTO card (task_id, run_id, flags, success_actions, failure_actions, cancel_actions,
                  expected_count, scheduled_at, deleted_at, kind, name, group_id, requester,
                  metadata, rules, gates, line)
VALUES (@task_id, @run_id, @flags, @success_actions, @failure_actions, @cancel_actions,
        @expected_count, @scheduled_at, @deleted_at, @kind, @name, @group_id, @requester,
        @metadata, @rules, @gates, @line);

-- name: card
SELECT task_id, run_id, flags, success_actions, failure_actions, cancel_actions, expected_count,
       scheduled_at, deleted_at, kind, name, group_id, requester, metadata, rules, gates
FROM card WHERE task_id = @task_id;

-- name: update_card
UPDATE card SET expected_count = @expected_count, scheduled_at = @scheduled_at,
                deleted_at = @deleted_at, metadata = @metadata
WHERE task_id = @task_id;

-- name: set_priority
UPDATE task SET nprio = @nprio WHERE id = @task_id;

-- name: set_lease_priority
UPDATE lease SET nprio = @nprio WHERE task_id = @task_id;

-- name: duty
SELECT card.task_id, flags, success_actions, failure_actions,
       card.cancel_actions + coalesce(cancel_actions_count, 0), kind
FROM card LEFT JOIN progress ON progress.task_id = card.task_id
WHERE card.task_id = @task_id;

-- name: report
INSERT INTO progress (task_id, run_id, updated_at, success, failures, failure_reason,
                      cancel_actions, cancel_actions_count)
SELECT task_id, run_id, @at, @success, @failures, @failure_reason, @cancel_actions,
       @cancel_actions_count
FROM card WHERE task_id = @task_id
ON CONFLICT (task_id) DO UPDATE SET
    updated_at = max(updated_at + 1, excluded.updated_at),
    success = CASE WHEN success > 9223372036854775807 - excluded.success
                   THEN 9223372036854775807 ELSE success + excluded.success END,
    failures = CASE WHEN failures > 9223372036854775807 - excluded.failures
                    THEN 9223372036854775807 ELSE failures + excluded.failures END,
    failure_reason = coalesce(excluded.failure_reason, failure_reason),
    cancel_actions_count = CASE WHEN excluded.cancel_actions = '' THEN cancel_actions_count
                                ELSE excluded.cancel_actions_count END,
    cancel_actions = CASE WHEN excluded.cancel_actions = '' THEN cancel_actions
                          ELSE excluded.cancel_actions END
RETURNING task_id;

-- name: begin_anew
INSERT INTO progress (task_id, run_id, updated_at, success, failures, cancel_actions,
                      cancel_actions_count)
SELECT task_id, run_id, @now, 0, 0, '', 0
FROM card WHERE task_id = @task_id
ON CONFLICT (task_id) DO UPDATE SET
    updated_at = max(updated_at + 1, excluded.updated_at), failure_reason = NULL;

-- name: progress
SELECT task_id, run_id, updated_at, success, failures, cancel_actions_count, failure_reason,
       cancel_actions
FROM progress WHERE task_id = @task_id;

-- name: insert_delivery
INSERT INTO delivery (id, run_id, task_id, next_id, created_at, updated_at, attempt, position,
                      tries, answered, trigger, status, reason, answer, action, idempotency_key)
VALUES (@id, @run_id, @task_id, @next_id, @created_at, @updated_at, @attempt, @position, @tries,
        @answered, @trigger, @status, @reason, @answer, @action, @idempotency_key);

-- name: insert_owed
INSERT INTO owed (delivery_id, due) VALUES (@delivery_id, @due);

-- name: take_owed
UPDATE owed SET worker_id = @worker_id
WHERE delivery_id IN (SELECT delivery_id FROM owed WHERE worker_id = 0 AND due <= @now
                      ORDER BY due, delivery_id LIMIT @limit)
RETURNING due, delivery_id;

-- name: owed_delivery
SELECT delivery.id, delivery.run_id, delivery.task_id, next_id, delivery.created_at,
       delivery.updated_at, attempt, position, tries, answered, trigger, status, reason, answer,
       action, idempotency_key,
       task.payload, card.metadata, coalesce(progress.cancel_actions, ''), run.created_at
FROM delivery
JOIN task ON task.id = delivery.task_id
JOIN card ON card.task_id = delivery.task_id
JOIN run ON run.id = delivery.run_id
LEFT JOIN progress ON progress.task_id = delivery.task_id
WHERE delivery.id = @id;

-- name: delivery_sent_by
SELECT id, run_id, task_id, next_id, created_at, updated_at, attempt, position, tries, answered,
       trigger, status, reason, answer, action, idempotency_key
FROM delivery
WHERE id = @id
  AND EXISTS (SELECT 1 FROM owed WHERE delivery_id = delivery.id AND worker_id = @worker_id);

-- name: delivery
SELECT id, run_id, task_id, next_id, created_at, updated_at, attempt, position, tries, answered,
       trigger, status, reason, answer, action, idempotency_key
FROM delivery WHERE id = @id;

-- name: follow_up_keys
SELECT idempotency_key FROM delivery WHERE task_id = @task_id AND idempotency_key <> '';

-- name: update_delivery
UPDATE delivery SET status = @status, tries = @tries, next_id = @next_id, updated_at = @updated_at,
                    answered = @answered, reason = @reason, answer = @answer
WHERE id = @id;

-- name: owe_again
UPDATE owed SET worker_id = 0, due = @due WHERE delivery_id = @delivery_id;

-- name: delete_owed
DELETE FROM owed WHERE delivery_id = @delivery_id;

-- name: rescue_owed
UPDATE owed SET worker_id = 0
WHERE worker_id <> 0
  AND NOT EXISTS (SELECT 1 FROM worker
                  WHERE worker.id = owed.worker_id AND worker.until >= @before)
RETURNING delivery_id;

-- name: delete_card
DELETE FROM card WHERE task_id = @task_id;

-- name: delete_progress
DELETE FROM progress WHERE task_id = @task_id;

-- name: delete_task_owed
DELETE FROM owed WHERE delivery_id IN (SELECT id FROM delivery WHERE task_id = @task_id);

-- name: delete_task_deliveries
DELETE FROM delivery WHERE task_id = @task_id;
