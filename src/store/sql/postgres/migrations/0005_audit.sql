-- The audit: what users did, to whatever it was, kept when that is gone.

-- Of what is no task and no batch: job, group, rule, action, schedule, delivery, key; and which.
-- The public ids of tasks, runs and deliveries are made with the time of their run.
ALTER TABLE event ADD run_created_at timestamptz, ADD object said, ADD object_id text;
UPDATE event SET run_created_at = run.created_at,
                 object = CASE WHEN run.kind = 1 THEN 'job' END
FROM run WHERE run.id = event.run_id;

-- Newest first. Reports of targets are most of what is written here: they stand in two of these
-- indexes, at their ends.
DROP INDEX event_run;
CREATE INDEX event_at ON event (at, id);
CREATE INDEX event_task ON event (task_id, at, id) WHERE task_id <> 0;
CREATE INDEX event_run ON event (run_id, at, id) WHERE task_id = 0;
CREATE INDEX event_kind ON event (kind, at, id) WHERE kind <> 'report';
CREATE INDEX event_actor ON event (actor, at, id) WHERE actor NOT IN ('', 'handle');
CREATE INDEX event_object ON event (object, at, id) WHERE object IS NOT NULL;
ALTER TABLE event SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 50000);
