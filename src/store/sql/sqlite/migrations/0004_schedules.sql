-- What creates batches at times (docs/data-model.md).

INSERT INTO sequence (name, next) VALUES ('schedule', 1);

CREATE TABLE schedule (
    id            INTEGER PRIMARY KEY,
    enabled       INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    version       INTEGER NOT NULL CHECK (version > 0),
    settled       INTEGER NOT NULL, -- ticks up to here were fired or dropped
    next_due      INTEGER, -- when it is to be looked at; NULL: disabled, or over
    tick_count    INTEGER NOT NULL CHECK (tick_count >= 0),
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL,
    last_fired_at INTEGER,
    last_run_id   INTEGER NOT NULL, -- 0: none
    name          TEXT NOT NULL CHECK (length(name) > 0),
    actor         TEXT NOT NULL,
    document      TEXT NOT NULL CHECK (json_valid(document)),
    CHECK (enabled = 1 OR next_due IS NULL),
    CHECK ((last_run_id = 0) = (last_fired_at IS NULL))
) STRICT;
CREATE INDEX schedule_due ON schedule (next_due, id) WHERE next_due IS NOT NULL;

-- The latest ticks of each schedule.
CREATE TABLE tick (
    schedule_id INTEGER NOT NULL REFERENCES schedule (id),
    at          INTEGER NOT NULL,
    fired_at    INTEGER NOT NULL,
    outcome     INTEGER NOT NULL CHECK (outcome BETWEEN 0 AND 2), -- created, skipped, failed
    run_id      INTEGER NOT NULL, -- 0: none
    reason      TEXT NOT NULL,
    PRIMARY KEY (schedule_id, at),
    CHECK ((outcome = 0) = (run_id <> 0))
) STRICT, WITHOUT ROWID;
