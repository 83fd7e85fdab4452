-- name: insert_cards
INSERT INTO card (task_id, run_id, flags, success_actions, failure_actions, cancel_actions,
                  expected_count, scheduled_at, deleted_at, kind, name, group_id, requester,
                  metadata, rules, gates, line)
SELECT unnest(@task_id::bigint[]), unnest(@run_id::bigint[]), unnest(@flags::smallint[]),
       unnest(@success_actions::int[]), unnest(@failure_actions::int[]),
       unnest(@cancel_actions::int[]), unnest(@expected_count::bigint[]),
       unnest(@scheduled_at::timestamptz[]), unnest(@deleted_at::timestamptz[]),
       unnest(@kind::text[]), unnest(@name::text[]), unnest(@group_id::text[]),
       unnest(@requester::text[]), unnest(@metadata::text[]), unnest(@rules::text[]),
       unnest(@gates::text[]), unnest(@line::bigint[]);

-- name: card
SELECT task_id, run_id, flags, success_actions, failure_actions, cancel_actions, expected_count,
       scheduled_at, deleted_at, kind, name, group_id, requester, metadata, rules, gates
FROM card WHERE task_id = @task_id::bigint;

-- name: cards
SELECT task_id, run_id, flags, success_actions, failure_actions, cancel_actions, expected_count,
       scheduled_at, deleted_at, kind, name, group_id, requester, metadata, rules, gates
FROM card WHERE task_id = ANY (@task_id::bigint[]);

-- name: update_card
UPDATE card SET expected_count = @expected_count::bigint, scheduled_at = @scheduled_at::timestamptz,
                deleted_at = @deleted_at::timestamptz, metadata = @metadata::text
WHERE task_id = @task_id::bigint;

-- name: set_priority
WITH leased AS (UPDATE lease SET nprio = @nprio::smallint WHERE task_id = @task_id::bigint)
UPDATE task SET nprio = @nprio WHERE id = @task_id;

-- name: duties
SELECT card.task_id, flags, success_actions, failure_actions,
       card.cancel_actions + coalesce(cancel_actions_count, 0), kind
FROM card LEFT JOIN progress ON progress.task_id = card.task_id
WHERE card.task_id = ANY (@task_id::bigint[]);

-- name: report
-- By id, so that two servers lock the rows that exist in one order.
INSERT INTO progress (task_id, run_id, updated_at, success, failures, failure_reason,
                      cancel_actions, cancel_actions_count)
SELECT card.task_id, card.run_id, said.at, said.success, said.failures,
       said.failure_reason, coalesce(said.cancel_actions, ''), said.cancel_actions_count
FROM unnest(@task_id::bigint[], @at::timestamptz[], @success::bigint[], @failures::bigint[],
            @failure_reason::text[], @cancel_actions::text[], @cancel_actions_count::int[])
         AS said (task_id, at, success, failures, failure_reason, cancel_actions,
                  cancel_actions_count)
     JOIN card ON card.task_id = said.task_id
ORDER BY card.task_id
ON CONFLICT (task_id) DO UPDATE SET
    updated_at = greatest(progress.updated_at + interval '1 microsecond', excluded.updated_at),
    success = CASE WHEN progress.success > 9223372036854775807 - excluded.success
                   THEN 9223372036854775807 ELSE progress.success + excluded.success END,
    failures = CASE WHEN progress.failures > 9223372036854775807 - excluded.failures
                    THEN 9223372036854775807 ELSE progress.failures + excluded.failures END,
    failure_reason = coalesce(excluded.failure_reason, progress.failure_reason),
    cancel_actions_count = CASE WHEN excluded.cancel_actions = ''
                                THEN progress.cancel_actions_count
                                ELSE excluded.cancel_actions_count END,
    cancel_actions = CASE WHEN excluded.cancel_actions = '' THEN progress.cancel_actions
                          ELSE excluded.cancel_actions END
RETURNING task_id;

-- name: begin_anew
INSERT INTO progress (task_id, run_id, updated_at, success, failures, cancel_actions,
                      cancel_actions_count)
SELECT task_id, run_id, @now::timestamptz, 0, 0, '', 0
FROM card WHERE task_id = ANY (@task_id::bigint[])
ORDER BY task_id
ON CONFLICT (task_id) DO UPDATE SET
    updated_at = greatest(progress.updated_at + interval '1 microsecond', excluded.updated_at),
    failure_reason = NULL;

-- name: progress
SELECT task_id, run_id, updated_at, success, failures, cancel_actions_count, failure_reason,
       cancel_actions
FROM progress WHERE task_id = ANY (@task_id::bigint[])
ORDER BY task_id
FOR UPDATE;

-- name: insert_deliveries
INSERT INTO delivery (id, run_id, task_id, next_id, created_at, updated_at, attempt, position,
                      tries, answered, trigger, status, reason, answer, action, idempotency_key)
SELECT unnest(@id::bigint[]), unnest(@run_id::bigint[]), unnest(@task_id::bigint[]),
       unnest(@next_id::bigint[]), unnest(@created_at::timestamptz[]),
       unnest(@updated_at::timestamptz[]), unnest(@attempt::int[]), unnest(@position::int[]),
       unnest(@tries::int[]), unnest(@answered::int[]), unnest(@trigger::smallint[]),
       unnest(@status::smallint[]), unnest(@reason::text[]), unnest(@answer::text[]),
       unnest(@action::text[]), unnest(@idempotency_key::text[]);

-- name: insert_owed
INSERT INTO owed (delivery_id, due)
SELECT unnest(@delivery_id::bigint[]), unnest(@due::timestamptz[]);

-- name: take_owed
WITH picked AS (
    SELECT delivery_id FROM owed
    WHERE worker_id = 0 AND due <= @now::timestamptz
    ORDER BY due, delivery_id LIMIT @limit::bigint
    FOR UPDATE SKIP LOCKED),
  taken AS (
    UPDATE owed SET worker_id = @worker_id::bigint
    FROM picked WHERE owed.delivery_id = picked.delivery_id
    RETURNING owed.delivery_id, due)
SELECT delivery.id, delivery.run_id, delivery.task_id, next_id, delivery.created_at,
       delivery.updated_at, attempt, position, tries, answered, trigger, status, reason, answer,
       action, idempotency_key,
       task.payload, card.metadata, coalesce(progress.cancel_actions, ''), run.created_at
FROM taken
JOIN delivery ON delivery.id = taken.delivery_id
JOIN task ON task.id = delivery.task_id
JOIN card ON card.task_id = delivery.task_id
JOIN run ON run.id = delivery.run_id
LEFT JOIN progress ON progress.task_id = delivery.task_id
ORDER BY due, delivery.id;

-- name: deliveries_sent_by
SELECT id, run_id, task_id, next_id, created_at, updated_at, attempt, position, tries, answered,
       trigger, status, reason, answer, action, idempotency_key
FROM delivery JOIN owed ON owed.delivery_id = delivery.id
WHERE owed.delivery_id = ANY (@id::bigint[]) AND owed.worker_id = @worker_id::bigint
ORDER BY id
FOR UPDATE OF owed;

-- name: deliveries
SELECT id, run_id, task_id, next_id, created_at, updated_at, attempt, position, tries, answered,
       trigger, status, reason, answer, action, idempotency_key
FROM delivery WHERE id = ANY (@id::bigint[])
ORDER BY id
FOR UPDATE;

-- name: follow_up_keys
SELECT idempotency_key FROM delivery WHERE task_id = @task_id::bigint AND idempotency_key <> '';

-- name: update_deliveries
UPDATE delivery SET status = said.status, tries = said.tries, next_id = said.next_id,
                    updated_at = said.updated_at, answered = said.answered, reason = said.reason,
                    answer = said.answer
FROM unnest(@id::bigint[], @status::smallint[], @tries::int[], @next_id::bigint[],
            @updated_at::timestamptz[], @answered::int[], @reason::text[], @answer::text[])
         AS said (id, status, tries, next_id, updated_at, answered, reason, answer)
WHERE delivery.id = said.id;

-- name: owe_again
UPDATE owed SET worker_id = 0, due = said.due
FROM unnest(@delivery_id::bigint[], @due::timestamptz[]) AS said (delivery_id, due)
WHERE owed.delivery_id = said.delivery_id;

-- name: delete_owed
DELETE FROM owed WHERE delivery_id = ANY (@delivery_id::bigint[]);

-- name: rescue_owed
WITH lost AS (
    SELECT delivery_id FROM owed
    WHERE worker_id <> 0
      AND NOT EXISTS (SELECT FROM worker
                      WHERE worker.id = owed.worker_id AND worker.until >= @before::timestamptz)
    FOR UPDATE SKIP LOCKED)
UPDATE owed SET worker_id = 0 FROM lost WHERE owed.delivery_id = lost.delivery_id
RETURNING owed.delivery_id;
