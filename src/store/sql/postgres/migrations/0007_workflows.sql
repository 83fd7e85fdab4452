-- Workflows in code (docs/decisions/0009, 0010), as in the SQLite dialect.

CREATE SEQUENCE workflow_id_seq;

-- batches, runs of a workflow, fires of a trigger
CREATE DOMAIN schedule_kind AS smallint CHECK (VALUE BETWEEN 0 AND 2);
CREATE DOMAIN context_hash AS text CHECK (length(VALUE) = 32);

-- What programs have registered: a row for each version that there ever was. The current one is
-- the one that was registered last.
CREATE TABLE workflow (
    id            bigint PRIMARY KEY,
    created_at    timestamptz NOT NULL,
    registered_at timestamptz NOT NULL,
    namespace     text NOT NULL CHECK (length(namespace) BETWEEN 7 AND 240), -- a::b::c
    version       text NOT NULL CHECK (length(version) = 16),
    -- name, description, tags, tasks with dependencies, rules, retries and timeouts
    graph         said NOT NULL,
    UNIQUE (namespace, version)
);

-- What a run of a workflow has beside its counters: written once, with the run. No foreign key: it
-- would lock the workflow's row with each run.
CREATE TABLE execution (
    run_id      bigint PRIMARY KEY,
    workflow_id bigint NOT NULL,
    context     said -- the initial one; NULL: the empty one
);
ALTER TABLE execution SET (autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_vacuum_threshold = 50000);

-- Whose outputs the input is made of: "12,13;11", the dependencies in the order in which they were
-- declared, and after the semicolon the tasks that only the rule names. NULL: none. Plain text: a
-- domain with a rule would have the whole table rewritten.
ALTER TABLE task ADD parents text;

-- The attempt waits by itself, without a place, and its clock stands still with so much of its
-- timeout left (0: none set). One CHECK as before: each write parses them all.
ALTER TABLE lease ADD deferred_left time_left;
ALTER TABLE lease DROP CONSTRAINT lease_check;
ALTER TABLE lease ADD CONSTRAINT lease_check
    CHECK (expires_at IS NULL OR (paused_left IS NULL AND deferred_left IS NULL));

-- What a worker claims from, a JSON array of queues and prefixes; how busy it is, JSON.
ALTER TABLE worker ADD serves text NOT NULL DEFAULT '', ADD load text NOT NULL DEFAULT '';

-- What a schedule creates, and for whom it is: batches (servers), runs of a workflow (Runners), or
-- what a trigger's function asks for (Runners that have the function). `key` is what makes two
-- registrations the same; batches have none.
ALTER TABLE schedule
    ADD kind schedule_kind NOT NULL DEFAULT 0,
    ADD key said,
    ADD polled_at timestamptz, -- when a trigger's function was last asked
    ADD CHECK ((kind = 0) = (key IS NULL));
CREATE UNIQUE INDEX schedule_key ON schedule (kind, key) WHERE key IS NOT NULL;
DROP INDEX schedule_due;
CREATE INDEX schedule_due ON schedule (kind, next_due, id) WHERE next_due IS NOT NULL;

-- How often a tick that failed was tried again, and when it was last; of a trigger: equal contexts
-- have the same hash.
ALTER TABLE tick
    ADD tries small_tally NOT NULL DEFAULT 0,
    ADD tried_at timestamptz,
    ADD context_hash context_hash,
    ADD CHECK ((tried_at IS NULL) = (tries = 0));
CREATE INDEX tick_failed ON tick (fired_at) WHERE outcome = 2;
CREATE INDEX tick_context ON tick (schedule_id, context_hash, at) WHERE context_hash IS NOT NULL;

-- What is new stands at the end: a program of before reads the rest.
CREATE OR REPLACE VIEW task_now AS
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
       t.parents, l.deferred_left
FROM task t
JOIN run ON run.id = t.run_id AND run.state <> 0
LEFT JOIN done d ON d.task_id = t.id
LEFT JOIN lease l ON l.task_id = t.id
LEFT JOIN held h ON h.task_id = t.id
LEFT JOIN need n ON n.task_id = t.id
LEFT JOIN timer p ON p.task_id = t.id
LEFT JOIN ready r ON r.queue_id = t.queue_id AND r.nprio = t.nprio AND r.task_id = t.id
LEFT JOIN worker w ON w.id = coalesce(l.worker_id, d.worker_id);

-- As for the other long texts (0001).
DO $$
BEGIN
    ALTER TABLE execution ALTER context SET COMPRESSION lz4;
    ALTER TABLE workflow ALTER graph SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
    NULL;
END
$$;
