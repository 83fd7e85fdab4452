-- Stored rules and actions (docs/decisions/0004).

-- name: definition
SELECT id, kind, name, key, document, actor, version, created_at, updated_at
FROM definition WHERE id = @id AND kind = @kind;

-- name: equal_definition
SELECT id, kind, name, key, document, actor, version, created_at, updated_at
FROM definition
WHERE kind = @kind AND key = @key AND (@name IS NULL OR name = @name)
ORDER BY id LIMIT 1;

-- name: insert_definition
INSERT INTO definition (id, kind, name, key, document, actor, version, created_at, updated_at)
VALUES (@id, @kind, @name, @key, @document, @actor, @version, @created_at, @updated_at);

-- name: update_definition
UPDATE definition SET name = @name, key = @key, document = @document, actor = @actor,
                      version = @version, updated_at = @updated_at
WHERE id = @id;

-- name: delete_definition
DELETE FROM definition WHERE id = @id;

-- name: insert_use
INSERT INTO rule_use (task_id, rule_id, run_id, version)
VALUES (@task_id, @rule_id, @run_id, @version);

-- name: delete_uses
DELETE FROM rule_use WHERE task_id = @task_id;

-- name: is_rule_used
SELECT EXISTS (SELECT 1 FROM rule_use JOIN run ON run.id = rule_use.run_id
               WHERE rule_id = @rule_id AND run.state < 2);

-- name: set_changed
UPDATE definition SET changed = 1 WHERE id = @id;

-- name: changed_rules
SELECT id, kind, name, key, document, actor, version, created_at, updated_at
FROM definition WHERE changed = 1 ORDER BY id;

-- name: followers
SELECT card.task_id, card.run_id, flags, success_actions, failure_actions, cancel_actions,
       expected_count, scheduled_at, deleted_at, card.kind, name, group_id, requester, metadata,
       rules, gates
FROM rule_use
JOIN run ON run.id = rule_use.run_id
JOIN card ON card.task_id = rule_use.task_id
WHERE rule_id = @rule_id AND rule_use.version < @version AND run.state < 2
ORDER BY card.run_id, card.task_id LIMIT @limit;

-- name: unset_changed
UPDATE definition SET changed = 0 WHERE id = @id;

-- name: view_definition
SELECT id, kind, name, key, document, actor, version, created_at, updated_at,
       (SELECT count(*) FROM rule_use JOIN run ON run.id = rule_use.run_id
        WHERE rule_id = definition.id AND run.state < 2)
FROM definition WHERE id = @id AND kind = @kind;

-- name: list_definitions
SELECT id, kind, name, key, document, actor, version, created_at, updated_at,
       (SELECT count(*) FROM rule_use JOIN run ON run.id = rule_use.run_id
        WHERE rule_id = definition.id AND run.state < 2)
FROM definition
WHERE id IN (SELECT id FROM definition WHERE kind = @kind
             ORDER BY id DESC LIMIT @limit OFFSET @skip)
ORDER BY id DESC;
