-- The engine's tables (docs/data-model.md). Times are microseconds since 1970 UTC. STRICT tables
-- refuse values of another type; hot tables carry no foreign keys, the moves between them are
-- checked by the use cases and by tests/functional/checker.py.

-- Small facts about this database: uid_secret, the random number behind public ids.
CREATE TABLE setting (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The high-water marks of ids: an id is never given twice, also after its row was deleted.
CREATE TABLE sequence (
    name TEXT PRIMARY KEY,
    next INTEGER NOT NULL CHECK (next > 0)
) STRICT, WITHOUT ROWID;

INSERT INTO sequence (name, next)
VALUES ('run', 1), ('task', 1), ('queue', 1), ('worker', 1), ('key', 1);

-- The sum of all jumps of the wall clock that leases have been moved by: how several processes that
-- notice the same jump move them once.
CREATE TABLE clock (
    one   INTEGER PRIMARY KEY CHECK (one = 1),
    jumps INTEGER NOT NULL
) STRICT;
INSERT INTO clock (one, jumps) VALUES (1, 0);

CREATE TABLE queue (
    id     INTEGER PRIMARY KEY,
    name   TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 255),
    run_id INTEGER NOT NULL DEFAULT 0, -- 0: shared by all runs that name it
    open   INTEGER NOT NULL CHECK (open IN (0, 1))
) STRICT;
CREATE UNIQUE INDEX queue_shared ON queue (name) WHERE run_id = 0;
CREATE INDEX queue_run ON queue (run_id) WHERE run_id <> 0;

CREATE TABLE run (
    id          INTEGER PRIMARY KEY,
    kind        INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 2),   -- batch, job, execution
    -- loading, active, succeeded, failed, canceled
    state       INTEGER NOT NULL CHECK (state BETWEEN 0 AND 4),
    ending      INTEGER NOT NULL CHECK (ending BETWEEN 0 AND 2), -- none, canceled, timed_out
    linked      INTEGER NOT NULL CHECK (linked IN (0, 1)),
    staged      INTEGER NOT NULL CHECK (staged IN (0, 1)),
    sweep       INTEGER NOT NULL CHECK (sweep IN (0, 1)),
    total       INTEGER NOT NULL CHECK (total >= 0),
    succeeded   INTEGER NOT NULL CHECK (succeeded >= 0),
    failed      INTEGER NOT NULL CHECK (failed >= 0),
    canceled    INTEGER NOT NULL CHECK (canceled >= 0),
    skipped     INTEGER NOT NULL CHECK (skipped >= 0),
    task_first  INTEGER NOT NULL,
    task_last   INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    finished_at INTEGER,
    expires_at  INTEGER,
    CHECK ((state >= 2) = (finished_at IS NOT NULL)),
    CHECK (succeeded + failed + canceled + skipped <= total),
    CHECK (state < 2 OR succeeded + failed + canceled + skipped = total),
    CHECK (sweep = 0 OR state >= 2)
) STRICT;
CREATE INDEX run_expires ON run (expires_at) WHERE expires_at IS NOT NULL AND state = 1;
CREATE INDEX run_sweep ON run (id) WHERE sweep = 1;
CREATE INDEX run_loading ON run (id) WHERE state = 0;

CREATE TABLE run_detail (
    run_id    INTEGER PRIMARY KEY,
    name      TEXT CHECK (length(name) BETWEEN 1 AND 255),
    spec      TEXT NOT NULL,
    actor     TEXT NOT NULL,
    origin_id INTEGER,
    error     TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE UNIQUE INDEX run_detail_name ON run_detail (name) WHERE name IS NOT NULL;

-- Written once. Public ids are computed, not stored (docs/decisions/0003).
CREATE TABLE task (
    id       INTEGER PRIMARY KEY,
    run_id   INTEGER NOT NULL,
    queue_id INTEGER NOT NULL,
    nprio    INTEGER NOT NULL CHECK (nprio BETWEEN -1000 AND 1000),
    timeout  INTEGER CHECK (timeout > 0),
    retry    TEXT,
    name     TEXT,
    payload  TEXT
) STRICT;

-- How many parents of a waiting task are not final; the row goes when there are none.
CREATE TABLE need (
    task_id    INTEGER PRIMARY KEY,
    run_id     INTEGER NOT NULL,
    queue_id   INTEGER NOT NULL,
    nprio      INTEGER NOT NULL,
    unfinished INTEGER NOT NULL CHECK (unfinished >= 0),
    attempt    INTEGER NOT NULL CHECK (attempt >= 0),
    run_at     INTEGER
) STRICT;

CREATE TABLE link (
    parent_id INTEGER NOT NULL,
    child_id  INTEGER NOT NULL,
    -- on_success, on_failure, always, not_failed
    condition INTEGER NOT NULL CHECK (condition BETWEEN 0 AND 3),
    unmet     INTEGER NOT NULL CHECK (unmet IN (0, 1)),           -- fail, skip
    PRIMARY KEY (parent_id, child_id),
    CHECK (parent_id <> child_id)
) STRICT, WITHOUT ROWID;

-- A live task stands in exactly one of: need (waiting), timer, ready, lease, held. need and held
-- together: paused while waiting.
CREATE TABLE timer (
    task_id  INTEGER PRIMARY KEY,
    due      INTEGER NOT NULL,
    run_id   INTEGER NOT NULL,
    queue_id INTEGER NOT NULL,
    nprio    INTEGER NOT NULL,
    attempt  INTEGER NOT NULL CHECK (attempt >= 0),
    tries    INTEGER NOT NULL CHECK (tries >= 0),
    rescues  INTEGER NOT NULL CHECK (rescues >= 0)
) STRICT;
CREATE INDEX timer_due ON timer (due);

CREATE TABLE ready (
    queue_id INTEGER NOT NULL,
    nprio    INTEGER NOT NULL,
    task_id  INTEGER NOT NULL,
    run_id   INTEGER NOT NULL,
    attempt  INTEGER NOT NULL CHECK (attempt >= 0),
    tries    INTEGER NOT NULL CHECK (tries >= 0),
    rescues  INTEGER NOT NULL CHECK (rescues >= 0),
    PRIMARY KEY (queue_id, nprio, task_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE lease (
    task_id     INTEGER PRIMARY KEY,
    run_id      INTEGER NOT NULL,
    queue_id    INTEGER NOT NULL,
    nprio       INTEGER NOT NULL,
    attempt     INTEGER NOT NULL CHECK (attempt > 0),
    tries       INTEGER NOT NULL CHECK (tries >= 0),
    rescues     INTEGER NOT NULL CHECK (rescues >= 0),
    worker_id   INTEGER NOT NULL,
    owner       INTEGER NOT NULL CHECK (owner IN (0, 1)), -- process, target
    claimed_at  INTEGER NOT NULL,
    started_at  INTEGER,
    expires_at  INTEGER,
    paused_left INTEGER CHECK (paused_left >= 0),
    CHECK (paused_left IS NULL OR expires_at IS NULL) -- a paused clock stands still
) STRICT;
CREATE INDEX lease_expires ON lease (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE held (
    task_id  INTEGER PRIMARY KEY,
    run_id   INTEGER NOT NULL,
    queue_id INTEGER NOT NULL,
    nprio    INTEGER NOT NULL,
    attempt  INTEGER NOT NULL CHECK (attempt >= 0),
    tries    INTEGER NOT NULL CHECK (tries >= 0),
    rescues  INTEGER NOT NULL CHECK (rescues >= 0),
    run_at   INTEGER
) STRICT;

CREATE TABLE done (
    task_id     INTEGER PRIMARY KEY,
    run_id      INTEGER NOT NULL,
    -- succeeded, failed, canceled, skipped
    outcome     INTEGER NOT NULL CHECK (outcome BETWEEN 5 AND 8),
    attempt     INTEGER NOT NULL CHECK (attempt >= 0),
    tries       INTEGER NOT NULL CHECK (tries >= 0),
    worker_id   INTEGER NOT NULL,
    claimed_at  INTEGER,
    started_at  INTEGER,
    finished_at INTEGER NOT NULL,
    result      TEXT,
    error       TEXT
) STRICT;

-- Attempts that did not end their task.
CREATE TABLE attempt (
    task_id     INTEGER NOT NULL,
    attempt     INTEGER NOT NULL CHECK (attempt > 0),
    -- failed, timed_out, rescued, returned
    ended       INTEGER NOT NULL CHECK (ended BETWEEN 0 AND 3),
    worker_id   INTEGER NOT NULL,
    claimed_at  INTEGER NOT NULL,
    started_at  INTEGER,
    finished_at INTEGER NOT NULL,
    error       TEXT,
    PRIMARY KEY (task_id, attempt)
) STRICT, WITHOUT ROWID;

-- What users did: the audit.
CREATE TABLE event (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    at      INTEGER NOT NULL,
    run_id  INTEGER NOT NULL,
    task_id INTEGER NOT NULL, -- 0: about the run
    kind    TEXT NOT NULL,
    actor   TEXT NOT NULL,
    detail  TEXT NOT NULL
) STRICT;
CREATE INDEX event_run ON event (run_id, task_id);

-- Submissions with an idempotency key: the same key and body again gives the first answer.
CREATE TABLE request (
    key        TEXT PRIMARY KEY CHECK (length(key) BETWEEN 1 AND 255),
    body_hash  TEXT NOT NULL,
    run_id     INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX request_run ON request (run_id);

CREATE TABLE worker (
    id            INTEGER PRIMARY KEY,
    name          TEXT NOT NULL,
    host          TEXT NOT NULL,
    process       TEXT NOT NULL,
    attached      INTEGER NOT NULL CHECK (attached IN (0, 1)),
    registered_at INTEGER NOT NULL,
    until         INTEGER NOT NULL
) STRICT;

-- Files that attempts put into the egress of their run. A path belongs to one task of the run.
CREATE TABLE output (
    run_id     INTEGER NOT NULL,
    path       BLOB NOT NULL,
    task_id    INTEGER NOT NULL,
    attempt    INTEGER NOT NULL CHECK (attempt > 0),
    state      INTEGER NOT NULL CHECK (state BETWEEN 0 AND 2), -- registered, uploaded, doomed
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (run_id, path)
) STRICT, WITHOUT ROWID;
CREATE INDEX output_task ON output (run_id, task_id);
CREATE INDEX output_doomed ON output (run_id) WHERE state = 2;

CREATE TABLE api_key (
    id         INTEGER PRIMARY KEY,
    name       TEXT NOT NULL,
    hash       TEXT NOT NULL UNIQUE,
    role       INTEGER NOT NULL CHECK (role BETWEEN 0 AND 2), -- read, write, admin
    created_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT;
CREATE UNIQUE INDEX api_key_name ON api_key (name) WHERE revoked_at IS NULL;
