-- name: insert_worker
INSERT INTO worker (id, name, host, registered_at, until)
VALUES (@id::bigint, @name::text, @host::text, @registered_at::timestamptz, @until::timestamptz);

-- name: delete_worker
DELETE FROM worker WHERE id = @id::bigint;

-- name: workers
SELECT id, name, host, registered_at, until FROM worker ORDER BY id;

-- name: set_workers_until
UPDATE worker SET until = new.until
FROM unnest(@id::bigint[], @until::timestamptz[]) AS new (id, until)
WHERE worker.id = new.id;

-- name: leases_held
SELECT lease.task_id, lease.attempt, lease.worker_id
FROM unnest(@task_id::bigint[], @attempt::int[], @worker_id::bigint[])
         AS meant (task_id, attempt, worker_id)
JOIN lease ON lease.task_id = meant.task_id
          AND (meant.attempt = 0 OR lease.attempt = meant.attempt)
          AND (meant.worker_id = 0 OR lease.worker_id = meant.worker_id);

-- name: shift_leases
WITH workers AS (
        UPDATE worker SET until = until + @jump::bigint * interval '1 microsecond'),
     runs AS (
        UPDATE run SET expires_at = expires_at + @jump * interval '1 microsecond'
        WHERE expires_at IS NOT NULL AND state IN (0, 1))
UPDATE lease SET expires_at = expires_at + @jump * interval '1 microsecond'
WHERE expires_at IS NOT NULL;

-- name: lock_clock
SELECT "offset", boot_id FROM clock WHERE one = 1 FOR UPDATE;

-- name: update_clock
UPDATE clock SET "offset" = @offset::bigint, boot_id = @boot_id::text WHERE one = 1;

-- name: workers_without_session
-- Each process holds an advisory lock for each of its workers (postgres/notifier.h).
SELECT worker.id FROM worker
WHERE NOT EXISTS (
    SELECT FROM pg_locks
    WHERE locktype = 'advisory' AND granted AND objsubid = 2
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND classid::bigint = hashtext('sluice worker of ' || current_schema())::bigint & 4294967295
      AND objid::bigint = worker.id & 4294967295)
ORDER BY worker.id;
