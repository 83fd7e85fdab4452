-- name: begin_write
-- IMMEDIATE: the write lock is taken now, so that no statement of the transaction can be refused it.
BEGIN IMMEDIATE;

-- name: begin_read
BEGIN;

-- name: commit
COMMIT;
