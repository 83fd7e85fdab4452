-- name: begin_write
BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;

-- name: commit
COMMIT;

-- name: rollback
ROLLBACK;

-- name: current_transaction
-- Asked for at the start, to find out what became of a COMMIT whose answer was lost.
SELECT pg_current_xact_id();

-- name: transaction_status
SELECT pg_xact_status(@transaction::bigint::text::xid8);
