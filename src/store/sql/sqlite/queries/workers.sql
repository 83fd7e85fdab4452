-- name: insert_worker
INSERT INTO worker (id, name, host, process, attached, registered_at, until, address)
VALUES (@id, @name, @host, @process, @attached, @registered_at, @until, @address);

-- name: delete_worker
DELETE FROM worker WHERE id = @id;

-- name: workers
SELECT id, name, host, process, attached, registered_at, until, serves, load, address
FROM worker;

-- name: set_worker_until
UPDATE worker SET until = @until WHERE id = @id RETURNING id;

-- name: describe_worker
UPDATE worker SET serves = @serves, load = @load WHERE id = @id RETURNING id;

-- name: lease_held
SELECT 1 FROM lease
WHERE task_id = @task_id AND (@attempt = 0 OR attempt = @attempt)
  AND (@worker_id = 0 OR worker_id = @worker_id);

-- name: shift_leases
UPDATE lease SET expires_at = expires_at + @jump WHERE expires_at IS NOT NULL;

-- name: shift_workers
UPDATE worker SET until = until + @jump;

-- name: shift_runs
UPDATE run SET expires_at = expires_at + @jump WHERE expires_at IS NOT NULL AND state IN (0, 1);

-- name: lock_clock
SELECT jumps FROM clock WHERE one = 1;

-- name: update_clock
UPDATE clock SET jumps = @jumps WHERE one = 1;
