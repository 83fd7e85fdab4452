-- name: insert_runs
-- What new runs have in common comes once.
INSERT INTO run (id, kind, linked, total, task_first, task_last, created_at, expires_at, state,
                 loading, ending, staged, sweep, succeeded, failed, canceled, skipped, finished_at)
SELECT unnest(@id::bigint[]), unnest(@kind::smallint[]), unnest(@linked::boolean[]),
       unnest(@total::bigint[]), unnest(@task_first::bigint[]), unnest(@task_last::bigint[]),
       unnest(@created_at::timestamptz[]), unnest(@expires_at::timestamptz[]), @state::smallint,
       @state = 0, @ending::smallint, @staged::boolean, @sweep::boolean, @succeeded::bigint,
       @failed::bigint, @canceled::bigint, @skipped::bigint, @finished_at::timestamptz;

-- name: insert_run_details
INSERT INTO run_detail (run_id, name, spec, actor, origin_id, error)
SELECT unnest(@run_id::bigint[]), unnest(@name::text[]), unnest(@spec::text[]),
       unnest(@actor::text[]), unnest(@origin_id::bigint[]), unnest(@error::text[]);

-- name: insert_tasks
INSERT INTO task (id, run_id, queue_id, nprio, timeout, retry, name, payload, parents)
SELECT unnest(@id::bigint[]), unnest(@run_id::bigint[]), unnest(@queue_id::bigint[]),
       unnest(@nprio::smallint[]), unnest(@timeout::bigint[]), unnest(@retry::text[]),
       unnest(@name::text[]), unnest(@payload::text[]), unnest(@parents::text[]);

-- name: insert_needs
INSERT INTO need (task_id, run_id, queue_id, nprio, unfinished, attempt, run_at)
SELECT unnest(@task_id::bigint[]), unnest(@run_id::bigint[]), unnest(@queue_id::bigint[]),
       unnest(@nprio::smallint[]), unnest(@unfinished::int[]), unnest(@attempt::int[]),
       unnest(@run_at::timestamptz[]);

-- name: insert_links
INSERT INTO link (parent_id, child_id, condition, unmet)
SELECT unnest(@parent_id::bigint[]), unnest(@child_id::bigint[]), unnest(@condition::smallint[]),
       unnest(@unmet::smallint[]);

-- name: insert_ready
INSERT INTO ready (task_id, run_id, queue_id, nprio, attempt, tries, rescues)
SELECT unnest(@task_id::bigint[]), unnest(@run_id::bigint[]), unnest(@queue_id::bigint[]),
       unnest(@nprio::smallint[]), unnest(@attempt::int[]), unnest(@tries::int[]),
       unnest(@rescues::int[]);

-- name: insert_timers
INSERT INTO timer (task_id, run_id, queue_id, nprio, attempt, tries, rescues, due)
SELECT unnest(@task_id::bigint[]), unnest(@run_id::bigint[]), unnest(@queue_id::bigint[]),
       unnest(@nprio::smallint[]), unnest(@attempt::int[]), unnest(@tries::int[]),
       unnest(@rescues::int[]), unnest(@due::timestamptz[]);

-- name: insert_held
INSERT INTO held (task_id, run_id, queue_id, nprio, attempt, tries, rescues, run_at)
SELECT unnest(@task_id::bigint[]), unnest(@run_id::bigint[]), unnest(@queue_id::bigint[]),
       unnest(@nprio::smallint[]), unnest(@attempt::int[]), unnest(@tries::int[]),
       unnest(@rescues::int[]), unnest(@run_at::timestamptz[]);

-- name: insert_events
-- In the order of the arrays: ids of one group tell the order of its events.
INSERT INTO event (at, run_id, task_id, kind, actor, detail, object, object_id, run_created_at)
SELECT new.at, new.run_id, new.task_id, new.kind, new.actor, new.detail, new.object, new.object_id,
       run.created_at
FROM unnest(@at::timestamptz[], @run_id::bigint[], @task_id::bigint[], @kind::text[],
            @actor::text[], @detail::text[], @object::text[], @object_id::text[])
     WITH ORDINALITY
     AS new (at, run_id, task_id, kind, actor, detail, object, object_id, place)
LEFT JOIN run ON run.id = new.run_id
ORDER BY new.place;

-- name: find_request
SELECT key, body_hash, run_id, created_at FROM request WHERE key = @key::text;

-- name: insert_request
INSERT INTO request (key, body_hash, run_id, created_at)
VALUES (@key::text, @body_hash::text, @run_id::bigint, @created_at::timestamptz);

-- name: is_published
SELECT state <> 0 FROM run WHERE id = @run_id::bigint;

-- name: find_run_named
SELECT run_id FROM run_detail WHERE name = @name::text;
