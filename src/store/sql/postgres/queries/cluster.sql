-- Jobs that run on Kubernetes, and the time that uploads have.

-- name: insert_cluster_jobs
INSERT INTO cluster_job (run_id, leader_id, phase, namespace, uid, created_at, trouble,
                         trouble_since, pods)
SELECT unnest(@run_id::bigint[]), 0, 0, unnest(@namespace::text[]), '', NULL, '', NULL, '';

-- name: take_cluster_jobs
-- No run is locked: the row says who leads, and nobody waits for it.
WITH free AS (
    SELECT cluster_job.run_id
    FROM cluster_job JOIN run ON run.id = cluster_job.run_id AND run.state <> 0
    WHERE phase < 4 AND namespace = @namespace::text
      AND NOT EXISTS (SELECT FROM worker
                      WHERE worker.id = leader_id AND worker.until >= @before::timestamptz)
    ORDER BY cluster_job.run_id LIMIT @limit::bigint
    FOR UPDATE OF cluster_job SKIP LOCKED)
UPDATE cluster_job SET leader_id = @worker_id::bigint
FROM free
JOIN run ON run.id = free.run_id
LEFT JOIN run_detail ON run_detail.run_id = run.id
WHERE cluster_job.run_id = free.run_id
RETURNING cluster_job.run_id, leader_id, phase, namespace, uid, cluster_job.created_at, trouble,
          trouble_since, pods, coalesce(name, ''), state, run.created_at, total;

-- name: release_cluster_jobs
WITH alone AS (
    SELECT run_id FROM cluster_job
    WHERE phase < 4 AND leader_id <> 0
      AND NOT EXISTS (SELECT FROM worker
                      WHERE worker.id = leader_id AND worker.until >= @before::timestamptz)
    FOR UPDATE SKIP LOCKED)
UPDATE cluster_job SET leader_id = 0 FROM alone WHERE cluster_job.run_id = alone.run_id
RETURNING cluster_job.run_id;

-- name: lock_cluster_job
SELECT run_id, leader_id, phase, namespace, uid, created_at, trouble, trouble_since, pods
FROM cluster_job WHERE run_id = @run_id::bigint
FOR UPDATE;

-- name: update_cluster_job
UPDATE cluster_job
SET leader_id = @leader_id::bigint, phase = @phase::smallint, uid = @uid::text,
    created_at = @created_at::timestamptz, trouble = @trouble::text,
    trouble_since = @trouble_since::timestamptz, pods = @pods::text
WHERE run_id = @run_id::bigint;

-- name: delete_cluster_of_run
WITH leaves AS (DELETE FROM upload_leave WHERE run_id = @run_id::bigint)
DELETE FROM cluster_job WHERE run_id = @run_id;

-- name: put_leave
INSERT INTO upload_leave (task_id, run_id, until, attempt)
VALUES (@task_id::bigint, @run_id::bigint, @until::timestamptz, @attempt::int)
ON CONFLICT (task_id) DO UPDATE
SET attempt = excluded.attempt,
    until = CASE WHEN upload_leave.attempt = excluded.attempt
                 THEN greatest(upload_leave.until, excluded.until) ELSE excluded.until END;

-- name: leaves
SELECT task_id, run_id, attempt, until FROM upload_leave WHERE task_id = ANY (@task_id::bigint[]);

-- name: delete_leaves
-- Only those that were meant: the task may have a newer attempt by now.
DELETE FROM upload_leave
USING unnest(@task_id::bigint[], @attempt::int[]) AS meant (task_id, attempt)
WHERE upload_leave.task_id = meant.task_id AND upload_leave.attempt = meant.attempt;

-- name: end_leaves_of
DELETE FROM upload_leave
USING lease
WHERE lease.worker_id = @worker_id::bigint AND upload_leave.task_id = lease.task_id
  AND upload_leave.attempt = lease.attempt;

-- name: forget_leaves
DELETE FROM upload_leave WHERE until < @before::timestamptz;

-- name: leases_of_name
SELECT task_id, run_id, queue_id, nprio, attempt, tries, rescues, worker_id, owner, claimed_at,
       started_at, expires_at, paused_left, deferred_left
FROM worker JOIN lease ON lease.worker_id = worker.id
WHERE worker.name = @name::text AND lease.run_id = @run_id::bigint AND owner = 0;

-- name: read_cluster_job
SELECT run_id, leader_id, phase, namespace, uid, created_at, trouble, trouble_since, pods
FROM cluster_job WHERE run_id = @run_id::bigint;

-- name: read_led_jobs
SELECT cluster_job.run_id, leader_id, phase, namespace, uid, cluster_job.created_at, trouble,
       trouble_since, pods, coalesce(name, ''), state, run.created_at, total
FROM cluster_job
JOIN run ON run.id = cluster_job.run_id
LEFT JOIN run_detail ON run_detail.run_id = run.id
WHERE leader_id = @leader_id::bigint AND phase < 4
ORDER BY cluster_job.run_id;

-- name: known_cluster_jobs
SELECT run_id FROM cluster_job WHERE run_id = ANY (@run_id::bigint[]);
