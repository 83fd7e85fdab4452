-- name: next_run_ids
SELECT array_agg(nextval('run_id_seq')) FROM generate_series(1, @count::bigint);

-- name: next_task_ids
SELECT array_agg(nextval('task_id_seq')) FROM generate_series(1, @count::bigint);

-- name: next_queue_ids
SELECT array_agg(nextval('queue_id_seq')) FROM generate_series(1, @count::bigint);

-- name: next_worker_ids
SELECT array_agg(nextval('worker_id_seq')) FROM generate_series(1, @count::bigint);

-- name: next_key_ids
SELECT array_agg(nextval('key_id_seq')) FROM generate_series(1, @count::bigint);

-- name: next_delivery_ids
SELECT array_agg(nextval('delivery_id_seq')) FROM generate_series(1, @count::bigint);

-- name: next_signature_ids
SELECT array_agg(nextval('signature_id_seq')) FROM generate_series(1, @count::bigint);

-- name: next_schedule_ids
SELECT array_agg(nextval('schedule_id_seq')) FROM generate_series(1, @count::bigint);
-- name: next_definition_ids
SELECT array_agg(nextval('definition_id_seq')) FROM generate_series(1, @count::bigint);

-- name: next_workflow_ids
SELECT array_agg(nextval('workflow_id_seq')) FROM generate_series(1, @count::bigint);
