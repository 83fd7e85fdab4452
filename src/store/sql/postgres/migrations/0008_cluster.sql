-- Jobs that run on Kubernetes (docs/data-model.md), as in the SQLite dialect.

-- wanted, created, begun, ending, gone
CREATE DOMAIN cluster_phase AS smallint CHECK (VALUE BETWEEN 0 AND 4);

-- What a run of kind job has there: a row that comes and goes with it.
CREATE TABLE cluster_job (
    run_id        bigint PRIMARY KEY,
    leader_id     bigint NOT NULL, -- the worker that looks after it; counts while that lives
    created_at    timestamptz, -- of the Kubernetes Job, the last time
    trouble_since timestamptz,
    phase         cluster_phase NOT NULL,
    namespace     said NOT NULL,
    uid           text NOT NULL, -- of the Kubernetes Job
    trouble       text NOT NULL, -- what keeps its pods from working
    pods          text NOT NULL, -- JSON: how many are in each phase
    CHECK ((trouble = '') = (trouble_since IS NULL)),
    CHECK ((uid = '') = (created_at IS NULL))
);
CREATE INDEX cluster_job_open ON cluster_job (run_id) WHERE phase < 4;

-- Until then the attempt may be writing to the egress, whatever becomes of its lease: nothing of it
-- is removed, and nobody else gets its paths.
CREATE TABLE upload_leave (
    task_id bigint PRIMARY KEY,
    run_id  bigint NOT NULL,
    until   timestamptz NOT NULL,
    attempt attempt_number NOT NULL
) WITH (fillfactor = 50); -- `until` moves while uploads go on

-- Those that may be removed now come first; others wait for an upload, or are being removed.
DROP INDEX output_doomed;
CREATE INDEX output_doomed ON output (updated_at) WHERE state = 2;

-- Where other servers reach the one that the worker lives in.
ALTER TABLE worker ADD address text NOT NULL DEFAULT '';
