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

-- What a value of a column may be. Domains and not CHECKs of the columns: a CHECK of a table is
-- parsed again by each statement that writes to it, a domain once in each session.
CREATE DOMAIN tally AS bigint CHECK (VALUE >= 0);
CREATE DOMAIN duration AS bigint CHECK (VALUE > 0); -- microseconds
CREATE DOMAIN time_left AS bigint CHECK (VALUE >= 0); -- microseconds
CREATE DOMAIN small_tally AS int CHECK (VALUE >= 0);
CREATE DOMAIN attempt_number AS int CHECK (VALUE > 0);
CREATE DOMAIN negated_priority AS smallint CHECK (VALUE BETWEEN -1000 AND 1000);
CREATE DOMAIN run_kind AS smallint CHECK (VALUE BETWEEN 0 AND 2); -- batch, job, execution
-- loading, active, succeeded, failed, canceled
CREATE DOMAIN run_state AS smallint CHECK (VALUE BETWEEN 0 AND 4);
CREATE DOMAIN run_ending AS smallint CHECK (VALUE BETWEEN 0 AND 2); -- none, canceled, timed_out
-- on_success, on_failure, always, not_failed
CREATE DOMAIN link_condition AS smallint CHECK (VALUE BETWEEN 0 AND 3);
CREATE DOMAIN unmet_effect AS smallint CHECK (VALUE IN (0, 1)); -- fail, skip
CREATE DOMAIN lease_owner AS smallint CHECK (VALUE IN (0, 1)); -- process, target
-- succeeded, failed, canceled, skipped
CREATE DOMAIN task_outcome AS smallint CHECK (VALUE BETWEEN 5 AND 8);
-- failed, timed_out, rescued, returned
CREATE DOMAIN attempt_end AS smallint CHECK (VALUE BETWEEN 0 AND 3);
-- registered, uploaded, doomed
CREATE DOMAIN output_state AS smallint CHECK (VALUE BETWEEN 0 AND 2);
CREATE DOMAIN key_role AS smallint CHECK (VALUE BETWEEN 0 AND 2); -- read, write, admin

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
    total       tally NOT NULL,
    succeeded   tally NOT NULL,
    failed      tally NOT NULL,
    canceled    tally NOT NULL,
    skipped     tally NOT NULL,
    task_first  bigint NOT NULL,
    task_last   bigint NOT NULL,
    created_at  timestamptz NOT NULL,
    finished_at timestamptz,
    expires_at  timestamptz,
    kind        run_kind NOT NULL,
    state       run_state NOT NULL,
    ending      run_ending NOT NULL,
    linked      boolean NOT NULL,
    staged      boolean NOT NULL,
    sweep       boolean NOT NULL,
    loading     boolean NOT NULL DEFAULT false,
    CHECK (loading = (state = 0)),
    CHECK (CASE WHEN state >= 2
                THEN finished_at IS NOT NULL AND succeeded + failed + canceled + skipped = total
                ELSE finished_at IS NULL AND succeeded + failed + canceled + skipped <= total
                     AND NOT sweep END)
) WITH (fillfactor = 50); -- counters change with each group: room for new versions beside (HOT)
-- `state` stands in no index, also not in the condition of one: its change would cost an entry in
-- each of them. `loading` changes once in the life of a staged run.
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
    timeout  duration,
    nprio    negated_priority NOT NULL,
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
    unfinished small_tally NOT NULL,
    attempt    small_tally NOT NULL,
    nprio      negated_priority NOT NULL
) WITH (fillfactor = 70);

CREATE TABLE link (
    parent_id bigint NOT NULL,
    child_id  bigint NOT NULL,
    condition link_condition NOT NULL,
    unmet     unmet_effect NOT NULL,
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
    attempt  small_tally NOT NULL,
    tries    small_tally NOT NULL,
    rescues  small_tally NOT NULL,
    nprio    negated_priority NOT NULL
);
CREATE INDEX timer_due ON timer (due);

CREATE TABLE ready (
    queue_id bigint NOT NULL,
    task_id  bigint NOT NULL,
    run_id   bigint NOT NULL,
    attempt  small_tally NOT NULL,
    tries    small_tally NOT NULL,
    rescues  small_tally NOT NULL,
    nprio    negated_priority NOT NULL,
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
    paused_left time_left,
    attempt     attempt_number NOT NULL,
    tries       small_tally NOT NULL,
    rescues     small_tally NOT NULL,
    nprio       negated_priority NOT NULL,
    owner       lease_owner NOT NULL,
    CHECK (paused_left IS NULL OR expires_at IS NULL) -- a paused clock stands still
) WITH (fillfactor = 90); -- room to start some leases in place
CREATE INDEX lease_expires ON lease (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE held (
    task_id  bigint PRIMARY KEY,
    run_id   bigint NOT NULL,
    queue_id bigint NOT NULL,
    run_at   timestamptz,
    attempt  small_tally NOT NULL,
    tries    small_tally NOT NULL,
    rescues  small_tally NOT NULL,
    nprio    negated_priority NOT NULL
);

CREATE TABLE done (
    task_id     bigint PRIMARY KEY,
    run_id      bigint NOT NULL,
    worker_id   bigint NOT NULL,
    claimed_at  timestamptz,
    started_at  timestamptz,
    finished_at timestamptz NOT NULL,
    attempt     small_tally NOT NULL,
    tries       small_tally NOT NULL,
    outcome     task_outcome NOT NULL,
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
    attempt     attempt_number NOT NULL,
    ended       attempt_end NOT NULL,
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
    attempt    attempt_number NOT NULL,
    state      output_state NOT NULL,
    path       bytea NOT NULL,
    PRIMARY KEY (run_id, path)
);
CREATE INDEX output_task ON output (run_id, task_id);
CREATE INDEX output_doomed ON output (run_id) WHERE state = 2;

CREATE TABLE api_key (
    id         bigint PRIMARY KEY,
    created_at timestamptz NOT NULL,
    revoked_at timestamptz,
    role       key_role NOT NULL,
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
