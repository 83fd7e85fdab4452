-- name: create_migration
CREATE TABLE IF NOT EXISTS migration (
    number     INTEGER PRIMARY KEY,
    title      TEXT NOT NULL,
    applied_at INTEGER NOT NULL
) STRICT;

-- name: has_migrations
SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'migration';

-- name: last_migration
SELECT max(number) FROM migration;

-- name: insert_migration
INSERT INTO migration (number, title, applied_at) VALUES (@number, @title, @applied_at);

-- name: insert_setting
INSERT INTO setting (name, value) VALUES (@name, @value) ON CONFLICT DO NOTHING;
