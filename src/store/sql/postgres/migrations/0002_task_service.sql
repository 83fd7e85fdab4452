-- The task service (docs/decisions/0004), as in the SQLite dialect.

CREATE SEQUENCE delivery_id_seq;

CREATE DOMAIN said AS text CHECK (VALUE <> '');
-- dead_end_barrier 1, preemptible 2, preempts 4
CREATE DOMAIN card_flags AS smallint CHECK (VALUE BETWEEN 0 AND 7);
-- start, success, failure, cancel
CREATE DOMAIN delivery_trigger AS smallint CHECK (VALUE BETWEEN 0 AND 3);
CREATE DOMAIN delivery_status AS smallint CHECK (VALUE BETWEEN 0 AND 2); -- waiting, delivered, dead

-- What lists show of a task and filters select. Written with the task; edits change it in place.
CREATE TABLE card (
    task_id         bigint PRIMARY KEY,
    run_id          bigint NOT NULL,
    expected_count  tally,
    scheduled_at    timestamptz,
    deleted_at      timestamptz,
    success_actions small_tally NOT NULL,
    failure_actions small_tally NOT NULL,
    cancel_actions  small_tally NOT NULL,
    flags           card_flags NOT NULL,
    kind            said NOT NULL,
    name            said NOT NULL,
    group_id        said,
    requester       said,
    metadata        text, -- JSON as it was sent
    rules           text, -- JSON array as it was sent
    gates           text, -- what the rules ask (store/gates.h)
    line            bigint NOT NULL DEFAULT 0 -- a number for the gates
);
CREATE INDEX card_group ON card (group_id, task_id) WHERE group_id IS NOT NULL;
ALTER TABLE card SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 50000);
DO $$
BEGIN
    ALTER TABLE card ALTER metadata SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
    NULL;
END
$$;
CREATE INDEX done_unsuccessful ON done (outcome, task_id) WHERE outcome <> 5;

-- What targets have reported; no row before the first report.
CREATE TABLE progress (
    task_id              bigint PRIMARY KEY,
    run_id               bigint NOT NULL,
    updated_at           timestamptz NOT NULL,
    success              tally NOT NULL,
    failures             tally NOT NULL,
    cancel_actions_count small_tally NOT NULL,
    failure_reason       text,
    cancel_actions       text NOT NULL -- JSON array, or empty
) WITH (fillfactor = 50); -- changed by each report: room for new versions beside (HOT)

-- Webhooks that the ends of attempts owe.
CREATE TABLE delivery (
    id              bigint PRIMARY KEY,
    run_id          bigint NOT NULL,
    task_id         bigint NOT NULL,
    next_id         bigint NOT NULL DEFAULT 0, -- is owed once this one was tried
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    attempt         small_tally NOT NULL,
    position        small_tally NOT NULL,
    tries           small_tally NOT NULL,
    answered        int, -- HTTP status
    trigger         delivery_trigger NOT NULL,
    status          delivery_status NOT NULL,
    reason          text NOT NULL,
    answer          text NOT NULL,
    action          text NOT NULL, -- JSON; empty: the task's
    idempotency_key text NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX delivery_task ON delivery (task_id, id);
CREATE INDEX delivery_dead ON delivery (id) WHERE status = 2;

-- Those that are to be sent: nobody's, or being sent by a worker.
CREATE TABLE owed (
    delivery_id bigint PRIMARY KEY,
    due         timestamptz NOT NULL,
    worker_id   bigint NOT NULL DEFAULT 0 -- 0: nobody's
);
CREATE INDEX owed_due ON owed (due) WHERE worker_id = 0;
CREATE INDEX owed_worker ON owed (worker_id) WHERE worker_id <> 0;
CREATE INDEX card_hidden ON card (task_id) WHERE deleted_at IS NOT NULL;

-- A task of the service as its rows say, as task_now. What only a live task has is looked for when
-- there is no done row.
CREATE VIEW service_task AS
SELECT t.id, t.run_id, t.queue_id, t.nprio, t.timeout, t.retry, t.name, t.payload,
       CASE WHEN d.task_id IS NOT NULL THEN d.outcome
            WHEN run.state >= 2 THEN 7::smallint -- canceled: what still lives in a final run
            WHEN l.paused_left IS NOT NULL THEN 4::smallint
            WHEN l.started_at IS NOT NULL THEN 3::smallint
            WHEN l.task_id IS NOT NULL THEN 2::smallint
            WHEN h.task_id IS NOT NULL THEN 4::smallint
            WHEN n.task_id IS NOT NULL THEN 0::smallint
            ELSE 1::smallint
       END AS state,
       coalesce(p.task_id, h.task_id, r.task_id) AS place_id,
       coalesce(p.attempt, h.attempt, r.attempt) AS place_attempt,
       coalesce(p.tries, h.tries, r.tries) AS place_tries,
       coalesce(p.rescues, h.rescues, r.rescues) AS place_rescues,
       coalesce(p.due, h.run_at) AS place_run_at,
       n.unfinished, n.attempt AS need_attempt, n.run_at AS need_run_at,
       l.attempt AS lease_attempt, l.tries AS lease_tries, l.rescues AS lease_rescues,
       l.worker_id AS lease_worker_id, l.owner, l.claimed_at, l.started_at, l.expires_at,
       l.paused_left,
       d.outcome, d.attempt AS done_attempt, d.tries AS done_tries, d.worker_id AS done_worker_id,
       d.claimed_at AS done_claimed_at, d.started_at AS done_started_at, d.finished_at, d.result,
       d.error,
       w.name AS worker_name, w.host AS worker_host,
       c.task_id, c.run_id AS card_run_id, c.flags, c.success_actions, c.failure_actions,
       c.cancel_actions, c.expected_count, c.scheduled_at, c.deleted_at, c.kind,
       c.name AS card_name, c.group_id, c.requester, c.metadata, c.rules, c.gates,
       g.task_id AS progress_id, g.run_id AS progress_run_id, g.updated_at, g.success, g.failures,
       g.cancel_actions_count, g.failure_reason, g.cancel_actions AS asked_cancel_actions,
       run.created_at
FROM card c
JOIN task t ON t.id = c.task_id
JOIN run ON run.id = c.run_id AND run.state <> 0
LEFT JOIN progress g ON g.task_id = t.id
LEFT JOIN done d ON d.task_id = t.id
LEFT JOIN lease l ON l.task_id = CASE WHEN d.task_id IS NULL THEN t.id END
LEFT JOIN held h ON h.task_id = CASE WHEN d.task_id IS NULL THEN t.id END
LEFT JOIN need n ON n.task_id = CASE WHEN d.task_id IS NULL THEN t.id END
LEFT JOIN timer p ON p.task_id = CASE WHEN d.task_id IS NULL THEN t.id END
LEFT JOIN ready r ON r.queue_id = CASE WHEN d.task_id IS NULL THEN t.queue_id END
                 AND r.nprio = t.nprio AND r.task_id = t.id
LEFT JOIN worker w ON w.id = coalesce(l.worker_id, d.worker_id);


-- A delivery with when its next try is due.
CREATE VIEW service_delivery AS
SELECT delivery.id, delivery.run_id, task_id, next_id, delivery.created_at, updated_at, attempt,
       position, tries, answered, trigger, status, reason, answer, action, idempotency_key,
       owed.due, run.created_at AS run_created_at
FROM delivery
JOIN run ON run.id = delivery.run_id
LEFT JOIN owed ON owed.delivery_id = delivery.id;

-- A batch with what the rows of its tasks add up to; sums stop at the largest number, as counters
-- do. The end of a final run is later than all that live tasks and attempts could tell.
CREATE VIEW service_batch AS
SELECT run.id, run.kind, run.state, run.ending, run.linked, run.staged, run.sweep, run.total,
       run.succeeded, run.failed, run.canceled, run.skipped, run.task_first, run.task_last,
       run.created_at, run.finished_at, run.expires_at,
       cards.n AS cards, cards.with_expected_count, cards.expected, reported.success,
       reported.failures, waiting.n AS waiting, leased.claimed, leased.running,
       leased.paused + held.n AS paused,
       greatest(reported.latest, leased.latest, ended.latest, tried.latest) AS updated_at,
       detail.spec
FROM run
LEFT JOIN run_detail detail ON detail.run_id = run.id
CROSS JOIN LATERAL (
    SELECT count(*) AS n, count(expected_count) AS with_expected_count,
           least(coalesce(sum(expected_count), 0), 9223372036854775807)::bigint AS expected
    FROM card
    WHERE card.task_id BETWEEN task_first AND task_last AND card.run_id = run.id) AS cards
CROSS JOIN LATERAL (
    SELECT least(coalesce(sum(success), 0), 9223372036854775807)::bigint AS success,
           least(coalesce(sum(failures), 0), 9223372036854775807)::bigint AS failures,
           max(updated_at) AS latest
    FROM progress
    WHERE progress.task_id BETWEEN task_first AND task_last
      AND progress.run_id = run.id) AS reported
CROSS JOIN LATERAL (
    SELECT count(*) AS n
    FROM need
    WHERE run.state = 1 AND need.task_id BETWEEN task_first AND task_last
      AND need.run_id = run.id
      AND NOT EXISTS (SELECT FROM held WHERE held.task_id = need.task_id)) AS waiting
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE paused_left IS NULL AND started_at IS NULL) AS claimed,
           count(*) FILTER (WHERE paused_left IS NULL AND started_at IS NOT NULL) AS running,
           count(paused_left) AS paused, max(greatest(claimed_at, started_at)) AS latest
    FROM lease
    WHERE run.state = 1 AND lease.task_id BETWEEN task_first AND task_last
      AND lease.run_id = run.id) AS leased
CROSS JOIN LATERAL (
    SELECT count(*) AS n
    FROM held
    WHERE run.state = 1 AND held.task_id BETWEEN task_first AND task_last
      AND held.run_id = run.id) AS held
CROSS JOIN LATERAL (
    SELECT max(done.finished_at) AS latest
    FROM done
    WHERE run.state = 1 AND done.task_id BETWEEN task_first AND task_last
      AND done.run_id = run.id) AS ended
CROSS JOIN LATERAL (
    SELECT max(attempt.finished_at) AS latest
    FROM attempt JOIN card ON card.task_id = attempt.task_id AND card.run_id = run.id
    WHERE run.state = 1 AND attempt.task_id BETWEEN task_first AND task_last) AS tried
WHERE run.kind = 0 AND run.state <> 0;

-- Rules and deduplication (docs/decisions/0005).
CREATE SEQUENCE signature_id_seq; -- of patterns, too: the largest number says what is known
-- count, sum, find
CREATE DOMAIN match_use AS smallint CHECK (VALUE BETWEEN 0 AND 2);
CREATE DOMAIN match_key AS text CHECK (length(VALUE) = 32);

-- Tasks of a status and a kind, told apart by the values under some fields of their metadata.
CREATE TABLE signature (
    id     bigint PRIMARY KEY,
    use    match_use NOT NULL,
    status smallint NOT NULL CHECK (status BETWEEN 0 AND 8),
    kind   said NOT NULL,
    fields text NOT NULL, -- JSON array
    UNIQUE (kind, use, status, fields)
);

-- Groups whose values are no scalars: who belongs to them is found by containment.
CREATE TABLE pattern (
    id           bigint PRIMARY KEY,
    signature_id bigint NOT NULL REFERENCES signature (id),
    key          match_key NOT NULL,
    "values"     text NOT NULL, -- JSON object
    UNIQUE (signature_id, key)
);

-- What a task counts for now, and gives back when that changes.
CREATE TABLE member (
    task_id      bigint NOT NULL,
    signature_id bigint NOT NULL,
    amount       bigint NOT NULL CHECK (amount > 0),
    key          match_key NOT NULL,
    PRIMARY KEY (task_id, signature_id, key)
);
CREATE INDEX member_group ON member (signature_id, key, task_id);

-- The sums of the members' amounts; no row: 0.
CREATE TABLE counter (
    signature_id bigint NOT NULL,
    total        bigint NOT NULL,
    key          match_key NOT NULL,
    PRIMARY KEY (signature_id, key)
) WITH (fillfactor = 50); -- changes with each start and end: room for new versions beside (HOT)

-- The tasks of `ready` that have rules, in lines of those with the same gates.
CREATE TABLE gated (
    task_id  bigint PRIMARY KEY,
    queue_id bigint NOT NULL,
    line     bigint NOT NULL,
    nprio    negated_priority NOT NULL
);
CREATE INDEX gated_line ON gated (queue_id, line, nprio, task_id);
ALTER TABLE gated SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000,
    autovacuum_vacuum_cost_delay = 0, autovacuum_analyze_threshold = 2147483647,
    vacuum_truncate = off);
ALTER TABLE counter SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
    autovacuum_vacuum_cost_delay = 0);

-- Never beyond what a sum of many can hold.
CREATE FUNCTION left_to_do(expected bigint, success bigint, failures bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE AS $$
    SELECT least(greatest(coalesce(expected, 0)::numeric - coalesce(success, 0)
                          - coalesce(failures, 0), 0), 1125899906842624)::bigint
$$;

-- What decides about the groups that a task is in.
CREATE VIEW subject AS
SELECT card.task_id,
       CASE WHEN d.task_id IS NOT NULL THEN d.outcome
            WHEN run.state >= 2 THEN 7::smallint
            WHEN l.paused_left IS NOT NULL THEN 4::smallint
            WHEN l.started_at IS NOT NULL THEN 3::smallint
            WHEN l.task_id IS NOT NULL THEN 2::smallint
            WHEN h.task_id IS NOT NULL THEN 4::smallint
            WHEN n.task_id IS NOT NULL THEN 0::smallint
            ELSE 1::smallint
       END AS state,
       card.kind, card.metadata,
       left_to_do(card.expected_count, p.success, p.failures) AS remaining
FROM card
JOIN run ON run.id = card.run_id
LEFT JOIN done d ON d.task_id = card.task_id
LEFT JOIN lease l ON l.task_id = card.task_id
LEFT JOIN held h ON h.task_id = card.task_id
LEFT JOIN need n ON n.task_id = card.task_id
LEFT JOIN progress p ON p.task_id = card.task_id;

-- Tasks with rules wait in a queue beside that of their name's other tasks.
ALTER TABLE queue ADD ruled boolean NOT NULL DEFAULT false;
DROP INDEX queue_shared;
CREATE UNIQUE INDEX queue_shared ON queue (name, ruled) WHERE run_id = 0;
