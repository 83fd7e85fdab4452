-- The statements of the notifier's own connection. Channel and locks carry the schema: stores in two
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
