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
    metadata        TEXT -- JSON as it was sent
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
