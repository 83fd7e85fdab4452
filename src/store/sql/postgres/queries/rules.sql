-- Rules and deduplication (docs/decisions/0005).

-- name: share_signatures
-- Nobody adds a signature while a group that may count by those it knows is under way. Each schema
-- is a store of its own: its groups do not wait for another's.
SELECT pg_advisory_xact_lock_shared(hashtext('sluice signatures of ' || current_schema()), 1);

-- name: own_signatures
SELECT pg_advisory_xact_lock(hashtext('sluice signatures of ' || current_schema()), 1);

-- name: lock_kinds
SELECT pg_advisory_xact_lock(hashtext('sluice kinds of ' || current_schema()), kind)
FROM (SELECT unnest(@kind::int[]) AS kind ORDER BY kind) sorted;

-- name: signatures_version
SELECT greatest((SELECT max(id) FROM signature), (SELECT max(id) FROM pattern), 0);

-- name: signatures
SELECT id, use, status, kind, fields FROM signature ORDER BY id;

-- name: patterns
SELECT signature_id, key, "values" FROM pattern ORDER BY id;

-- name: insert_signature
INSERT INTO signature (id, use, status, kind, fields)
VALUES (@id::bigint, @use::smallint, @status::smallint, @kind::text, @fields::text);

-- name: insert_pattern
INSERT INTO pattern (id, signature_id, key, "values")
VALUES (@id::bigint, @signature_id::bigint, @key::text, @values::text);

-- name: delete_patterns
DELETE FROM pattern
USING unnest(@signature_id::bigint[], @key::text[]) AS gone (signature_id, key)
WHERE pattern.signature_id = gone.signature_id AND pattern.key = gone.key;

-- name: memberless_patterns
SELECT signature_id, key FROM pattern
WHERE signature_id = @signature_id::bigint
  AND NOT EXISTS (SELECT FROM member WHERE member.signature_id = pattern.signature_id
                                       AND member.key = pattern.key);

-- name: live_gates
SELECT DISTINCT gates FROM card
WHERE strpos(gates, @mark::text) > 0
  AND NOT EXISTS (SELECT FROM done WHERE done.task_id = card.task_id);

-- name: lock_subjects
-- Whoever writes how a task counts has its card: of two who read its groups at once, the later one
-- would delete what is not there any more. A claim and counts share no other lock. In a statement
-- of its own: the next one sees what was committed while this one waited.
SELECT FROM card
WHERE task_id = ANY (@task_id::bigint[]) AND kind = ANY (@kind::text[])
ORDER BY task_id FOR NO KEY UPDATE;

-- name: subjects
SELECT task_id, state, kind, metadata, remaining FROM subject
WHERE task_id = ANY (@task_id::bigint[]) AND kind = ANY (@kind::text[]);

-- name: subjects_of_kind
SELECT task_id, state, kind, metadata, remaining FROM subject
WHERE kind = @kind::text AND task_id > @after::bigint
ORDER BY task_id LIMIT @limit::bigint;

-- name: leased_subjects_of_kind
SELECT task_id, state, kind, metadata, remaining FROM subject
WHERE task_id IN (SELECT lease.task_id FROM lease JOIN card ON card.task_id = lease.task_id
                  WHERE card.kind = @kind::text AND lease.task_id > @after::bigint
                  ORDER BY lease.task_id LIMIT @limit::bigint)
ORDER BY task_id;

-- name: members
SELECT task_id, signature_id, key, amount FROM member WHERE task_id = ANY (@task_id::bigint[]);

-- name: insert_members
INSERT INTO member (task_id, signature_id, key, amount)
SELECT unnest(@task_id::bigint[]), unnest(@signature_id::bigint[]), unnest(@key::text[]),
       unnest(@amount::bigint[]);

-- name: delete_members
DELETE FROM member
USING unnest(@task_id::bigint[], @signature_id::bigint[], @key::text[])
          AS gone (task_id, signature_id, key)
WHERE member.task_id = gone.task_id AND member.signature_id = gone.signature_id
  AND member.key = gone.key;

-- name: take_members_of_run
DELETE FROM member
USING task
WHERE member.task_id BETWEEN @task_first::bigint AND @task_last::bigint
  AND task.id = member.task_id AND task.run_id = @run_id::bigint
RETURNING member.task_id, member.signature_id, member.key, member.amount;

-- name: find_members
SELECT found.task_id, wanted.signature_id, wanted.key, found.amount
FROM unnest(@signature_id::bigint[], @key::text[]) AS wanted (signature_id, key)
CROSS JOIN LATERAL (
    SELECT task_id, amount FROM member
    WHERE member.signature_id = wanted.signature_id AND member.key = wanted.key
    ORDER BY task_id LIMIT 1) found;

-- name: displaceable
SELECT member.task_id
FROM member
JOIN lease ON lease.task_id = member.task_id
JOIN card ON card.task_id = member.task_id
WHERE member.signature_id = @signature_id::bigint AND member.key = @key::text
  AND card.flags & 2 <> 0 AND lease.started_at IS NOT NULL
  AND lease.paused_left IS NULL AND lease.nprio > @nprio::smallint
ORDER BY lease.nprio DESC, member.task_id DESC
LIMIT @limit::bigint;

-- name: add_to_counters
-- In the order of the key, so that two processes lock and create them in one order.
INSERT INTO counter (signature_id, key, total)
SELECT signature_id, key, amount
FROM unnest(@signature_id::bigint[], @key::text[], @amount::bigint[])
         AS said (signature_id, key, amount)
ORDER BY signature_id, key
ON CONFLICT (signature_id, key) DO UPDATE SET total = counter.total + excluded.total
RETURNING signature_id, key, total;

-- name: counters
SELECT counter.signature_id, counter.key, counter.total
FROM unnest(@signature_id::bigint[], @key::text[]) AS wanted (signature_id, key)
JOIN counter ON counter.signature_id = wanted.signature_id AND counter.key = wanted.key;

-- name: delete_empty_counters
DELETE FROM counter
USING unnest(@signature_id::bigint[], @key::text[]) AS gone (signature_id, key)
WHERE counter.signature_id = gone.signature_id AND counter.key = gone.key AND counter.total = 0;

-- name: insert_gated
INSERT INTO gated (queue_id, line, nprio, task_id)
SELECT task.queue_id, card.line, task.nprio, task.id
FROM card JOIN task ON task.id = card.task_id
WHERE card.task_id = ANY (@task_id::bigint[]) AND card.gates IS NOT NULL
RETURNING queue_id, line, nprio, task_id;

-- name: delete_gated
DELETE FROM gated WHERE task_id = ANY (@task_id::bigint[]);

-- name: line_heads
-- A loose index scan: one seek for each line, however many tasks stand in it.
WITH RECURSIVE head (queue_id, line, nprio, task_id) AS (
    (SELECT queue_id, line, nprio, task_id FROM gated
     ORDER BY queue_id, line, nprio, task_id LIMIT 1)
    UNION ALL
    SELECT next.queue_id, next.line, next.nprio, next.task_id
    FROM head CROSS JOIN LATERAL (
        SELECT queue_id, line, nprio, task_id FROM gated
        WHERE (gated.queue_id, gated.line) > (head.queue_id, head.line)
        ORDER BY queue_id, line, nprio, task_id LIMIT 1) next)
SELECT queue_id, line, nprio, task_id FROM head;

-- name: waiting
SELECT head.queue_id, head.line, head.nprio, head.task_id, card.kind, card.metadata,
       left_to_do(card.expected_count, progress.success, progress.failures), card.gates,
       card.flags
FROM unnest(@queue_id::bigint[], @line::bigint[], @nprio::smallint[], @task_id::bigint[])
         AS mark (queue_id, line, nprio, task_id)
CROSS JOIN LATERAL (
    SELECT queue_id, line, nprio, task_id FROM gated
    WHERE gated.queue_id = mark.queue_id AND gated.line = mark.line
      AND (gated.nprio, gated.task_id) >= (mark.nprio, mark.task_id)
    ORDER BY queue_id, line, nprio, task_id LIMIT @limit::bigint) head
JOIN card ON card.task_id = head.task_id
LEFT JOIN progress ON progress.task_id = head.task_id
ORDER BY head.queue_id, head.line, head.nprio, head.task_id;

-- name: take_waiting
-- Passes over those that another process is taking.
WITH taken AS (
    DELETE FROM ready
    WHERE ctid = ANY (ARRAY(
        SELECT ready.ctid
        FROM task
        JOIN ready ON ready.queue_id = task.queue_id AND ready.nprio = task.nprio
                  AND ready.task_id = task.id
        WHERE task.id = ANY (@task_id::bigint[])
        ORDER BY task.id FOR UPDATE OF ready SKIP LOCKED))
    RETURNING task_id, run_id, queue_id, nprio, attempt, tries, rescues),
  gone AS (DELETE FROM gated USING taken WHERE gated.task_id = taken.task_id)
SELECT task_id, run_id, queue_id, nprio, attempt, tries, rescues FROM taken;

-- name: cards_of_run
SELECT card.task_id, run_id, flags, success_actions, failure_actions, cancel_actions,
       expected_count, scheduled_at, deleted_at, kind, name, group_id, requester, metadata, rules,
       gates
FROM card
WHERE card.task_id BETWEEN @task_first::bigint AND @task_last::bigint
  AND run_id = @run_id::bigint AND kind = @kind::text
  AND NOT EXISTS (SELECT FROM done WHERE done.task_id = card.task_id)
ORDER BY task_id;

-- name: set_gates
UPDATE card SET rules = said.rules, gates = said.gates, line = said.line
FROM unnest(@task_id::bigint[], @rules::text[], @gates::text[], @line::bigint[])
         AS said (task_id, rules, gates, line)
WHERE card.task_id = said.task_id;

-- name: set_queues
WITH said AS (
    SELECT unnest(@task_id::bigint[]) AS task_id, unnest(@queue_id::bigint[]) AS queue_id),
  leased AS (
    UPDATE lease SET queue_id = said.queue_id FROM said WHERE lease.task_id = said.task_id)
UPDATE task SET queue_id = said.queue_id FROM said WHERE task.id = said.task_id;
