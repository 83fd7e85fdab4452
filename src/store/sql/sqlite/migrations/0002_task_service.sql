-- The task service (docs/decisions/0004).

-- What lists show of a task and filters select, written once, with the task.
CREATE TABLE card (
    task_id        INTEGER PRIMARY KEY,
    run_id         INTEGER NOT NULL,
    -- dead_end_barrier 1, preemptible 2, preempts 4; actions for success 8, failure 16, cancel 32
    flags          INTEGER NOT NULL CHECK (flags BETWEEN 0 AND 63),
    expected_count INTEGER CHECK (expected_count >= 0),
    scheduled_at   INTEGER,
    kind           TEXT NOT NULL CHECK (length(kind) > 0),
    name           TEXT NOT NULL CHECK (length(name) > 0),
    group_id       TEXT CHECK (length(group_id) > 0),
    requester      TEXT CHECK (length(requester) > 0),
    metadata       TEXT -- JSON as it was sent
) STRICT;
CREATE INDEX card_group ON card (group_id, task_id) WHERE group_id IS NOT NULL;
