-- The task service (docs/decisions/0004).

INSERT INTO sequence (name, next) VALUES ('delivery', 1);

-- What lists show of a task and filters select. Written with the task; edits change it in place.
CREATE TABLE card (
    task_id         INTEGER PRIMARY KEY,
    run_id          INTEGER NOT NULL,
    -- dead_end_barrier 1, preemptible 2, preempts 4
    flags           INTEGER NOT NULL CHECK (flags BETWEEN 0 AND 7),
    success_actions INTEGER NOT NULL CHECK (success_actions >= 0),
    failure_actions INTEGER NOT NULL CHECK (failure_actions >= 0),
    cancel_actions  INTEGER NOT NULL CHECK (cancel_actions >= 0),
    expected_count  INTEGER CHECK (expected_count >= 0),
    scheduled_at    INTEGER,
    deleted_at      INTEGER,
    kind            TEXT NOT NULL CHECK (length(kind) > 0),
    name            TEXT NOT NULL CHECK (length(name) > 0),
    group_id        TEXT CHECK (length(group_id) > 0),
    requester       TEXT CHECK (length(requester) > 0),
    metadata        TEXT, -- JSON as it was sent
    rules           TEXT, -- JSON array as it was sent
    gates           TEXT, -- what the rules ask (store/gates.h)
    line            INTEGER NOT NULL DEFAULT 0 -- a number for the gates
) STRICT;
CREATE INDEX card_group ON card (group_id, task_id) WHERE group_id IS NOT NULL;
CREATE INDEX done_unsuccessful ON done (outcome, task_id) WHERE outcome <> 5;

-- What targets have reported; no row before the first report.
CREATE TABLE progress (
    task_id              INTEGER PRIMARY KEY,
    run_id               INTEGER NOT NULL,
    updated_at           INTEGER NOT NULL,
    success              INTEGER NOT NULL CHECK (success >= 0),
    failures             INTEGER NOT NULL CHECK (failures >= 0),
    cancel_actions_count INTEGER NOT NULL CHECK (cancel_actions_count >= 0),
    failure_reason       TEXT,
    cancel_actions       TEXT NOT NULL -- JSON array, or empty
) STRICT;

-- Webhooks that the ends of attempts owe.
CREATE TABLE delivery (
    id              INTEGER PRIMARY KEY,
    run_id         INTEGER NOT NULL,
    task_id        INTEGER NOT NULL,
    attempt        INTEGER NOT NULL CHECK (attempt >= 0),
    -- start, success, failure, cancel
    trigger        INTEGER NOT NULL CHECK (trigger BETWEEN 0 AND 3),
    position       INTEGER NOT NULL CHECK (position >= 0),
    status         INTEGER NOT NULL CHECK (status BETWEEN 0 AND 2), -- waiting, delivered, dead
    tries          INTEGER NOT NULL CHECK (tries >= 0),
    next_id        INTEGER NOT NULL DEFAULT 0, -- is owed once this one was tried
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL,
    answered       INTEGER, -- HTTP status
    reason         TEXT NOT NULL,
    answer         TEXT NOT NULL,
    action         TEXT NOT NULL, -- JSON; empty: the task's
    idempotency_key TEXT NOT NULL
) STRICT;
CREATE INDEX delivery_task ON delivery (task_id, id);
CREATE INDEX delivery_dead ON delivery (id) WHERE status = 2;

-- Those that are to be sent: nobody's, or being sent by a worker.
CREATE TABLE owed (
    delivery_id INTEGER PRIMARY KEY,
    due         INTEGER NOT NULL,
    worker_id   INTEGER NOT NULL DEFAULT 0 -- 0: nobody's
) STRICT;
CREATE INDEX owed_due ON owed (due) WHERE worker_id = 0;
CREATE INDEX owed_worker ON owed (worker_id) WHERE worker_id <> 0;
CREATE INDEX card_hidden ON card (task_id) WHERE deleted_at IS NOT NULL;

-- Rules and deduplication (docs/decisions/0005). The numbers of signatures are those of patterns,
-- too: the largest says what is known.
INSERT INTO sequence (name, next) VALUES ('signature', 1);

-- Tasks of a status and a kind, told apart by the values under some fields of their metadata.
CREATE TABLE signature (
    id     INTEGER PRIMARY KEY,
    use    INTEGER NOT NULL CHECK (use BETWEEN 0 AND 2), -- count, sum, find
    status INTEGER NOT NULL CHECK (status BETWEEN 0 AND 8),
    kind   TEXT NOT NULL CHECK (length(kind) > 0),
    fields TEXT NOT NULL, -- JSON array
    UNIQUE (kind, use, status, fields)
) STRICT;

-- Groups whose values are no scalars: who belongs to them is found by containment.
CREATE TABLE pattern (
    id           INTEGER PRIMARY KEY,
    signature_id INTEGER NOT NULL REFERENCES signature (id),
    key          TEXT NOT NULL CHECK (length(key) = 32),
    "values"     TEXT NOT NULL, -- JSON object
    UNIQUE (signature_id, key)
) STRICT;

-- What a task counts for now, and gives back when that changes.
CREATE TABLE member (
    task_id      INTEGER NOT NULL,
    signature_id INTEGER NOT NULL,
    key          TEXT NOT NULL CHECK (length(key) = 32),
    amount       INTEGER NOT NULL CHECK (amount > 0),
    PRIMARY KEY (task_id, signature_id, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX member_group ON member (signature_id, key, task_id);

-- The sums of the members' amounts; no row: 0.
CREATE TABLE counter (
    signature_id INTEGER NOT NULL,
    key          TEXT NOT NULL CHECK (length(key) = 32),
    total        INTEGER NOT NULL,
    PRIMARY KEY (signature_id, key)
) STRICT, WITHOUT ROWID;

-- The tasks of `ready` that have rules, in lines of those with the same gates.
CREATE TABLE gated (
    task_id  INTEGER PRIMARY KEY,
    queue_id INTEGER NOT NULL,
    line     INTEGER NOT NULL,
    nprio    INTEGER NOT NULL CHECK (nprio BETWEEN -1000 AND 1000)
) STRICT;
CREATE INDEX gated_line ON gated (queue_id, line, nprio, task_id);

-- What decides about the groups that a task is in. Never more left than what a sum of many holds.
CREATE VIEW subject AS
SELECT card.task_id,
       CASE WHEN d.task_id IS NOT NULL THEN d.outcome
            WHEN run.state >= 2 THEN 7
            WHEN l.paused_left IS NOT NULL THEN 4
            WHEN l.started_at IS NOT NULL THEN 3
            WHEN l.task_id IS NOT NULL THEN 2
            WHEN h.task_id IS NOT NULL THEN 4
            WHEN n.task_id IS NOT NULL THEN 0
            ELSE 1
       END AS state,
       card.kind, card.metadata,
       CAST(min(max(0, coalesce(card.expected_count, 0) - coalesce(p.success, 0)
                       - coalesce(p.failures, 0)), 1125899906842624) AS INTEGER) AS remaining
FROM card
JOIN run ON run.id = card.run_id
LEFT JOIN done d ON d.task_id = card.task_id
LEFT JOIN lease l ON l.task_id = card.task_id
LEFT JOIN held h ON h.task_id = card.task_id
LEFT JOIN need n ON n.task_id = card.task_id
LEFT JOIN progress p ON p.task_id = card.task_id;

-- Tasks with rules wait in a queue beside that of their name's other tasks.
ALTER TABLE queue ADD COLUMN ruled INTEGER NOT NULL DEFAULT 0 CHECK (ruled IN (0, 1));
DROP INDEX queue_shared;
CREATE UNIQUE INDEX queue_shared ON queue (name, ruled) WHERE run_id = 0;
