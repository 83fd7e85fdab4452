-- name: lock_migrations
-- Tables of different schemas of one database are different stores, each with a lock of its own.
SELECT pg_advisory_xact_lock(hashtext('sluice migration'), hashtext(current_schema()));

-- name: create_migration
CREATE TABLE IF NOT EXISTS migration (
    number     int PRIMARY KEY,
    title      text NOT NULL,
    applied_at timestamptz NOT NULL
);

-- name: last_migration
SELECT coalesce(max(number), 0) FROM migration;

-- name: insert_migration
INSERT INTO migration (number, title, applied_at)
VALUES (@number::int, @title::text, @applied_at::timestamptz);

-- name: insert_setting
INSERT INTO setting (name, value) VALUES (@name::text, @value::text) ON CONFLICT (name) DO NOTHING;

-- name: read_search_path
SELECT current_setting('search_path'), coalesce(current_schema(), '');

-- name: lock_new_schema
SELECT pg_advisory_xact_lock(hashtext('sluice schema'), hashtext(@schema::text));

-- What follows is run by an administrator whose search_path is pg_catalog: see
-- postgres/tenants.h. A comment marks the schemas of tenants.

-- name: user_exists
SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = @user::text);

-- name: schema_exists
SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = @schema::text);

-- name: tenant_owner
SELECT pg_get_userbyid(nspowner) FROM pg_namespace
WHERE nspname = @schema::text AND obj_description(oid, 'pg_namespace') = 'sluice tenant';

-- name: tenant_tables
SELECT relname FROM pg_class
WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = @schema::text)
  AND relkind IN ('r', 'p')
ORDER BY relname COLLATE "C";

-- name: tenants
SELECT nspname FROM pg_namespace WHERE obj_description(oid, 'pg_namespace') = 'sluice tenant'
ORDER BY nspname COLLATE "C";
