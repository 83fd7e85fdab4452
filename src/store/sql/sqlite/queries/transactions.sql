-- name: begin_write
-- IMMEDIATE: the write lock is taken now, so that no statement of the transaction can be refused it.
BEGIN IMMEDIATE;

-- name: begin_read
BEGIN;

-- name: commit
COMMIT;

-- name: data_version
-- Changes when another connection has committed.
PRAGMA data_version;

-- name: journal_mode
PRAGMA journal_mode;

-- name: use_wal
PRAGMA journal_mode = WAL;
