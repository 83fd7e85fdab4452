-- The task service (docs/decisions/0004), as in the SQLite dialect.

CREATE DOMAIN said AS text CHECK (VALUE <> '');
-- dead_end_barrier 1, preemptible 2, preempts 4; has actions for success 8, failure 16, cancel 32
CREATE DOMAIN card_flags AS smallint CHECK (VALUE BETWEEN 0 AND 63);

-- What lists show of a task and filters select, written once, with the task.
CREATE TABLE card (
    task_id        bigint PRIMARY KEY,
    run_id         bigint NOT NULL,
    expected_count tally,
    scheduled_at   timestamptz,
    flags          card_flags NOT NULL,
    kind           said NOT NULL,
    name           said NOT NULL,
    group_id       said,
    requester      said,
    metadata       text -- JSON as it was sent
);
CREATE INDEX card_group ON card (group_id, task_id) WHERE group_id IS NOT NULL;
ALTER TABLE card SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 50000);
DO $$
BEGIN
    ALTER TABLE card ALTER metadata SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
    NULL;
END
$$;
