-- Jobs that run on Kubernetes (docs/data-model.md).

-- What a run of kind job has there: a row that comes and goes with it.
CREATE TABLE cluster_job (
    run_id        INTEGER PRIMARY KEY,
    leader_id     INTEGER NOT NULL, -- the worker that looks after it; counts while that lives
    phase         INTEGER NOT NULL CHECK (phase BETWEEN 0 AND 4), -- wanted, created, begun, ending,
                                                                  -- gone
    namespace     TEXT NOT NULL CHECK (length(namespace) > 0),
    uid           TEXT NOT NULL, -- of the Kubernetes Job
    created_at    INTEGER, -- likewise, the last time
    trouble       TEXT NOT NULL, -- what keeps its pods from working
    trouble_since INTEGER,
    pods          TEXT NOT NULL, -- JSON: how many are in each phase
    CHECK ((trouble = '') = (trouble_since IS NULL)),
    CHECK ((uid = '') = (created_at IS NULL))
) STRICT;
CREATE INDEX cluster_job_open ON cluster_job (run_id) WHERE phase < 4;

-- Until then the attempt may be writing to the egress, whatever becomes of its lease: nothing of it
-- is removed, and nobody else gets its paths.
CREATE TABLE upload_leave (
    task_id INTEGER PRIMARY KEY,
    run_id  INTEGER NOT NULL,
    attempt INTEGER NOT NULL CHECK (attempt > 0),
    until   INTEGER NOT NULL
) STRICT;

-- Those that may be removed now come first; others wait for an upload, or are being removed.
DROP INDEX output_doomed;
CREATE INDEX output_doomed ON output (updated_at) WHERE state = 2;

-- Where other servers reach the one that the worker lives in.
ALTER TABLE worker ADD COLUMN address TEXT NOT NULL DEFAULT '';
