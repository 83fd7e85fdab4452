-- The audit: what users did, to whatever it was, kept when that is gone.

-- Of what is no task and no batch: job, group, rule, action, schedule, delivery, key; and which.
-- The public ids of tasks, runs and deliveries are made with the time of their run.
ALTER TABLE event ADD COLUMN run_created_at INTEGER;
ALTER TABLE event ADD COLUMN object TEXT CHECK (length(object) > 0);
ALTER TABLE event ADD COLUMN object_id TEXT;
UPDATE event
SET run_created_at = (SELECT created_at FROM run WHERE run.id = event.run_id),
    object = (SELECT 'job' FROM run WHERE run.id = event.run_id AND run.kind = 1);

-- Newest first; the key of the table stands at the end of each. Reports of targets are most of what
-- is written here: they stand in two of these indexes, at their ends.
DROP INDEX event_run;
CREATE INDEX event_at ON event (at);
CREATE INDEX event_task ON event (task_id, at) WHERE task_id <> 0;
CREATE INDEX event_run ON event (run_id, at) WHERE task_id = 0;
CREATE INDEX event_kind ON event (kind, at) WHERE kind <> 'report';
CREATE INDEX event_actor ON event (actor, at) WHERE actor NOT IN ('', 'handle');
CREATE INDEX event_object ON event (object, at) WHERE object IS NOT NULL;
