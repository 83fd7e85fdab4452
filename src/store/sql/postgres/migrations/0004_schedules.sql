-- What creates batches at times (docs/data-model.md), as in the SQLite dialect.

CREATE SEQUENCE schedule_id_seq;

CREATE DOMAIN tick_outcome AS smallint CHECK (VALUE BETWEEN 0 AND 2); -- created, skipped, failed

CREATE TABLE schedule (
    id            bigint PRIMARY KEY,
    settled       timestamptz NOT NULL, -- ticks up to here were fired or dropped
    next_due      timestamptz, -- when it is to be looked at; NULL: disabled, or over
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL,
    last_fired_at timestamptz,
    last_run_id   bigint NOT NULL, -- 0: none
    version       bigint NOT NULL CHECK (version > 0),
    tick_count    bigint NOT NULL CHECK (tick_count >= 0),
    enabled       boolean NOT NULL,
    name          said NOT NULL,
    actor         text NOT NULL,
    document      text NOT NULL,
    CHECK (enabled OR next_due IS NULL),
    CHECK ((last_run_id = 0) = (last_fired_at IS NULL))
);
CREATE INDEX schedule_due ON schedule (next_due, id) WHERE next_due IS NOT NULL;

-- The latest ticks of each schedule.
CREATE TABLE tick (
    schedule_id bigint NOT NULL REFERENCES schedule (id),
    at          timestamptz NOT NULL,
    fired_at    timestamptz NOT NULL,
    run_id      bigint NOT NULL, -- 0: none
    outcome     tick_outcome NOT NULL,
    reason      text NOT NULL,
    PRIMARY KEY (schedule_id, at),
    CHECK ((outcome = 0) = (run_id <> 0))
);
