-- name: insert_worker
INSERT INTO worker (id, name, host, process, attached, registered_at, until, address)
VALUES (@id::bigint, @name::text, @host::text, @process::text, @attached::boolean,
        @registered_at::timestamptz, @until::timestamptz, @address::text);

-- name: delete_worker
DELETE FROM worker WHERE id = @id::bigint;

-- name: workers
SELECT id, name, host, process, attached, registered_at, until, serves, load, address
FROM worker ORDER BY id;

-- name: set_workers_until
UPDATE worker SET until = new.until
FROM unnest(@id::bigint[], @until::timestamptz[]) AS new (id, until)
WHERE worker.id = new.id
RETURNING worker.id;

-- name: describe_workers
UPDATE worker SET serves = new.serves, load = new.load
FROM unnest(@id::bigint[], @serves::text[], @load::text[]) AS new (id, serves, load)
WHERE worker.id = new.id
RETURNING worker.id;

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
        WHERE expires_at IS NOT NULL AND state IN (0, 1)),
     leaves AS (
        UPDATE upload_leave SET until = until + @jump * interval '1 microsecond'),
     removals AS (
        UPDATE output SET updated_at = updated_at + @jump * interval '1 microsecond'
        WHERE state = 2)
UPDATE lease SET expires_at = expires_at + @jump * interval '1 microsecond'
WHERE expires_at IS NOT NULL;

-- name: clock_jumps
SELECT jumps FROM clock WHERE one = 1;

-- name: lock_clock
SELECT jumps FROM clock WHERE one = 1 FOR UPDATE;

-- name: update_clock
UPDATE clock SET jumps = @jumps::bigint WHERE one = 1;

-- What follows runs on the notifier's connection. Channel and locks carry the schema: stores in two
-- schemas of one database know nothing of each other.

-- name: listen
DO $$ BEGIN
    EXECUTE format('LISTEN %I', 'sluice_' || to_hex(hashtextextended(current_schema(), 0)));
END $$;

-- name: notify
SELECT pg_notify('sluice_' || to_hex(hashtextextended(current_schema(), 0)), payload)
FROM json_array_elements_text(@payloads::json) AS payload;

-- name: hold_worker
-- 0 is no worker: held by every process that listens.
SELECT pg_advisory_lock_shared(hashtext('sluice worker of ' || current_schema()), @worker::int);

-- name: release_worker
SELECT pg_advisory_unlock_shared(hashtext('sluice worker of ' || current_schema()), @worker::int);

-- name: others_listen
SELECT EXISTS (
    SELECT FROM pg_locks
    WHERE locktype = 'advisory' AND granted AND objsubid = 2 AND pid <> pg_backend_pid()
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND classid::bigint = hashtext('sluice worker of ' || current_schema())::bigint & 4294967295
      AND objid = 0);
