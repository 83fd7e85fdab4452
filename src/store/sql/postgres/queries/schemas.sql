-- name: read_search_path
SELECT current_setting('search_path'), coalesce(current_schema(), '');

-- name: lock_new_schema
SELECT pg_advisory_xact_lock(hashtext('sluice schema'), hashtext(@schema::text));
