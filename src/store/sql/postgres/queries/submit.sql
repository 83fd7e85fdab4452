-- name: insert_runs
INSERT INTO run (id, kind, state, ending, linked, staged, sweep, total, succeeded, failed, canceled,
                 skipped, task_first, task_last, created_at, finished_at, expires_at)
SELECT * FROM unnest(
    @id::bigint[], @kind::smallint[], @state::smallint[], @ending::smallint[], @linked::boolean[],
    @staged::boolean[], @sweep::boolean[], @total::bigint[], @succeeded::bigint[],
    @failed::bigint[], @canceled::bigint[], @skipped::bigint[], @task_first::bigint[],
    @task_last::bigint[], @created_at::timestamptz[], @finished_at::timestamptz[],
    @expires_at::timestamptz[]);

-- name: insert_run_details
INSERT INTO run_detail (run_id, name, spec, actor, origin_id, error)
SELECT * FROM unnest(
    @run_id::bigint[], @name::text[], @spec::text[], @actor::text[], @origin_id::bigint[],
    @error::text[]);

-- name: insert_tasks
INSERT INTO task (id, run_id, queue_id, nprio, timeout, retry, name, payload)
SELECT * FROM unnest(
    @id::bigint[], @run_id::bigint[], @queue_id::bigint[], @nprio::smallint[], @timeout::bigint[],
    @retry::text[], @name::text[], @payload::text[]);

-- name: insert_needs
INSERT INTO need (task_id, run_id, queue_id, nprio, unfinished, attempt, run_at)
SELECT * FROM unnest(
    @task_id::bigint[], @run_id::bigint[], @queue_id::bigint[], @nprio::smallint[],
    @unfinished::int[], @attempt::int[], @run_at::timestamptz[]);

-- name: insert_links
INSERT INTO link (parent_id, child_id, condition, unmet)
SELECT * FROM unnest(
    @parent_id::bigint[], @child_id::bigint[], @condition::smallint[], @unmet::smallint[]);

-- name: insert_ready
INSERT INTO ready (task_id, run_id, queue_id, nprio, attempt, tries, rescues)
SELECT * FROM unnest(
    @task_id::bigint[], @run_id::bigint[], @queue_id::bigint[], @nprio::smallint[],
    @attempt::int[], @tries::int[], @rescues::int[]);

-- name: insert_timers
INSERT INTO timer (task_id, run_id, queue_id, nprio, attempt, tries, rescues, due)
SELECT * FROM unnest(
    @task_id::bigint[], @run_id::bigint[], @queue_id::bigint[], @nprio::smallint[],
    @attempt::int[], @tries::int[], @rescues::int[], @due::timestamptz[]);

-- name: insert_held
INSERT INTO held (task_id, run_id, queue_id, nprio, attempt, tries, rescues, run_at)
SELECT * FROM unnest(
    @task_id::bigint[], @run_id::bigint[], @queue_id::bigint[], @nprio::smallint[],
    @attempt::int[], @tries::int[], @rescues::int[], @run_at::timestamptz[]);

-- name: insert_events
-- In the order of the arrays: ids of one group tell the order of its events.
INSERT INTO event (at, run_id, task_id, kind, actor, detail)
SELECT * FROM unnest(
    @at::timestamptz[], @run_id::bigint[], @task_id::bigint[], @kind::text[], @actor::text[],
    @detail::text[]);

-- name: find_request
SELECT key, body_hash, run_id, created_at FROM request WHERE key = @key::text;

-- name: insert_request
INSERT INTO request (key, body_hash, run_id, created_at)
VALUES (@key::text, @body_hash::text, @run_id::bigint, @created_at::timestamptz);

-- name: is_published
SELECT state <> 0 FROM run WHERE id = @run_id::bigint;

-- name: find_run_named
SELECT run_id FROM run_detail WHERE name = @name::text;
