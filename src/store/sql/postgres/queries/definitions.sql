-- Stored rules and actions (docs/decisions/0004).

-- name: definition
SELECT id, kind, name, key, document, actor, version, created_at, updated_at
FROM definition WHERE id = @id::bigint AND kind = @kind::smallint;

-- name: equal_definition
SELECT id, kind, name, key, document, actor, version, created_at, updated_at
FROM definition
WHERE kind = @kind::smallint AND key = @key::text AND (@name::text IS NULL OR name = @name)
ORDER BY id LIMIT 1;

-- name: insert_definition
INSERT INTO definition (id, kind, name, key, document, actor, version, created_at, updated_at)
VALUES (@id::bigint, @kind::smallint, @name::text, @key::text, @document::text, @actor::text,
        @version::bigint, @created_at::timestamptz, @updated_at::timestamptz);

-- name: update_definition
UPDATE definition SET name = @name::text, key = @key::text, document = @document::text,
                      actor = @actor::text, version = @version::bigint,
                      updated_at = @updated_at::timestamptz
WHERE id = @id::bigint;

-- name: delete_definition
DELETE FROM definition WHERE id = @id::bigint;

-- name: insert_uses
INSERT INTO rule_use (task_id, rule_id, run_id, version)
SELECT unnest(@task_id::bigint[]), unnest(@rule_id::bigint[]), unnest(@run_id::bigint[]),
       unnest(@version::bigint[]);

-- name: delete_uses
DELETE FROM rule_use WHERE task_id = ANY (@task_id::bigint[]);

-- name: is_rule_used
SELECT EXISTS (SELECT FROM rule_use JOIN run ON run.id = rule_use.run_id
               WHERE rule_id = @rule_id::bigint AND run.state < 2);

-- name: set_changed
UPDATE definition SET changed = true WHERE id = @id::bigint;

-- name: changed_rules
SELECT id, kind, name, key, document, actor, version, created_at, updated_at
FROM definition WHERE changed ORDER BY id;

-- name: followers
SELECT card.task_id, card.run_id, flags, success_actions, failure_actions, cancel_actions,
       expected_count, scheduled_at, deleted_at, card.kind, name, group_id, requester, metadata,
       rules, gates
FROM rule_use
JOIN run ON run.id = rule_use.run_id
JOIN card ON card.task_id = rule_use.task_id
WHERE rule_id = @rule_id::bigint AND rule_use.version < @version::bigint AND run.state < 2
ORDER BY card.run_id, card.task_id LIMIT @limit::bigint;

-- name: unset_changed
-- Nobody waits for another process that says the same.
UPDATE definition SET changed = false
WHERE id IN (SELECT id FROM definition WHERE id = @id::bigint FOR UPDATE SKIP LOCKED);

-- name: view_definition
SELECT id, kind, name, key, document, actor, version, created_at, updated_at,
       (SELECT count(*) FROM rule_use JOIN run ON run.id = rule_use.run_id
        WHERE rule_id = definition.id AND run.state < 2)
FROM definition WHERE id = @id::bigint AND kind = @kind::smallint;

-- name: list_definitions
SELECT id, kind, name, key, document, actor, version, created_at, updated_at,
       (SELECT count(*) FROM rule_use JOIN run ON run.id = rule_use.run_id
        WHERE rule_id = definition.id AND run.state < 2)
FROM definition
WHERE id IN (SELECT id FROM definition WHERE kind = @kind::smallint
             ORDER BY id DESC LIMIT @limit::bigint OFFSET @skip::bigint)
ORDER BY id DESC;
