-- The engine's tables (docs/data-model.md), as in the SQLite dialect. Columns stand by falling
-- width, so that rows have no holes. Hot tables carry no foreign keys: the moves between them are
-- checked by the use cases and by tests/functional/checker.py.

-- Small facts about this database: uid_secret, the random number behind public ids.
CREATE TABLE setting (
    name  text PRIMARY KEY,
    value text NOT NULL
);

-- Taken inside the transaction, one by one: blocks per process would break the order of creation.
CREATE SEQUENCE run_id_seq;
CREATE SEQUENCE task_id_seq;
CREATE SEQUENCE queue_id_seq;
CREATE SEQUENCE worker_id_seq;
CREATE SEQUENCE key_id_seq;

-- The sum of all jumps of the clock that leases have been moved by, in microseconds: how several
-- processes that notice the same jump move them once.
CREATE TABLE clock (
    one   smallint PRIMARY KEY CHECK (one = 1),
    jumps bigint NOT NULL
);
INSERT INTO clock (one, jumps) VALUES (1, 0);

CREATE TABLE queue (
    id     bigint PRIMARY KEY,
    run_id bigint NOT NULL DEFAULT 0, -- 0: shared by all runs that name it
    open   boolean NOT NULL,
    name   text NOT NULL CHECK (octet_length(name) BETWEEN 1 AND 1020 AND length(name) <= 255)
);
CREATE UNIQUE INDEX queue_shared ON queue (name) WHERE run_id = 0;
CREATE INDEX queue_run ON queue (run_id) WHERE run_id <> 0;

CREATE TABLE run (
    id          bigint PRIMARY KEY,
    total       bigint NOT NULL CHECK (total >= 0),
    succeeded   bigint NOT NULL CHECK (succeeded >= 0),
    failed      bigint NOT NULL CHECK (failed >= 0),
    canceled    bigint NOT NULL CHECK (canceled >= 0),
    skipped     bigint NOT NULL CHECK (skipped >= 0),
    task_first  bigint NOT NULL,
    task_last   bigint NOT NULL,
    created_at  timestamptz NOT NULL,
    finished_at timestamptz,
    expires_at  timestamptz,
    -- batch, job, execution
    kind        smallint NOT NULL CHECK (kind BETWEEN 0 AND 2),
    -- loading, active, succeeded, failed, canceled
    state       smallint NOT NULL CHECK (state BETWEEN 0 AND 4),
    ending      smallint NOT NULL CHECK (ending BETWEEN 0 AND 2), -- none, canceled, timed_out
    linked      boolean NOT NULL,
    staged      boolean NOT NULL,
    sweep       boolean NOT NULL,
    loading     boolean GENERATED ALWAYS AS (state = 0) STORED,
    CHECK ((state >= 2) = (finished_at IS NOT NULL)),
    CHECK (succeeded + failed + canceled + skipped <= total),
    CHECK (state < 2 OR succeeded + failed + canceled + skipped = total),
    CHECK (NOT sweep OR state >= 2)
) WITH (fillfactor = 50); -- counters change with each group: room for new versions beside (HOT)
-- `state` stands in no index: its change would cost an entry in each of them.
CREATE INDEX run_expires ON run (expires_at) WHERE expires_at IS NOT NULL AND NOT loading;
CREATE INDEX run_sweep ON run (id) WHERE sweep;
CREATE INDEX run_loading ON run (id) WHERE loading;

CREATE TABLE run_detail (
    run_id    bigint PRIMARY KEY,
    origin_id bigint,
    name      text CHECK (length(name) BETWEEN 1 AND 255),
    spec      text NOT NULL,
    actor     text NOT NULL,
    error     text NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX run_detail_name ON run_detail (name) WHERE name IS NOT NULL;

-- Written once. Public ids are computed, not stored (docs/decisions/0003).
CREATE TABLE task (
    id       bigint PRIMARY KEY,
    run_id   bigint NOT NULL,
    queue_id bigint NOT NULL,
    timeout  bigint CHECK (timeout > 0), -- microseconds
    nprio    smallint NOT NULL CHECK (nprio BETWEEN -1000 AND 1000),
    retry    text,
    name     text,
    payload  text
);

-- How many parents of a waiting task are not final; the row goes when there are none.
CREATE TABLE need (
    task_id    bigint PRIMARY KEY,
    run_id     bigint NOT NULL,
    queue_id   bigint NOT NULL,
    run_at     timestamptz,
    unfinished int NOT NULL CHECK (unfinished >= 0),
    attempt    int NOT NULL CHECK (attempt >= 0),
    nprio      smallint NOT NULL
) WITH (fillfactor = 70);

CREATE TABLE link (
    parent_id bigint NOT NULL,
    child_id  bigint NOT NULL,
    -- on_success, on_failure, always, not_failed
    condition smallint NOT NULL CHECK (condition BETWEEN 0 AND 3),
    unmet     smallint NOT NULL CHECK (unmet IN (0, 1)), -- fail, skip
    PRIMARY KEY (parent_id, child_id),
    CHECK (parent_id <> child_id)
);

-- A live task stands in exactly one of: need (waiting), timer, ready, lease, held. need and held
-- together: paused while waiting.
CREATE TABLE timer (
    task_id  bigint PRIMARY KEY,
    due      timestamptz NOT NULL,
    run_id   bigint NOT NULL,
    queue_id bigint NOT NULL,
    attempt  int NOT NULL CHECK (attempt >= 0),
    tries    int NOT NULL CHECK (tries >= 0),
    rescues  int NOT NULL CHECK (rescues >= 0),
    nprio    smallint NOT NULL
);
CREATE INDEX timer_due ON timer (due);

CREATE TABLE ready (
    queue_id bigint NOT NULL,
    task_id  bigint NOT NULL,
    run_id   bigint NOT NULL,
    attempt  int NOT NULL CHECK (attempt >= 0),
    tries    int NOT NULL CHECK (tries >= 0),
    rescues  int NOT NULL CHECK (rescues >= 0),
    nprio    smallint NOT NULL,
    PRIMARY KEY (queue_id, nprio, task_id)
);

CREATE TABLE lease (
    task_id     bigint PRIMARY KEY,
    run_id      bigint NOT NULL,
    queue_id    bigint NOT NULL,
    worker_id   bigint NOT NULL,
    claimed_at  timestamptz NOT NULL,
    started_at  timestamptz,
    expires_at  timestamptz,
    paused_left bigint CHECK (paused_left >= 0), -- microseconds
    attempt     int NOT NULL CHECK (attempt > 0),
    tries       int NOT NULL CHECK (tries >= 0),
    rescues     int NOT NULL CHECK (rescues >= 0),
    nprio       smallint NOT NULL,
    owner       smallint NOT NULL CHECK (owner IN (0, 1)), -- process, target
    CHECK (paused_left IS NULL OR expires_at IS NULL) -- a paused clock stands still
) WITH (fillfactor = 90); -- room to start some leases in place
CREATE INDEX lease_expires ON lease (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE held (
    task_id  bigint PRIMARY KEY,
    run_id   bigint NOT NULL,
    queue_id bigint NOT NULL,
    run_at   timestamptz,
    attempt  int NOT NULL CHECK (attempt >= 0),
    tries    int NOT NULL CHECK (tries >= 0),
    rescues  int NOT NULL CHECK (rescues >= 0),
    nprio    smallint NOT NULL
);

CREATE TABLE done (
    task_id     bigint PRIMARY KEY,
    run_id      bigint NOT NULL,
    worker_id   bigint NOT NULL,
    claimed_at  timestamptz,
    started_at  timestamptz,
    finished_at timestamptz NOT NULL,
    attempt     int NOT NULL CHECK (attempt >= 0),
    tries       int NOT NULL CHECK (tries >= 0),
    -- succeeded, failed, canceled, skipped
    outcome     smallint NOT NULL CHECK (outcome BETWEEN 5 AND 8),
    result      text,
    error       text
);

-- Attempts that did not end their task.
CREATE TABLE attempt (
    task_id     bigint NOT NULL,
    worker_id   bigint NOT NULL,
    claimed_at  timestamptz NOT NULL,
    started_at  timestamptz,
    finished_at timestamptz NOT NULL,
    attempt     int NOT NULL CHECK (attempt > 0),
    -- failed, timed_out, rescued, returned
    ended       smallint NOT NULL CHECK (ended BETWEEN 0 AND 3),
    error       text,
    PRIMARY KEY (task_id, attempt)
);

-- What users did: the audit.
CREATE TABLE event (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at      timestamptz NOT NULL,
    run_id  bigint NOT NULL,
    task_id bigint NOT NULL, -- 0: about the run
    kind    text NOT NULL,
    actor   text NOT NULL,
    detail  text NOT NULL
);
CREATE INDEX event_run ON event (run_id, task_id);

-- Submissions with an idempotency key: the same key and body again gives the first answer.
CREATE TABLE request (
    key        text PRIMARY KEY CHECK (length(key) BETWEEN 1 AND 255),
    body_hash  text NOT NULL,
    run_id     bigint NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX request_run ON request (run_id);

CREATE TABLE worker (
    id            bigint PRIMARY KEY,
    registered_at timestamptz NOT NULL,
    until         timestamptz NOT NULL,
    attached      boolean NOT NULL, -- its process holds a session of this database
    name          text NOT NULL,
    host          text NOT NULL,
    process       text NOT NULL -- of an attached one, as its machine knows it
) WITH (fillfactor = 50); -- `until` moves with each heartbeat

-- Files that attempts put into the egress of their run. A path belongs to one task of the run.
CREATE TABLE output (
    run_id     bigint NOT NULL,
    task_id    bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    attempt    int NOT NULL CHECK (attempt > 0),
    state      smallint NOT NULL CHECK (state BETWEEN 0 AND 2), -- registered, uploaded, doomed
    path       bytea NOT NULL,
    PRIMARY KEY (run_id, path)
);
CREATE INDEX output_task ON output (run_id, task_id);
CREATE INDEX output_doomed ON output (run_id) WHERE state = 2;

CREATE TABLE api_key (
    id         bigint PRIMARY KEY,
    created_at timestamptz NOT NULL,
    revoked_at timestamptz,
    role       smallint NOT NULL CHECK (role BETWEEN 0 AND 2), -- read, write, admin
    name       text NOT NULL,
    hash       text NOT NULL UNIQUE
);
CREATE UNIQUE INDEX api_key_name ON api_key (name) WHERE revoked_at IS NULL;

-- A task as its rows say, for reading: which table holds the id is its state (model/state.h).
CREATE VIEW task_now AS
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
       w.name AS worker_name, w.host AS worker_host
FROM task t
JOIN run ON run.id = t.run_id AND run.state <> 0
LEFT JOIN done d ON d.task_id = t.id
LEFT JOIN lease l ON l.task_id = t.id
LEFT JOIN held h ON h.task_id = t.id
LEFT JOIN need n ON n.task_id = t.id
LEFT JOIN timer p ON p.task_id = t.id
LEFT JOIN ready r ON r.queue_id = t.queue_id AND r.nprio = t.nprio AND r.task_id = t.id
LEFT JOIN worker w ON w.id = coalesce(l.worker_id, d.worker_id);

-- lz4 packs long texts as well as the default and several times as fast; servers built without it
-- keep the default.
DO $$
BEGIN
    ALTER TABLE task ALTER payload SET COMPRESSION lz4;
    ALTER TABLE done ALTER result SET COMPRESSION lz4;
    ALTER TABLE run_detail ALTER spec SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
    NULL;
END
$$;

-- Rows of these tables live for moments. What counts is the number of dead rows, not their share of
-- what happens to be there; cleaning up must keep pace, so it does not pause. They are never
-- analyzed: figures of a moment when the table was empty mislead the planner for the rest of the
-- day. They keep their pages: giving back the end of the file needs a lock that stops everybody.
ALTER TABLE ready SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000,
    autovacuum_vacuum_cost_delay = 0, autovacuum_analyze_threshold = 2147483647,
    vacuum_truncate = off);
ALTER TABLE lease SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000,
    autovacuum_vacuum_cost_delay = 0, autovacuum_analyze_threshold = 2147483647,
    vacuum_truncate = off);
ALTER TABLE timer SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000,
    autovacuum_vacuum_cost_delay = 0, autovacuum_analyze_threshold = 2147483647,
    vacuum_truncate = off);
ALTER TABLE need SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000,
    autovacuum_vacuum_cost_delay = 0, autovacuum_analyze_threshold = 2147483647,
    vacuum_truncate = off);
-- Few rows, changed all the time: their pages stay few when they are cleaned often.
ALTER TABLE run SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
    autovacuum_vacuum_cost_delay = 0);
ALTER TABLE worker SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_cost_delay = 0);
-- Written once and removed in bulk: the default waits for a fifth of a large table to die.
ALTER TABLE task SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 50000);
ALTER TABLE done SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 50000);
ALTER TABLE link SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 50000);
