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
