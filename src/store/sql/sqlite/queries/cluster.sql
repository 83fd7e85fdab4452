-- Jobs that run on Kubernetes, and the time that uploads have.

-- name: insert_cluster_job
INSERT INTO cluster_job (run_id, leader_id, phase, namespace, uid, created_at, trouble,
                         trouble_since, pods)
VALUES (@run_id, 0, 0, @namespace, '', NULL, '', NULL, '');

-- name: free_cluster_jobs
SELECT cluster_job.run_id
FROM cluster_job JOIN run ON run.id = cluster_job.run_id AND run.state <> 0
WHERE phase < 4 AND namespace = @namespace
  AND NOT EXISTS (SELECT 1 FROM worker WHERE worker.id = leader_id AND worker.until >= @before)
ORDER BY cluster_job.run_id LIMIT @limit;

-- name: lead_cluster_job
UPDATE cluster_job SET leader_id = @leader_id WHERE run_id = @run_id;

-- name: release_cluster_jobs
UPDATE cluster_job SET leader_id = 0
WHERE phase < 4 AND leader_id <> 0
  AND NOT EXISTS (SELECT 1 FROM worker WHERE worker.id = leader_id AND worker.until >= @before)
RETURNING run_id;

-- name: read_led_job
SELECT cluster_job.run_id, leader_id, phase, namespace, uid, cluster_job.created_at, trouble,
       trouble_since, pods, coalesce(name, ''), state, run.created_at, total
FROM cluster_job
JOIN run ON run.id = cluster_job.run_id
LEFT JOIN run_detail ON run_detail.run_id = run.id
WHERE cluster_job.run_id = @run_id;

-- name: update_cluster_job
UPDATE cluster_job
SET leader_id = @leader_id, phase = @phase, uid = @uid, created_at = @created_at,
    trouble = @trouble, trouble_since = @trouble_since, pods = @pods
WHERE run_id = @run_id;

-- name: delete_cluster_job
DELETE FROM cluster_job WHERE run_id = @run_id;

-- name: delete_run_leaves
DELETE FROM upload_leave WHERE run_id = @run_id;

-- name: put_leave
INSERT INTO upload_leave (task_id, run_id, attempt, until)
VALUES (@task_id, @run_id, @attempt, @until)
ON CONFLICT (task_id) DO UPDATE
SET attempt = excluded.attempt,
    until = CASE WHEN attempt = excluded.attempt
                 THEN max(until, excluded.until) ELSE excluded.until END;

-- name: leave
SELECT task_id, run_id, attempt, until FROM upload_leave WHERE task_id = @task_id;

-- name: delete_leave
-- Only the one that was meant: the task may have a newer attempt by now.
DELETE FROM upload_leave WHERE task_id = @task_id AND attempt = @attempt;

-- name: end_leaves_of
DELETE FROM upload_leave
WHERE (task_id, attempt) IN (SELECT task_id, attempt FROM lease WHERE worker_id = @worker_id);

-- name: forget_leaves
DELETE FROM upload_leave WHERE until < @before;

-- name: shift_leaves
UPDATE upload_leave SET until = until + @jump;

-- name: shift_doomed
UPDATE output SET updated_at = updated_at + @jump WHERE state = 2;

-- name: leases_of_name
SELECT task_id, run_id, queue_id, nprio, attempt, tries, rescues, worker_id, owner, claimed_at,
       started_at, expires_at, paused_left, deferred_left
FROM lease JOIN worker ON worker.id = lease.worker_id
WHERE worker.name = @name AND lease.run_id = @run_id AND owner = 0;

-- name: read_cluster_job
SELECT run_id, leader_id, phase, namespace, uid, created_at, trouble, trouble_since, pods
FROM cluster_job WHERE run_id = @run_id;

-- name: read_led_jobs
SELECT cluster_job.run_id, leader_id, phase, namespace, uid, cluster_job.created_at, trouble,
       trouble_since, pods, coalesce(name, ''), state, run.created_at, total
FROM cluster_job
JOIN run ON run.id = cluster_job.run_id
LEFT JOIN run_detail ON run_detail.run_id = run.id
WHERE leader_id = @leader_id AND phase < 4
ORDER BY cluster_job.run_id;

-- name: has_cluster_job
SELECT run_id FROM cluster_job WHERE run_id = @run_id;
