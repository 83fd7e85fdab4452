-- name: take_leases
-- The fence: only a row that is still the one that the caller means is taken.
DELETE FROM lease
USING unnest(@task_id::bigint[], @attempt::int[], @worker_id::bigint[])
          AS meant (task_id, attempt, worker_id)
WHERE lease.task_id = meant.task_id
  AND (meant.attempt = 0 OR lease.attempt = meant.attempt)
  AND (meant.worker_id = 0 OR lease.worker_id = meant.worker_id)
RETURNING lease.task_id, run_id, queue_id, nprio, lease.attempt, tries, rescues, lease.worker_id,
          owner, claimed_at, started_at, expires_at, paused_left, deferred_left;

-- name: update_leases
UPDATE lease
SET owner = new.owner, started_at = new.started_at, expires_at = new.expires_at,
    paused_left = new.paused_left, deferred_left = new.deferred_left
FROM unnest(
    @task_id::bigint[], @attempt::int[], @owner::smallint[], @started_at::timestamptz[],
    @expires_at::timestamptz[], @paused_left::bigint[], @deferred_left::bigint[])
    AS new (task_id, attempt, owner, started_at, expires_at, paused_left, deferred_left)
WHERE lease.task_id = new.task_id AND lease.attempt = new.attempt;

-- name: insert_done
INSERT INTO done (task_id, run_id, outcome, attempt, tries, worker_id, claimed_at, started_at,
                  finished_at, result, error)
SELECT unnest(@task_id::bigint[]), unnest(@run_id::bigint[]), unnest(@outcome::smallint[]),
       unnest(@attempt::int[]), unnest(@tries::int[]), unnest(@worker_id::bigint[]),
       unnest(@claimed_at::timestamptz[]), unnest(@started_at::timestamptz[]),
       unnest(@finished_at::timestamptz[]), unnest(@result::text[]), unnest(@error::text[]);

-- name: insert_attempts
INSERT INTO attempt (task_id, attempt, ended, worker_id, claimed_at, started_at, finished_at, error)
SELECT unnest(@task_id::bigint[]), unnest(@attempt::int[]), unnest(@ended::smallint[]),
       unnest(@worker_id::bigint[]), unnest(@claimed_at::timestamptz[]),
       unnest(@started_at::timestamptz[]), unnest(@finished_at::timestamptz[]),
       unnest(@error::text[]);

-- name: done
SELECT task_id, run_id, outcome, attempt, tries, worker_id, claimed_at, started_at, finished_at,
       result, error
FROM done WHERE task_id = ANY (@task_id::bigint[]);

-- name: take_done
DELETE FROM done WHERE task_id = ANY (@task_id::bigint[])
RETURNING task_id, run_id, outcome, attempt, tries, worker_id, claimed_at, started_at, finished_at,
          result, error;
