-- Rules and deduplication (docs/decisions/0005).

-- name: signatures_version
SELECT max(coalesce((SELECT max(id) FROM signature), 0),
           coalesce((SELECT max(id) FROM pattern), 0));

-- name: signatures
SELECT id, use, status, kind, fields FROM signature ORDER BY id;

-- name: patterns
SELECT signature_id, key, "values" FROM pattern ORDER BY id;

-- name: insert_signature
INSERT INTO signature (id, use, status, kind, fields)
VALUES (@id, @use, @status, @kind, @fields);

-- name: insert_pattern
INSERT INTO pattern (id, signature_id, key, "values") VALUES (@id, @signature_id, @key, @values);

-- name: delete_pattern
DELETE FROM pattern WHERE signature_id = @signature_id AND key = @key;

-- name: memberless_patterns
SELECT signature_id, key FROM pattern
WHERE signature_id = @signature_id
  AND NOT EXISTS (SELECT 1 FROM member WHERE member.signature_id = pattern.signature_id
                                         AND member.key = pattern.key);

-- name: live_gates
SELECT DISTINCT gates FROM card
WHERE instr(gates, @mark) > 0
  AND NOT EXISTS (SELECT 1 FROM done WHERE done.task_id = card.task_id);

-- name: subject
SELECT task_id, state, kind, metadata, remaining FROM subject WHERE task_id = @task_id;

-- name: subjects_of_kind
SELECT task_id, state, kind, metadata, remaining FROM subject
WHERE kind = @kind AND task_id > @after
ORDER BY task_id LIMIT @limit;

-- name: leased_subjects_of_kind
SELECT task_id, state, kind, metadata, remaining FROM subject
WHERE kind = @kind AND task_id IN (SELECT task_id FROM lease WHERE task_id > @after)
ORDER BY task_id LIMIT @limit;

-- name: members
SELECT task_id, signature_id, key, amount FROM member WHERE task_id = @task_id;

-- name: insert_member
INSERT INTO member (task_id, signature_id, key, amount)
VALUES (@task_id, @signature_id, @key, @amount);

-- name: delete_member
DELETE FROM member WHERE task_id = @task_id AND signature_id = @signature_id AND key = @key;

-- name: take_members_of_run
DELETE FROM member
WHERE task_id IN (SELECT task_id FROM member JOIN task ON task.id = member.task_id
                  WHERE member.task_id BETWEEN @task_first AND @task_last
                    AND task.run_id = @run_id)
RETURNING task_id, signature_id, key, amount;

-- name: find_member
SELECT task_id, signature_id, key, amount FROM member
WHERE signature_id = @signature_id AND key = @key
ORDER BY task_id LIMIT 1;

-- name: displaceable
SELECT member.task_id
FROM member
JOIN lease ON lease.task_id = member.task_id
JOIN card ON card.task_id = member.task_id
WHERE member.signature_id = @signature_id AND member.key = @key
  AND card.flags & 2 <> 0 AND lease.started_at IS NOT NULL
  AND lease.paused_left IS NULL AND lease.nprio > @nprio
ORDER BY lease.nprio DESC, member.task_id DESC
LIMIT @limit;

-- name: add_to_counter
INSERT INTO counter (signature_id, key, total) VALUES (@signature_id, @key, @amount)
ON CONFLICT (signature_id, key) DO UPDATE SET total = total + excluded.total
RETURNING signature_id, key, total;

-- name: counter
SELECT signature_id, key, total FROM counter WHERE signature_id = @signature_id AND key = @key;

-- name: delete_empty_counter
DELETE FROM counter WHERE signature_id = @signature_id AND key = @key AND total = 0;

-- name: insert_gated
INSERT INTO gated (queue_id, line, nprio, task_id)
SELECT task.queue_id, card.line, task.nprio, task.id
FROM card JOIN task ON task.id = card.task_id
WHERE card.task_id = @task_id AND card.gates IS NOT NULL
RETURNING queue_id, line, nprio, task_id;

-- name: delete_gated
DELETE FROM gated WHERE task_id = @task_id;

-- name: line_heads
-- A loose index scan: one seek for each line, however many tasks stand in it.
WITH RECURSIVE head (queue_id, line) AS (
    SELECT * FROM (SELECT queue_id, line FROM gated ORDER BY queue_id, line LIMIT 1)
    UNION ALL
    SELECT (SELECT queue_id FROM gated
            WHERE (gated.queue_id, gated.line) > (head.queue_id, head.line)
            ORDER BY queue_id, line LIMIT 1),
           (SELECT line FROM gated
            WHERE (gated.queue_id, gated.line) > (head.queue_id, head.line)
            ORDER BY queue_id, line LIMIT 1)
    FROM head WHERE head.queue_id IS NOT NULL)
SELECT head.queue_id, head.line,
       (SELECT nprio FROM gated WHERE gated.queue_id = head.queue_id AND gated.line = head.line
        ORDER BY nprio, task_id LIMIT 1),
       (SELECT task_id FROM gated WHERE gated.queue_id = head.queue_id AND gated.line = head.line
        ORDER BY nprio, task_id LIMIT 1)
FROM head WHERE head.queue_id IS NOT NULL;

-- name: waiting
SELECT gated.queue_id, gated.line, gated.nprio, gated.task_id, card.kind, card.metadata,
       CAST(min(max(0, coalesce(card.expected_count, 0) - coalesce(progress.success, 0)
                       - coalesce(progress.failures, 0)), 1125899906842624) AS INTEGER),
       card.gates, card.flags
FROM gated
JOIN card ON card.task_id = gated.task_id
LEFT JOIN progress ON progress.task_id = gated.task_id
WHERE gated.queue_id = @queue_id AND gated.line = @line
  AND (gated.nprio, gated.task_id) >= (@nprio, @task_id)
ORDER BY gated.nprio, gated.task_id
LIMIT @limit;

-- name: take_waiting
DELETE FROM ready
WHERE queue_id = (SELECT queue_id FROM task WHERE id = @task_id)
  AND nprio = (SELECT nprio FROM task WHERE id = @task_id) AND task_id = @task_id
RETURNING task_id, run_id, queue_id, nprio, attempt, tries, rescues;

-- name: cards_of_run
SELECT card.task_id, run_id, flags, success_actions, failure_actions, cancel_actions,
       expected_count, scheduled_at, deleted_at, kind, name, group_id, requester, metadata, rules,
       gates
FROM card
WHERE card.task_id BETWEEN @task_first AND @task_last AND run_id = @run_id AND kind = @kind
  AND NOT EXISTS (SELECT 1 FROM done WHERE done.task_id = card.task_id)
ORDER BY card.task_id;

-- name: set_gates
UPDATE card SET rules = @rules, gates = @gates, line = @line WHERE task_id = @task_id;

-- name: set_queue
UPDATE task SET queue_id = @queue_id WHERE id = @task_id;

-- name: set_lease_queue
UPDATE lease SET queue_id = @queue_id WHERE task_id = @task_id;
