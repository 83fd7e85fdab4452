-- Workflows in code (docs/decisions/0009, 0010).

INSERT INTO sequence (name, next) VALUES ('workflow', 1);

-- What programs have registered: a row for each version that there ever was. The current one is
-- the one that was registered last.
CREATE TABLE workflow (
    id            INTEGER PRIMARY KEY,
    namespace     TEXT NOT NULL CHECK (length(namespace) BETWEEN 7 AND 240), -- a::b::c
    version       TEXT NOT NULL CHECK (length(version) = 16),
    -- name, description, tags, tasks with dependencies, rules, retries and timeouts
    graph         TEXT NOT NULL CHECK (json_valid(graph)),
    created_at    INTEGER NOT NULL,
    registered_at INTEGER NOT NULL,
    UNIQUE (namespace, version)
) STRICT;

-- What a run of a workflow has beside its counters: written once, with the run. No foreign key, as
-- in all tables that each run writes to.
CREATE TABLE execution (
    run_id      INTEGER PRIMARY KEY,
    workflow_id INTEGER NOT NULL,
    context     TEXT CHECK (length(context) > 2) -- the initial one; NULL: the empty one
) STRICT;

-- Whose outputs the input is made of: "12,13;11", the dependencies in the order in which they were
-- declared, and after the semicolon the tasks that only the rule names. NULL: none.
ALTER TABLE task ADD COLUMN parents TEXT CHECK (length(parents) > 0);

-- The attempt waits by itself, without a place, and its clock stands still with so much of its
-- timeout left (0: none set).
ALTER TABLE lease ADD COLUMN deferred_left INTEGER
    CHECK (deferred_left IS NULL OR (deferred_left >= 0 AND expires_at IS NULL));

-- What a worker claims from, a JSON array of queues and prefixes; how busy it is, JSON.
ALTER TABLE worker ADD COLUMN serves TEXT NOT NULL DEFAULT '';
ALTER TABLE worker ADD COLUMN load TEXT NOT NULL DEFAULT '';

-- What a schedule creates, and for whom it is: batches (servers), runs of a workflow (Runners), or
-- what a trigger's function asks for (Runners that have the function).
ALTER TABLE schedule ADD COLUMN kind INTEGER NOT NULL DEFAULT 0 CHECK (kind BETWEEN 0 AND 2);
-- What makes two registrations the same; batches have none.
ALTER TABLE schedule ADD COLUMN key TEXT
    CHECK ((kind = 0) = (key IS NULL) AND (key IS NULL OR length(key) > 0));
ALTER TABLE schedule ADD COLUMN polled_at INTEGER; -- when a trigger's function was last asked
CREATE UNIQUE INDEX schedule_key ON schedule (kind, key) WHERE key IS NOT NULL;
DROP INDEX schedule_due;
CREATE INDEX schedule_due ON schedule (kind, next_due, id) WHERE next_due IS NOT NULL;

-- How often a tick that failed was tried again, and when it was last.
ALTER TABLE tick ADD COLUMN tries INTEGER NOT NULL DEFAULT 0 CHECK (tries >= 0);
ALTER TABLE tick ADD COLUMN tried_at INTEGER CHECK ((tried_at IS NULL) = (tries = 0));
-- Of a trigger: equal contexts have the same.
ALTER TABLE tick ADD COLUMN context_hash TEXT CHECK (length(context_hash) = 32);
CREATE INDEX tick_failed ON tick (fired_at) WHERE outcome = 2;
CREATE INDEX tick_context ON tick (schedule_id, context_hash, at) WHERE context_hash IS NOT NULL;
